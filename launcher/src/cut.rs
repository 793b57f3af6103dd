//! How a component that is only imagined cuts its grids.

use halocline_exchanges::{
    grid::Grid,
    partition::{Partition, column_boxes, row_boxes, worker_boxes},
};
use std::{fmt, str::FromStr};

/// Segments of each rank of [`Cut::Oranges`].
const SEGMENTS: usize = 8;

/// A way to give each rank of a component its part of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cut {
    /// Boxes as near to squares as the number of ranks allows, as workers get them.
    #[default]
    Boxes,
    /// Boxes that are as long along i as possible.
    Rows,
    /// Boxes that are as long along j as possible.
    Columns,
    /// Consecutive cells, equally many each.
    Apples,
    /// Eight segments of consecutive cells each, dealt out in turn.
    Oranges,
}

impl Cut {
    const ALL: [(&'static str, Self); 5] = [
        ("boxes", Self::Boxes),
        ("rows", Self::Rows),
        ("columns", Self::Columns),
        ("apples", Self::Apples),
        ("oranges", Self::Oranges),
    ];

    /// The part of each of `ranks` ranks. Cut lines of boxes lie on the edges of `tile` (columns, rows).
    #[must_use]
    pub fn partitions(self, grid: &Grid, ranks: usize, tile: Option<[usize; 2]>) -> Vec<Partition> {
        match self {
            Self::Boxes => worker_boxes(grid, ranks, tile),
            Self::Rows => row_boxes(grid, ranks),
            Self::Columns => column_boxes(grid, ranks),
            Self::Apples => dealt(grid, ranks, 1),
            Self::Oranges => dealt(grid, ranks, SEGMENTS),
        }
    }
}

/// Cut the cells into segments of one length, and give each rank every `ranks`-th.
fn dealt(grid: &Grid, ranks: usize, segments: usize) -> Vec<Partition> {
    let cut = |segment: usize| segment * grid.cells() / (ranks * segments);
    let segments_of = |rank: usize| {
        let numbers = (0..segments).map(|turn| turn * ranks + rank);
        let all = numbers.map(|segment| (cut(segment), cut(segment + 1) - cut(segment)));
        all.filter(|(_, cells)| *cells > 0)
            .collect::<Vec<(usize, usize)>>()
    };
    let partition = |rank: usize| match segments_of(rank).as_slice() {
        [] => Partition::Empty,
        [(offset, cells)] => Partition::Apple {
            offset: *offset,
            cells: *cells,
        },
        several => Partition::Orange(several.to_vec()),
    };
    (0..ranks).map(partition).collect()
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = Self::ALL
            .iter()
            .find(|(_, cut)| cut == self)
            .expect("all cuts have names");
        f.write_str(name)
    }
}

impl FromStr for Cut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text);
        known.map(|(_, cut)| *cut).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            let otherwise = format!("write one of {}", names.join(", "));
            let change = halocline_configs::hint::change_to(text, names, &otherwise);
            format!("'{text}' is no way to cut a grid: {change}")
        })
    }
}

/// What a rank gets, in words: `52 x 54 cells from (i, j) = (0, 0)`; none if it gets nothing.
pub(crate) fn described(partition: &Partition) -> Option<String> {
    match partition {
        Partition::Box { i, j, ni, nj } => {
            Some(format!("{ni} x {nj} cells from (i, j) = ({i}, {j})"))
        }
        Partition::Apple { offset, cells } => Some(format!("{cells} cells from cell {offset}")),
        Partition::Orange(segments) => {
            let cells: usize = segments.iter().map(|(_, cells)| cells).sum();
            let (first, _) = segments.first()?;
            Some(format!(
                "{cells} cells in {} segments from cell {first}",
                segments.len()
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use halocline_exchanges::grid::{EdgeI, EdgeJ};

    #[test]
    fn every_cell_has_one_owner_however_the_grid_is_cut() {
        let grid = Grid {
            name: "basin".into(),
            nx: 7,
            ny: 5,
            edge_i: EdgeI::Closed,
            edge_j: EdgeJ::Closed,
        };
        for ((_, cut), ranks) in Cut::ALL
            .into_iter()
            .flat_map(|cut| (1..40).map(move |ranks| (cut, ranks)))
        {
            let mut owners = vec![0; grid.cells()];
            let partitions = cut.partitions(&grid, ranks, None);
            assert_eq!(partitions.len(), ranks);
            for partition in partitions {
                let own = partition.own(&grid).expect("the parts lie within the grid");
                let cells = own.runs().iter().flat_map(|run| run.start..run.end());
                cells.for_each(|cell| owners[cell] += 1);
            }
            assert!(owners.iter().all(|count| *count == 1), "{cut}, {ranks}");
        }
    }

    #[test]
    fn a_misspelt_cut_gets_the_nearest() {
        assert_eq!("columns".parse(), Ok(Cut::Columns));
        let error = "colums".parse::<Cut>().unwrap_err();
        assert!(error.ends_with("did you mean 'columns'?"), "{error}");
    }
}
