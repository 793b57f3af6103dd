//! An operation under way and the memory it uses.

use crate::{check::check, environment::is_running};
use halocline_exchanges::world::WorldError;
use mpi_sys as ffi;
use std::{
    ffi::c_int,
    mem::{ManuallyDrop, MaybeUninit},
};

/// A non-blocking operation that holds its buffers until it is complete.
///
/// MPI keeps pointers into the buffers while the operation is under way. They are in vectors, whose
/// memory stays where it is when the vector itself moves, and they cannot be reached from outside
/// before the operation is complete. If this is dropped earlier (after a failure or a time-out), the
/// memory is leaked: MPI may still read or write it, and the process is about to end.
pub(crate) struct Pending<B> {
    request: ffi::MPI_Request,
    buffers: ManuallyDrop<B>,
    complete: bool,
}

impl<B> Pending<B> {
    /// Begin the operation `function`, which `launch` calls.
    ///
    /// # Safety
    /// `launch` hands MPI only pointers to heap memory owned by the buffers, valid for the counts and
    /// types given, and sets the request if it returns MPI_SUCCESS.
    pub(crate) unsafe fn begin(
        function: &str,
        mut buffers: B,
        launch: impl FnOnce(&mut B, *mut ffi::MPI_Request) -> c_int,
    ) -> Result<Self, WorldError> {
        // SAFETY: reading a constant of the library.
        let mut request = unsafe { ffi::RSMPI_REQUEST_NULL };
        check(launch(&mut buffers, &mut request), function)?;
        Ok(Self {
            request,
            buffers: ManuallyDrop::new(buffers),
            complete: false,
        })
    }

    /// Whether the operation is complete. Makes progress.
    pub(crate) fn test(&mut self) -> Result<bool, WorldError> {
        if self.complete {
            return Ok(true);
        }
        let mut flag: c_int = 0;
        let mut status = MaybeUninit::<ffi::MPI_Status>::uninit();
        // SAFETY: the request is active; flag and status are valid places.
        let code = unsafe { ffi::MPI_Test(&mut self.request, &mut flag, status.as_mut_ptr()) };
        check(code, "MPI_Test")?;
        self.complete = flag != 0;
        Ok(self.complete)
    }

    /// The buffers back.
    ///
    /// # Panics
    /// If the operation is not complete.
    pub(crate) fn into_buffers(mut self) -> B {
        assert!(self.complete, "buffers of an operation that is under way");
        // The destructor must not drop the buffers a second time.
        self.complete = false;
        // SAFETY: MPI has let go of the buffers; `complete` is false now, so `drop` leaves them alone.
        let buffers = unsafe { ManuallyDrop::take(&mut self.buffers) };
        std::mem::forget(self);
        buffers
    }
}

impl<B> Drop for Pending<B> {
    fn drop(&mut self) {
        if !self.complete && is_running() {
            // What has just ended can be freed; an error here means that it stays leaked.
            let _ = self.test();
        }
        if self.complete {
            // SAFETY: complete, so MPI has let go of the buffers; nobody uses them after this.
            unsafe { ManuallyDrop::drop(&mut self.buffers) };
        }
    }
}
