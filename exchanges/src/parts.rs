//! The parts of messages: the same cells, as their owner and as their receiver counts them.
//!
//! The receiver finds the parts, and tells each owner its own as rectangles. Both take the rows of the rectangles in the
//! order of the receiver's block, so that it is written from front to back.

use crate::{
    demand::{Demand, block_run},
    owners::OwnedBox,
    plan::{
        BlockRun, FieldReceive, FieldSend, LocalRun, PlanRequest, ReceiveMessage, SendMessage,
        message_layout,
    },
    words::{WordReader, Words},
};
use std::{ops::Range, sync::Arc};

/// What a rank receives from one owner: for each field a position in `cells`, and levels of the field.
#[derive(Debug, Default)]
pub(crate) struct IncomingPart {
    pub(crate) cells: Vec<PartCells>,
    pub(crate) fields: Vec<(usize, Range<usize>)>,
    /// First level of the receiver's array.
    pub(crate) first_level: usize,
}

/// The cells of one part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PartCells {
    pieces: Vec<Piece>,
    pub(crate) levels: Range<usize>,
}

/// A rectangle of cells in the owner's array and in the receiver's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    len: usize,
    rows: usize,
    /// The first cell in the owner's array.
    local: usize,
    local_step: usize,
    /// The lowest index in the block of the first row.
    block: usize,
    block_step: isize,
    step: i8,
    flip: bool,
}

/// One row of a piece.
#[derive(Debug, Clone, Copy)]
struct Row {
    block: usize,
    local: usize,
    len: usize,
    step: i8,
    flip: bool,
}

impl Piece {
    pub(crate) const fn new(owned: &OwnedBox, demand: &Demand) -> Self {
        Self {
            len: demand.cells.ni,
            rows: demand.cells.nj,
            local: owned.local,
            local_step: owned.row_step,
            block: demand.block,
            block_step: demand.row_step,
            step: demand.step,
            flip: demand.flip,
        }
    }

    const fn cells(&self) -> usize {
        self.len * self.rows
    }

    fn each_row(&self) -> impl Iterator<Item = Row> {
        let Self {
            len, step, flip, ..
        } = *self;
        let places = (0..self.rows).map(|row| {
            let block = row.cast_signed() * self.block_step;
            (
                self.block.wrapping_add_signed(block),
                self.local + row * self.local_step,
            )
        });
        places.map(move |(block, local)| Row {
            block,
            local,
            len,
            step,
            flip,
        })
    }

    /// Whether `next` goes on where this single row ends, in the array and in the block.
    const fn is_continued_by(&self, next: &Self) -> bool {
        let lies_next = if self.step > 0 {
            self.block + self.len == next.block
        } else {
            next.block + next.len == self.block
        };
        self.rows == 1
            && next.rows == 1
            && self.local + self.len == next.local
            && lies_next
            && self.step == next.step
            && self.flip == next.flip
    }
}

impl PartCells {
    /// Add a piece; single cells that follow each other become one.
    pub(crate) fn push(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last) if last.is_continued_by(&piece) => {
                last.block = last.block.min(piece.block);
                last.len += piece.len;
            }
            _ => self.pieces.push(piece),
        }
    }

    fn count(&self) -> usize {
        self.pieces.iter().map(Piece::cells).sum()
    }

    /// All rows in the order of the block.
    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.pieces.iter().flat_map(Piece::each_row).collect();
        rows.sort_unstable_by_key(|row| row.block);
        rows
    }

    fn local_runs(&self) -> Arc<[LocalRun]> {
        let mut runs: Vec<LocalRun> = Vec::new();
        for Row { local, len, .. } in self.rows() {
            match runs.last_mut() {
                Some(last) if last.start + last.len == local => last.len += len,
                _ => runs.push(LocalRun { start: local, len }),
            }
        }
        runs.into()
    }

    fn block_runs(&self) -> Arc<[BlockRun]> {
        let mut runs: Vec<BlockRun> = Vec::new();
        for Row {
            block,
            len,
            step,
            flip,
            ..
        } in self.rows()
        {
            let run = block_run(block, len, step, flip);
            match runs.last_mut() {
                Some(last) if follows(last, &run) => last.len += len,
                _ => runs.push(run),
            }
        }
        runs.into()
    }

    fn write(&self, letter: &mut Words) {
        letter.push(self.pieces.len());
        for piece in &self.pieces {
            letter.extend([piece.rows, piece.len, piece.local, piece.block]);
            if piece.rows > 1 {
                letter.push(piece.local_step);
                letter.push_signed(piece.block_step);
            }
        }
    }

    /// Read what an owner needs of the pieces: how the receiver turns them is not told.
    fn read(words: &mut WordReader<'_>) -> Self {
        let pieces = (0..words.next()).map(|_| {
            let [rows, len, local, block] = words.take();
            let (local_step, block_step) = match rows {
                1 => (0, 0),
                _ => (words.next(), words.next_signed()),
            };
            Piece {
                len,
                rows,
                local,
                local_step,
                block,
                block_step,
                step: 1,
                flip: false,
            }
        });
        Self {
            pieces: pieces.collect(),
            levels: 0..0,
        }
    }
}

/// Whether a run goes on where the last one ends.
const fn follows(last: &BlockRun, next: &BlockRun) -> bool {
    let start = if last.step > 0 {
        last.start.checked_add(last.len)
    } else {
        last.start.checked_sub(last.len)
    };
    let goes_on = matches!(start, Some(start) if start == next.start);
    goes_on && last.step == next.step && last.flip == next.flip
}

impl IncomingPart {
    /// Tell the owner: the lists of its cells, then for each field which list on which levels.
    pub(crate) fn write(&self, letter: &mut Words) {
        letter.push(self.cells.len());
        self.cells.iter().for_each(|cells| cells.write(letter));
        letter.extend(
            self.fields
                .iter()
                .flat_map(|(cells, levels)| [*cells, levels.start, levels.end]),
        );
    }

    /// The message as this rank unpacks it.
    pub(crate) fn message(&self, request: &PlanRequest<'_>, from: usize) -> ReceiveMessage {
        let runs: Vec<Arc<[BlockRun]>> = self.cells.iter().map(PartCells::block_runs).collect();
        let elements = self
            .fields
            .iter()
            .map(|(cells, levels)| levels.len() * self.cells[*cells].count());
        let (offsets, bytes) = message_layout(request.shape.wire, elements);
        let fields = self.fields.iter().zip(offsets);
        let fields = fields.map(|((cells, levels), offset)| FieldReceive {
            offset,
            runs: Arc::clone(&runs[*cells]),
            levels: own_numbers(levels, self.first_level),
        });
        ReceiveMessage {
            from,
            bytes,
            fields: fields.collect(),
        }
    }
}

impl SendMessage {
    /// Read what a receiver wants of this rank's cells.
    pub(crate) fn read(request: &PlanRequest<'_>, to: usize, words: &mut WordReader<'_>) -> Self {
        let own = request.source.expect("only owners are asked for cells");
        let lists: Vec<(Arc<[LocalRun]>, usize)> = (0..words.next())
            .map(|_| {
                let cells = PartCells::read(words);
                (cells.local_runs(), cells.count())
            })
            .collect();
        let wanted: Vec<(usize, Range<usize>)> = (0..request.shape.fields.len())
            .map(|_| {
                let [list, first, end] = words.take();
                (list, first..end)
            })
            .collect();
        let elements = wanted
            .iter()
            .map(|(list, levels)| levels.len() * lists[*list].1);
        let (offsets, bytes) = message_layout(request.shape.wire, elements);
        let first_level = own.level_range().start;
        let fields = wanted.into_iter().zip(offsets);
        let fields = fields.map(|((list, levels), offset)| FieldSend {
            offset,
            runs: Arc::clone(&lists[list].0),
            levels: own_numbers(&levels, first_level),
        });
        Self {
            to,
            bytes,
            fields: fields.collect(),
        }
    }
}

/// Levels of a field as an array counts them whose first is `first`.
fn own_numbers(levels: &Range<usize>, first: usize) -> Range<usize> {
    levels.start.saturating_sub(first)..levels.end.saturating_sub(first)
}
