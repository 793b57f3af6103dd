//! What the senders of this node write straight into the block.

use crate::sharing::SharedSource;
use halocline_exchanges_shared::{Part, flags::parity};

/// The inbox of an exchange and how far its messages have been opened and closed.
#[derive(Debug)]
pub(crate) struct Memory {
    source: SharedSource,
    /// Ranks of the senders within the source component.
    senders: Vec<usize>,
    /// The message of the last date that was opened; they count from 1.
    opened: u32,
    /// The last that was closed.
    closed: u32,
    /// For a message and the one after it, by parity, the fields whose blocks have been lent, so that their gaps may have been written.
    written: [Vec<usize>; 2],
}

impl Memory {
    pub(crate) const fn new(source: SharedSource, senders: Vec<usize>) -> Self {
        Self {
            source,
            senders,
            opened: 0,
            closed: 0,
            written: [Vec::new(), Vec::new()],
        }
    }

    /// Whether all senders have written the next message.
    pub(super) fn has_next(&mut self) -> bool {
        self.source.inbox.has_arrived(self.opened.wrapping_add(1))
    }

    /// Open it.
    pub(super) fn open_next(&mut self) {
        self.opened = self.opened.wrapping_add(1);
    }

    /// Close the message that is open.
    pub(super) const fn close(&mut self) {
        self.closed = self.opened;
    }

    /// Whether the slot of the next message has not been released since the date before last.
    pub(super) fn next_slot_is_held(&self) -> bool {
        self.opened.wrapping_sub(self.source.inbox.released()) >= 2
    }

    /// Dates that the senders gave to the open message, and their ranks.
    pub(super) fn dates(&self) -> impl Iterator<Item = (i64, usize)> {
        let dates = self.source.inbox.dates(self.opened);
        dates.zip(self.senders.iter().copied())
    }

    /// Borrow the block of a field of the open message.
    pub(super) fn borrow_open(&self, field: usize) -> Option<Part> {
        self.source.inbox.borrow_part(self.opened, field)
    }

    /// The borrower may write anywhere in the open block: its gaps want filling before senders write into it again.
    pub(super) fn note_written(&mut self, field: usize) {
        self.written[parity(self.opened)].push(field);
    }

    /// The oldest message that is closed but not released, if nobody has a block of it: its fields that were lent, with
    /// their blocks.
    pub(super) fn take_returned(&mut self) -> Option<Vec<(usize, Part)>> {
        let inbox = &self.source.inbox;
        if inbox.released() == self.closed || inbox.next_is_lent() {
            return None;
        }
        let next = inbox.released().wrapping_add(1);
        let parts = self.written[parity(next)]
            .drain(..)
            .filter_map(|field| Some((field, inbox.borrow_part(next, field)?)));
        Some(parts.collect())
    }

    /// Let the senders write into that message's slot again.
    pub(super) fn release_next(&mut self) {
        let SharedSource { inbox, bells, .. } = &mut self.source;
        if inbox.release_next() {
            bells.iter().for_each(|bell| bell.ring());
        }
    }

    /// Nobody reads the later messages: their senders need not wait.
    pub(super) fn leave(&mut self) {
        let SharedSource { inbox, bells, .. } = &mut self.source;
        if inbox.leave() {
            bells.iter().for_each(|bell| bell.ring());
        } else {
            tracing::warn!(
                "a block is still viewed at the end: senders wait for it to be given back"
            );
        }
    }

    /// Ranks that have not written the next message.
    pub(super) fn late(&self) -> Vec<usize> {
        let next = self.opened.wrapping_add(1);
        let senders = self.senders.iter().enumerate();
        let late = senders.filter(|(number, _)| !self.source.inbox.has_sent(*number, next));
        late.map(|(_, rank)| *rank).collect()
    }
}
