//! Start and end MPI, or find it started by the host.

use crate::{check::check, farewell};
use halocline_exchanges::world::WorldError;
use mpi::{
    Threading,
    environment::{initialize_with_threading, is_finalized, is_initialized},
};
use mpi_sys as ffi;

/// Who started MPI, and so who ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartedBy {
    /// This layer; it calls MPI_Finalize.
    Us,
    /// The host, before we came; it calls MPI_Finalize.
    Host,
}

/// Whether MPI runs in this process: started, by whomever, and not ended.
#[must_use]
pub fn is_running() -> bool {
    is_initialized() && !is_finalized()
}

/// Start MPI unless it is running.
pub(crate) fn ensure_started() -> Result<StartedBy, WorldError> {
    if is_finalized() {
        return Err(WorldError::Failed(
            "MPI has already ended in this process and cannot start again: begin the coupling before MPI_Finalize".to_owned(),
        ));
    }
    // Hosts start single-threaded; torch has threads, but MPI is called from one only: FUNNELED.
    let Some((universe, provided)) = initialize_with_threading(Threading::Funneled) else {
        return Ok(StartedBy::Host);
    };
    // The Universe would call MPI_Finalize when dropped, wherever that is, and drop its return code:
    // `finalize` below does it instead, at the end of `close` only.
    std::mem::forget(universe);
    if provided < Threading::Funneled {
        tracing::debug!("MPI grants no more than {provided:?} threading");
    }
    Ok(StartedBy::Us)
}

/// End MPI if it is running.
pub(crate) fn finalize() -> Result<(), WorldError> {
    if !is_running() {
        return Ok(());
    }
    farewell::end_in_order();
    // SAFETY: MPI is running; the caller has completed all communication of ours.
    check(unsafe { ffi::MPI_Finalize() }, "MPI_Finalize")
}

/// End the whole job with `status`, or with 1 if that is 0: for a process that has no [`crate::MpiWorld`], or none yet.
///
/// Every process of the job ends (`MPI_Abort`) where MPI runs, else this one alone.
pub fn end_job(status: i32) -> ! {
    let status = if status == 0 { 1 } else { status };
    if is_running() {
        tracing::error!("ending all processes of the job: MPI_Abort with status {status}");
        // MPI_COMM_WORLD, although the traffic is on a communicator that may be smaller: every process
        // of the job must end, those outside the coupling would wait for us for ever.
        // SAFETY: MPI is running.
        let code = unsafe { ffi::MPI_Abort(ffi::RSMPI_COMM_WORLD, status) };
        tracing::error!("MPI_Abort returned {code}");
    }
    std::process::exit(status)
}
