//! Rectangles of cells: what two share, what others leave of one, and which ones a run of cells is.

use crate::{
    partition::{CellRun, Rectangle},
    ranges::{common, uncovered as uncovered_range},
};
use std::ops::Range;

impl Rectangle {
    /// Number of cells.
    pub(crate) const fn cells(&self) -> usize {
        self.ni * self.nj
    }

    pub(crate) const fn columns(&self) -> Range<usize> {
        self.i..self.i + self.ni
    }

    pub(crate) const fn rows(&self) -> Range<usize> {
        self.j..self.j + self.nj
    }

    pub(crate) fn of(columns: &Range<usize>, rows: &Range<usize>) -> Self {
        Self {
            i: columns.start,
            j: rows.start,
            ni: columns.len(),
            nj: rows.len(),
        }
    }

    /// The cells that both have, if any.
    pub(crate) fn common(&self, other: &Self) -> Option<Self> {
        let columns = common(&self.columns(), &other.columns());
        let rows = common(&self.rows(), &other.rows());
        (!columns.is_empty() && !rows.is_empty()).then(|| Self::of(&columns, &rows))
    }

    /// Its cells as ranges of a grid of `nx` columns: one for each row, or a single one if the rows join.
    pub(crate) fn ranges(self, nx: usize) -> impl Iterator<Item = Range<usize>> {
        let Self { i, j, ni, nj } = self;
        let (count, len) = if ni == nx { (1, nx * nj) } else { (nj, ni) };
        (j..j + count).map(move |row| row * nx + i..row * nx + i + len)
    }
}

/// What none of `parts` covers of `whole`; the parts lie within it.
///
/// The rectangle is cut into bands of rows in which the parts stay the same.
pub(crate) fn uncovered(whole: &Rectangle, parts: &[Rectangle]) -> Vec<Rectangle> {
    let mut cuts: Vec<usize> = parts
        .iter()
        .flat_map(|part| [part.rows().start, part.rows().end])
        .chain([whole.rows().start, whole.rows().end])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut by_column: Vec<&Rectangle> = parts.iter().collect();
    by_column.sort_unstable_by_key(|part| part.i);
    let bands = cuts.windows(2).map(|cut| cut[0]..cut[1]);
    let open = bands.flat_map(|band| {
        let there = by_column
            .iter()
            .filter(|part| part.rows().contains(&band.start));
        let columns = uncovered_range(whole.columns(), there.map(|part| part.columns()));
        columns
            .into_iter()
            .map(move |columns| Rectangle::of(&columns, &band))
    });
    open.collect()
}

/// The rectangles that consecutive cells of a grid of `nx` columns are: the rest of a row, whole rows, a part of a row.
pub(crate) fn of_run(nx: usize, run: CellRun) -> impl Iterator<Item = Rectangle> {
    let (mut next, end) = (run.start, run.end());
    std::iter::from_fn(move || {
        let (i, j) = (next % nx, next / nx);
        let left = end - next;
        let (ni, nj) = if i == 0 && left >= nx {
            (nx, left / nx)
        } else {
            (left.min(nx - i), 1)
        };
        next += ni * nj;
        (left > 0).then_some(Rectangle { i, j, ni, nj })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(i: usize, j: usize, ni: usize, nj: usize) -> Rectangle {
        Rectangle { i, j, ni, nj }
    }

    #[test]
    fn a_run_over_several_rows_is_a_head_whole_rows_and_a_tail() {
        let run = CellRun { start: 7, len: 15 };
        let all: Vec<Rectangle> = of_run(5, run).collect();
        let expected = [
            rectangle(2, 1, 3, 1),
            rectangle(0, 2, 5, 2),
            rectangle(0, 4, 2, 1),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_run_within_a_row_is_one_rectangle() {
        let all: Vec<Rectangle> = of_run(5, CellRun { start: 6, len: 3 }).collect();
        assert_eq!(all, [rectangle(1, 1, 3, 1)]);
    }

    #[test]
    fn a_hole_is_left_in_the_rows_where_it_is() {
        let parts = [
            rectangle(0, 0, 4, 1),
            rectangle(0, 1, 1, 2),
            rectangle(3, 1, 1, 2),
        ];
        assert_eq!(
            uncovered(&rectangle(0, 0, 4, 3), &parts),
            [rectangle(1, 1, 2, 2)]
        );
        assert_eq!(
            uncovered(&rectangle(2, 2, 2, 2), &[]),
            [rectangle(2, 2, 2, 2)]
        );
    }

    #[test]
    fn the_rows_of_a_rectangle_join_where_it_is_as_wide_as_the_grid() {
        let rows: Vec<Range<usize>> = rectangle(1, 1, 2, 2).ranges(4).collect();
        assert_eq!(rows, [5..7, 9..11]);
        let rows: Vec<Range<usize>> = rectangle(0, 1, 4, 2).ranges(4).collect();
        assert_eq!(rows, vec![4..12; 1]);
    }
}
