//! Outputs that their sender writes straight into the receiver's block.
//!
//! The sender's array then is a part of the block: all its cells, in its order. Across a fold the receiver wants some
//! of them from their mirrors; these are copied within the block before it is handed over.
//!
//! ```text
//!   block, last row (T points about a T pivot):    a b c d e f g h   as written
//!                                                  a b c d e d c b   as handed over
//! ```

use crate::{
    copies::{Writer, count},
    place::{BlockMemory, PlaceRun, Placing},
    view::ElementKind,
};
use std::ops::Neg;

/// Elements that are copied at a time.
const AT_ONCE: usize = 64;

/// Where a field lies in the receiver's block as its sender has it.
#[derive(Debug)]
pub struct InPlace {
    /// Offset of the first element in the block [bytes].
    pub start: usize,
    /// Length of all levels [bytes].
    pub bytes: usize,
    /// Element type.
    pub kind: ElementKind,
    /// Cells of a level.
    cells: usize,
    levels: usize,
    /// Cells that the receiver wants from others, counted from the first of a level.
    mirrored: Box<[PlaceRun]>,
}

impl InPlace {
    /// Find it for a sender that has `cells` cells on each of `levels` levels and sends them as `wire`; `None` where
    /// they are not all in one piece.
    #[must_use]
    pub fn find(placing: &Placing, cells: usize, levels: usize, wire: ElementKind) -> Option<Self> {
        let is_one_piece = levels == 1 || cells == placing.cells;
        let sent: usize = placing.runs.iter().map(|run| run.len).sum();
        // The kind of an output shall not depend on where its receiver is.
        if placing.kind != wire
            || placing.from_levels != (0..levels)
            || !is_one_piece
            || sent != cells
        {
            return None;
        }
        let first = placing.runs.first()?;
        let shift = first.to.checked_sub(first.from)?;
        let is_straight = |run: &&PlaceRun| run.step > 0 && !run.flip && run.to == run.from + shift;
        let others = placing.runs.iter().filter(|run| !is_straight(run));
        let mirrored: Option<Box<[PlaceRun]>> = others
            .map(|run| {
                let to = run.to.checked_sub(shift)?;
                Some(PlaceRun { to, ..*run })
            })
            .collect();
        let mirrored = mirrored?;
        if !stays_inside(placing, shift, cells) || !reads_what_stays(&mirrored, cells) {
            return None;
        }
        let size = placing.kind.size();
        Some(Self {
            start: placing.base + (placing.to_level * placing.cells + shift) * size,
            bytes: cells * levels * size,
            kind: placing.kind,
            cells,
            levels,
            mirrored,
        })
    }

    /// Write the mirrored cells, when all others have been written.
    pub fn complete(&self, block: &mut impl BlockMemory) {
        match self.kind {
            ElementKind::F32 => self.complete_as::<f32>(block),
            ElementKind::F64 => self.complete_as::<f64>(block),
        }
    }

    fn complete_as<T: bytemuck::Pod + Neg<Output = T>>(&self, block: &mut impl BlockMemory) {
        let mut values = [T::zeroed(); AT_ONCE];
        for level in 0..self.levels {
            for run in &self.mirrored {
                for done in (0..run.len).step_by(AT_ONCE) {
                    let values = &mut values[..AT_ONCE.min(run.len - done)];
                    let from = level * self.cells + run.from + done;
                    values.copy_from_slice(block.row_mut(self.start, from, values.len()));
                    if run.flip {
                        values.iter_mut().for_each(|value| *value = -*value);
                    }
                    let (first, last) = first_and_last(run, done, values.len());
                    if run.step < 0 {
                        values.reverse();
                    }
                    let to = level * self.cells + first;
                    count::<T>(Writer::Place, values.len());
                    block
                        .row_mut(self.start, to, last + 1 - first)
                        .copy_from_slice(values);
                }
            }
        }
    }
}

/// The lowest and the highest cell that `len` cells of a run, from number `done` on, go to.
fn first_and_last(run: &PlaceRun, done: usize, len: usize) -> (usize, usize) {
    if run.step > 0 {
        (run.to + done, run.to + done + len - 1)
    } else {
        (run.to - done + 1 - len, run.to - done)
    }
}

/// Whether all runs go to the `cells` cells of the block from `shift` on.
fn stays_inside(placing: &Placing, shift: usize, cells: usize) -> bool {
    placing.runs.iter().all(|run| {
        let (first, last) = first_and_last(run, 0, run.len);
        first >= shift && last < shift + cells
    })
}

/// Whether no mirrored cell is read after it was replaced.
fn reads_what_stays(mirrored: &[PlaceRun], cells: usize) -> bool {
    if mirrored.is_empty() {
        return true;
    }
    let mut replaced = vec![false; cells];
    for run in mirrored {
        let (first, last) = first_and_last(run, 0, run.len);
        replaced[first..=last].fill(true);
    }
    let mut sources = mirrored.iter().flat_map(|run| run.from..run.from + run.len);
    !sources.any(|cell| replaced[cell])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const fn run(from: usize, to: usize, len: usize, step: i8, flip: bool) -> PlaceRun {
        PlaceRun {
            from,
            to,
            len,
            step,
            flip,
        }
    }

    /// Two of the levels of a field of 64-bit elements that begins at byte 80 of a block of `cells` cells.
    fn placing(runs: &[PlaceRun], cells: usize) -> Placing {
        Placing {
            runs: Arc::from(runs),
            from_levels: 0..2,
            to_level: 1,
            base: 80,
            cells,
            kind: ElementKind::F64,
        }
    }

    struct Memory(Vec<f64>);

    impl BlockMemory for Memory {
        fn row_mut<T: bytemuck::Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T] {
            let first = base / 8 + start;
            bytemuck::cast_slice_mut(&mut self.0[first..first + len])
        }
    }

    #[test]
    fn the_last_row_across_a_fold_is_mirrored_within_the_block_on_each_level() {
        // 2 rows of 8 cells: columns 1 to 3 of the last row stand for columns 7 to 5, with the sign changed.
        let runs = [run(0, 0, 13, 1, false), run(9, 15, 3, -1, true)];
        let found = InPlace::find(&placing(&runs, 16), 16, 2, ElementKind::F64).expect("one piece");
        assert_eq!((found.start, found.bytes), (80 + 16 * 8, 2 * 16 * 8));
        let mut memory = Memory((0..10 + 3 * 16).map(f64::from).collect());
        found.complete(&mut memory);
        for (level, first) in [(1, 10 + 16), (2, 10 + 32)] {
            let value = |cell: usize| f64::from(first + cell as u32);
            let row = &memory.0[first as usize + 8..first as usize + 16];
            let mirrored = [-value(11), -value(10), -value(9)];
            assert_eq!(row[..5], [8, 9, 10, 11, 12].map(value), "level {level}");
            assert_eq!(row[5..], mirrored, "level {level}");
        }
    }

    #[test]
    fn long_mirrored_runs_are_copied_in_pieces() {
        let runs = [run(0, 0, 100, 1, false), run(0, 199, 100, -1, false)];
        let one_level = Placing {
            from_levels: 0..1,
            ..placing(&runs, 200)
        };
        let found = InPlace::find(&one_level, 200, 1, ElementKind::F64).expect("one piece");
        let mut memory = Memory((0..10 + 2 * 200).map(f64::from).collect());
        let written = memory.0.clone();
        found.complete(&mut memory);
        let row = &memory.0[210..];
        for cell in 0..100 {
            assert!(
                (row[cell] - written[210 + cell]).abs() == 0.0 && row[cell] == row[199 - cell],
                "cell {cell}"
            );
        }
    }

    #[test]
    fn what_is_not_one_piece_is_not_written_in_place() {
        let whole = [run(0, 0, 16, 1, false)];
        let find = |runs: &[PlaceRun], cells| {
            InPlace::find(&placing(runs, cells), 16, 2, ElementKind::F64)
        };
        assert!(find(&whole, 16).is_some());
        assert!(
            find(&whole, 20).is_none(),
            "two levels with other cells between"
        );
        assert!(find(&whole[..0], 16).is_none(), "nothing is sent");
        assert!(
            find(&[run(0, 0, 15, 1, false)], 16).is_none(),
            "a cell has no receiver"
        );
        assert!(find(&[run(0, 15, 16, -1, false)], 16).is_none(), "reversed");
        let swapped = [
            run(0, 0, 8, 1, false),
            run(8, 12, 4, 1, false),
            run(12, 8, 4, 1, false),
        ];
        assert!(find(&swapped, 16).is_none(), "cells that change places");
        let single = InPlace::find(&placing(&whole, 16), 16, 2, ElementKind::F32);
        assert!(single.is_none(), "another kind on the wire");
        let deeper = InPlace::find(&placing(&whole, 16), 16, 3, ElementKind::F64);
        assert!(deeper.is_none(), "a level that the receiver does not have");
    }
}
