//! Who owns which cells, as one rank has heard of it.

use crate::{
    partition::{CellRun, Rectangle},
    ranges::common,
    rectangles,
};
use std::ops::Range;

/// A rectangle of a grid, and where it lies in its owner's array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedBox {
    /// The cells of the grid.
    pub(crate) cells: Rectangle,
    /// Rank of the world that owns them.
    pub(crate) rank: usize,
    /// Where the first of them is in that rank's array.
    pub(crate) local: usize,
    /// From a row to the next in that array.
    pub(crate) row_step: usize,
    /// On which levels.
    pub(crate) levels: Range<usize>,
}

impl OwnedBox {
    /// The part within `cells`, if any.
    pub(crate) fn within(&self, cells: &Rectangle) -> Option<Self> {
        let cells = self.cells.common(cells)?;
        let (rows, columns) = (cells.j - self.cells.j, cells.i - self.cells.i);
        Some(Self {
            cells,
            local: self.local + rows * self.row_step + columns,
            levels: self.levels.clone(),
            ..*self
        })
    }
}

/// The owners of the cells that a rank needs.
#[derive(Debug, Clone)]
pub(crate) enum Owners {
    /// As every rank published them.
    Boxes(Vec<OwnedBox>),
    /// As the directory told, on a grid of that many columns.
    Runs(usize, OwnedRuns),
}

impl Owners {
    /// What of `asked` has owners.
    pub(crate) fn within(&self, asked: &Rectangle) -> Vec<OwnedBox> {
        match self {
            Self::Boxes(boxes) => boxes
                .iter()
                .filter_map(|owned| owned.within(asked))
                .collect(),
            Self::Runs(nx, runs) => {
                let rows = asked.ranges(*nx).flat_map(|row| runs.within(&row));
                rows.flat_map(|run| run.boxes(*nx)).collect()
            }
        }
    }
}

/// Consecutive cells of a grid that lie one after the other in one rank's array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedRun {
    /// The cells of the grid.
    pub(crate) cells: Range<usize>,
    /// Rank of the world that owns them.
    pub(crate) rank: usize,
    /// Where the first of them is in that rank's array.
    pub(crate) local: usize,
    /// On which levels.
    pub(crate) levels: Range<usize>,
}

impl OwnedRun {
    /// The part within `cells`.
    pub(crate) fn within(&self, cells: &Range<usize>) -> Self {
        let cells = common(&self.cells, cells);
        Self {
            local: self.local + cells.start - self.cells.start,
            cells,
            rank: self.rank,
            levels: self.levels.clone(),
        }
    }

    /// The rectangles that it is on a grid of `nx` columns.
    fn boxes(self, nx: usize) -> impl Iterator<Item = OwnedBox> {
        let Range { start, end } = self.cells;
        let len = end - start;
        boxes(
            rectangles::of_run(nx, CellRun { start, len }),
            self.rank,
            self.local,
            self.levels,
        )
    }
}

/// Rectangles that lie one after the other in their owner's array, from `local` on.
pub(crate) fn boxes(
    rectangles: impl IntoIterator<Item = Rectangle>,
    rank: usize,
    local: usize,
    levels: Range<usize>,
) -> impl Iterator<Item = OwnedBox> {
    rectangles.into_iter().scan(local, move |local, cells| {
        let first = *local;
        *local += cells.cells();
        Some(OwnedBox {
            cells,
            rank,
            local: first,
            row_step: cells.ni,
            levels: levels.clone(),
        })
    })
}

/// A cell with two owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DoubleOwner {
    pub(crate) cell: usize,
    pub(crate) first: usize,
    pub(crate) second: usize,
}

/// Owned runs in the order of their cells.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnedRuns {
    runs: Vec<OwnedRun>,
    /// For each run the furthest end of it and those before: grows, so it can be searched.
    reach: Vec<usize>,
}

impl OwnedRuns {
    pub(crate) fn new(mut heard: Vec<OwnedRun>) -> Self {
        heard.sort_unstable_by_key(|run| (run.cells.start, run.levels.start, run.rank));
        let mut runs: Vec<OwnedRun> = Vec::with_capacity(heard.len());
        for run in heard {
            match runs.last_mut() {
                Some(last) if follows(last, &run) => last.cells.end = run.cells.end,
                _ => runs.push(run),
            }
        }
        let reach = runs.iter().scan(0, |furthest, run| {
            *furthest = run.cells.end.max(*furthest);
            Some(*furthest)
        });
        let reach = reach.collect();
        Self { runs, reach }
    }

    /// Runs that have cells of `asked`, cut to it, in the order of their first cells.
    pub(crate) fn within<'a>(
        &'a self,
        asked: &Range<usize>,
    ) -> impl Iterator<Item = OwnedRun> + use<'a> {
        let first = self.reach.partition_point(|reach| *reach <= asked.start);
        let end = self
            .runs
            .partition_point(|run| run.cells.start < asked.end)
            .max(first);
        let asked = asked.clone();
        let near = self.runs[first..end].iter();
        near.map(move |run| run.within(&asked))
            .filter(|run| !run.cells.is_empty())
    }

    /// The first cell that two ranks own on one level, with the lowest two of them.
    pub(crate) fn first_double(&self) -> Option<DoubleOwner> {
        let mut open: Vec<&OwnedRun> = Vec::new();
        let mut found: Option<DoubleOwner> = None;
        for run in &self.runs {
            let cell = run.cells.start;
            if found.is_some_and(|found| found.cell < cell) {
                break;
            }
            open.retain(|earlier| earlier.cells.end > cell);
            let same_level = open
                .iter()
                .filter(|earlier| !common(&earlier.levels, &run.levels).is_empty());
            let doubles = same_level.map(|earlier| {
                let (first, second) = (earlier.rank.min(run.rank), earlier.rank.max(run.rank));
                DoubleOwner {
                    cell,
                    first,
                    second,
                }
            });
            found = found.into_iter().chain(doubles).min();
            open.push(run);
        }
        found
    }
}

fn follows(last: &OwnedRun, next: &OwnedRun) -> bool {
    last.rank == next.rank
        && last.levels == next.levels
        && last.cells.end == next.cells.start
        && last.local + last.cells.len() == next.local
}

/// The runs of one rank's own cells with their places in its array.
pub(crate) fn placed(runs: &[CellRun]) -> impl Iterator<Item = (CellRun, usize)> {
    runs.iter().scan(0, |local, run| {
        let start = *local;
        *local += run.len;
        Some((*run, start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cells: Range<usize>, rank: usize, levels: Range<usize>) -> OwnedRun {
        OwnedRun {
            cells,
            rank,
            local: 0,
            levels,
        }
    }

    #[test]
    fn a_cell_of_two_ranks_is_found_with_the_lowest_two() {
        let owners = OwnedRuns::new(vec![
            run(0..9, 4, 0..1),
            run(5..7, 3, 0..1),
            run(5..6, 1, 0..1),
            run(8..9, 0, 0..1),
        ]);
        assert_eq!(
            owners.first_double(),
            Some(DoubleOwner {
                cell: 5,
                first: 1,
                second: 3
            })
        );
    }

    #[test]
    fn cubes_on_different_levels_share_cells_in_peace() {
        let owners = OwnedRuns::new(vec![run(0..9, 0, 0..3), run(4..9, 1, 3..6)]);
        assert_eq!(owners.first_double(), None);
        let seen: Vec<usize> = owners.within(&(6..7)).map(|run| run.rank).collect();
        assert_eq!(seen, [0, 1]);
    }

    #[test]
    fn a_long_run_is_found_behind_short_ones() {
        let owners = OwnedRuns::new(vec![
            run(0..100, 0, 0..1),
            run(3..4, 1, 1..2),
            run(5..6, 1, 1..2),
        ]);
        let seen: Vec<OwnedRun> = owners.within(&(50..52)).collect();
        assert_eq!(
            seen,
            [OwnedRun {
                cells: 50..52,
                rank: 0,
                local: 50,
                levels: 0..1
            }]
        );
    }
}
