//! Begin, end of the definition, finish, abort.

use crate::{
    door::{defect, guarded, text, with_session},
    message::{last, refused},
    open_sessions::{self, halocline_session},
};
use halocline_coupler::{Code, Error, Session, give_way, logging, start};
use halocline_exchanges_mpi::{MpiWorld, end_job};
use std::{
    ffi::c_char,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// The communicator argument that stands for all processes of the job.
const ALL_PROCESSES: i32 = -1;

/// Take part in the coupling as a component. Collective over all ranks of all components.
///
/// Starts MPI when it is not running; the session then ends it too. Waits for the other ranks up to
/// $HALOCLINE_START_TIMEOUT [s] (default 600). After a failure the exit of the process ends the whole job, unless the
/// host has ended MPI before or begins anew.
///
/// @param session       receives the handle; the library owns it, halocline_finish ends it
/// @param component     name of the component, as in the experiment file
/// @param experiment    path of the experiment file; NULL: $HALOCLINE_EXPERIMENT, else ./experiment.yaml
/// @param communicator  Fortran handle (MPI_Comm_c2f) of a communicator with all ranks of all components;
///                      -1: MPI_COMM_WORLD. It is duplicated, never used itself.
/// @return 0, or a code; `*session` is then NULL
///
/// # Safety
/// `session` must be valid for writing; the texts must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_begin(
    session: *mut *mut halocline_session,
    component: *const c_char,
    experiment: *const c_char,
    communicator: i32,
) -> i32 {
    guarded(|| {
        if session.is_null() {
            return Err(refused(
                Code::Order,
                "session is NULL",
                "the address of a handle",
                "pass `&session`",
            ));
        }
        // SAFETY: not NULL; the caller vouches for the rest.
        unsafe { session.write(std::ptr::null_mut()) };
        // SAFETY: the caller passes texts that end with a null byte.
        let component = unsafe { text(component, "component") }?;
        let experiment = match experiment.is_null() {
            true => None,
            // SAFETY: as above.
            false => Some(Path::new(unsafe { text(experiment, "experiment") }?)),
        };
        logging::start();
        open_sessions::check_none_open()?;
        let begun = begin(component, experiment, communicator);
        let handle = open_sessions::open(begun.inspect_err(open_sessions::remember_failed_begin)?);
        // SAFETY: not NULL; the caller vouches for the rest.
        unsafe { session.write(handle) };
        Ok(())
    })
}

fn begin(component: &str, experiment: Option<&Path>, communicator: i32) -> Result<Session, Error> {
    let communicator = (communicator != ALL_PROCESSES).then_some(communicator);
    let world = start::world(|patience| MpiWorld::start(communicator, patience))?;
    Session::begin(world, component, experiment)
}

/// Give the communicator of this component's ranks.
///
/// @param session       the session
/// @param communicator  receives its Fortran handle (MPI_Comm_f2c turns it into MPI_Comm); the library owns the
///                      communicator and frees it in halocline_finish
/// @return 0, or a code
///
/// # Safety
/// `communicator` must be valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_local_communicator(
    session: *mut halocline_session,
    communicator: *mut i32,
) -> i32 {
    with_session(session, |session| {
        if communicator.is_null() {
            return Err(refused(
                Code::Order,
                "communicator is NULL",
                "the address of an int32_t",
                "pass one",
            ));
        }
        // SAFETY: not NULL; the caller vouches for the rest.
        unsafe { communicator.write(session.local_communicator()) };
        Ok(())
    })
}

/// End the definition phase: who owes which cell to whom is worked out. Collective over all ranks of all components.
///
/// @param session  the session, with a domain on each grid of the fields that this component sends or receives
/// @return 0, or a code
#[unsafe(no_mangle)]
pub extern "C" fn halocline_end_definition(session: *mut halocline_session) -> i32 {
    with_session(session, Session::end_definition)
}

/// Leave in order. Collective over all ranks of all components; ends MPI if halocline_begin started it.
///
/// @param session  the session; when 0 is returned the handle is no longer valid
/// @return 0, or a code; the session is then still open
#[unsafe(no_mangle)]
pub extern "C" fn halocline_finish(session: *mut halocline_session) -> i32 {
    let code = with_session(session, Session::finish);
    if code == crate::door::OK {
        return guarded(|| {
            drop(open_sessions::close(session));
            Ok(())
        });
    }
    code
}

/// Tell every rank why this one fails, then end the whole job with status 1. Does not return.
///
/// @param session  the session; NULL where halocline_begin failed
/// @param message  what went wrong, in the host's words; NULL: the last error of this thread
///
/// # Safety
/// `message` must be NULL or end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_abort(
    session: *mut halocline_session,
    message: *const c_char,
) -> ! {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the caller passes NULL or a text that ends with a null byte.
        let error = unsafe { cause(message) };
        if let Some(mut session) = open_sessions::close(session) {
            session.abort(&error);
        }
        // There is no session to tell the others through.
        tracing::error!("{error}");
        give_way(&error);
    }));
    if let Err(panic) = ended {
        tracing::error!("{}", defect(panic.as_ref()));
    }
    // MPI_Abort where MPI runs: not every launcher ends the others when one process exits.
    end_job(1)
}

/// Why the host aborts.
///
/// # Safety
/// `message` must be NULL or end with a null byte.
unsafe fn cause(message: *const c_char) -> Error {
    if message.is_null() {
        return last().unwrap_or_else(|| {
            refused(
                Code::Worker,
                "the component ended the job, without a reason",
                "",
                "",
            )
        });
    }
    // SAFETY: the caller vouches for the text.
    match unsafe { text(message, "message") } {
        Ok(words) => refused(Code::Worker, words, "", ""),
        Err(error) => error,
    }
}
