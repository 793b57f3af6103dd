//! What receivers and senders of one node write to each other: numbers in a fixed order.

use halocline_exchanges::{
    plan::BlockRun,
    view::ElementKind,
    words::{WordReader, Words},
};
use halocline_exchanges_shared::{Ticket, inbox::Address};
use std::sync::Arc;

/// One field's block in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// From the start of the slot [bytes].
    pub(super) base: usize,
    /// Level of the block that the first level of the message goes to.
    pub(super) first_level: usize,
    /// The cells.
    pub(super) runs: Arc<[BlockRun]>,
}

/// One message that may go into a block instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invited {
    /// Position of the exchange in the experiment.
    pub(super) exchange: usize,
    pub(super) address: Address,
    /// Element type of the block.
    pub(super) kind: ElementKind,
    /// Cells of the block on one level.
    pub(super) cells: usize,
    /// One for each field of the exchange.
    pub(super) blocks: Vec<Block>,
}

/// An invitation that is being written.
#[derive(Debug)]
pub(super) struct Invitation(Words);

impl Invitation {
    pub(super) fn new(ticket: &Ticket) -> Self {
        let mut words = Words::default();
        write_ticket(&mut words, ticket);
        Self(words)
    }

    pub(super) fn add(&mut self, invited: Invited) {
        let Invited {
            exchange,
            address,
            kind,
            cells,
            blocks,
        } = invited;
        let [first, second] = address.slots;
        let words = &mut self.0;
        words.extend([
            exchange,
            address.released,
            address.chosen,
            address.sender,
            first,
            second,
            address.slot_bytes,
            kind.size(),
            cells,
            blocks.len(),
        ]);
        let mut last: Option<Arc<[BlockRun]>> = None;
        for block in blocks {
            let is_same = last
                .as_ref()
                .is_some_and(|last| Arc::ptr_eq(last, &block.runs));
            words.extend([block.base, block.first_level, usize::from(is_same)]);
            if !is_same {
                words.push(block.runs.len());
                block.runs.iter().for_each(|run| write_run(words, run));
            }
            last = Some(block.runs);
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    pub(super) fn read(bytes: &[u8]) -> (Ticket, Vec<Invited>) {
        let mut words = WordReader::new(bytes);
        let ticket = read_ticket(&mut words);
        let mut list = Vec::new();
        while !words.is_empty() {
            list.push(read_invited(&mut words));
        }
        (ticket, list)
    }
}

fn read_invited(words: &mut WordReader<'_>) -> Invited {
    let [
        exchange,
        released,
        chosen,
        sender,
        first,
        second,
        slot_bytes,
        size,
        cells,
        fields,
    ] = words.take();
    let mut last: Arc<[BlockRun]> = Arc::new([]);
    let blocks = (0..fields).map(|_| {
        let [base, first_level, is_same] = words.take();
        if is_same == 0 {
            let count = words.next();
            last = (0..count).map(|_| read_run(words)).collect();
        }
        Block {
            base,
            first_level,
            runs: Arc::clone(&last),
        }
    });
    Invited {
        blocks: blocks.collect(),
        exchange,
        address: Address {
            released,
            chosen,
            sender,
            slots: [first, second],
            slot_bytes,
        },
        kind: if size == ElementKind::F32.size() {
            ElementKind::F32
        } else {
            ElementKind::F64
        },
        cells,
    }
}

fn write_run(words: &mut Words, run: &BlockRun) {
    let flags = usize::from(run.step < 0) + 2 * usize::from(run.flip);
    words.extend([run.start, run.len, flags]);
}

fn read_run(words: &mut WordReader<'_>) -> BlockRun {
    let [start, len, flags] = words.take();
    BlockRun {
        start,
        len,
        step: if flags & 1 == 0 { 1 } else { -1 },
        flip: flags & 2 != 0,
    }
}

fn write_ticket(words: &mut Words, ticket: &Ticket) {
    words.extend([
        ticket.process as usize,
        ticket.descriptor as usize,
        ticket.bytes as usize,
        ticket.nonce as usize,
    ]);
}

fn read_ticket(words: &mut WordReader<'_>) -> Ticket {
    let narrow = |word: usize| u32::try_from(word).expect("written from 32 bits");
    let [process, descriptor, bytes, nonce] = words.take();
    Ticket {
        process: narrow(process),
        descriptor: narrow(descriptor),
        bytes: bytes as u64,
        nonce: nonce as u64,
    }
}

/// What a sender answers.
#[derive(Debug)]
pub(super) struct Answer;

impl Answer {
    /// It uses messages.
    pub(super) fn no() -> Vec<u8> {
        Vec::new()
    }

    /// It writes into the block; its bell is in its own segment.
    pub(super) fn yes(own: &Ticket) -> Vec<u8> {
        let mut words = Words::default();
        write_ticket(&mut words, own);
        words.into_bytes()
    }

    /// The sender's ticket if it said yes.
    pub(super) fn read(bytes: &[u8]) -> Option<Ticket> {
        (!bytes.is_empty()).then(|| read_ticket(&mut WordReader::new(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_arrive_as_they_were_written() {
        let ticket = Ticket {
            process: 7,
            descriptor: 3,
            bytes: 1 << 40,
            nonce: u64::MAX,
        };
        let run = |start, step, flip| BlockRun {
            start,
            len: 4,
            step,
            flip,
        };
        let shared: Arc<[BlockRun]> = vec![run(1, 1, false), run(9, -1, true)].into();
        let other: Arc<[BlockRun]> = vec![run(5, -1, false)].into();
        let block = |base, runs: &Arc<[BlockRun]>| Block {
            base,
            first_level: 2,
            runs: Arc::clone(runs),
        };
        let invited = |exchange, kind| Invited {
            exchange,
            address: Address {
                released: 128,
                chosen: 256,
                sender: 384,
                slots: [4096, 8192],
                slot_bytes: 4096,
            },
            kind,
            cells: 30,
            blocks: vec![block(0, &shared), block(4096, &shared), block(8192, &other)],
        };
        let list = [invited(0, ElementKind::F32), invited(5, ElementKind::F64)];
        let mut invitation = Invitation::new(&ticket);
        list.iter()
            .cloned()
            .for_each(|invited| invitation.add(invited));
        let (read_ticket, read) = Invitation::read(&invitation.into_bytes());
        assert_eq!(read_ticket, ticket);
        assert_eq!(read, list);
        assert_eq!(Answer::read(&Answer::yes(&ticket)), Some(ticket));
        assert_eq!(Answer::read(&Answer::no()), None);
    }
}
