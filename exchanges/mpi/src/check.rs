//! Turn return codes of MPI into errors that say what failed.

use halocline_exchanges::world::WorldError;
use mpi_sys as ffi;
use std::ffi::{c_char, c_int};

/// Longer than MPI_MAX_ERROR_STRING of every MPI known (Open MPI: 256, MPICH: 512).
const TEXT_BYTES: usize = 4096;

/// `Ok` if `code` is MPI_SUCCESS, else the function's name and the text of MPI_Error_string.
pub(crate) fn check(code: c_int, function: &str) -> Result<(), WorldError> {
    if code == ffi::MPI_SUCCESS as c_int {
        return Ok(());
    }
    Err(WorldError::Failed(format!(
        "{function} failed: {} (MPI error code {code})",
        text(code)
    )))
}

/// Whether `code` says that a message was longer than the buffer posted for it.
pub(crate) fn is_truncation(code: c_int) -> bool {
    let mut class: c_int = 0;
    // SAFETY: `class` is a valid place for one int; called only on codes that MPI returned.
    let found = unsafe { ffi::MPI_Error_class(code, &mut class) };
    found == ffi::MPI_SUCCESS as c_int && class == ffi::MPI_ERR_TRUNCATE as c_int
}

fn text(code: c_int) -> String {
    let mut bytes = vec![0_u8; TEXT_BYTES];
    let mut length: c_int = 0;
    // SAFETY: the buffer is longer than MPI_MAX_ERROR_STRING, `length` is a valid int.
    let found =
        unsafe { ffi::MPI_Error_string(code, bytes.as_mut_ptr().cast::<c_char>(), &mut length) };
    if found != ffi::MPI_SUCCESS as c_int {
        return "no text".to_owned();
    }
    bytes.truncate(usize::try_from(length).unwrap_or(0));
    String::from_utf8_lossy(&bytes).into_owned()
}
