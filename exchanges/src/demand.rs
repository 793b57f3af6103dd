//! Cells that a receiver wants, as rectangles of the grid, and where its block shows them.
//!
//! ```text
//!   forward                          beyond a fold: turned by half a circle
//!
//!   grid       block                 grid       block
//!   d e f      . d e f .             d e f      . c b a .
//!   a b c      . a b c .             a b c      . f e d .
//! ```

use crate::{partition::Rectangle, plan::BlockRun};
use std::ops::Range;

/// A rectangle of the grid, and where a block shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Demand {
    pub(crate) cells: Rectangle,
    /// The lowest index in the block that shows a cell of the first row.
    pub(crate) block: usize,
    /// From a row to the next one of the grid; negative beyond a fold.
    pub(crate) row_step: isize,
    /// From a cell to the next one of the grid: +1, or -1 beyond a fold.
    pub(crate) step: i8,
    /// Whether the values change sign.
    pub(crate) flip: bool,
}

impl Demand {
    /// Cells that are shown as they lie in the grid, in a block of `width` columns.
    pub(crate) const fn forward(cells: Rectangle, block: usize, width: usize) -> Self {
        Self {
            cells,
            block,
            row_step: width.cast_signed(),
            step: 1,
            flip: false,
        }
    }

    /// The part that takes `cells` of the grid.
    pub(crate) const fn taking(&self, cells: Rectangle) -> Self {
        let columns = if self.step > 0 {
            cells.i - self.cells.i
        } else {
            self.cells.i + self.cells.ni - (cells.i + cells.ni)
        };
        let rows = (cells.j - self.cells.j).cast_signed();
        Self {
            cells,
            block: (self.block + columns).wrapping_add_signed(rows * self.row_step),
            ..*self
        }
    }

    /// The block cells, row by row of the grid.
    pub(crate) fn shown(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let Self {
            block,
            row_step,
            cells,
            ..
        } = *self;
        (0..cells.nj).map(move |row| {
            let start = block.wrapping_add_signed(row.cast_signed() * row_step);
            start..start + cells.ni
        })
    }
}

/// The cells of a block that are shown at `low`, `len` of them, in the order of the grid.
pub(crate) const fn block_run(low: usize, len: usize, step: i8, flip: bool) -> BlockRun {
    let start = if step > 0 { low } else { low + len - 1 };
    BlockRun {
        start,
        len,
        step,
        flip,
    }
}

/// A part of one row, shown in consecutive cells: what else to take cells of the last row from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mirror(pub(crate) Demand);

impl Mirror {
    /// The block cells.
    pub(crate) const fn shown(&self) -> Range<usize> {
        self.0.block..self.0.block + self.0.cells.ni
    }

    /// The part that is shown at `shown` of the block.
    pub(crate) const fn showing(&self, shown: &Range<usize>) -> Demand {
        let all = self.shown();
        let skipped = if self.0.step > 0 {
            shown.start - all.start
        } else {
            all.end - shown.end
        };
        let cells = Rectangle {
            i: self.0.cells.i + skipped,
            ni: shown.end - shown.start,
            ..self.0.cells
        };
        self.0.taking(cells)
    }
}

/// All cells of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BlockCells {
    /// Taken from the grid.
    pub(crate) demands: Vec<Demand>,
    /// Where else to take cells of `demands` from if nobody owns them; in the order of block cells.
    pub(crate) mirrors: Vec<Mirror>,
    /// Block cells that lie outside the grid.
    pub(crate) outside: Vec<Range<usize>>,
}

impl BlockCells {
    /// All rectangles of the grid that may be needed.
    pub(crate) fn rectangles(&self) -> impl Iterator<Item = Rectangle> {
        let mirrors = self.mirrors.iter().map(|Mirror(demand)| demand);
        self.demands
            .iter()
            .chain(mirrors)
            .map(|demand| demand.cells)
    }
}
