//! Receives whose values do not come straight from the wire: read from a file, scaled, looked at, written to a file.

use super::{Received, Session, Slot};
use crate::{
    block::Block, error::Error, field_files::Record, receiving::own_part, summary::Summary,
};
use halocline_exchanges::view::{View, ViewMut};

impl Session {
    /// Receive a field that is due into an array that has the right shape.
    pub(super) fn get_slot(
        &mut self,
        slot: Slot,
        view: &mut ViewMut<'_>,
        date: i64,
    ) -> Result<Received, Error> {
        let (exchange, field) = slot;
        self.release_returned();
        self.progress.reached(date);
        let is_plain = self.receivings[exchange].is_plain();
        if !is_plain {
            self.act_in_sequence(exchange, date)?;
        }
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        self.incoming[exchange]
            .get(self.world.as_mut(), self.patience, field, date, view, late)
            .map_err(|error| error.at(&self.component, self.rank))?;
        self.conserve(slot, view, date)?;
        if is_plain {
            return Ok(Received::Received);
        }
        self.treat(slot, view, date)
    }

    /// Do with a block that was lent what a receive does with an array.
    pub(super) fn treat_block(
        &mut self,
        slot: Slot,
        block: &mut Block,
        date: i64,
    ) -> Result<(), Error> {
        self.conserve(slot, &mut block.view_mut(), date)?;
        if self.receivings[slot.0].is_plain() {
            return Ok(());
        }
        self.act_in_sequence(slot.0, date)?;
        self.treat(slot, &mut block.view_mut(), date).map(drop)
    }

    /// Scale a block of a date before, which was scaled when it came but is kept as it came.
    pub(super) fn treat_kept(&self, (exchange, field): Slot, block: &mut Block) {
        let incoming = &self.incoming[exchange];
        self.receivings[exchange].scale(incoming, field, &mut block.view_mut());
    }

    /// Give back to a remapped field what the remapping lost or gained, where the exchange asks for it.
    fn conserve(
        &mut self,
        (exchange, field): Slot,
        view: &mut ViewMut<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let Some(returning) = &mut self.incoming[exchange].returning else {
            return Ok(());
        };
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        returning
            .correct(self.world.as_mut(), self.patience, field, date, view, late)
            .map_err(|error| error.at(&self.component, self.rank))
    }

    fn act_in_sequence(&mut self, exchange: usize, date: i64) -> Result<(), Error> {
        let receiving = &self.receivings[exchange];
        let acted = self.sequence.act(&receiving.name, receiving.sequence, date);
        acted.map_err(|error| error.at(&self.component, self.rank))
    }

    fn treat(
        &mut self,
        (exchange, field): Slot,
        view: &mut ViewMut<'_>,
        date: i64,
    ) -> Result<Received, Error> {
        let (receiving, incoming) = (&self.receivings[exchange], &self.incoming[exchange]);
        let (block, name) = (incoming.own_shape(), &incoming.fields[field].name);
        receiving
            .read_input(field, name, date, block, view)
            .map_err(|error| error.at(&self.component, self.rank))?;
        receiving.scale(incoming, field, view);
        let (check, writes) = (receiving.check, receiving.writes_files);
        let is_input = receiving.is_input();
        let own = own_part(view, block);
        if check {
            self.look_at_received(exchange, field, &own, date)?;
        }
        if writes {
            self.write_received(exchange, field, &own, date)?;
        }
        Ok(match (is_input, writes) {
            (true, _) => Received::Input,
            (false, true) => Received::ReceivedAndOutput,
            (false, false) => Received::Received,
        })
    }

    fn look_at_received(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let receiving = &self.receivings[exchange];
        let Some(gather) = self.gathers.of(receiving.gather) else {
            return Ok(());
        };
        let world = self.world.as_mut();
        let summary = Summary::of(gather, world, self.patience, view)
            .map_err(|error| error.at(&self.component, self.rank))?;
        if let Some(summary) = summary {
            let name = &self.incoming[exchange].fields[field].name;
            tracing::info!(
                "exchange '{}' brings '{name}' at {date} s: {summary}",
                receiving.name
            );
        }
        Ok(())
    }

    fn write_received(
        &mut self,
        exchange: usize,
        field: usize,
        view: &View<'_>,
        date: i64,
    ) -> Result<(), Error> {
        let receiving = &self.receivings[exchange];
        let Some(gather) = self.gathers.of(receiving.gather) else {
            return Ok(());
        };
        let record = Record {
            field: &self.incoming[exchange].fields[field].name,
            exchange: receiving.number,
            date,
            size: receiving.size,
            levels: view.layout.shape[2],
        };
        let files = &mut self.files;
        gather
            .field(self.world.as_mut(), self.patience, view, |level, values| {
                files.write(record, level, values)
            })
            .map_err(|error| error.at(&self.component, self.rank))
    }
}
