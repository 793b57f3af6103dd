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
    /// For each slot the parts that were lent to be written in place: offset, and whether somebody still has it.
    lent: [Vec<(usize, Arc<AtomicBool>)>; 2],
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
        assert!(
            self.is_free(),
            "message {} written before its slot is free",
            self.sequence
        );
        SlotWriter {
            mapping: &self.mapping,
            start: self.address.slots[flags::slot_of(self.sequence)],
            bytes: self.address.slot_bytes,
            streamed: false,
        }
    }

    /// Lend `bytes` bytes at `offset` of the next message's slot, to be written in place before it is published; `None`
    /// while somebody still has them from two messages ago. They must all be cells of this sender.
    ///
    /// # Panics
    /// When the slot is not free.
    pub fn borrow_part(&mut self, offset: usize, bytes: usize) -> Option<Part> {
        assert!(
            self.is_free() && offset + bytes <= self.address.slot_bytes,
            "{bytes} bytes at {offset} of message {}",
            self.sequence
        );
        let slot = flags::slot_of(self.sequence);
        let known = self.lent[slot].iter().find(|(at, _)| *at == offset);
        let lent = known.map(|(_, lent)| Arc::clone(lent)).unwrap_or_else(|| {
            let lent = Arc::default();
            self.lent[slot].push((offset, Arc::clone(&lent)));
            lent
        });
        let start = self.address.slots[slot] + offset;
        Part::borrow(&self.mapping, start, bytes, &lent)
    }

    /// Hand the message over, for the get of `date`.
    pub fn publish(&mut self, date: i64) {
        let sequence = self.sequence;
        let place = self.address.sender + DATES + 8 * flags::slot_of(sequence);
        self.mapping.date(place).store(date, Ordering::Relaxed);
        flags::publish(
            self.mapping.word(self.address.sender),
            sequence,
            &self.bell.words(),
        );
        self.sequence = sequence.wrapping_add(1);
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
