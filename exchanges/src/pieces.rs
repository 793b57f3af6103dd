//! How a message is cut into pieces, so that one is packed while another is on its way and a third is unpacked.
//!
//! ```text
//! sender      pack 0 | pack 1 | pack 2 | pack 3
//! on the way         | 0      | 1      | 2      | 3
//! receiver                    | unpack 0 | unpack 1 | unpack 2 | unpack 3
//! ```
//! Both sides compute the same cut from the plan: a message that fits into one piece is one piece with all its fields;
//! of a longer one each field is cut by itself, into whole levels where several fit into a piece, else into stretches of
//! one level. Each piece begins with a header and tells its number, because fields may be sent in any order.

mod header;
mod set_aside;

pub use header::Header;
pub use set_aside::SetAside;

use crate::{
    plan::{BlockRun, HEADER_BYTES, LocalRun, ReceiveMessage, SendMessage},
    view::ElementKind,
};
use std::{ops::Range, sync::Arc};

/// The longest piece that a coupling sends [bytes]: a few of them fit the second cache of a core.
pub const PIECE_BYTES: usize = 128 << 10;

/// Consecutive cells on one level, at the sender or at the receiver.
pub trait Run: Copy {
    /// Number of cells.
    fn cells(&self) -> usize;
    /// `len` of the cells, in their order, after the first `skipped`.
    #[must_use]
    fn part(&self, skipped: usize, len: usize) -> Self;
}

impl Run for LocalRun {
    fn cells(&self) -> usize {
        self.len
    }

    fn part(&self, skipped: usize, len: usize) -> Self {
        Self {
            start: self.start + skipped,
            len,
        }
    }
}

impl Run for BlockRun {
    fn cells(&self) -> usize {
        self.len
    }

    fn part(&self, skipped: usize, len: usize) -> Self {
        let start = if self.step > 0 {
            self.start + skipped
        } else {
            self.start - skipped
        };
        Self {
            start,
            len,
            ..*self
        }
    }
}

/// What one piece has of one field: on each of the levels the cells of `runs`, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<R> {
    /// Position of the field in its exchange.
    pub field: usize,
    /// Where the part begins in its piece [bytes].
    pub offset: usize,
    /// The cells.
    pub runs: Arc<[R]>,
    /// Levels of the local array.
    pub levels: Range<usize>,
}

/// One piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<R> {
    /// What it has of the fields: of all of them where it is the whole message, else of one.
    pub parts: Vec<Part<R>>,
    /// Its length with the header [bytes].
    pub bytes: usize,
}

/// All pieces of one message, in the order of the fields, the levels, and the cells of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces<R> {
    list: Vec<Piece<R>>,
}

impl Pieces<LocalRun> {
    /// Cut a message as its sender sees it, into pieces of at most `longest` bytes.
    #[must_use]
    pub fn sent(message: &SendMessage, wire: ElementKind, longest: usize) -> Self {
        let fields = message.fields.iter();
        let fields = fields.map(|field| (field.offset, &field.runs, field.levels.clone()));
        Self::cut(message.bytes, fields, wire, longest)
    }
}

impl Pieces<BlockRun> {
    /// Cut a message as its receiver sees it, into pieces of at most `longest` bytes.
    #[must_use]
    pub fn received(message: &ReceiveMessage, wire: ElementKind, longest: usize) -> Self {
        let fields = message.fields.iter();
        let fields = fields.map(|field| (field.offset, &field.runs, field.levels.clone()));
        Self::cut(message.bytes, fields, wire, longest)
    }
}

impl<R: Run> Pieces<R> {
    fn cut<'a>(
        bytes: usize,
        fields: impl Iterator<Item = (usize, &'a Arc<[R]>, Range<usize>)>,
        wire: ElementKind,
        longest: usize,
    ) -> Self
    where
        R: 'a,
    {
        let parts = fields.enumerate();
        let parts = parts.map(|(field, (offset, runs, levels))| Part {
            field,
            offset,
            runs: Arc::clone(runs),
            levels,
        });
        let list = if bytes <= longest {
            let parts = parts.collect();
            vec![Piece { parts, bytes }]
        } else {
            let fitting = (longest.saturating_sub(HEADER_BYTES) / wire.size()).max(1);
            parts
                .flat_map(|part| cut_field(&part, fitting, wire))
                .collect()
        };
        Self { list }
    }

    /// The pieces; their positions are their numbers.
    #[must_use]
    pub fn list(&self) -> &[Piece<R>] {
        &self.list
    }

    /// Whether the message is one piece with all its fields.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.list.len() == 1
    }

    /// Length of the longest piece [bytes].
    #[must_use]
    pub fn longest(&self) -> usize {
        let lengths = self.list.iter().map(|piece| piece.bytes);
        lengths.max().unwrap_or(0)
    }

    /// Numbers of the pieces that have cells of a field.
    pub fn of_field(&self, field: usize) -> impl Iterator<Item = usize> {
        let has = move |piece: &Piece<R>| piece.parts.iter().any(|part| part.field == field);
        let numbered = self.list.iter().enumerate();
        numbered
            .filter(move |(_, piece)| has(piece))
            .map(|(number, _)| number)
    }
}

/// Pieces of one field with at most `fitting` elements each.
fn cut_field<R: Run>(part: &Part<R>, fitting: usize, wire: ElementKind) -> Vec<Piece<R>> {
    let cells: usize = part.runs.iter().map(Run::cells).sum();
    if cells == 0 || part.levels.is_empty() {
        return Vec::new();
    }
    let levels_together = (fitting / cells).max(1);
    let stretches = cut_runs(&part.runs, cells.div_ceil(cells.div_ceil(fitting)));
    let levels = part.levels.clone().step_by(levels_together);
    let levels = levels.map(|first| first..(first + levels_together).min(part.levels.end));
    let piece = |levels: Range<usize>, (runs, cells): &(Arc<[R]>, usize)| Piece {
        bytes: HEADER_BYTES + levels.len() * cells * wire.size(),
        parts: vec![Part {
            field: part.field,
            offset: HEADER_BYTES,
            runs: Arc::clone(runs),
            levels,
        }],
    };
    levels
        .flat_map(|levels| {
            let of_level = stretches.iter();
            of_level.map(move |stretch| piece(levels.clone(), stretch))
        })
        .collect()
}

/// Runs one after the other in stretches of `length` cells, the last one of what is left, with the cells of each.
fn cut_runs<R: Run>(runs: &Arc<[R]>, length: usize) -> Vec<(Arc<[R]>, usize)> {
    let mut stretches = Vec::new();
    let (mut stretch, mut cells) = (Vec::new(), 0);
    for run in runs.iter() {
        let mut done = 0;
        while done < run.cells() {
            let len = (run.cells() - done).min(length - cells);
            stretch.push(run.part(done, len));
            (done, cells) = (done + len, cells + len);
            if cells == length {
                stretches.push((std::mem::take(&mut stretch).into(), cells));
                cells = 0;
            }
        }
    }
    if stretches.is_empty() {
        // Fields at the same points go on sharing their runs.
        return vec![(Arc::clone(runs), cells)];
    }
    if cells > 0 {
        stretches.push((stretch.into(), cells));
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn message(lens: &[usize], levels: usize) -> SendMessage {
        let runs: Arc<[LocalRun]> = lens
            .iter()
            .map(|&len| LocalRun { start: 10, len })
            .collect();
        let bytes = lens.iter().sum::<usize>() * levels * 8;
        let field = |offset| crate::plan::FieldSend {
            offset,
            runs: Arc::clone(&runs),
            levels: 0..levels,
        };
        SendMessage {
            to: 0,
            bytes: HEADER_BYTES + 2 * bytes,
            fields: vec![field(HEADER_BYTES), field(HEADER_BYTES + bytes)],
        }
    }

    fn lengths(pieces: &Pieces<LocalRun>) -> Vec<usize> {
        let elements = |piece: &Piece<LocalRun>| (piece.bytes - HEADER_BYTES) / 8;
        pieces.list().iter().map(elements).collect()
    }

    #[test]
    fn what_fits_is_one_piece_with_all_fields() {
        let pieces = Pieces::sent(&message(&[3, 4], 2), ElementKind::F64, 1000);
        assert!(pieces.is_whole());
        assert_eq!(lengths(&pieces), [28]);
        assert_eq!(pieces.list()[0].parts[1].offset, HEADER_BYTES + 14 * 8);
    }

    #[test]
    fn levels_stay_together_where_several_fit() {
        let longest = HEADER_BYTES + 15 * 8;
        let pieces = Pieces::sent(&message(&[3, 4], 5), ElementKind::F64, longest);
        assert_eq!(lengths(&pieces), [14, 14, 7, 14, 14, 7]);
        assert_eq!(pieces.list()[2].parts[0].levels, 4..5);
        assert_eq!(pieces.of_field(1).collect::<Vec<_>>(), [3, 4, 5]);
    }

    #[test]
    fn a_level_that_does_not_fit_is_cut_into_like_stretches() {
        let longest = HEADER_BYTES + 4 * 8;
        let pieces = Pieces::sent(&message(&[3, 6], 1), ElementKind::F64, longest);
        assert_eq!(lengths(&pieces), [3, 3, 3, 3, 3, 3]);
        let starts = pieces
            .list()
            .iter()
            .map(|piece| piece.parts[0].runs[0].start);
        assert_eq!(starts.take(3).collect::<Vec<_>>(), [10, 10, 13]);
    }

    #[test]
    fn runs_across_a_fold_are_cut_backwards() {
        let run = BlockRun {
            start: 9,
            len: 5,
            step: -1,
            flip: true,
        };
        assert_eq!(
            run.part(2, 3),
            BlockRun {
                start: 7,
                len: 3,
                ..run
            }
        );
    }
}
