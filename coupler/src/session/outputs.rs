//! Outputs that are written in place: the block of the receiver, where that can be had, else one of our own.

use super::{Sent, Session, Slot};
use crate::{
    block::{Block, Role, Storage},
    error::Error,
    outgoing::Put,
};
use halocline_exchanges::view::ElementKind;

impl Session {
    /// Lend an array of own cells, axes (level, j, i), to write a field into that will be sent at `date`; `None` where
    /// nothing is due.
    ///
    /// Where one rank of this node receives all of it in one piece, the array is that rank's block and
    /// [`Session::send_output`] copies nothing; otherwise it is memory of this session, and sending copies it. What it
    /// holds at first is not defined. Then [`Session::send_output`], then [`Session::give_back`].
    ///
    /// # Errors
    /// As [`Session::send`]; also an array that was lent two dates before and is still in use.
    pub fn lend_output(&mut self, field: &str, date: i64) -> Result<Option<Block>, Error> {
        let Some(slots) = self.sends.get(field).cloned() else {
            return Err(self.unknown(field, "send"));
        };
        self.check_date(field, date)?;
        // Also where a put is accumulated, and nothing leaves yet.
        let Some((exchange, number)) = slots
            .iter()
            .copied()
            .find(|(exchange, _)| self.reads_put(*exchange, date))
        else {
            return Ok(None);
        };
        let target = self.outgoing[exchange].due(date, self.end);
        // What is made into other values on the way has no place of its own in the receiver's block.
        let goes_straight = slots.len() == 1 && self.sendings[exchange].is_plain();
        let outgoing = &self.outgoing[exchange];
        let ([ni, nj], levels) = (outgoing.local_shape, outgoing.levels[number]);
        let kind = self.widest_wire(&slots);
        self.release_returned();
        let in_place = match target.filter(|_| goes_straight) {
            Some(target) => self.lend_in_place(exchange, number, target)?,
            None => None,
        };
        let spare = || self.spare_outputs.remove(field);
        let storage = in_place
            .or_else(spare)
            .unwrap_or_else(|| Storage::full(kind, levels * nj * ni, 0.0));
        Ok(Some(Block {
            field: field.to_owned(),
            shape: [levels, nj, ni],
            halo: 0,
            storage,
            role: Role::Output,
        }))
    }

    fn lend_in_place(
        &mut self,
        exchange: usize,
        number: usize,
        target: i64,
    ) -> Result<Option<Storage>, Error> {
        let progress = &mut self.progress;
        let late = |what: &str, seconds| progress.waiting(what, seconds);
        let world = self.world.as_mut();
        self.outgoing[exchange]
            .lend(world, self.patience, number, target, late)
            .map_err(|error| error.at(&self.component, self.rank))
    }

    /// Element type of the blocks of a field that this component receives, or of the outputs of one that it sends.
    ///
    /// It does not depend on the way that a message takes, nor on the date.
    #[must_use]
    pub fn lent_kind(&self, field: &str, role: Role) -> Option<ElementKind> {
        match role {
            Role::Input => {
                let (exchange, _) = self.receives.get(field)?;
                Some(self.incoming[*exchange].receive_as)
            }
            Role::Output => Some(self.widest_wire(self.sends.get(field)?)),
        }
    }

    /// Double precision where any of the exchanges that carry a field wants it.
    fn widest_wire(&self, slots: &[Slot]) -> ElementKind {
        let is_double = |(exchange, _): &Slot| self.outgoing[*exchange].wire == ElementKind::F64;
        if slots.iter().any(is_double) {
            ElementKind::F64
        } else {
            ElementKind::F32
        }
    }

    /// Send an output that was lent for `date`; it is not written any more afterwards.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send_output(&mut self, block: &Block, date: i64) -> Result<Sent, Error> {
        match &block.storage {
            Storage::F32(_) | Storage::F64(_) => self.send(&block.field, block.view(), date),
            Storage::SharedF32(_) | Storage::SharedF64(_) => self.send_in_place(&block.field, date),
        }
    }

    /// Send an output whose block lies in shared memory, where others may still view it.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send_in_place(&mut self, field: &str, date: i64) -> Result<Sent, Error> {
        let Some(&(exchange, number)) = self.sends.get(field).and_then(|slots| slots.first())
        else {
            return Err(self.unknown(field, "send"));
        };
        self.check_date(field, date)?;
        let outgoing = &mut self.outgoing[exchange];
        let Some(target) = outgoing.due(date, self.end) else {
            return Ok(Sent::NotDue);
        };
        let put = outgoing
            .put_in_place(self.world.as_mut(), number, target)
            .map_err(|error| error.at(&self.component, self.rank))?;
        self.progress.reached(date);
        Ok(match put {
            Put::Sent => Sent::Sent,
            Put::Stored => Sent::Stored,
        })
    }
}
