//! The sender's end of an exchange: its cells of the receiver's slots.

use crate::{
    flags,
    inbox::Address,
    layout::DATES,
    part::Part,
    segment::{Bell, Mapping, Peer},
    stream,
};
use bytemuck::Pod;
use halocline_exchanges::place::BlockMemory;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The sender's end. Messages count 1, 2, 3, ...
#[derive(Debug)]
pub struct Outbox {
    mapping: Mapping,
    bell: Bell,
    address: Address,
    /// The message that is being written, or written next.
    sequence: u32,
    /// Its slot, once it is begun.
    slot: Option<usize>,
    /// For each slot the parts that were lent to be written in place.
    lent: [Vec<Lent>; 2],
}

/// A part of a slot that was lent to be written in place.
#[derive(Debug)]
struct Lent {
    /// From the start of the slot [bytes].
    offset: usize,
    /// Whether somebody has it.
    is_held: Arc<AtomicBool>,
    /// The message that it was lent for last.
    sequence: u32,
}

/// A part of a slot is still in the hands of somebody to whom it was lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillLent {
    /// How many messages ago it was lent; 0 is the one that is being written.
    pub ago: u32,
}

impl Outbox {
    /// Send into an inbox of another rank's segment.
    #[must_use]
    pub fn new(peer: &Peer, address: Address) -> Self {
        Self {
            mapping: peer.mapping.clone(),
            bell: peer.bell(),
            address,
            sequence: 1,
            slot: None,
            lent: [Vec::new(), Vec::new()],
        }
    }

    /// Whether the next message may be written: the receiver has released the one before in its slot.
    #[must_use]
    pub fn is_free(&self) -> bool {
        flags::is_free(self.mapping.word(self.address.released), self.sequence)
    }

    /// The slot of the next message.
    ///
    /// # Panics
    /// When it is not free.
    pub fn slot(&mut self) -> SlotWriter<'_> {
        let slot = self.begin();
        SlotWriter {
            mapping: &self.mapping,
            start: self.address.slots[slot],
            bytes: self.address.slot_bytes,
            streamed: false,
        }
    }

    /// Choose the slot of the next message, or learn which another sender has chosen.
    fn begin(&mut self) -> usize {
        if let Some(slot) = self.slot {
            return slot;
        }
        assert!(
            self.is_free(),
            "message {} written before its slot is free",
            self.sequence
        );
        // Who still looks at an output that was sent may do so until the date after next.
        let is_viewed = |slot: usize| {
            let mut lent = self.lent[slot].iter();
            lent.any(|lent| lent.is_held.load(Ordering::Acquire))
        };
        let slot = flags::choose(
            self.mapping.word(self.address.chosen),
            self.mapping.word(self.address.released),
            self.sequence,
            is_viewed,
        );
        self.slot = Some(slot);
        slot
    }

    /// Lend `bytes` bytes at `offset` of the next message's slot, to be written in place before it is published. They
    /// must all be cells of this sender.
    ///
    /// # Errors
    /// Somebody still has them: a message of this sender that lay in that slot was the last of which this part was lent.
    ///
    /// # Panics
    /// When the slot is not free.
    pub fn borrow_part(&mut self, offset: usize, bytes: usize) -> Result<Part, StillLent> {
        let (slot, sequence) = (self.begin(), self.sequence);
        assert!(
            offset + bytes <= self.address.slot_bytes,
            "{bytes} bytes at {offset} of message {sequence}"
        );
        let known = &mut self.lent[slot];
        let at = known.iter().position(|lent| lent.offset == offset);
        let at = at.unwrap_or_else(|| {
            known.push(Lent {
                offset,
                is_held: Arc::default(),
                sequence,
            });
            known.len() - 1
        });
        let lent = &mut known[at];
        let start = self.address.slots[slot] + offset;
        let Some(part) = Part::borrow(&self.mapping, start, bytes, &lent.is_held) else {
            let ago = sequence.wrapping_sub(lent.sequence);
            return Err(StillLent { ago });
        };
        lent.sequence = sequence;
        Ok(part)
    }

    /// Hand the message over, for the get of `date`.
    pub fn publish(&mut self, date: i64) {
        // A message of no cells from here has a slot as well.
        self.begin();
        let sequence = self.sequence;
        let place = self.address.sender + DATES + 8 * flags::parity(sequence);
        self.mapping.date(place).store(date, Ordering::Relaxed);
        flags::publish(
            self.mapping.word(self.address.sender),
            sequence,
            &self.bell.words(),
        );
        self.sequence = sequence.wrapping_add(1);
        self.slot = None;
    }
}

/// Writes this sender's cells of a slot; other senders write the others at the same time.
#[derive(Debug)]
pub struct SlotWriter<'a> {
    mapping: &'a Mapping,
    start: usize,
    bytes: usize,
    streamed: bool,
}

impl SlotWriter<'_> {
    /// Another writer into the same slot, for a thread that writes other cells.
    #[must_use]
    pub fn beside(&self) -> SlotWriter<'_> {
        SlotWriter {
            streamed: false,
            ..*self
        }
    }

    fn address<T: Pod>(&self, base: usize, start: usize, len: usize) -> *mut T {
        let size = size_of::<T>();
        let (first, bytes) = (base + start * size, len * size);
        assert!(
            first + bytes <= self.bytes,
            "{bytes} bytes at {first} of a slot of {}",
            self.bytes
        );
        let address = self.mapping.at(self.start + first, bytes).cast::<T>();
        assert!(address.is_aligned(), "elements of {size} bytes at {first}");
        address
    }
}

impl BlockMemory for SlotWriter<'_> {
    fn row_mut<T: Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T] {
        let address = self.address(base, start, len);
        // SAFETY: within the slot and aligned; these cells are this sender's alone, by the plan, until it publishes,
        // and the receiver reads them only after that.
        unsafe { std::slice::from_raw_parts_mut(address, len) }
    }

    fn stream<T: Pod>(&mut self, base: usize, start: usize, values: &[T]) {
        let address = self.address::<T>(base, start, values.len());
        // SAFETY: as in `row_mut`, for as many elements as there are values.
        unsafe { stream::copy(bytemuck::cast_slice(values), address.cast()) };
        self.streamed = true;
    }
}

impl Drop for SlotWriter<'_> {
    /// What went past the caches must be in memory before the flag says so.
    fn drop(&mut self) {
        if self.streamed {
            stream::fence();
        }
    }
}
