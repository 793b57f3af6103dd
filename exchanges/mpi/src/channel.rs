//! Channels between two ranks: a stream of pieces, each in a buffer of its own.
//!
//! ```text
//! sender    | pack 0 | pack 1 | pack 2 | ...      buffers for two messages, made when they are first wanted
//!           in flight: 0, 1 ............
//! receiver  posted: 0 1 2 3 | unpack 0, post 4 | unpack 1, post 5 | ...
//! ```
//! MPI matches pieces of one pair and tag in the order of the posts, so the turns never mix. The buffer that was used
//! last is used next, at both ends: it is still in the caches.

use crate::{
    communicator::Communicator,
    slot::{Route, Slot},
};
use halocline_exchanges::world::WorldError;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Receives that are posted at most: enough to be on the way while others are packed and unpacked.
const POSTED: usize = 8;
/// Pieces that a sender is ahead of a receiver that takes them: more of them would fall out of the caches.
const AHEAD: usize = 6;
/// How long a sender that is so far ahead waits for the receiver to take one; it then packs the rest of the message
/// without any more waiting: the receiver does something else.
const MOMENT: Duration = Duration::from_micros(30);

/// The sending end.
pub(crate) struct Sender {
    communicator: Communicator,
    route: Route,
    /// Pieces of a message.
    pieces: usize,
    packing: Option<Slot>,
    in_flight: VecDeque<Slot>,
    free: Vec<Slot>,
    /// Pieces published since the beginning of the message.
    published: usize,
    /// Whether the receiver takes the pieces as they come.
    takes: bool,
}

impl Sender {
    pub(crate) fn open(communicator: Communicator, route: Route, pieces: usize) -> Self {
        Self {
            communicator,
            route,
            pieces,
            packing: None,
            in_flight: VecDeque::new(),
            free: Vec::new(),
            published: 0,
            takes: true,
        }
    }

    /// Whether there are buffers for all pieces of the next message. Makes progress.
    pub(crate) fn has_room(&mut self) -> Result<bool, WorldError> {
        self.collect()?;
        Ok(self.in_flight.len() <= self.pieces)
    }

    /// The buffer for the next piece, unless as many as two messages have are in flight.
    pub(crate) fn buffer(&mut self) -> Result<Option<&mut [u8]>, WorldError> {
        if self.packing.is_none() {
            if self.in_flight.len() >= 2 * self.pieces {
                self.collect()?;
            }
            if self.in_flight.len() < 2 * self.pieces {
                let new = || Slot::new(self.communicator, self.route);
                self.packing = Some(self.free.pop().unwrap_or_else(new));
            }
        }
        Ok(self.packing.as_mut().map(Slot::bytes_mut))
    }

    /// Send `bytes` bytes of the buffer.
    pub(crate) fn publish(&mut self, bytes: usize) -> Result<(), WorldError> {
        let Some(mut slot) = self.packing.take() else {
            return Err(WorldError::Failed(format!(
                "{}: a message was published before it was packed",
                self.route
            )));
        };
        slot.send(bytes)?;
        self.in_flight.push_back(slot);
        self.takes |= self.published == 0;
        self.published = (self.published + 1) % self.pieces;
        self.collect()?;
        self.keep_step()
    }

    /// Let the receiver take some of the pieces, if it does.
    fn keep_step(&mut self) -> Result<(), WorldError> {
        if !self.takes {
            return Ok(());
        }
        let mut last = (self.in_flight.len(), Instant::now());
        while self.in_flight.len() > AHEAD {
            self.collect()?;
            if self.in_flight.len() < last.0 {
                last = (self.in_flight.len(), Instant::now());
            } else if last.1.elapsed() > MOMENT {
                self.takes = false;
                break;
            }
        }
        Ok(())
    }

    /// Take back the buffers that have left, in their order. Makes progress.
    fn collect(&mut self) -> Result<(), WorldError> {
        while let Some(first) = self.in_flight.front_mut() {
            if !first.is_done()? {
                break;
            }
            self.free.extend(self.in_flight.pop_front());
        }
        Ok(())
    }

    /// Whether all buffers have left.
    pub(crate) fn is_flushed(&mut self) -> Result<bool, WorldError> {
        self.collect()?;
        Ok(self.in_flight.is_empty())
    }
}

/// The receiving end.
pub(crate) struct Receiver {
    posted: VecDeque<Slot>,
    arrived: bool,
}

impl Receiver {
    /// Make the buffers and post their receives.
    pub(crate) fn open(
        communicator: Communicator,
        route: Route,
        pieces: usize,
    ) -> Result<Self, WorldError> {
        let mut posted = VecDeque::new();
        for _ in 0..(2 * pieces).clamp(2, POSTED) {
            let mut slot = Slot::new(communicator, route);
            slot.receive()?;
            posted.push_back(slot);
        }
        Ok(Self {
            posted,
            arrived: false,
        })
    }

    /// Whether the piece whose turn it is has come.
    pub(crate) fn has_arrived(&mut self) -> Result<bool, WorldError> {
        if !self.arrived {
            self.arrived = self.posted[0].is_done()?;
        }
        Ok(self.arrived)
    }

    /// The piece that has come.
    pub(crate) fn message(&self) -> &[u8] {
        self.posted[0].bytes()
    }

    /// Give the piece back: its buffer waits for another one.
    pub(crate) fn release(&mut self) -> Result<(), WorldError> {
        assert!(
            self.arrived,
            "release of a message that has not been seen to arrive"
        );
        self.arrived = false;
        self.posted[0].receive()?;
        self.posted.rotate_left(1);
        Ok(())
    }

    /// Let go of what has come and comes.
    pub(crate) fn discard(&mut self) -> Result<(), WorldError> {
        while self.has_arrived()? {
            self.release()?;
        }
        Ok(())
    }

    /// Take the posted receives back.
    pub(crate) fn begin_cancel(&mut self) -> Result<(), WorldError> {
        self.posted.iter_mut().try_for_each(Slot::begin_cancel)
    }

    /// Whether nothing is posted any more.
    pub(crate) fn has_ended(&mut self) -> Result<bool, WorldError> {
        let mut ended = true;
        for slot in &mut self.posted {
            ended &= slot.has_ended()?;
        }
        Ok(ended)
    }
}
