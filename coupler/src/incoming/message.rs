//! What one sender sends in messages: their pieces, taken as they arrive.

use halocline_exchanges::{
    pieces::{Header, Part, Pieces, SetAside},
    plan::BlockRun,
    world::{ReceiverId, World, WorldError},
};

/// A channel of messages from one sender.
#[derive(Debug)]
pub(crate) struct Message {
    pieces: Pieces<BlockRun>,
    receiver: ReceiverId,
    /// Rank of the sender within the source component.
    pub(super) sender: usize,
    /// Pieces of the open date that have been taken off the channel.
    taken: usize,
    /// Those of them that belong to fields which nobody has asked for yet, with their numbers.
    aside: Vec<(usize, SetAside)>,
    /// Pieces of the field that is asked for which have not been unpacked.
    missing: usize,
    /// Pieces of closed dates that nobody took and that are still to come.
    unwanted: usize,
}

impl Message {
    pub(crate) const fn new(pieces: Pieces<BlockRun>, receiver: ReceiverId, sender: usize) -> Self {
        Self {
            pieces,
            receiver,
            sender,
            taken: 0,
            aside: Vec::new(),
            missing: 0,
            unwanted: 0,
        }
    }

    /// Whether a piece of the date that is open, or opened next, is here.
    pub(super) fn has_piece(&mut self, world: &mut dyn World) -> Result<bool, WorldError> {
        while self.unwanted > 0 {
            if !world.arrived(self.receiver)? {
                return Ok(false);
            }
            world.release(self.receiver)?;
            self.unwanted -= 1;
        }
        world.arrived(self.receiver)
    }

    /// The date of the piece that is here.
    pub(super) fn date(&self, world: &dyn World) -> Result<i64, WorldError> {
        Header::read(world.message(self.receiver), &self.pieces).map(|header| header.date)
    }

    /// A field is asked for.
    pub(super) fn begin(&mut self, field: usize) {
        self.missing = self.pieces.of_field(field).count();
    }

    /// Whether pieces of the field that is asked for are missing.
    pub(super) const fn is_incomplete(&self) -> bool {
        self.missing > 0
    }

    /// Hand what is here of the field that is asked for to `act`: each part, and its elements.
    pub(super) fn take(
        &mut self,
        world: &mut dyn World,
        field: usize,
        mut act: impl FnMut(&Part<BlockRun>, &[u8]),
    ) -> Result<(), WorldError> {
        if self.pieces.is_whole() {
            return self.look_at_whole(world, field, act);
        }
        let list = self.pieces.list();
        let is_wanted = |number: usize| list[number].parts[0].field == field;
        for (number, piece) in extract(&mut self.aside, is_wanted) {
            let part = &list[number].parts[0];
            act(part, &piece.bytes()[part.offset..]);
            self.missing -= 1;
        }
        while self.missing > 0 && world.arrived(self.receiver)? {
            let piece = world.message(self.receiver);
            let number = Header::read(piece, &self.pieces)?.number();
            let part = &list[number].parts[0];
            if part.field == field {
                act(part, &piece[part.offset..]);
                self.missing -= 1;
            } else {
                self.aside.push((number, SetAside::new(piece)));
            }
            world.release(self.receiver)?;
            self.taken += 1;
        }
        Ok(())
    }

    /// The only piece stays where it is until its date is closed.
    fn look_at_whole(
        &mut self,
        world: &mut dyn World,
        field: usize,
        mut act: impl FnMut(&Part<BlockRun>, &[u8]),
    ) -> Result<(), WorldError> {
        if !world.arrived(self.receiver)? {
            return Ok(());
        }
        let piece = world.message(self.receiver);
        Header::read(piece, &self.pieces)?;
        let parts = self.pieces.list()[0].parts.iter();
        for part in parts.filter(|part| part.field == field) {
            act(part, &piece[part.offset..]);
        }
        self.missing = 0;
        Ok(())
    }

    /// Its date is closed: what is left of it is nobody's any more.
    pub(super) fn close(&mut self) {
        self.unwanted += self.pieces.list().len() - std::mem::take(&mut self.taken);
        self.aside.clear();
    }
}

/// Take out those whose number is `wanted`.
fn extract(
    aside: &mut Vec<(usize, SetAside)>,
    wanted: impl Fn(usize) -> bool,
) -> Vec<(usize, SetAside)> {
    let all = std::mem::take(aside).into_iter();
    let (found, kept) = all.partition(|(number, _)| wanted(*number));
    *aside = kept;
    found
}
