//! The horizontal grid that cells are counted on: its size and what lies beyond its edges.
//!
//! ```text
//!            north: closed | cyclic | north fold
//!   ny-1   +----+----+----+----+
//!          |    |    |    |    |      cell (i, j) has the index j * nx + i,
//!    j=1   | nx |    |    |    |      from 0; i runs eastward and fastest,
//!    j=0   | 0  | 1  |    |    |      j northward
//!          +----+----+----+----+
//!          i=0   ...       nx-1       west and east: closed | cyclic
//!            south: cyclic with the north, south fold, closed otherwise
//! ```

/// Point of the C-grid cell where a field lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointKind {
    /// Centre.
    T,
    /// Middle of the eastern face.
    U,
    /// Middle of the northern face.
    V,
    /// North-eastern corner.
    F,
}

/// The point about which a north fold turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pivot {
    /// A T point.
    T,
    /// An F point.
    F,
}

/// Who gives the cells of the last row that a north fold holds twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FoldRow {
    /// The mirror cell in the first half of the row, or in the row below.
    #[default]
    Mirrored,
    /// The rank that owns the cell itself; its mirror where nobody owns it.
    Owned,
}

/// What lies west of the first and east of the last column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeI {
    /// Nothing.
    Closed,
    /// The other side.
    Cyclic,
}

/// What lies south of the first and north of the last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeJ {
    /// Nothing.
    Closed,
    /// The other side.
    Cyclic,
    /// Nothing in the south; in the north the grid is folded onto itself.
    NorthFold {
        /// Point about which the fold turns.
        pivot: Pivot,
        /// Who gives the cells that the last row holds twice.
        row: FoldRow,
    },
    /// In the south the grid is folded onto itself; nothing in the north.
    ///
    /// The mirror image, in j, of a north fold: what a worker sees that counts rows from the folded edge. Own cells are
    /// those that their owners sent, also where the first row holds a point twice.
    SouthFold {
        /// Point about which the fold turns.
        pivot: Pivot,
    },
}

/// Whether a field changes sign when it is taken across the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It does not.
    Scalar,
    /// It does: a component of a vector.
    Vector,
}

/// A horizontal grid.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grid {
    /// Its name in the experiment file.
    pub name: String,
    /// Cells along i.
    pub nx: usize,
    /// Cells along j.
    pub ny: usize,
    /// Edges in the west and east.
    pub edge_i: EdgeI,
    /// Edges in the south and north.
    pub edge_j: EdgeJ,
}

impl Grid {
    /// Number of cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.nx * self.ny
    }

    /// Index of cell (i, j).
    #[must_use]
    pub const fn cell(&self, i: usize, j: usize) -> usize {
        j * self.nx + i
    }

    /// Position (i, j) of the cell with an index.
    #[must_use]
    pub const fn position(&self, cell: usize) -> (usize, usize) {
        (cell % self.nx, cell / self.nx)
    }
}
