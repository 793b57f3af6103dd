//! `halocline._mpi`: the session for Python. Only this extension loads MPI; the package imports it when a session begins.

#![allow(
    clippy::result_large_err,
    reason = "an error of the coupling carries its whole message, and ends the job"
)]

mod array;
mod dlpack;
mod errors;
mod farewell;
mod field_array;
mod lease;
mod oasis;
mod oasis_array;
mod released;
mod session;
mod thread_bound;
mod tunnels;

use halocline_coupler::Code;
use pyo3::prelude::*;

/// The session of a coupled run; `halocline.Session` is its face.
#[pymodule]
#[pyo3(name = "_mpi")]
fn extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<session::Session>()?;
    module.add_class::<lease::Lease>()?;
    module.add_class::<tunnels::Tunnels>()?;
    module.add_function(wrap_pyfunction!(farewell::before_mpi_ends, module)?)?;
    module.add_class::<oasis::OasisComponent>()?;
    module.add_function(wrap_pyfunction!(oasis::rank_and_size, module)?)?;
    let codes: Vec<(i32, &str)> = Code::ALL
        .iter()
        .map(|(code, name)| (*code as i32, *name))
        .collect();
    module.add("CODES", codes)
}
