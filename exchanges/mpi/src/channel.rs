//! Channels between two ranks: two slots each, used in turn.
//!
//! ```text
//! sender    slot 0: | pack | in flight ......... | pack | in flight
//!           slot 1:        | pack | in flight ...........      | pack
//! receiver  slot 0: posted ....... | read | posted ...............
//!           slot 1: posted .............. | read | posted ........
//! ```
//! The receiver posts a slot again only when its message is given back, after the other slot's post:
//! MPI matches messages of one pair and tag in the order of the posts, so the turns never mix.

use crate::{
    communicator::Communicator,
    slot::{Route, Slot},
};
use halocline_exchanges::world::WorldError;

/// The sending end.
pub(crate) struct Sender {
    slots: [Slot; 2],
    turn: usize,
}

impl Sender {
    /// Make both buffers.
    pub(crate) fn open(communicator: Communicator, route: Route) -> Result<Self, WorldError> {
        Ok(Self {
            slots: [
                Slot::new(communicator, route)?,
                Slot::new(communicator, route)?,
            ],
            turn: 0,
        })
    }

    /// The buffer whose turn it is, unless it is still in flight.
    pub(crate) fn buffer(&mut self) -> Result<Option<&mut [u8]>, WorldError> {
        let slot = &mut self.slots[self.turn];
        Ok(if slot.is_done()? {
            Some(slot.bytes_mut())
        } else {
            None
        })
    }

    /// Send the buffer whose turn it is.
    pub(crate) fn publish(&mut self) -> Result<(), WorldError> {
        self.slots[self.turn].start()?;
        self.turn = 1 - self.turn;
        Ok(())
    }

    /// Whether both buffers have left.
    pub(crate) fn is_flushed(&mut self) -> Result<bool, WorldError> {
        // Both are tested, so that both make progress.
        let done = [self.slots[0].is_done()?, self.slots[1].is_done()?];
        Ok(done == [true, true])
    }
}

/// The receiving end.
pub(crate) struct Receiver {
    slots: [Slot; 2],
    turn: usize,
    arrived: bool,
}

impl Receiver {
    /// Make both buffers and post their receives.
    pub(crate) fn open(communicator: Communicator, route: Route) -> Result<Self, WorldError> {
        let mut slots = [
            Slot::new(communicator, route)?,
            Slot::new(communicator, route)?,
        ];
        for slot in &mut slots {
            slot.start()?;
        }
        Ok(Self {
            slots,
            turn: 0,
            arrived: false,
        })
    }

    /// Whether the message whose turn it is has come.
    pub(crate) fn has_arrived(&mut self) -> Result<bool, WorldError> {
        if !self.arrived {
            self.arrived = self.slots[self.turn].is_done()?;
        }
        Ok(self.arrived)
    }

    /// The message that has come.
    pub(crate) fn message(&self) -> &[u8] {
        self.slots[self.turn].bytes()
    }

    /// Give the message back: its slot waits for the message after next.
    pub(crate) fn release(&mut self) -> Result<(), WorldError> {
        assert!(
            self.arrived,
            "release of a message that has not been seen to arrive"
        );
        self.arrived = false;
        self.slots[self.turn].start()?;
        self.turn = 1 - self.turn;
        Ok(())
    }

    /// Take the posted receives back.
    pub(crate) fn begin_cancel(&mut self) -> Result<(), WorldError> {
        self.slots.iter_mut().try_for_each(Slot::begin_cancel)
    }

    /// Whether nothing is posted any more.
    pub(crate) fn has_ended(&mut self) -> Result<bool, WorldError> {
        let ended = [self.slots[0].has_ended()?, self.slots[1].has_ended()?];
        Ok(ended == [true, true])
    }
}
