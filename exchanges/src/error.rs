//! What can be wrong with partitions and plans.

use crate::world::WorldError;

/// Why a partition does not fit its grid. Numbers count from 0, and say so: the host may count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartitionError {
    /// A rectangle reaches beyond the grid.
    #[error(
        "the {partition} of {ni} x {nj} cells from (i, j) = ({i}, {j}), counted from 0, reaches beyond the grid of {nx} x {ny} cells"
    )]
    BoxOutside {
        /// Kind of partition.
        partition: &'static str,
        /// First column.
        i: usize,
        /// First row.
        j: usize,
        /// Number of columns.
        ni: usize,
        /// Number of rows.
        nj: usize,
        /// Columns of the grid.
        nx: usize,
        /// Rows of the grid.
        ny: usize,
    },
    /// A segment reaches beyond the last cell.
    #[error(
        "the {partition} has a segment of {cells} cells from cell {offset}, counted from 0, beyond the {grid_cells} cells of the grid"
    )]
    SegmentOutside {
        /// Kind of partition.
        partition: &'static str,
        /// First cell.
        offset: usize,
        /// Number of cells.
        cells: usize,
        /// Number of cells of the grid.
        grid_cells: usize,
    },
    /// A point is no cell of the grid.
    #[error(
        "point number {position} is cell {point}, both counted from 0, beyond the {grid_cells} cells of the grid"
    )]
    PointOutside {
        /// Position in the list.
        position: usize,
        /// The index found there.
        point: u64,
        /// Number of cells of the grid.
        grid_cells: usize,
    },
    /// A cell is listed more than once.
    #[error(
        "the {partition} partition has cell {cell}, (i, j) = ({i}, {j}), counted from 0, twice"
    )]
    Twice {
        /// Kind of partition.
        partition: &'static str,
        /// Index of the cell.
        cell: usize,
        /// Its column.
        i: usize,
        /// Its row.
        j: usize,
    },
    /// No cell at all.
    #[error(
        "the {partition} has a part without cells; a rank without cells defines an empty partition"
    )]
    NoCells {
        /// Kind of partition.
        partition: &'static str,
    },
}

/// Why exchanges cannot be planned. All ranks get the same one. Ranks are those of the world.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PlanError {
    /// The meeting of the ranks failed.
    #[error("{0}")]
    World(#[from] WorldError),
    /// Two ranks of one component own the same cell.
    #[error(
        "ranks {first} and {second} (of all ranks) of component '{component}' both own cell (i, j) = ({i}, {j}), counted from 0, of grid '{grid}'; each cell has at most one owner: correct the partitions of the two"
    )]
    Overlap {
        /// Name of the grid.
        grid: String,
        /// The component of both.
        component: String,
        /// The lower rank.
        first: usize,
        /// The higher rank.
        second: usize,
        /// Column of the cell.
        i: usize,
        /// Row of the cell.
        j: usize,
    },
    /// The halo is wider than the grid.
    #[error("exchange '{exchange}' wants a halo of {halo} cells, wider than grid '{grid}' of {nx} x {ny} cells; want at most {}", nx.min(ny))]
    HaloTooWide {
        /// Name of the exchange.
        exchange: String,
        /// Halo width [cells].
        halo: usize,
        /// Name of the grid.
        grid: String,
        /// Columns of the grid.
        nx: usize,
        /// Rows of the grid.
        ny: usize,
    },
    /// A halo is wanted around cells that are no rectangle.
    #[error(
        "exchange '{exchange}' wants a halo of {halo} cells, but the {cells} cells that rank {rank} (of all ranks) of component '{component}' owns on grid '{grid}' are no rectangle; define a box, or want no halo"
    )]
    HaloNeedsRectangle {
        /// Name of the exchange.
        exchange: String,
        /// Halo width [cells].
        halo: usize,
        /// Name of the grid.
        grid: String,
        /// The receiving component.
        component: String,
        /// The rank.
        rank: usize,
        /// Number of its cells.
        cells: usize,
    },
}
