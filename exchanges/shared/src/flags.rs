//! The protocol of the flags, over any atomic word, so that the model checker runs what production runs.
//!
//! Messages of one exchange count 1, 2, 3, ... on both sides. A sender's flag says the last message that it has
//! published, the receiver's flag the last that it has released: message n may be written once n - 2 is released. Numbers
//! wrap around.
//!
//! Which of the two slots a message lies in is written by the first sender that begins it: where the message before has
//! been released already, the same slot again, whose lines are still in the caches; else the other. So the word of the
//! choice holds message n or n + 1 for whoever writes or reads message n, and n + 1 was begun while n was not released:
//! it then lies in the other slot.

use std::time::Duration;

/// A 32-bit word that several processes read and write.
pub trait Word {
    /// Read; what the writer wrote before its `store_release` is then visible.
    fn load_acquire(&self) -> u32;
    /// Write; all that was written before is visible to who reads this value with `load_acquire`.
    fn store_release(&self, value: u32);
    /// Add one, in the single order that all processes agree on.
    fn increment(&self);
    /// Take one away, in that order.
    fn decrement(&self);
    /// Read, in that order.
    fn load_ordered(&self) -> u32;
    /// Write `value` if the word is `expected`, reading and writing as above; else what it is.
    fn replace(&self, expected: u32, value: u32) -> Result<(), u32>;
    /// Sleep while the word is `expected`, at most `longest`; may wake for no reason.
    fn sleep(&self, expected: u32, longest: Duration);
    /// Wake all who sleep on the word.
    fn wake(&self);
}

/// Tells message `sequence` from the one before it and the one after it.
#[must_use]
pub const fn parity(sequence: u32) -> usize {
    (sequence % 2) as usize
}

/// Message and slot in one word; of the number all but the highest bit.
const fn choice(sequence: u32, slot: usize) -> u32 {
    sequence << 1 | parity(slot as u32) as u32
}

/// The slot of message `sequence` if the word tells it.
const fn slot_in(choice: u32, sequence: u32) -> Option<usize> {
    let slot = (choice & 1) as usize;
    if choice >> 1 == sequence << 1 >> 1 {
        Some(slot)
    } else if choice >> 1 == sequence.wrapping_add(1) << 1 >> 1 {
        Some(1 - slot)
    } else {
        None
    }
}

/// The slot of message `sequence`, for a sender that may write it ([`is_free`]); `avoids` is a slot that it would rather
/// not have.
pub fn choose<W: Word>(
    chosen: &W,
    released: &W,
    sequence: u32,
    avoids: impl Fn(usize) -> bool,
) -> usize {
    let found = chosen.load_acquire();
    if let Some(slot) = slot_in(found, sequence) {
        return slot;
    }
    let last = (found & 1) as usize;
    let is_released = is_at(released.load_acquire(), sequence.wrapping_sub(1));
    let slot = if is_released && !avoids(last) {
        last
    } else {
        1 - last
    };
    match chosen.replace(found, choice(sequence, slot)) {
        Ok(()) => slot,
        Err(other) => slot_in(other, sequence).unwrap_or(slot),
    }
}

/// The slot of message `sequence`, for the receiver: all senders have published it, it has not been released.
pub fn chosen_slot(chosen: &impl Word, sequence: u32) -> Option<usize> {
    slot_in(chosen.load_acquire(), sequence)
}

/// Whether `reached` is `wanted` or later; the two are less than 2^31 apart.
const fn is_at(reached: u32, wanted: u32) -> bool {
    reached.wrapping_sub(wanted) < 1 << 31
}

/// Whether the sender may write message `sequence`: the one before it in the same slot has been released.
pub fn is_free(released: &impl Word, sequence: u32) -> bool {
    is_at(released.load_acquire(), sequence.wrapping_sub(2))
}

/// Whether the receiver may read this sender's part of message `sequence`.
pub fn has_arrived(published: &impl Word, sequence: u32) -> bool {
    is_at(published.load_acquire(), sequence)
}

/// The sender has written all of message `sequence`; then ring the receiver's bell.
pub fn publish<W: Word>(published: &W, sequence: u32, bell: &BellWords<'_, W>) {
    published.store_release(sequence);
    bell.ring();
}

/// The receiver reads message `sequence` no more; then ring the senders' bells.
pub fn release(released: &impl Word, sequence: u32) {
    released.store_release(sequence);
}

/// The receiver leaves: it reads no message after `complete`, and senders need not wait for it any more. Then ring the
/// senders' bells.
pub fn leave(released: &impl Word, complete: u32) {
    released.store_release(complete.wrapping_add(LEFT));
}

/// So many messages can follow the last that a receiver took before it left; the numbers compare over twice as many.
const LEFT: u32 = 1 << 30;

/// The two words of a rank's bell: others ring it when they have changed a flag that this rank may wait for.
///
/// To wait: [`BellWords::listen`], look at the flags, and only if they say no [`BellWords::sleep`] with what `listen`
/// gave. A ring between the two makes the sleep end at once, so none is missed.
#[derive(Debug)]
pub struct BellWords<'a, W> {
    /// Counts the rings.
    pub rings: &'a W,
    /// How many sleep, or are about to: nobody calls the kernel to wake a rank that is awake.
    pub sleepers: &'a W,
}

impl<W: Word> BellWords<'_, W> {
    /// The rings so far.
    pub fn listen(&self) -> u32 {
        self.rings.load_acquire()
    }

    /// Say that a flag has changed.
    ///
    /// The count goes up before the sleepers are read, a sleeper announces itself before the kernel reads the count:
    /// in the one order of these four, either the ringer sees the sleeper or the sleeper sees the ring.
    pub fn ring(&self) {
        self.rings.increment();
        if self.sleepers.load_ordered() > 0 {
            self.rings.wake();
        }
    }

    /// Sleep until somebody rings after `heard`, at most `longest`.
    pub fn sleep(&self, heard: u32, longest: Duration) {
        self.sleepers.increment();
        self.rings.sleep(heard, longest);
        self.sleepers.decrement();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_around() {
        assert!(is_at(5, 5) && is_at(6, 5) && !is_at(4, 5));
        assert!(is_at(1, u32::MAX) && !is_at(u32::MAX, 1));
        assert_eq!((parity(1), parity(2), parity(u32::MAX)), (1, 0, 1));
    }

    #[test]
    fn nobody_waits_for_a_receiver_that_has_left() {
        for complete in [0, 7, u32::MAX - 1] {
            let released = std::cell::Cell::new(complete);
            leave(&Plain(&released), complete);
            for later in [1, 2, 3, 1_000_000] {
                assert!(is_free(&Plain(&released), complete.wrapping_add(later)));
            }
        }
    }

    /// A word of one thread.
    struct Plain<'a>(&'a std::cell::Cell<u32>);

    impl Word for Plain<'_> {
        fn load_acquire(&self) -> u32 {
            self.0.get()
        }
        fn store_release(&self, value: u32) {
            self.0.set(value);
        }
        fn increment(&self) {
            self.0.set(self.0.get().wrapping_add(1));
        }
        fn decrement(&self) {
            self.0.set(self.0.get().wrapping_sub(1));
        }
        fn load_ordered(&self) -> u32 {
            self.0.get()
        }
        fn replace(&self, expected: u32, value: u32) -> Result<(), u32> {
            if self.0.get() != expected {
                return Err(self.0.get());
            }
            self.0.set(value);
            Ok(())
        }
        fn sleep(&self, _: u32, _: Duration) {
            unreachable!("one thread never waits");
        }
        fn wake(&self) {}
    }

    #[test]
    fn a_choice_tells_the_slot_of_its_message_and_of_the_one_before() {
        for sequence in [0, 1, 7, u32::MAX >> 1, u32::MAX - 1, u32::MAX] {
            for slot in [0, 1] {
                let word = choice(sequence, slot);
                assert_eq!(slot_in(word, sequence), Some(slot));
                assert_eq!(slot_in(word, sequence.wrapping_sub(1)), Some(1 - slot));
                assert_eq!(slot_in(word, sequence.wrapping_add(1)), None);
            }
        }
    }
}
