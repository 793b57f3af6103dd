//! The component of this process, and what happens when the process exits, or ends MPI, before terminate.
//!
//! OASIS has no handles: its calls are about the one component that a process is. This is the only state of the process.

use crate::{
    door::{defect, guarded},
    message::refused,
    open_sessions,
};
use halocline_coupler::{Code, Error};
use halocline_oasis::{Component, info};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, Once, PoisonError, TryLockError,
        atomic::{AtomicPtr, Ordering},
    },
};

/// A component, and how its last call ended.
struct Current {
    component: Component,
    /// The error of the last call, which is why a process that exits now exits.
    failure: Option<Error>,
    /// A verb panicked: the component may be half changed, and no further call reaches it.
    has_defect: bool,
}

/// Null before `init_comp` and after `terminate`.
static CURRENT: AtomicPtr<Mutex<Current>> = AtomicPtr::new(std::ptr::null_mut());
static AT_EXIT: Once = Once::new();

/// Run a door's body; an error becomes the one code that OASIS has.
pub(super) fn call(body: impl FnOnce() -> Result<(), Error>) -> i32 {
    if guarded(body) == crate::door::OK {
        info::OK
    } else {
        info::ERROR
    }
}

/// Run a verb of the component.
pub(super) fn with(verb: impl FnOnce(&mut Component) -> Result<(), Error>) -> i32 {
    call(|| reach(verb))
}

/// Run a verb of the component; its error is kept as the reason why the process may exit.
pub(super) fn reach(verb: impl FnOnce(&mut Component) -> Result<(), Error>) -> Result<(), Error> {
    let place = CURRENT.load(Ordering::Acquire);
    if place.is_null() {
        return Err(no_component());
    }
    // SAFETY: the address is one that `begin` made and `take` has not taken back; OASIS is called by one thread at a
    // time, as its users know: terminate does not run beside another call.
    let mutex = unsafe { &*place };
    let mut current = mutex.try_lock().map_err(|reason| match reason {
        TryLockError::WouldBlock => refused(
            Code::Order,
            "two threads are in a call of OASIS",
            "one thread at a time",
            "call OASIS outside of parallel regions, or from their master thread only",
        ),
        TryLockError::Poisoned(_) => after_defect(),
    })?;
    if current.has_defect {
        return Err(after_defect());
    }
    let Current { component, .. } = &mut *current;
    let outcome = catch_unwind(AssertUnwindSafe(|| verb(component)));
    let Ok(outcome) = outcome else {
        current.has_defect = true;
        let error = outcome.map_or_else(|panic| defect(panic.as_ref()), |_| after_defect());
        current.failure = Some(error.clone());
        return Err(error);
    };
    if outcome.is_err() || current.failure.is_some() {
        current.failure = outcome.as_ref().err().cloned();
    }
    outcome
}

fn after_defect() -> Error {
    refused(
        Code::Internal,
        "a call after a defect of Halocline in an earlier one",
        "",
        "report the first message of this rank's log",
    )
}

fn no_component() -> Error {
    refused(
        Code::Order,
        "a call of OASIS without a component",
        "init_comp before it, terminate after it",
        "call init_comp first, and nothing after terminate",
    )
}

/// Refuse a second component, or one beside a session.
pub(super) fn check_none() -> Result<(), Error> {
    open_sessions::check_none_open()?;
    if CURRENT.load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    Err(refused(
        Code::Order,
        "a second init_comp in this process",
        "one component a process",
        "remove the second call, or terminate the first component before",
    ))
}

/// Keep the component, and watch over the end of MPI and of the process.
pub(super) fn begin(component: Component) {
    AT_EXIT.call_once(|| {
        // SAFETY: the handler is a function of this library, which stays loaded as long as the process runs.
        let status = unsafe { libc::atexit(at_exit) };
        if status != 0 {
            tracing::error!("cannot watch the exit of this process: a STOP before terminate leaves the others waiting");
        }
    });
    open_sessions::watch_end_of_mpi();
    let current = Current {
        component,
        failure: None,
        has_defect: false,
    };
    CURRENT.store(
        Box::into_raw(Box::new(Mutex::new(current))),
        Ordering::Release,
    );
}

/// Take the component back; `None` where there is none.
fn take() -> Option<Current> {
    let place = CURRENT.swap(std::ptr::null_mut(), Ordering::AcqRel);
    if place.is_null() {
        return None;
    }
    // SAFETY: the address is one that `begin` made with Box::into_raw; the swap gave it to us alone.
    let mutex = unsafe { Box::from_raw(place) };
    Some(mutex.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// End the coupling of this process in order.
pub(super) fn terminate() -> Result<(), Error> {
    let current = take().ok_or_else(no_component)?;
    current.component.terminate().map_err(|(component, error)| {
        if let Some(component) = component {
            begin(*component);
            keep_failure(&error);
        }
        error
    })
}

fn keep_failure(error: &Error) {
    // The error is returned again, and kept on the way.
    let kept = reach(|_| Err(error.clone()));
    debug_assert!(kept.is_err());
}

/// End the whole job because of an error.
pub(super) fn end(error: &Error) -> ! {
    let ended = catch_unwind(AssertUnwindSafe(|| match take() {
        Some(mut current) => current.component.abort(error),
        None => {
            tracing::error!("{error}");
            halocline_coupler::give_way(error);
        }
    }));
    if let Err(panic) = ended {
        tracing::error!("{}", defect(panic.as_ref()));
    }
    halocline_exchanges_mpi::end_job(1)
}

/// Runs when the process exits: others would wait for one that is gone.
extern "C" fn at_exit() {
    // A panic may not leave this function.
    if catch_unwind(abandon).is_err() {
        std::process::abort();
    }
}

/// End the job because this process, or MPI in it, ends with the component open; nothing happens without one.
pub(crate) fn abandon() {
    let Some(mut current) = take() else { return };
    match current.failure.take() {
        Some(error) => current.component.abort(&error),
        None => current.component.abandon(),
    }
}
