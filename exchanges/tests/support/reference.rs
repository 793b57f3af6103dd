//! The obvious way to a receiver's block: extend the whole field by its halo, cell by cell, then cut.
//!
//! Indices count from 1 as in Fortran, row 1 in the south; rows and columns of the halo lie below 1 and above nx, ny.

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    plan::FieldShape,
};

/// One level of a whole field; none where nobody owns the cell.
pub type WholeLevel = Vec<Option<f64>>;

/// A level with `halo` more rows and columns on each side.
pub struct Extended {
    nx: isize,
    ny: isize,
    halo: isize,
    values: Vec<Option<f64>>,
}

impl Extended {
    /// Extend `level` (nx * ny cells); `somewhere` says which cells have an owner on any level.
    pub fn new(
        grid: &Grid,
        field: FieldShape,
        halo: usize,
        level: &WholeLevel,
        somewhere: &[bool],
    ) -> Self {
        let (nx, ny, halo) = (grid.nx as isize, grid.ny as isize, halo as isize);
        let values = vec![None; ((nx + 2 * halo) * (ny + 2 * halo)) as usize];
        let mut extended = Self {
            nx,
            ny,
            halo,
            values,
        };
        for jj in 1..=ny {
            for ji in 1..=nx {
                extended.set(ji, jj, level[((jj - 1) * nx + ji - 1) as usize]);
            }
        }
        match grid.edge_j {
            EdgeJ::Closed => {}
            EdgeJ::Cyclic => extended.wrap_rows(),
            EdgeJ::NorthFold { pivot, row } => {
                let sign = if field.sign == Sign::Vector {
                    -1.0
                } else {
                    1.0
                };
                let keep = |ji: isize| {
                    row == FoldRow::Owned && somewhere[((ny - 1) * nx + ji - 1) as usize]
                };
                extended.fold(pivot, field.point, sign, keep);
            }
            EdgeJ::SouthFold { pivot } => {
                let sign = if field.sign == Sign::Vector {
                    -1.0
                } else {
                    1.0
                };
                extended.fold_south(pivot, field.point, sign);
            }
        }
        if grid.edge_i == EdgeI::Cyclic {
            extended.wrap_columns();
        }
        extended
    }

    fn place(&self, ji: isize, jj: isize) -> usize {
        ((jj - 1 + self.halo) * (self.nx + 2 * self.halo) + ji - 1 + self.halo) as usize
    }

    /// The value at column `ji`, row `jj`.
    pub fn get(&self, ji: isize, jj: isize) -> Option<f64> {
        self.values[self.place(ji, jj)]
    }

    fn set(&mut self, ji: isize, jj: isize, value: Option<f64>) {
        let place = self.place(ji, jj);
        self.values[place] = value;
    }

    /// Take a folded value from a cell of the grid; rows beyond the first and the last give nothing.
    fn take(&mut self, (ji, jj): (isize, isize), (from_i, from_j): (isize, isize), sign: f64) {
        let value = if from_j < 1 || from_j > self.ny {
            None
        } else {
            self.get(from_i, from_j).map(|value| sign * value)
        };
        self.set(ji, jj, value);
    }

    fn wrap_rows(&mut self) {
        for jl in 1..=self.halo {
            for ji in 1..=self.nx {
                self.set(ji, 1 - jl, self.get(ji, self.ny + 1 - jl));
                self.set(ji, self.ny + jl, self.get(ji, jl));
            }
        }
    }

    fn wrap_columns(&mut self) {
        for jj in 1 - self.halo..=self.ny + self.halo {
            for jl in 1..=self.halo {
                self.set(1 - jl, jj, self.get(self.nx + 1 - jl, jj));
                self.set(self.nx + jl, jj, self.get(jl, jj));
            }
        }
    }

    /// The row on the fold, except for cells that `keep` their own value, then the rows beyond it.
    fn fold(&mut self, pivot: Pivot, point: PointKind, sign: f64, keep: impl Fn(isize) -> bool) {
        let (nx, ny) = (self.nx, self.ny);
        // Columns of T, V about a T point; of T, V about an F point and U, F about a T point; of U, F about an F point.
        let about_first = |ji: isize| if ji == 1 { 1 } else { nx - ji + 2 };
        let about_middle = |ji: isize| nx - ji + 1;
        let about_last = |ji: isize| if ji == nx { nx } else { nx - ji };
        let second_half: Vec<isize> = match (pivot, point) {
            (Pivot::T, PointKind::T) => (nx / 2 + 2..=nx).collect(),
            (Pivot::T, PointKind::U) | (Pivot::F, PointKind::V) => {
                ((nx + 1) / 2 + 1..=nx).collect()
            }
            (Pivot::T, PointKind::V | PointKind::F) => (1..=nx).collect(),
            (Pivot::F, PointKind::T | PointKind::U) => Vec::new(),
            (Pivot::F, PointKind::F) => (nx / 2 + 1..=nx - 1).collect(),
        };
        for ji in second_half.into_iter().filter(|ji| !keep(*ji)) {
            match (pivot, point) {
                (Pivot::T, PointKind::T) => self.take((ji, ny), (about_first(ji), ny), sign),
                (Pivot::T, PointKind::U) => self.take((ji, ny), (about_middle(ji), ny), sign),
                // One row alone has no row below the fold.
                (Pivot::T, PointKind::V | PointKind::F) if ny == 1 => {}
                (Pivot::T, PointKind::V) => self.take((ji, ny), (about_first(ji), ny - 1), sign),
                (Pivot::T, PointKind::F) => self.take((ji, ny), (about_middle(ji), ny - 1), sign),
                (Pivot::F, PointKind::V) => self.take((ji, ny), (about_middle(ji), ny), sign),
                (Pivot::F, _) => self.take((ji, ny), (about_last(ji), ny), sign),
            }
        }
        for jl in 1..=self.halo {
            for ji in 1..=nx {
                let from = match (pivot, point) {
                    (Pivot::T, PointKind::T) => (about_first(ji), ny - jl),
                    (Pivot::T, PointKind::U) => (about_middle(ji), ny - jl),
                    (Pivot::T, PointKind::V) => (about_first(ji), ny - 1 - jl),
                    (Pivot::T, PointKind::F) => (about_middle(ji), ny - 1 - jl),
                    (Pivot::F, PointKind::T) => (about_middle(ji), ny + 1 - jl),
                    (Pivot::F, PointKind::U) => (about_last(ji), ny + 1 - jl),
                    (Pivot::F, PointKind::V) => (about_middle(ji), ny - jl),
                    (Pivot::F, PointKind::F) => (about_last(ji), ny - jl),
                };
                self.take((ji, ny + jl), from, sign);
            }
        }
    }
    /// The rows beyond the first one, which keeps its own values.
    fn fold_south(&mut self, pivot: Pivot, point: PointKind, sign: f64) {
        let nx = self.nx;
        let about_first = |ji: isize| if ji == 1 { 1 } else { nx - ji + 2 };
        let about_middle = |ji: isize| nx - ji + 1;
        let about_last = |ji: isize| if ji == nx { nx } else { nx - ji };
        for jl in 1..=self.halo {
            for ji in 1..=nx {
                let from = match (pivot, point) {
                    (Pivot::T, PointKind::T) => (about_first(ji), 1 + jl),
                    (Pivot::T, PointKind::U) => (about_middle(ji), 1 + jl),
                    (Pivot::T, PointKind::V) => (about_first(ji), 2 + jl),
                    (Pivot::T, PointKind::F) => (about_middle(ji), 2 + jl),
                    (Pivot::F, PointKind::T) => (about_middle(ji), jl),
                    (Pivot::F, PointKind::U) => (about_last(ji), jl),
                    (Pivot::F, PointKind::V) => (about_middle(ji), 1 + jl),
                    (Pivot::F, PointKind::F) => (about_last(ji), 1 + jl),
                };
                self.take((ji, 1 - jl), from, sign);
            }
        }
    }
}
