//! Where in a segment everything is. All offsets count bytes from its start.
//!
//! ```text
//! page 0            header: nonce, bell
//! then, an inbox    line: released | for each sender a line: published, dates of two messages
//!   page-aligned    slot 0: part, part, ... | slot 1: part, part, ...     (each part page-aligned)
//! ```

use crate::inbox::InboxShape;

/// Slots begin on pages, so that they can be registered with devices.
pub(crate) const PAGE: usize = 4096;
/// Flags of different writers lie on lines of their own; two, because processors fetch them in pairs.
pub(crate) const LINE: usize = 128;

/// The nonce: 8 bytes that the ticket repeats.
pub(crate) const NONCE: usize = 0;
/// The rings of the bell.
pub(crate) const RINGS: usize = LINE;
/// The sleepers of the bell.
pub(crate) const SLEEPERS: usize = LINE + 4;
/// Where the first inbox may begin.
pub(crate) const HEADER_END: usize = PAGE;

/// From the start of a sender's line to the dates of its last two messages.
pub(crate) const DATES: usize = 8;

/// Where one inbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The receiver's flag.
    pub(crate) released: usize,
    /// The senders' choice of the slot.
    pub(crate) chosen: usize,
    /// The first sender's line; the others follow.
    pub(crate) senders: usize,
    /// Both slots.
    pub(crate) slots: [usize; 2],
    /// From the start of a slot to each part.
    pub(crate) parts: Vec<usize>,
    pub(crate) end: usize,
}

impl Place {
    /// Lay an inbox out from `start`.
    pub(crate) fn new(start: usize, shape: &InboxShape) -> Self {
        let released = start.next_multiple_of(LINE);
        let chosen = released + LINE;
        let senders = chosen + LINE;
        let flags_end = senders + shape.senders * LINE;
        let mut slot_bytes = 0;
        let parts = shape.parts.iter().map(|bytes| {
            let begin = slot_bytes;
            slot_bytes += bytes.next_multiple_of(PAGE);
            begin
        });
        let parts = parts.collect();
        let first = flags_end.next_multiple_of(PAGE);
        Self {
            released,
            chosen,
            senders,
            slots: [first, first + slot_bytes],
            parts,
            end: first + 2 * slot_bytes,
        }
    }

    /// The line of a sender.
    pub(crate) const fn sender(&self, number: usize) -> usize {
        self.senders + number * LINE
    }
}

/// Lay out all inboxes; their places and the length of the segment.
pub(crate) fn place_all(shapes: &[InboxShape]) -> (Vec<Place>, usize) {
    let mut end = HEADER_END;
    let places = shapes.iter().map(|shape| {
        let place = Place::new(end, shape);
        end = place.end;
        place
    });
    let places = places.collect();
    (places, end.next_multiple_of(PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_and_parts_begin_on_pages() {
        let shape = |senders, parts: &[usize]| InboxShape {
            senders,
            parts: parts.to_vec(),
        };
        let shapes = [shape(3, &[100, 5000]), shape(0, &[]), shape(40, &[8])];
        let (places, bytes) = place_all(&shapes);
        let mut end = HEADER_END;
        for (place, shape) in places.iter().zip(&shapes) {
            assert!(place.released >= end);
            assert!(place.sender(shape.senders) <= place.slots[0]);
            for (part, wanted) in place.parts.iter().zip(&shape.parts) {
                assert!((place.slots[0] + part).is_multiple_of(PAGE));
                assert!((place.slots[1] + part).is_multiple_of(PAGE));
                assert!(place.slots[0] + part + wanted <= place.slots[1]);
                assert!(place.slots[1] + part + wanted <= place.end);
            }
            end = place.end;
        }
        assert!(end <= bytes);
    }
}
