//! Where a cell of the grid is in a rank's array.

use crate::{owners::placed, partition::OwnedCells};

/// The own cells of a rank, to be found by their index on the grid.
#[derive(Debug, Clone)]
pub struct CellFinder {
    /// First cell, number of cells, position of the first in the local array; by first cell.
    runs: Vec<(usize, usize, usize)>,
}

impl CellFinder {
    /// Of these cells.
    #[must_use]
    pub fn new(own: &OwnedCells) -> Self {
        let mut runs: Vec<_> = placed(own.runs())
            .map(|(run, local)| (run.start, run.len, local))
            .collect();
        runs.sort_unstable();
        Self { runs }
    }

    /// Position of a cell in the local array; `None` where the rank does not own it.
    #[must_use]
    pub fn position(&self, cell: usize) -> Option<usize> {
        let after = self.runs.partition_point(|(start, ..)| *start <= cell);
        let (start, len, local) = self.runs[after.checked_sub(1)?];
        (cell < start + len).then(|| local + cell - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        grid::{EdgeI, EdgeJ, Grid},
        partition::Partition,
    };

    #[test]
    fn a_cell_is_found_where_the_local_array_has_it() {
        let grid = Grid {
            name: "line".into(),
            nx: 20,
            ny: 1,
            edge_i: EdgeI::Closed,
            edge_j: EdgeJ::Closed,
        };
        let own = Partition::Points(vec![7, 8, 3, 15]).own(&grid);
        let finder = CellFinder::new(&own.expect("the cells are in the grid"));
        let found: Vec<_> = [7, 8, 3, 15, 0, 4, 9, 16]
            .map(|cell| finder.position(cell))
            .into();
        let expected = [Some(0), Some(1), Some(2), Some(3), None, None, None, None];
        assert_eq!(found, expected);
    }
}
