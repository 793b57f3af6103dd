//! What happens when a host ends MPI before the coupling: the others would wait for its rank.

use crate::{check::check, environment::is_running};
use halocline_exchanges::world::WorldError;
use mpi_sys as ffi;
use std::{
    ffi::{c_int, c_void},
    sync::atomic::{AtomicBool, Ordering},
    sync::{Mutex, PoisonError},
};

/// What to do, once somebody has asked for it.
static FAREWELL: Mutex<Option<fn()>> = Mutex::new(None);
/// MPI is being ended by us, in order.
static IN_ORDER: AtomicBool = AtomicBool::new(false);

/// Call `farewell` at the start of a host's own MPI_Finalize, while MPI still runs; not when the coupling ends MPI in order.
///
/// To be called while MPI runs; the first call of a process decides. `farewell` may end the job and must not panic.
///
/// # Errors
/// What MPI reports.
pub fn before_host_ends_mpi(farewell: fn()) -> Result<(), WorldError> {
    let mut kept = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_some() || !is_running() {
        return Ok(());
    }
    let mut key: c_int = 0;
    // SAFETY: MPI is running. Finalizing deletes the attributes of MPI_COMM_SELF before anything else (MPI 4.0, 11.2.4);
    // both callbacks are functions of this library, which stays loaded, and no attribute carries a pointer.
    unsafe {
        let code = ffi::MPI_Comm_create_keyval(
            Some(not_copied),
            Some(on_finalize),
            &mut key,
            std::ptr::null_mut(),
        );
        check(code, "MPI_Comm_create_keyval")?;
        let code = ffi::MPI_Comm_set_attr(ffi::RSMPI_COMM_SELF, key, std::ptr::null_mut());
        check(code, "MPI_Comm_set_attr")?;
    }
    *kept = Some(farewell);
    Ok(())
}

/// Let the next MPI_Finalize pass: it is ours.
pub(crate) fn end_in_order() {
    IN_ORDER.store(true, Ordering::Relaxed);
}

/// A duplicate of MPI_COMM_SELF does not take the attribute along: its end means nothing.
unsafe extern "C" fn not_copied(
    _: ffi::MPI_Comm,
    _: c_int,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    flag: *mut c_int,
) -> c_int {
    // SAFETY: MPI hands a valid place over.
    unsafe { flag.write(0) };
    ffi::MPI_SUCCESS as c_int
}

unsafe extern "C" fn on_finalize(
    _: ffi::MPI_Comm,
    _: c_int,
    _: *mut c_void,
    _: *mut c_void,
) -> c_int {
    let farewell = *FAREWELL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(farewell) = farewell.filter(|_| !IN_ORDER.load(Ordering::Relaxed)) {
        farewell();
    }
    ffi::MPI_SUCCESS as c_int
}
