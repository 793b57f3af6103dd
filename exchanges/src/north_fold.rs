//! The north fold: which cell of the grid lies beyond its last row, and which cells of that row are one point.
//!
//! The last row is folded onto itself: the grid goes on northwards as its own picture, turned by half a circle.
//! Every point kind has its own numbers, because U, V and F lie half a cell off T. Columns count modulo nx.
//! A prime marks the picture; the same letter is the same point of the globe.
//!
//! ```text
//! Pivot T (nx = 6): turns about the T points i = 0 and i = nx/2 of row n = ny-1.
//!
//!   T, row n+1     g'  l'  k'  j'  i'  h'       row n-1 backwards               (-i,   2(ny-1) - j)
//!   T, row n       a   b   c   d   c'  b'       second half = first half backwards
//!   T, row n-1     g   h   i   j   k   l
//!                 i=0  1   2   3   4   5
//!
//!   U, row n+1       l'  k'  j'  i'  h'  g'     half a cell east of T           (-1-i, 2(ny-1) - j)
//!   U, row n         a   b   c   c'  b'  a'     second half = first half backwards
//!   U, row n-1       g   h   i   j   k   l
//!
//!   V, row n+1     m'  r'  q'  p'  o'  n'       half a cell north of T          (-i,   2ny-3 - j)
//!   V, row n       g'  l'  k'  j'  i'  h'       the whole row lies beyond the fold: row n-1 backwards
//!   V, row n-1     g   h   i   j   k   l
//!   V, row n-2     m   n   o   p   q   r
//!
//!   F, row n+1       r'  q'  p'  o'  n'  m'     both                            (-1-i, 2ny-3 - j)
//!   F, row n         l'  k'  j'  i'  h'  g'     row n-1 backwards
//!   F, row n-1       g   h   i   j   k   l
//!   F, row n-2       m   n   o   p   q   r
//!
//! Pivot F (nx = 6): turns about the F points i = nx/2-1 and i = nx-1 of row n.
//!
//!   T, row n+1     f'  e'  d'  c'  b'  a'       row n backwards: no point twice (-1-i, 2ny-1 - j)
//!   T, row n       a   b   c   d   e   f
//!                 i=0  1   2   3   4   5
//!
//!   U, row n+1       e'  d'  c'  b'  a'  f'     half a cell east of T           (-2-i, 2ny-1 - j)
//!   U, row n         a   b   c   d   e   f
//!
//!   V, row n+1     l'  k'  j'  i'  h'  g'       half a cell north of T          (-1-i, 2ny-2 - j)
//!   V, row n       a   b   c   c'  b'  a'       second half = first half backwards
//!   V, row n-1     g   h   i   j   k   l
//!
//!   F, row n+1       k'  j'  i'  h'  g'  l'     both                            (-2-i, 2ny-2 - j)
//!   F, row n         a   b   c   b'  a'  d      second half = first half backwards, but for the last
//!   F, row n-1       g   h   i   j   k   l
//! ```

use crate::grid::{Pivot, PointKind};
use std::ops::Range;

/// The index map of a fold for one point kind: cells (i, j) and `(i_sum - i mod nx, j_sum - j)` are one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NorthFold {
    nx: isize,
    ny: isize,
    i_sum: isize,
    j_sum: isize,
}

/// Cells of the last row that are the mirror of a cell counted before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redundant {
    /// None: the row lies south of the fold.
    Nothing,
    /// These columns: the row lies on the fold.
    Columns(Range<usize>),
    /// All of them: the row lies north of the fold.
    Row,
}

impl NorthFold {
    /// The fold of an `nx` by `ny` grid for one point kind.
    #[must_use]
    pub fn new(pivot: Pivot, point: PointKind, nx: usize, ny: usize) -> Self {
        let (nx, ny) = (nx.cast_signed(), ny.cast_signed());
        let (i_sum, j_sum) = match (pivot, point) {
            (Pivot::T, PointKind::T) => (0, 2 * ny - 2),
            (Pivot::T, PointKind::U) => (-1, 2 * ny - 2),
            (Pivot::T, PointKind::V) => (0, 2 * ny - 3),
            (Pivot::T, PointKind::F) => (-1, 2 * ny - 3),
            (Pivot::F, PointKind::T) => (-1, 2 * ny - 1),
            (Pivot::F, PointKind::U) => (-2, 2 * ny - 1),
            (Pivot::F, PointKind::V) => (-1, 2 * ny - 2),
            (Pivot::F, PointKind::F) => (-2, 2 * ny - 2),
        };
        Self {
            nx,
            ny,
            i_sum,
            j_sum,
        }
    }

    /// The fold of row 0: its mirror image in j. T about T shows row 1 beyond row 0, T about F row 0 itself.
    #[must_use]
    pub fn south(pivot: Pivot, point: PointKind, nx: usize, ny: usize) -> Self {
        let north = Self::new(pivot, point, nx, ny);
        Self {
            j_sum: 2 * (north.ny - 1) - north.j_sum,
            ..north
        }
    }

    /// Column of the mirror of column `i`, `0..nx`.
    #[must_use]
    pub const fn column(&self, i: isize) -> usize {
        (self.i_sum - i).rem_euclid(self.nx).unsigned_abs()
    }

    /// Row of the mirror of row `j`; negative where it lies south of the grid.
    #[must_use]
    pub const fn row(&self, j: isize) -> isize {
        self.j_sum - j
    }

    /// Which cells of the last row are the mirror of another cell of the grid that comes before them.
    #[must_use]
    pub fn redundant(&self) -> Redundant {
        let row = self.row(self.ny - 1);
        if row == self.ny {
            return Redundant::Nothing;
        }
        if row == self.ny - 1 {
            return Redundant::Columns(self.redundant_columns());
        }
        // A grid of one row has nothing south of the fold that could give the cells: they stay what they are.
        if row >= 0 {
            Redundant::Row
        } else {
            Redundant::Nothing
        }
    }

    /// Columns i with `column(i) < i`: column 0 is its own mirror when `i_sum` is 0, column nx-1 when it is -2, and the
    /// others pair up around the middle.
    fn redundant_columns(&self) -> Range<usize> {
        let nx = self.nx.unsigned_abs();
        match self.i_sum {
            0 => nx / 2 + 1..nx.max(nx / 2 + 1),
            -1 => nx.div_ceil(2)..nx,
            _ => nx / 2..nx.saturating_sub(1).max(nx / 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PointKind::{F, T, U, V};

    const POINTS: [PointKind; 4] = [T, U, V, F];

    fn folds() -> impl Iterator<Item = NorthFold> {
        let sizes = (1..12).flat_map(|nx| (1..6).map(move |ny| (nx, ny)));
        let kinds = || {
            [Pivot::T, Pivot::F]
                .into_iter()
                .flat_map(|pivot| POINTS.map(|point| (pivot, point)))
        };
        sizes.flat_map(move |(nx, ny)| {
            kinds().map(move |(pivot, point)| NorthFold::new(pivot, point, nx, ny))
        })
    }

    fn mirror(fold: NorthFold, (i, j): (isize, isize)) -> (isize, isize) {
        (fold.column(i).cast_signed(), fold.row(j))
    }

    /// First row beyond a 6 x 5 grid: the columns it shows, and their row.
    fn first_row_beyond(pivot: Pivot, point: PointKind) -> ([usize; 6], isize) {
        let fold = NorthFold::new(pivot, point, 6, 5);
        (
            std::array::from_fn(|i| fold.column(i.cast_signed())),
            fold.row(5),
        )
    }

    #[test]
    fn folding_twice_leads_back() {
        for fold in folds() {
            for cell in (0..fold.nx).flat_map(|i| (0..fold.ny + 3).map(move |j| (i, j))) {
                assert_eq!(mirror(fold, mirror(fold, cell)), cell, "{fold:?}");
            }
        }
    }

    #[test]
    fn rows_beyond_the_last_never_show_a_redundant_cell() {
        for fold in folds() {
            let kept_rows = if fold.redundant() == Redundant::Nothing {
                fold.ny
            } else {
                fold.ny - 1
            };
            assert!(
                (fold.ny..2 * fold.ny).all(|j| fold.row(j) < kept_rows),
                "{fold:?}"
            );
        }
    }

    #[test]
    fn redundant_columns_are_those_whose_mirror_comes_first() {
        for fold in folds() {
            let columns = fold.redundant_columns();
            for i in 0..fold.nx.unsigned_abs() {
                assert_eq!(
                    columns.contains(&i),
                    fold.column(i.cast_signed()) < i,
                    "column {i} of {fold:?}"
                );
            }
        }
    }

    // NEMO's lbc_nfd with one halo column, counted from 1 there, from 0 and without it here.
    #[test]
    fn the_first_row_beyond_a_t_pivot_shows_the_rows_that_lbc_nfd_takes() {
        assert_eq!(first_row_beyond(Pivot::T, T), ([0, 5, 4, 3, 2, 1], 3));
        assert_eq!(first_row_beyond(Pivot::T, U), ([5, 4, 3, 2, 1, 0], 3));
        assert_eq!(first_row_beyond(Pivot::T, V), ([0, 5, 4, 3, 2, 1], 2));
        assert_eq!(first_row_beyond(Pivot::T, F), ([5, 4, 3, 2, 1, 0], 2));
    }

    #[test]
    fn the_first_row_beyond_an_f_pivot_shows_the_rows_that_lbc_nfd_takes() {
        assert_eq!(first_row_beyond(Pivot::F, T), ([5, 4, 3, 2, 1, 0], 4));
        assert_eq!(first_row_beyond(Pivot::F, U), ([4, 3, 2, 1, 0, 5], 4));
        assert_eq!(first_row_beyond(Pivot::F, V), ([5, 4, 3, 2, 1, 0], 3));
        assert_eq!(first_row_beyond(Pivot::F, F), ([4, 3, 2, 1, 0, 5], 3));
    }

    #[test]
    fn the_second_half_of_the_fold_row_repeats_the_first() {
        let on_fold = |pivot, point| NorthFold::new(pivot, point, 6, 5).redundant();
        assert_eq!(on_fold(Pivot::T, T), Redundant::Columns(4..6));
        assert_eq!(on_fold(Pivot::T, U), Redundant::Columns(3..6));
        assert_eq!(on_fold(Pivot::T, V), Redundant::Row);
        assert_eq!(on_fold(Pivot::T, F), Redundant::Row);
        assert_eq!(on_fold(Pivot::F, T), Redundant::Nothing);
        assert_eq!(on_fold(Pivot::F, U), Redundant::Nothing);
        assert_eq!(on_fold(Pivot::F, V), Redundant::Columns(3..6));
        assert_eq!(on_fold(Pivot::F, F), Redundant::Columns(3..5));
    }

    // Counted from the folded edge, as the north fold is when its rows are turned around.
    #[test]
    fn the_south_fold_is_the_north_fold_upside_down() {
        for (pivot, point) in [Pivot::T, Pivot::F]
            .into_iter()
            .flat_map(|pivot| POINTS.map(|point| (pivot, point)))
        {
            let (north, south) = (
                NorthFold::new(pivot, point, 6, 5),
                NorthFold::south(pivot, point, 6, 5),
            );
            for j in 0..5 {
                assert_eq!(
                    south.row(-1 - j),
                    4 - north.row(5 + j),
                    "{pivot:?} {point:?}"
                );
            }
        }
        assert_eq!(NorthFold::south(Pivot::T, T, 6, 5).row(-1), 1);
        assert_eq!(NorthFold::south(Pivot::T, V, 6, 5).row(-1), 2);
        assert_eq!(NorthFold::south(Pivot::F, T, 6, 5).row(-1), 0);
        assert_eq!(NorthFold::south(Pivot::F, F, 6, 5).row(-1), 1);
    }

    #[test]
    fn one_row_has_nothing_to_take_a_v_row_from() {
        assert_eq!(
            NorthFold::new(Pivot::T, V, 6, 1).redundant(),
            Redundant::Nothing
        );
    }
}
