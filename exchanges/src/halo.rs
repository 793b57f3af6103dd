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
//! A block is cut into bands of rows of one kind, a band into segments of consecutive columns; each of these rectangles
//! is then turned or not. However large the block, there are a handful of them.

use crate::{
    demand::{BlockCells, Demand, Mirror},
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Sign},
    north_fold::{NorthFold, Redundant},
    partition::{CellRun, OwnedCells, Rectangle},
    plan::{BlockShape, FieldShape},
    ranges::common,
    rectangles,
};
use std::ops::Range;

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
    let mut block = Block::new(grid, field);
    if let Some(rectangle) = own.rectangle() {
        block.rectangle(rectangle, halo);
    } else {
        // No cells have no halo either: the block is the halo's corners, all outside.
        let corners = block_shape(own, halo).cells() - own.cells();
        block.cells.outside.push(0..corners);
        block.runs(own.runs());
    }
    block.cells
}

/// What the rows of a block show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    /// Nothing: they lie outside the grid.
    Outside,
    /// A row of the grid.
    Plain,
    /// The last row of the grid, some cells of which a fold holds twice.
    Last,
    /// A row of the grid that the fold turns around.
    Folded,
}

/// Consecutive rows of a block of one kind.
#[derive(Debug, Clone, Copy)]
struct Band {
    kind: RowKind,
    /// The first row in the block.
    block_row: usize,
    /// Number of rows.
    rows: usize,
    /// The row of the grid that the first row shows; the others follow northwards, southwards where they are folded.
    row: usize,
}

impl Band {
    /// Whether `next` is the next row of this band.
    fn continues(&self, next: &Self) -> bool {
        let row = match self.kind {
            RowKind::Outside => next.row,
            RowKind::Plain => self.row + self.rows,
            RowKind::Last => return false,
            RowKind::Folded => self.row.wrapping_sub(self.rows),
        };
        self.kind == next.kind && row == next.row
    }
}

/// Consecutive columns of the grid, shown from the index `block` on in the first row of a band.
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
    /// Columns of the last row that are the mirror of a cell counted before them.
    redundant: Range<usize>,
    row: FoldRow,
    flip: bool,
}

impl Fold {
    fn of(grid: &Grid, field: FieldShape) -> Option<Self> {
        let (nx, ny) = (grid.nx, grid.ny);
        let (map, row) = match grid.edge_j {
            EdgeJ::NorthFold { pivot, row } => (NorthFold::new(pivot, field.point, nx, ny), row),
            EdgeJ::SouthFold { pivot } => {
                let map = NorthFold::south(pivot, field.point, nx, ny);
                (map, FoldRow::Owned)
            }
            EdgeJ::Closed | EdgeJ::Cyclic => return None,
        };
        let redundant = match (grid.edge_j, map.redundant()) {
            (EdgeJ::SouthFold { .. }, _) | (_, Redundant::Nothing) => 0..0,
            (_, Redundant::Columns(columns)) => columns,
            (_, Redundant::Row) => 0..nx,
        };
        Some(Self {
            map,
            redundant,
            row,
            flip: field.sign == Sign::Vector,
        })
    }
}

/// Builds a block band by band.
#[derive(Debug)]
struct Block<'a> {
    grid: &'a Grid,
    fold: Option<Fold>,
    cells: BlockCells,
}

impl<'a> Block<'a> {
    fn new(grid: &'a Grid, field: FieldShape) -> Self {
        Self {
            grid,
            fold: Fold::of(grid, field),
            cells: BlockCells::default(),
        }
    }

    /// Own cells without a halo that are no rectangle, in local order.
    fn runs(&mut self, runs: &[CellRun]) {
        let rows = self.grid.ny - usize::from(self.last_row_is_special());
        let plain = self.grid.cell(0, rows);
        for (run, local) in crate::owners::placed(runs) {
            let below = run.start.min(plain)..run.end().min(plain);
            let mut block = local;
            let start = below.start;
            for cells in rectangles::of_run(
                self.grid.nx,
                CellRun {
                    start,
                    len: below.len(),
                },
            ) {
                self.cells
                    .demands
                    .push(Demand::forward(cells, block, cells.ni));
                block += cells.cells();
            }
            if run.end() > plain {
                let column = run.start.saturating_sub(plain);
                let len = run.len - below.len();
                self.last_row(Segment { column, len, block });
            }
        }
    }

    fn last_row_is_special(&self) -> bool {
        self.fold
            .as_ref()
            .is_some_and(|fold| !fold.redundant.is_empty())
    }

    /// A rectangle with its halo.
    fn rectangle(&mut self, own: Rectangle, halo: usize) {
        let (width, halo_width) = (own.ni + 2 * halo, halo.cast_signed());
        let (segments, outside) = self.segments(own.i.cast_signed() - halo_width, width);
        for band in self.bands(own.j.cast_signed() - halo_width, own.nj + 2 * halo) {
            let first = band.block_row * width;
            if band.kind == RowKind::Outside {
                self.cells.outside.push(first..first + band.rows * width);
                continue;
            }
            let starts = (0..band.rows).map(|row| first + row * width);
            let beside = starts.flat_map(|start| {
                let shown =
                    move |columns: &Range<usize>| start + columns.start..start + columns.end;
                outside.iter().map(shown)
            });
            self.cells.outside.extend(beside);
            for segment in &segments {
                let block = first + segment.block;
                self.band(&band, Segment { block, ..*segment }, width);
            }
        }
    }

    /// Cut `rows` rows from row `first` on, which may lie beyond the grid, into bands.
    fn bands(&self, first: isize, rows: usize) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        for block_row in 0..rows {
            let (kind, row) = self.row(first + block_row.cast_signed());
            let next = Band {
                kind,
                block_row,
                rows: 1,
                row,
            };
            match bands.last_mut() {
                Some(last) if last.continues(&next) => last.rows += 1,
                _ => bands.push(next),
            }
        }
        bands
    }

    /// What row `j` shows, which may lie beyond the grid.
    fn row(&self, j: isize) -> (RowKind, usize) {
        let ny = self.grid.ny.cast_signed();
        let (row, is_folded) = match (self.grid.edge_j, &self.fold) {
            (EdgeJ::Cyclic, _) => (j.rem_euclid(ny), false),
            (EdgeJ::NorthFold { .. }, Some(fold)) if j >= ny => (fold.map.row(j), true),
            (EdgeJ::SouthFold { .. }, Some(fold)) if j < 0 => (fold.map.row(j), true),
            _ => (j, false),
        };
        if !(0..ny).contains(&row) {
            return (RowKind::Outside, 0);
        }
        let kind = match is_folded {
            true => RowKind::Folded,
            false if row == ny - 1 && self.last_row_is_special() => RowKind::Last,
            false => RowKind::Plain,
        };
        (kind, row.unsigned_abs())
    }

    /// Cut `width` columns from column `first` on into segments within the grid, and columns of the block beyond a
    /// closed edge.
    fn segments(&self, first: isize, width: usize) -> (Vec<Segment>, Vec<Range<usize>>) {
        let nx = self.grid.nx;
        if self.grid.edge_i == EdgeI::Closed {
            let west = first.min(0).unsigned_abs().min(width);
            let column = first.max(0).unsigned_abs();
            let len = (width - west).min(nx.saturating_sub(column));
            let mut outside = vec![0..west, west + len..width];
            outside.retain(|columns| !columns.is_empty());
            let block = west;
            return (vec![Segment { column, len, block }], outside);
        }
        let mut segments = Vec::new();
        let (mut column, mut block) = (first.rem_euclid(nx.cast_signed()).unsigned_abs(), 0);
        while block < width {
            let len = (nx - column).min(width - block);
            segments.push(Segment { column, len, block });
            (column, block) = (0, block + len);
        }
        (segments, Vec::new())
    }

    /// A segment of all rows of a band.
    fn band(&mut self, band: &Band, segment: Segment, width: usize) {
        match band.kind {
            RowKind::Outside => {}
            RowKind::Last => self.last_row(segment),
            RowKind::Plain => {
                let rows = band.row..band.row + band.rows;
                self.forward(segment, &rows, width);
            }
            RowKind::Folded => {
                let rows = band.row + 1 - band.rows..band.row + 1;
                let turned = self.turned(segment, &rows, width);
                self.cells.demands.extend(turned);
            }
        }
    }

    /// Cells of the row that lies on a fold, or just beneath it.
    fn last_row(&mut self, segment: Segment) {
        let (nx, row) = (self.grid.nx, self.grid.ny - 1);
        let fold = self.fold.as_ref().expect("only a fold holds cells twice");
        let (redundant, given_by) = (fold.redundant.clone(), fold.row);
        let mirror = fold.map.row(row.cast_signed()).unsigned_abs();
        for columns in [0..redundant.start, redundant.end..nx] {
            if let Some(kept) = segment.within(&columns) {
                self.forward(kept, &(row..row + 1), kept.len);
            }
        }
        let Some(doubled) = segment.within(&redundant) else {
            return;
        };
        let turned = self.turned(doubled, &(mirror..mirror + 1), doubled.len);
        match given_by {
            FoldRow::Mirrored => self.cells.demands.extend(turned),
            FoldRow::Owned => {
                self.forward(doubled, &(row..row + 1), doubled.len);
                self.cells.mirrors.extend(turned.into_iter().map(Mirror));
            }
        }
    }

    /// The mirror of a segment in `rows`: columns descend, and wrap at most once; rows descend.
    fn turned(&self, segment: Segment, rows: &Range<usize>, width: usize) -> Vec<Demand> {
        let fold = self.fold.as_ref().expect("only a fold turns cells around");
        // The southernmost row is shown last.
        let first = segment.block + (rows.len() - 1) * width;
        let mut demands = Vec::with_capacity(2);
        let mut done = 0;
        while done < segment.len {
            let highest = fold.map.column((segment.column + done).cast_signed());
            let len = (highest + 1).min(segment.len - done);
            demands.push(Demand {
                cells: Rectangle::of(&(highest + 1 - len..highest + 1), rows),
                block: first + done,
                row_step: -width.cast_signed(),
                step: -1,
                flip: fold.flip,
            });
            done += len;
        }
        demands
    }

    fn forward(&mut self, segment: Segment, rows: &Range<usize>, width: usize) {
        let columns = segment.column..segment.column + segment.len;
        let cells = Rectangle::of(&columns, rows);
        self.cells
            .demands
            .push(Demand::forward(cells, segment.block, width));
    }
}
