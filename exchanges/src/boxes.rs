//! Boxes for components that leave their partition to the coupler.

use crate::{grid::Grid, partition::Partition};
use std::ops::Range;

/// Cut `grid` into one box a rank, as near to squares as the number of ranks allows.
///
/// With `tile` (columns, rows) all cut lines fall on tile edges. Cells or tiles that do not divide evenly go to the
/// first ranks. Ranks count along i first. More ranks than cells or tiles leave the last ranks without cells.
#[must_use]
pub fn worker_boxes(grid: &Grid, ranks: usize, tile: Option<[usize; 2]>) -> Vec<Partition> {
    let tile = tile.unwrap_or([1, 1]).map(|extent| extent.max(1));
    let units = [grid.nx.div_ceil(tile[0]), grid.ny.div_ceil(tile[1])];
    let boxes = (1..=ranks)
        .rev()
        .find_map(|boxes| most_square(grid, units, boxes))
        .unwrap_or([0, 0]);
    cut(grid, tile, boxes, ranks)
}

/// Cut `grid` into one box a rank that is as long along i as the number of ranks allows: whole rows, or equal parts of
/// rows where there are more ranks than rows. Ranks that are left over stay without cells.
#[must_use]
pub fn row_boxes(grid: &Grid, ranks: usize) -> Vec<Partition> {
    let px = ranks.div_ceil(grid.ny).clamp(1, grid.nx);
    let py = (ranks / px).min(grid.ny);
    cut(grid, [1, 1], [px, py], ranks)
}

/// Cut `grid` into one box a rank that is as long along j as the number of ranks allows: as [`row_boxes`], turned.
#[must_use]
pub fn column_boxes(grid: &Grid, ranks: usize) -> Vec<Partition> {
    let py = ranks.div_ceil(grid.nx).clamp(1, grid.ny);
    let px = (ranks / py).min(grid.nx);
    cut(grid, [1, 1], [px, py], ranks)
}

/// Cut a grid of tiles into `px` x `py` boxes for the first ranks.
fn cut(grid: &Grid, tile: [usize; 2], [px, py]: [usize; 2], ranks: usize) -> Vec<Partition> {
    let units = [grid.nx.div_ceil(tile[0]), grid.ny.div_ceil(tile[1])];
    let mut partitions = vec![Partition::Empty; ranks];
    for (rank, partition) in partitions.iter_mut().enumerate().take(px * py) {
        let i = part(units[0], px, rank % px, tile[0], grid.nx);
        let j = part(units[1], py, rank / px, tile[1], grid.ny);
        *partition = Partition::Box {
            i: i.start,
            j: j.start,
            ni: i.len(),
            nj: j.len(),
        };
    }
    partitions
}

/// The number of boxes along (i, j) that makes the sides of `boxes` boxes most alike; none if units do not suffice.
fn most_square(grid: &Grid, units: [usize; 2], boxes: usize) -> Option<[usize; 2]> {
    let shapes = (1..=boxes)
        .filter(|px| boxes.is_multiple_of(*px))
        .map(|px| [px, boxes / px]);
    let fitting = shapes.filter(|[px, py]| *px <= units[0] && *py <= units[1]);
    // Sides are nx/px and ny/py: alike when nx*py and ny*px are.
    let sides = |[px, py]: [usize; 2]| {
        [
            (grid.nx * py).max(grid.ny * px),
            (grid.nx * py).min(grid.ny * px),
        ]
    };
    fitting.min_by(|a, b| {
        let ([long_a, short_a], [long_b, short_b]) = (sides(*a), sides(*b));
        (long_a as u128 * short_b as u128).cmp(&(long_b as u128 * short_a as u128))
    })
}

/// Cells of part `index` of `parts` of an axis of `units` tiles.
fn part(units: usize, parts: usize, index: usize, tile: usize, cells: usize) -> Range<usize> {
    let cut = |index: usize| (index * (units / parts) + index.min(units % parts)) * tile;
    cut(index).min(cells)..cut(index + 1).min(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{EdgeI, EdgeJ};

    fn grid(nx: usize, ny: usize) -> Grid {
        Grid {
            name: "basin".into(),
            nx,
            ny,
            edge_i: EdgeI::Closed,
            edge_j: EdgeJ::Closed,
        }
    }

    #[test]
    fn four_ranks_share_a_square_in_quarters_and_the_first_get_the_remainder() {
        let boxes = worker_boxes(&grid(5, 5), 4, None);
        assert_eq!(
            boxes,
            [
                Partition::Box {
                    i: 0,
                    j: 0,
                    ni: 3,
                    nj: 3
                },
                Partition::Box {
                    i: 3,
                    j: 0,
                    ni: 2,
                    nj: 3
                },
                Partition::Box {
                    i: 0,
                    j: 3,
                    ni: 3,
                    nj: 2
                },
                Partition::Box {
                    i: 3,
                    j: 3,
                    ni: 2,
                    nj: 2
                },
            ]
        );
    }

    #[test]
    fn a_long_grid_is_cut_across() {
        let boxes = worker_boxes(&grid(90, 30), 3, None);
        assert_eq!(
            boxes[1],
            Partition::Box {
                i: 30,
                j: 0,
                ni: 30,
                nj: 30
            }
        );
    }

    #[test]
    fn cut_lines_fall_on_tile_edges() {
        let boxes = worker_boxes(&grid(70, 64), 2, Some([32, 32]));
        assert_eq!(
            boxes,
            [
                Partition::Box {
                    i: 0,
                    j: 0,
                    ni: 64,
                    nj: 64
                },
                Partition::Box {
                    i: 64,
                    j: 0,
                    ni: 6,
                    nj: 64
                }
            ]
        );
    }

    #[test]
    fn ranks_beyond_the_tiles_stay_empty() {
        let boxes = worker_boxes(&grid(64, 32), 3, Some([32, 32]));
        assert_eq!(boxes[2], Partition::Empty);
        assert_eq!(
            boxes[1],
            Partition::Box {
                i: 32,
                j: 0,
                ni: 32,
                nj: 32
            }
        );
    }

    #[test]
    fn more_ranks_than_rows_share_rows_in_equal_parts() {
        let grid = grid(6, 4);
        let rows = row_boxes(&grid, 9);
        let columns = column_boxes(&grid, 3);
        let first = |i, ni, nj| Partition::Box { i, j: 0, ni, nj };
        assert_eq!(rows[..2], [first(0, 2, 2), first(2, 2, 2)]);
        assert_eq!(rows.len(), 9);
        assert_eq!(columns[..2], [first(0, 2, 4), first(2, 2, 4)]);
    }

    #[test]
    fn boxes_cover_every_cell_once() {
        for (nx, ny, ranks) in (1..6)
            .flat_map(|nx| (1..6).flat_map(move |ny| (1..9).map(move |ranks| (nx, ny, ranks))))
        {
            let grid = grid(nx, ny);
            for partitions in [
                worker_boxes(&grid, ranks, None),
                row_boxes(&grid, ranks),
                column_boxes(&grid, ranks),
            ] {
                let mut owners = vec![0; grid.cells()];
                for partition in partitions {
                    let own = partition.own(&grid).expect("boxes lie within the grid");
                    own.runs()
                        .iter()
                        .flat_map(|run| run.start..run.end())
                        .for_each(|cell| owners[cell] += 1);
                }
                assert!(
                    owners.iter().all(|count| *count == 1),
                    "{nx} x {ny} on {ranks}"
                );
            }
        }
    }
}
