//! The receiver's end of an exchange: the flags of its senders and two slots.

use crate::{
    flags,
    layout::{DATES, Place},
    part::Part,
    segment::Mapping,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What an inbox is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxShape {
    /// Ranks that may write into it.
    pub senders: usize,
    /// Length of each field's block [bytes].
    pub parts: Vec<usize>,
}

/// Where an inbox is in its segment, for a sender. All count bytes from the start of the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The receiver's flag.
    pub released: usize,
    /// The senders' choice of the slot.
    pub chosen: usize,
    /// This sender's flag.
    pub sender: usize,
    /// The two slots.
    pub slots: [usize; 2],
    /// Length of a slot.
    pub slot_bytes: usize,
}

/// The receiver's end. Messages count 1, 2, 3, ...
#[derive(Debug)]
pub struct Inbox {
    mapping: Mapping,
    place: Place,
    part_bytes: Vec<usize>,
    /// The lines of the senders that take part.
    senders: Vec<usize>,
    /// For each slot and part: whether somebody has it.
    lent: [Vec<Arc<AtomicBool>>; 2],
    /// The last message of which all senders have published their parts.
    complete: u32,
    /// The slots of that message and of the one before it, by parity.
    chosen: [usize; 2],
    /// Senders of the message after that which have been seen to publish.
    seen: usize,
    /// The last message that was released.
    released: u32,
}

impl Inbox {
    pub(crate) fn new(mapping: Mapping, place: Place, shape: &InboxShape) -> Self {
        let flags = || shape.parts.iter().map(|_| Arc::default()).collect();
        Self {
            mapping,
            senders: (0..shape.senders)
                .map(|number| place.sender(number))
                .collect(),
            part_bytes: shape.parts.clone(),
            lent: [flags(), flags()],
            place,
            complete: 0,
            chosen: [0, 0],
            seen: 0,
            released: 0,
        }
    }

    /// Where sender `number` finds its flag and the slots.
    #[must_use]
    pub fn address(&self, number: usize) -> Address {
        let [first, second] = self.place.slots;
        Address {
            released: self.place.released,
            chosen: self.place.chosen,
            sender: self.place.sender(number),
            slots: [first, second],
            slot_bytes: second - first,
        }
    }

    /// From the start of a slot to the block of each field [bytes].
    #[must_use]
    pub fn part_offsets(&self) -> &[usize] {
        &self.place.parts
    }

    /// Go on with these senders only: the others send messages instead. Before the first message.
    pub fn keep_senders(&mut self, keeps: impl Fn(usize) -> bool) {
        let (place, count) = (&self.place, self.senders.len());
        self.senders = (0..count)
            .filter(|number| keeps(*number))
            .map(|number| place.sender(number))
            .collect();
    }

    /// A part of a slot before the first message, to be filled.
    ///
    /// # Panics
    /// When messages have come, or the part is in other hands.
    pub fn prepare(&mut self, slot: usize, part: usize) -> Part {
        assert!(self.complete == 0, "prepare after the first message");
        self.borrow(slot, part)
            .expect("the part is in no other hands")
    }

    /// Whether all senders have published message `sequence`, the one after the last that was complete or an earlier one.
    pub fn has_arrived(&mut self, sequence: u32) -> bool {
        if sequence == self.complete {
            return true;
        }
        debug_assert_eq!(sequence, self.complete.wrapping_add(1));
        while let Some(line) = self.senders.get(self.seen) {
            if !flags::has_arrived(self.mapping.word(*line), sequence) {
                return false;
            }
            self.seen += 1;
        }
        (self.complete, self.seen) = (sequence, 0);
        let chosen = flags::chosen_slot(self.mapping.word(self.place.chosen), sequence);
        // Each sender chooses before it writes.
        self.chosen[flags::parity(sequence)] =
            chosen.expect("a message that is complete has a slot");
        true
    }

    /// Whether the sender that takes part as number `number` has published message `sequence`.
    #[must_use]
    pub fn has_sent(&self, number: usize, sequence: u32) -> bool {
        flags::has_arrived(self.mapping.word(self.senders[number]), sequence)
    }

    /// The dates that the senders gave to message `sequence`, which is complete.
    pub fn dates(&self, sequence: u32) -> impl Iterator<Item = i64> {
        let place = DATES + 8 * flags::parity(sequence);
        self.senders
            .iter()
            // Ordered by the sender's flag, which has been read.
            .map(move |line| self.mapping.date(line + place).load(Ordering::Relaxed))
    }

    /// Borrow field number `part` of message `sequence`; `None` while somebody has it.
    ///
    /// # Panics
    /// When the message is not complete, or has been released.
    pub fn borrow_part(&self, sequence: u32, part: usize) -> Option<Part> {
        let is_open = sequence == self.complete && sequence != self.released
            || sequence == self.complete.wrapping_sub(1)
                && sequence == self.released.wrapping_add(1);
        assert!(
            is_open,
            "message {sequence} is not open: complete up to {}, released up to {}",
            self.complete, self.released
        );
        self.borrow(self.slot_of(sequence), part)
    }

    /// The slot of a message that is complete and not released.
    const fn slot_of(&self, sequence: u32) -> usize {
        self.chosen[flags::parity(sequence)]
    }

    fn borrow(&self, slot: usize, part: usize) -> Option<Part> {
        let offset = self.place.slots[slot] + self.place.parts[part];
        let bytes = self.part_bytes[part];
        Part::borrow(&self.mapping, offset, bytes, &self.lent[slot][part])
    }

    /// The last message that was released.
    #[must_use]
    pub const fn released(&self) -> u32 {
        self.released
    }

    /// Whether somebody has a part of the message after the last that was released, which is complete.
    #[must_use]
    pub fn next_is_lent(&self) -> bool {
        let slot = self.slot_of(self.released.wrapping_add(1));
        self.lent[slot]
            .iter()
            .any(|lent| lent.load(Ordering::Acquire))
    }

    /// Let the senders write all later messages without anybody reading them, unless somebody has a part of a slot;
    /// whether they may. The senders' bells are to be rung afterwards.
    pub fn leave(&mut self) -> bool {
        let mut parts = self.lent.iter().flatten();
        if parts.any(|lent| lent.load(Ordering::Acquire)) {
            return false;
        }
        flags::leave(self.mapping.word(self.place.released), self.complete);
        true
    }

    /// Release the message after the last that was released, unless somebody has a part of it; whether it is released.
    ///
    /// The senders' bells are to be rung afterwards.
    ///
    /// # Panics
    /// When that message is not complete.
    pub fn release_next(&mut self) -> bool {
        let next = self.released.wrapping_add(1);
        assert!(
            next == self.complete || next == self.complete.wrapping_sub(1),
            "release of message {next} while {} is the last that is complete",
            self.complete
        );
        if self.next_is_lent() {
            return false;
        }
        flags::release(self.mapping.word(self.place.released), next);
        self.released = next;
        true
    }
}
