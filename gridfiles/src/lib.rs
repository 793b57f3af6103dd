//! Files that an experiment names: coordinates and masks of grids, first values of exchanges, their restart and output files.
//!
//! NEMO's `mesh_mask.nc` and `domain_cfg.nc` are read as they are: `glamt`, `gphit`, `tmask`, `e1t`, `e2t` and their
//! companions at U, V and F points; a leading time axis of length 1 is dropped, of masks the uppermost level is taken.
#![forbid(unsafe_code)]

mod cells;
mod check;
mod error;
mod initial;
pub mod oasis;
mod plane;
mod points;
mod variable;
mod weights;
mod writer;

pub use cells::{Cells, Record, read_cells, read_number};
pub use check::{FileProblem, check_grid_files};
pub use error::{FileError, FileErrorKind};
pub use initial::{Box3, FieldSize, read_initial};
pub use plane::{Quantity, Size};
pub use points::{Coordinates, read_coordinates, read_mask};
pub use weights::{Weights, WeightsOf, read_weights};
pub use writer::{FieldFile, Format};
