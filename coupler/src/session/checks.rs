//! Whether a call names a field of this component, a date of the run and an array of the right shape.

use super::{Session, Slot};
use crate::{
    code::Code,
    error::{Error, known_names},
};
use halocline_exchanges::view::View;

impl Session {
    /// The error, met by this component and rank.
    pub(super) fn here(&self, error: Error) -> Error {
        error.at(&self.component, self.rank)
    }

    /// Where a received field is, or the names of those that are received.
    pub(super) fn receive_slot(&self, field: &str) -> Result<Slot, Error> {
        self.receives
            .get(field)
            .copied()
            .ok_or_else(|| self.unknown(field, "receive"))
    }

    /// `verb` is called for a field that this component does not send or receive.
    pub(super) fn unknown(&self, field: &str, verb: &str) -> Error {
        if !self.defined {
            return self.here(Error::new(
                Code::Order,
                format!("{verb} of '{field}' before end_definition"),
                "end_definition first",
                "call it once after the domains are defined",
            ));
        }
        let known: Vec<&str> = if verb == "send" {
            self.sent_fields()
        } else {
            self.received_fields().collect()
        };
        let error = Error::new(
            Code::Name,
            format!(
                "{verb} of '{field}', which component '{}' has no part in",
                self.component
            ),
            known_names(field, known),
            format!(
                "correct the name, or add the field to an exchange {} '{}' in the experiment file",
                if verb == "send" { "from" } else { "to" },
                self.component
            ),
        );
        self.here(error.about(field))
    }

    /// Whether a date lies within the run.
    pub(super) fn check_date(&self, field: &str, date: i64) -> Result<(), Error> {
        if (0..self.end).contains(&date) {
            return Ok(());
        }
        Err(self.here(
            Error::new(
                Code::Date,
                format!("date {date} s is outside the run"),
                format!("0 <= date < {} s", self.end),
                "pass seconds since the start of the run; `time: length` of the experiment file sets the end",
            )
            .about(field),
        ))
    }

    /// Whether an array has the shape of own cells, or is their list.
    pub(super) fn check_sent_shape(
        &self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
    ) -> Result<(), Error> {
        let outgoing = &self.outgoing[exchange];
        let ([ni, nj], levels) = (outgoing.local_shape, outgoing.levels[field]);
        let shape = view.layout.shape;
        if shape == [ni, nj, levels] || shape == [ni * nj, 1, levels] {
            return Ok(());
        }
        Err(self.here(wrong_shape(
            &outgoing.fields[field],
            shape,
            &[[ni, nj, levels]],
        )))
    }

    /// Whether an array has the shape of own cells, of the block with its halo, or is the list of own cells.
    pub(super) fn check_received_shape(
        &self,
        exchange: usize,
        field: usize,
        shape: [usize; 3],
    ) -> Result<(), Error> {
        let incoming = &self.incoming[exchange];
        let (block, levels) = (incoming.own_shape(), incoming.fields[field].levels);
        let own = [block.ni, block.nj, levels];
        let whole = [block.ni + 2 * block.halo, block.nj + 2 * block.halo, levels];
        if shape == own || shape == whole || shape == [block.ni * block.nj, 1, levels] {
            return Ok(());
        }
        let allowed: &[[usize; 3]] = if own == whole { &[own] } else { &[own, whole] };
        Err(self.here(wrong_shape(&incoming.fields[field].name, shape, allowed)))
    }
}

fn wrong_shape(field: &str, found: [usize; 3], allowed: &[[usize; 3]]) -> Error {
    let text = |[ni, nj, levels]: [usize; 3]| format!("({ni}, {nj}, {levels})");
    let allowed: Vec<String> = allowed.iter().map(|shape| text(*shape)).collect();
    Error::new(
        Code::Shape,
        format!("array of shape (i, j, level) = {}", text(found)),
        format!("shape {} for this rank's domain", allowed.join(" or, with halo, ")),
        "pass exactly the own cells of this rank (no halo unless the exchange has one), all levels of the field",
    )
    .about(field)
}
