//! A host that ends MPI, through mpi4py for example, while its session is open.

use halocline_exchanges_mpi::before_host_ends_mpi;
use pyo3::{exceptions::PyRuntimeError, prelude::*};
use std::sync::{Mutex, PoisonError};

/// What the session that began last wants called.
static LEAVE: Mutex<Option<Py<PyAny>>> = Mutex::new(None);

/// Call `leave()` when this process calls MPI_Finalize on its own; it finds out whether a session is open.
#[pyfunction]
pub(crate) fn before_mpi_ends(leave: Py<PyAny>) -> PyResult<()> {
    *LEAVE.lock().unwrap_or_else(PoisonError::into_inner) = Some(leave);
    before_host_ends_mpi(call).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

fn call() {
    // Without an interpreter, its exit has called the same function before.
    Python::try_attach(|py| {
        let leave = LEAVE.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = leave.map(|leave| leave.call0(py)) {
            error.print(py);
        }
    });
}
