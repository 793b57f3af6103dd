//! OASIS over the coupler: what `mod_oasis`, `oasis_c_*` and `pyoasis` translate.
//!
//! The numbers and the order of calls of OASIS, in the terms of [`halocline_coupler::Session`]; the doors turn foreign
//! arrays into views, and errors into codes or exceptions.
//!
//! ```text
//! join -> partitions, variables, grids ... -> end_definition -> { put | get }* -> terminate
//! ```
//!
//! | file | duty |
//! |---|---|
//! | `component` | join, end of the definition, terminate, abort |
//! | `partition` | which cells a process owns, in the numbers of OASIS |
//! | `variable` | define, put, get, inquire |
//! | `tunnel` | variables with a halo, for scripts |
//! | `layout` | arrays of one to three axes as (i, j, level) |
//! | `communicators` | which processes take part; communicators between components |
//! | `grids` | longitudes, latitudes, masks and the like into grids.nc, masks.nc, areas.nc |
//! | `journal` | the log files that people and scripts look for |
//! | `info` | what OASIS returns as `kinfo` |
#![forbid(unsafe_code)]

mod communicators;
pub mod component;
mod grids;
pub mod info;
mod journal;
mod layout;
pub mod partition;
mod tunnel;
mod variable;

pub use component::Component;
pub use grids::{Array, Place};
pub use halocline_coupler::Direction;
pub use halocline_exchanges_mpi::{Part, null_communicator, undefined_color};
pub use halocline_gridfiles::oasis::{Quantity, Values};
pub use layout::arranged;
pub use partition::{LocalPartition, PointsFrom};
pub use tunnel::Cells;

use halocline_coupler::{Code, Error};

/// An error in an argument of the host's call.
pub(crate) fn refused(
    code: Code,
    found: impl Into<String>,
    expected: impl Into<String>,
    change: impl Into<String>,
) -> Error {
    Error::new(code, found, expected, change)
}
