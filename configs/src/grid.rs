//! Grids as written: size, boundaries, and files with coordinates.

use crate::spec::{FileVariable, PointKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A horizontal grid. Cell (i, j): i to the east, j to the north, counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GridSpec {
    /// Number of cells along i. May be left out, with `ny`, where only exchanges without `from` and `to` use the grid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub nx: Option<usize>,
    /// Number of cells along j.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub ny: Option<usize>,
    /// Name of the grid in files and in OASIS, where it is another one than here: two grids may have one name and differ
    /// in `overlap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What lies beyond the first and last cells.
    pub boundary: Boundary,
    /// Number of columns at the end of each row that repeat the first ones, in OASIS. Default: 0.
    #[serde(default)]
    pub overlap: usize,
    /// Who gives the cells of the last row that a north fold holds twice. Only with `north_fold`.
    #[serde(default)]
    pub fold_row: FoldRow,
    /// Files with coordinates, masks and cell sizes, per point kind.
    #[serde(default, skip_serializing_if = "Points::is_empty")]
    pub points: Points,
    /// NEMO's `mesh_mask.nc` as it is: coordinates, masks and cell sizes of all point kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh_mask: Option<PathBuf>,
    /// NEMO's `domain_cfg.nc` as it is: coordinates and cell sizes of all point kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_cfg: Option<PathBuf>,
}

impl GridSpec {
    /// Number of cells along i; 0 where the file does not say it, and only the components know.
    #[must_use]
    pub fn nx(&self) -> usize {
        self.nx.unwrap_or(0)
    }

    /// Number of cells along j; 0 where the file does not say it, and only the components know.
    #[must_use]
    pub fn ny(&self) -> usize {
        self.ny.unwrap_or(0)
    }
}

/// What lies beyond the first and last cells of each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    /// `closed` or `cyclic`.
    pub i: EdgeI,
    /// `closed`, `cyclic`, or `{north_fold: T}` / `{north_fold: F}`.
    pub j: EdgeJ,
}

/// Boundary in the west and east.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeI {
    /// Nothing beyond.
    Closed,
    /// The last cell is west of the first.
    Cyclic,
}

/// Boundary in the south and north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeJ {
    /// Nothing beyond.
    Closed,
    /// The last row is south of the first.
    Cyclic,
    /// Closed in the south; the last row is folded onto itself, turning about this point.
    NorthFold(Pivot),
}

/// The point about which a north fold turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Pivot {
    /// A T point, as in ORCA2, ORCA025, ORCA12.
    T,
    /// An F point, as in ORCA1 and ORCA05.
    F,
}

/// Who gives the cells of the last row that a north fold holds twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoldRow {
    /// The mirror cell in the first half of the row, or in the row below (default).
    #[default]
    Mirrored,
    /// The rank that owns the cell itself.
    Owned,
}

/// Files with coordinates, per point kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the notation of the C grid")]
pub struct Points {
    /// Cell centres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub T: Option<PointFiles>,
    /// Eastern faces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub U: Option<PointFiles>,
    /// Northern faces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub V: Option<PointFiles>,
    /// North-eastern corners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub F: Option<PointFiles>,
}

impl Points {
    /// The files of a point kind.
    #[must_use]
    pub fn get(&self, point: PointKind) -> Option<&PointFiles> {
        match point {
            PointKind::T => self.T.as_ref(),
            PointKind::U => self.U.as_ref(),
            PointKind::V => self.V.as_ref(),
            PointKind::F => self.F.as_ref(),
        }
    }

    /// Whether no files are named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Files and variables of one point kind; all have the shape (j, i).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointFiles {
    /// Longitude [degrees east].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<FileVariable>,
    /// Latitude [degrees north].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<FileVariable>,
    /// Mask: 1 in the ocean, 0 on land; of one with levels the uppermost is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<FileVariable>,
    /// Cell size along i [m].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e1: Option<FileVariable>,
    /// Cell size along j [m].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e2: Option<FileVariable>,
}
