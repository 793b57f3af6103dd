//! Which cells of the whole grid a receiver's block shows, and which lie outside.
//!
//! ```text
//!   block, halo 2, own cells o, of a cyclic grid with a north fold:
//!
//!     f f f f f f f f     beyond the last row: the fold gives the row and turns it around,
//!     f f f f f f f f     then the column wraps
//!     w w o o o o w w
//!     w w o o o o w w     w: the same row, the column wraps
//!     . . . . . . . .     south of row 0: outside, unless j is cyclic
//!     . . . . . . . .
//! ```
//!
//! A row of the block is first cut into segments of consecutive columns, then each segment is turned or not.

use crate::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Sign},
    north_fold::{NorthFold, Redundant},
    partition::{CellRun, OwnedCells, Rectangle},
    plan::{BlockRun, BlockShape, FieldShape},
    ranges::common,
};
use std::ops::Range;

/// Cells of the grid, ascending, and where a block shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Demand {
    /// The first cell of the grid.
    pub(crate) cell: usize,
    /// The block cells; as many.
    pub(crate) run: BlockRun,
}

impl Demand {
    /// The cells of the grid.
    pub(crate) const fn cells(&self) -> Range<usize> {
        self.cell..self.cell + self.run.len
    }

    /// The block cells.
    pub(crate) const fn shown(&self) -> Range<usize> {
        let BlockRun {
            start, len, step, ..
        } = self.run;
        if step > 0 {
            start..start + len
        } else {
            start + 1 - len..start + 1
        }
    }

    /// The part that takes `cells` of the grid.
    pub(crate) const fn taking(&self, cells: &Range<usize>) -> Self {
        let BlockRun {
            start, step, flip, ..
        } = self.run;
        let skipped = cells.start - self.cell;
        let start = if step > 0 {
            start + skipped
        } else {
            start - skipped
        };
        Self {
            cell: cells.start,
            run: BlockRun {
                start,
                len: cells.end - cells.start,
                step,
                flip,
            },
        }
    }

    /// The part that is shown at `shown` of the block.
    pub(crate) fn showing(&self, shown: &Range<usize>) -> Self {
        let all = self.shown();
        let skipped = if self.run.step > 0 {
            shown.start - all.start
        } else {
            all.end - shown.end
        };
        let first = self.cell + skipped;
        self.taking(&(first..first + shown.len()))
    }
}

/// All cells of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BlockCells {
    /// Taken from the grid.
    pub(crate) demands: Vec<Demand>,
    /// Where else to take cells of `demands` from if nobody owns them; in the order of block cells.
    pub(crate) mirrors: Vec<Demand>,
    /// Block cells that lie outside the grid.
    pub(crate) outside: Vec<Range<usize>>,
}

/// The block of a receiver: its local array, or its rectangle with a halo around.
pub(crate) fn block_shape(own: &OwnedCells, halo: usize) -> BlockShape {
    let [ni, nj] = match own.rectangle() {
        Some(rectangle) if halo > 0 => [rectangle.ni, rectangle.nj],
        _ => own.local_shape(),
    };
    BlockShape { ni, nj, halo }
}

/// Where each block cell of a receiver comes from. With a halo its own cells are a rectangle, or none.
pub(crate) fn block_cells(
    grid: &Grid,
    own: &OwnedCells,
    halo: usize,
    field: FieldShape,
) -> BlockCells {
    let mut rows = BlockRows::new(grid, field);
    match own.rectangle() {
        Some(rectangle) if halo > 0 => rows.block(rectangle, halo),
        _ => {
            // No cells have no halo either: the block is the halo's corners, all outside.
            let corners = block_shape(own, halo).cells() - own.cells();
            rows.cells.outside.push(0..corners);
            rows.runs(own.runs());
        }
    }
    rows.cells
}

/// Consecutive columns of one row of the grid, shown from `block` on.
#[derive(Debug, Clone, Copy)]
struct Segment {
    column: usize,
    len: usize,
    block: usize,
}

impl Segment {
    fn within(&self, columns: &Range<usize>) -> Option<Self> {
        let columns = common(&(self.column..self.column + self.len), columns);
        let block = self.block + columns.start.saturating_sub(self.column);
        (!columns.is_empty()).then(|| Self {
            column: columns.start,
            len: columns.len(),
            block,
        })
    }
}

/// A fold, with what it does to the field.
#[derive(Debug, Clone)]
struct Fold {
    map: NorthFold,
    redundant: Redundant,
    row: FoldRow,
    flip: bool,
}

/// Builds a block row by row.
#[derive(Debug)]
struct BlockRows<'a> {
    grid: &'a Grid,
    fold: Option<Fold>,
    cells: BlockCells,
}

impl<'a> BlockRows<'a> {
    fn new(grid: &'a Grid, field: FieldShape) -> Self {
        let fold = match grid.edge_j {
            EdgeJ::NorthFold { pivot, row } => {
                let map = NorthFold::new(pivot, field.point, grid.nx, grid.ny);
                Some(Fold {
                    map,
                    redundant: map.redundant(),
                    row,
                    flip: field.sign == Sign::Vector,
                })
            }
            EdgeJ::Closed | EdgeJ::Cyclic => None,
        };
        Self {
            grid,
            fold,
            cells: BlockCells::default(),
        }
    }

    /// Own cells without a halo, in local order.
    fn runs(&mut self, runs: &[CellRun]) {
        let last_row = self.grid.cell(0, self.grid.ny - 1);
        for (run, local) in crate::owners::placed(runs) {
            let below = run.start.min(last_row)..run.end().min(last_row);
            if !below.is_empty() {
                self.forward(below.start, below.len(), local);
            }
            if run.end() > last_row {
                let column = run.start.saturating_sub(last_row);
                let segment = Segment {
                    column,
                    len: run.len - below.len(),
                    block: local + below.len(),
                };
                self.last_row(segment);
            }
        }
    }

    /// A rectangle with its halo.
    fn block(&mut self, own: Rectangle, halo: usize) {
        let width = own.ni + 2 * halo;
        for row in 0..own.nj + 2 * halo {
            let j = (own.j + row).cast_signed() - halo.cast_signed();
            let columns = own.i.cast_signed() - halo.cast_signed();
            self.row(j, columns, width, row * width);
        }
    }

    /// `width` columns of row `j` from column `first`, shown from `block` on; the row may lie beyond the grid.
    fn row(&mut self, j: isize, first: isize, width: usize, block: usize) {
        let ny = self.grid.ny.cast_signed();
        let (row, is_folded) = match (self.grid.edge_j, &self.fold) {
            (EdgeJ::Cyclic, _) => (j.rem_euclid(ny), false),
            (_, Some(fold)) if j >= ny => (fold.map.row(j), true),
            _ => (j, false),
        };
        if !(0..ny).contains(&row) {
            self.cells.outside.push(block..block + width);
            return;
        }
        let row = row.unsigned_abs();
        for segment in self.segments(first, width, block) {
            if is_folded {
                self.folded(row, segment);
            } else if row + 1 == self.grid.ny {
                self.last_row(segment);
            } else {
                self.forward(
                    self.grid.cell(segment.column, row),
                    segment.len,
                    segment.block,
                );
            }
        }
    }

    /// Cut columns into segments within the grid; what lies beyond a closed edge is outside.
    fn segments(&mut self, first: isize, width: usize, block: usize) -> Vec<Segment> {
        let nx = self.grid.nx;
        if self.grid.edge_i == EdgeI::Closed {
            let west = first.min(0).unsigned_abs().min(width);
            let column = first.max(0).unsigned_abs();
            let len = (width - west).min(nx.saturating_sub(column));
            self.cells
                .outside
                .extend([block..block + west, block + west + len..block + width]);
            return vec![Segment {
                column,
                len,
                block: block + west,
            }];
        }
        let mut segments = Vec::new();
        let (mut column, mut done) = (first.rem_euclid(nx.cast_signed()).unsigned_abs(), 0);
        while done < width {
            let len = (nx - column).min(width - done);
            segments.push(Segment {
                column,
                len,
                block: block + done,
            });
            (column, done) = (0, done + len);
        }
        segments
    }

    /// Cells of the row that lies on a fold, or just beneath it.
    fn last_row(&mut self, segment: Segment) {
        let redundant = match &self.fold {
            None => Redundant::Nothing,
            Some(fold) => fold.redundant.clone(),
        };
        let row = self.grid.ny - 1;
        let redundant = match redundant {
            Redundant::Nothing => 0..0,
            Redundant::Columns(columns) => columns,
            Redundant::Row => 0..self.grid.nx,
        };
        let mirrored = self
            .fold
            .as_ref()
            .is_some_and(|fold| fold.row == FoldRow::Mirrored);
        for columns in [0..redundant.start, redundant.end..self.grid.nx] {
            if let Some(kept) = segment.within(&columns) {
                self.forward(self.grid.cell(kept.column, row), kept.len, kept.block);
            }
        }
        let Some(doubled) = segment.within(&redundant) else {
            return;
        };
        let turned = self.turned(doubled);
        if mirrored {
            self.cells.demands.extend(turned);
        } else {
            self.forward(
                self.grid.cell(doubled.column, row),
                doubled.len,
                doubled.block,
            );
            self.cells.mirrors.extend(turned);
        }
    }

    /// The mirror of a segment of the last row.
    fn turned(&self, segment: Segment) -> Vec<Demand> {
        let fold = self
            .fold
            .as_ref()
            .expect("only a fold makes cells redundant");
        let row = fold.map.row(self.grid.ny.cast_signed() - 1).unsigned_abs();
        self.turned_onto(row, segment)
    }

    fn folded(&mut self, row: usize, segment: Segment) {
        let turned = self.turned_onto(row, segment);
        self.cells.demands.extend(turned);
    }

    /// The mirror of a segment in `row`: columns descend, and wrap at most once.
    fn turned_onto(&self, row: usize, segment: Segment) -> Vec<Demand> {
        let fold = self
            .fold
            .as_ref()
            .expect("only a fold turns segments around");
        let mut demands = Vec::with_capacity(2);
        let mut done = 0;
        while done < segment.len {
            let highest = fold.map.column((segment.column + done).cast_signed());
            let len = (highest + 1).min(segment.len - done);
            let start = segment.block + done + len - 1;
            let run = BlockRun {
                start,
                len,
                step: -1,
                flip: fold.flip,
            };
            demands.push(Demand {
                cell: self.grid.cell(highest + 1 - len, row),
                run,
            });
            done += len;
        }
        demands
    }

    fn forward(&mut self, cell: usize, len: usize, block: usize) {
        self.cells.demands.push(Demand {
            cell,
            run: BlockRun {
                start: block,
                len,
                step: 1,
                flip: false,
            },
        });
    }
}
