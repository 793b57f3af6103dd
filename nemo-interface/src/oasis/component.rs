//! Begin, end of the definition, terminate, abort, debug level.

use super::current::{self, call, with};
use crate::{
    door::{answer, text},
    message::{last, refused},
    open_sessions,
};
use halocline_coupler::{Code, Error, logging};
use halocline_exchanges_mpi::{RawCommunicator, fortran_handle};
use halocline_oasis::{Component, Part};
use std::{
    ffi::{c_char, c_int},
    fmt::Write as _,
};

/// The communicator argument that stands for all processes of the job.
const ALL_PROCESSES: i32 = -1;

/// # Safety
/// `name` must be NULL or end with a null byte; `number` must be NULL or valid for writing.
unsafe fn join(number: *mut c_int, name: *const c_char, coupled: bool, world: Option<i32>) -> i32 {
    call(|| {
        // SAFETY: the caller vouches for the text.
        let name = unsafe { text(name, "the component's name") }?;
        logging::start();
        current::check_none()?;
        let part = if coupled {
            Part::Coupled
        } else {
            Part::Outside
        };
        let component = Component::join(name, part, world);
        let component = component.inspect_err(open_sessions::remember_failed_begin)?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(number, component.number() as c_int) };
        current::begin(component);
        Ok(())
    })
}

/// Join the job as a process of a component. Collective over all processes of the job; starts MPI when it is not running.
///
/// @param compid     receives the number of the component, from 1
/// @param comp_name  its name, the same on all its processes
/// @param coupled    OASIS_COUPLED, or OASIS_UNCOUPLED for one that exchanges nothing
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `comp_name` must end with a null byte; `compid` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_init_comp(
    compid: *mut c_int,
    comp_name: *const c_char,
    coupled: bool,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { join(compid, comp_name, coupled, None) }
}

/// As oasis_c_init_comp, over the processes of a communicator.
///
/// @param compid     receives the number of the component, from 1
/// @param comp_name  its name, the same on all its processes
/// @param coupled    OASIS_COUPLED, or OASIS_UNCOUPLED for one that exchanges nothing
/// @param commworld  all processes of all components; MPI is running
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_init_comp; `commworld` must be a communicator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_init_comp_with_comm(
    compid: *mut c_int,
    comp_name: *const c_char,
    coupled: bool,
    commworld: RawCommunicator,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { join(compid, comp_name, coupled, Some(fortran_handle(commworld))) }
}

/// End the definition phase. Collective over all processes of all coupled components.
///
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_enddef() -> c_int {
    with(Component::end_definition)
}

/// Leave in order; ends MPI if oasis_c_init_comp started it. Collective over all processes.
///
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_terminate() -> c_int {
    call(current::terminate)
}

/// End the whole job with a status other than 0. Does not return.
///
/// @param compid   number of the component; not needed
/// @param routine  where it happened; may be NULL
/// @param message  why; may be NULL
/// @param file     source file; may be NULL
/// @param line     line in it; 0 where it is not known
/// @return never
///
/// # Safety
/// The texts must be NULL or end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_abort(
    compid: c_int,
    routine: *const c_char,
    message: *const c_char,
    file: *const c_char,
    line: c_int,
) -> c_int {
    let _ = compid;
    // SAFETY: the caller vouches for the texts.
    let words = unsafe { words(routine, message, file, line) };
    current::end(&refused(Code::Worker, words, "", ""))
}

/// # Safety
/// The texts must be NULL or end with a null byte.
unsafe fn words(
    routine: *const c_char,
    message: *const c_char,
    file: *const c_char,
    line: c_int,
) -> String {
    // SAFETY: the caller vouches for the texts.
    let said = |place: *const c_char| unsafe { text(place, "") }.map_or("", str::trim);
    let (routine, message, file) = (said(routine), said(message), said(file));
    let mut words = "oasis_abort".to_owned();
    if !routine.is_empty() {
        write!(words, " in {routine}").expect("a string");
    }
    if !message.is_empty() {
        write!(words, ": {message}").expect("a string");
    }
    if !file.is_empty() {
        write!(words, " ({file}:{line})").expect("a string");
    }
    words
}

/// Give the debug level.
///
/// @param debug  receives it
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `debug` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_debug(debug: *mut c_int) -> c_int {
    with(|component| {
        // SAFETY: the caller vouches for the place.
        unsafe { answer(debug, component.debug_level()) };
        Ok(())
    })
}

/// Set the debug level: from 10 on, every put and get is written into the log file of the process.
///
/// @param debug  the level
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_set_debug(debug: c_int) -> c_int {
    with(|component| {
        component.set_debug_level(debug);
        Ok(())
    })
}

// ------------------------------------------------------------------------------------------------ for module mod_oasis

/// Join; `world` is a Fortran handle, -1 for all processes.
///
/// # Safety
/// As [`oasis_c_init_comp`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_join(
    number: *mut c_int,
    name: *const c_char,
    coupled: c_int,
    world: c_int,
) -> c_int {
    let world = (world != ALL_PROCESSES).then_some(world);
    // SAFETY: the caller keeps the promises of this function.
    unsafe { join(number, name, coupled != 0, world) }
}

/// End the whole job because of the last error of this thread. Does not return.
#[unsafe(no_mangle)]
pub extern "C" fn halocline_oasis_end() -> c_int {
    let error =
        last().unwrap_or_else(|| Error::new(Code::Internal, "an error without a message", "", ""));
    current::end(&error)
}

/// Write the last error of this thread to the log: the host has its code and goes on.
#[unsafe(no_mangle)]
pub extern "C" fn halocline_oasis_tell() {
    if let Some(error) = last() {
        tracing::error!("{error}");
    }
}
