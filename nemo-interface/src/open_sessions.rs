//! Which handles are alive, and what happens when the process exits, or ends MPI, while one is.
//!
//! A handle is looked up before it is followed: one that was finished, or never given out, is an error and not a crash.
//! The list is the only state of the process that this library keeps; the exit of a process has no other argument.

use crate::{door::defect, loans::Loans, message::refused, oasis};
use halocline_coupler::{Code, Error, Session, give_way};
use halocline_exchanges_mpi::{before_host_ends_mpi, end_job, is_running};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError},
};

/// One rank's part in the coupling. Opaque; lives from halocline_begin until halocline_finish.
#[allow(non_camel_case_types, reason = "the name in C")]
pub struct halocline_session {
    session: Mutex<Open>,
}

/// A session, what it has lent, and how its last call ended.
struct Open {
    session: Session,
    loans: Loans,
    /// The error of the last call, which is why a process that exits now exits.
    failure: Option<Error>,
    /// A verb panicked: the session may be half changed, and no further call reaches it.
    has_defect: bool,
}

/// Addresses of the handles that are alive.
static ALIVE: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// Why the last halocline_begin of this process failed; the others of the job may wait for it since.
static FAILED_BEGIN: Mutex<Option<Error>> = Mutex::new(None);
static AT_EXIT: Once = Once::new();

/// The addresses; a panic elsewhere leaves the list whole.
fn alive() -> MutexGuard<'static, Vec<usize>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuse a second session: a process is one rank of one component.
pub(crate) fn check_none_open() -> Result<(), Error> {
    if alive().is_empty() {
        return Ok(());
    }
    Err(refused(
        Code::Order,
        "a second beginning while a session is open in this process",
        "one session a process at a time",
        "remove the second call, or finish the first session before",
    ))
}

/// Keep a session under a new handle, and watch over the end of MPI and of the process.
pub(crate) fn open(session: Session) -> *mut halocline_session {
    watch_exit();
    watch_end_of_mpi();
    *failed_begin() = None;
    let session = Mutex::new(Open {
        session,
        loans: Loans::default(),
        failure: None,
        has_defect: false,
    });
    let handle = Box::into_raw(Box::new(halocline_session { session }));
    alive().push(handle as usize);
    handle
}

/// Remember that no session came about: where the process exits without another, the job ends.
pub(crate) fn remember_failed_begin(error: &Error) {
    watch_exit();
    *failed_begin() = Some(error.clone());
}

fn failed_begin() -> MutexGuard<'static, Option<Error>> {
    FAILED_BEGIN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch_exit() {
    AT_EXIT.call_once(|| {
        // SAFETY: the handler is a function of this library, which stays loaded as long as it has sessions.
        let status = unsafe { libc::atexit(at_exit) };
        if status != 0 {
            tracing::error!("cannot watch the exit of this process: a STOP before finish leaves the others waiting");
        }
    });
}

/// Let a host that ends MPI before the coupling end the job: a session, or the component of OASIS.
pub(crate) fn watch_end_of_mpi() {
    if let Err(error) = before_host_ends_mpi(at_end_of_mpi) {
        tracing::error!(
            "cannot watch MPI_Finalize: one before the end of the coupling leaves the others waiting: {error}"
        );
    }
}

/// Run `verb` on the session behind a handle and on what it has lent.
pub(crate) fn with(
    handle: *const halocline_session,
    verb: impl FnOnce(&mut Session, &mut Loans) -> Result<(), Error>,
) -> Result<(), Error> {
    if !alive().contains(&(handle as usize)) {
        return Err(unknown_handle());
    }
    // SAFETY: the address is one that `open` gave out and `close` has not taken back.
    let handle = unsafe { &*handle };
    let mut open = lock(handle)?;
    if open.has_defect {
        // The defect stays the failure that the exit of the process tells.
        return Err(after_defect());
    }
    // Caught here and not at the door: a panic is why the process exits now, as any other failure of the call.
    let Open { session, loans, .. } = &mut *open;
    let outcome = catch_unwind(AssertUnwindSafe(|| verb(session, loans)));
    open.has_defect = outcome.is_err();
    let outcome = outcome.unwrap_or_else(|panic| Err(defect(panic.as_ref())));
    let outcome = outcome.map_err(|error| error.at(open.session.component(), open.session.rank()));
    open.failure = outcome.as_ref().err().cloned();
    outcome
}

/// Take a session back from its handle, which ends; `None` when it is not alive.
pub(crate) fn close(handle: *mut halocline_session) -> Option<Session> {
    close_with_failure(handle).map(|open| open.session)
}

fn close_with_failure(handle: *mut halocline_session) -> Option<Open> {
    let mut alive = alive();
    let position = alive
        .iter()
        .position(|address| *address == handle as usize)?;
    alive.swap_remove(position);
    // SAFETY: the address is one that `open` made with Box::into_raw; it has just left the list, so nobody else takes it.
    let handle = unsafe { Box::from_raw(handle) };
    Some(
        handle
            .session
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner),
    )
}

fn lock(handle: &halocline_session) -> Result<MutexGuard<'_, Open>, Error> {
    handle.session.try_lock().map_err(|reason| match reason {
        TryLockError::WouldBlock => refused(
            Code::Order,
            "two threads are in a call on the same session",
            "one thread at a time",
            "call Halocline outside of parallel regions, or from their master thread only",
        ),
        TryLockError::Poisoned(_) => after_defect(),
    })
}

fn after_defect() -> Error {
    refused(
        Code::Internal,
        "a call after a defect of Halocline in an earlier one",
        "",
        "report the first message of this rank's log",
    )
}

fn unknown_handle() -> Error {
    refused(
        Code::Order,
        "the handle is of no open session",
        "the one that halocline_begin gave, until halocline_finish",
        "call halocline_begin first, and nothing after halocline_finish",
    )
}

/// Runs when the process exits (end of main, `exit`, Fortran's STOP): others would wait for a rank that is gone.
extern "C" fn at_exit() {
    // A panic may not leave this function; what it says has been printed, and the job must end all the same.
    let ended = catch_unwind(|| {
        abandon_all();
        end_after_failed_begin();
    });
    if ended.is_err() {
        std::process::abort();
    }
}

/// Runs when the host calls MPI_Finalize: with the coupling open, this is an early end like that of the process.
fn at_end_of_mpi() {
    // MPI called this function: a panic may not leave it either.
    let ended = catch_unwind(|| {
        abandon_all();
        oasis::abandon();
    });
    if ended.is_err() {
        std::process::abort();
    }
}

fn abandon_all() {
    let left: Vec<usize> = alive().clone();
    for handle in left {
        abandon(handle as *mut halocline_session);
    }
}

/// A host that has ended MPI since, or never started it, has left in order.
fn end_after_failed_begin() {
    let failed = failed_begin().take();
    if let Some(error) = failed.filter(|_| is_running()) {
        tracing::error!("the process ends after a beginning that failed: {error}");
        give_way(&error);
        end_job(1);
    }
}

fn abandon(handle: *mut halocline_session) {
    let Some(mut open) = close_with_failure(handle) else {
        return;
    };
    match open.failure {
        Some(error) => open.session.abort(&error),
        None => open.session.abandon(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use halocline_exchanges::local::LocalWorld;

    const EXPERIMENT: &str = "
time: {start: 2000-01-01, step: 10, length: 40}
components:
  ocean: {ranks: 1, command: ./ocean}
  network: {ranks: 1, command: ./network}
grids:
  basin: {nx: 3, ny: 2, boundary: {i: closed, j: closed}}
fields:
  u: {units: m/s, grid: basin, point: T, levels: 1}
exchanges:
  - {from: ocean, to: network, fields: [u], period: 10}
";

    /// The session of the ocean; the network begins too, and leaves.
    fn session() -> Session {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("experiment.yaml");
        std::fs::write(&path, EXPERIMENT).expect("a temporary folder can be written");
        let mut worlds = LocalWorld::spawn(2).into_iter();
        let mut begin = |component| {
            let (world, path) = (worlds.next().expect("two ranks"), path.as_path());
            move || Session::begin(Box::new(world), component, Some(path)).expect("a session")
        };
        let (ocean, network) = (begin("ocean"), begin("network"));
        std::thread::scope(|scope| {
            scope.spawn(move || drop(network()));
            ocean()
        })
    }

    #[test]
    fn a_panic_in_a_verb_is_the_failure_that_the_exit_tells() {
        let handle = open(session());
        let error = with(handle, |_, _| panic!("cell 7 has no owner")).expect_err("it panicked");
        assert_eq!(error.code, Code::Internal);
        assert_eq!(error.place.component, "ocean");
        let later = with(handle, |_, _| Ok(())).expect_err("the session may be half changed");
        assert!(later.found.contains("after a defect"), "{later}");
        let open = close_with_failure(handle).expect("the handle is alive");
        let failure = open.failure.expect("the first cause");
        assert!(failure.found.contains("cell 7 has no owner"), "{failure}");
    }
}
