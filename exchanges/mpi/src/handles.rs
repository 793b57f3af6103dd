//! Communicators as C programs know them.

use mpi_sys as ffi;

/// `MPI_Comm` of this MPI.
pub type RawCommunicator = ffi::MPI_Comm;

/// The Fortran handle of a communicator.
#[must_use]
pub fn fortran_handle(raw: RawCommunicator) -> i32 {
    // SAFETY: a conversion of a handle, which MPI does not follow.
    unsafe { ffi::RSMPI_Comm_c2f(raw) }
}

/// The communicator behind a Fortran handle.
#[must_use]
pub fn raw_communicator(handle: i32) -> RawCommunicator {
    // SAFETY: a conversion of a handle.
    unsafe { ffi::RSMPI_Comm_f2c(handle) }
}
