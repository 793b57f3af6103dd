//! One rank's supervisor: starts the component, keeps its log and the record of its end.
//!
//! ```text
//! mpirun ── halocline rank ── halocline with-parent ═exec═ component
//!              │ waits, passes signals on, records the end
//!              └ log: <run directory>/<component>.<rank>.log
//! ```

use crate::{
    error::Error,
    exits::{self, Exit},
};
use rustix::process::{Pid, Signal, getppid, kill_process};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2},
    iterator::Signals,
};
use std::{
    env,
    fs::{File, OpenOptions},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{self, Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What a supervisor is told by the launcher's command line.
#[derive(Debug, Clone)]
pub struct RankOptions {
    /// The component.
    pub component: String,
    /// First rank of the component among all ranks of the job.
    pub first_rank: usize,
    /// Where logs and records go.
    pub run_directory: PathBuf,
    /// Where the component runs.
    pub directory: PathBuf,
    /// Program and arguments of the component.
    pub words: Vec<String>,
}

/// Variables in which launchers tell a process its rank, most specific first: `SLURM_PROCID` is set in batch scripts too.
const RANK_VARIABLES: [&str; 4] = [
    "OMPI_COMM_WORLD_RANK",
    "PMIX_RANK",
    "PMI_RANK",
    "SLURM_PROCID",
];

/// How often the supervisor looks whether the launcher is still there.
const LOOK_FOR_PARENT: Duration = Duration::from_secs(1);
/// How long a component may take to end after SIGTERM when the launcher is gone.
const GRACE: Duration = Duration::from_secs(2);

/// Start the component on this rank and wait for its end; returns its exit status, 128 + signal when one ended it.
///
/// # Errors
/// The rank is unknown, the log cannot be written, or the program cannot be started.
pub fn supervise(options: &RankOptions) -> Result<i32, Error> {
    let rank = component_rank(options.first_rank)?;
    // Before the component starts: a signal that comes now waits until there is someone to pass it on to.
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2])
        .map_err(|error| Error::file("listen to signals for", &options.run_directory, &error))?;
    let log = open_log(&log_path(&options.run_directory, &options.component, rank))?;
    let child = start(options, log)?;
    let asked = Arc::new(AtomicBool::new(false));
    let status = wait(child, signals, &asked)?;
    let exit = Exit::now(
        &options.component,
        rank,
        status,
        asked.load(Ordering::SeqCst),
    );
    exits::append(&options.run_directory, &exit).map_err(|error| {
        Error::file(
            "write the record of the rank's end into",
            &options.run_directory,
            &error,
        )
    })?;
    Ok(status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
}

/// The log of one rank: `<component>.<rank, 4 digits>.log`.
#[must_use]
pub fn log_path(run_directory: &Path, component: &str, rank: usize) -> PathBuf {
    run_directory.join(format!("{component}.{rank:04}.log"))
}

fn component_rank(first_rank: usize) -> Result<usize, Error> {
    let value = |name: &&str| env::var(name).ok()?.parse::<usize>().ok();
    let global = RANK_VARIABLES.iter().find_map(value);
    global
        .and_then(|global| global.checked_sub(first_rank))
        .ok_or_else(|| {
            Error::new(
                format!(
                    "the rank is unknown: none of {} holds a number from {first_rank}",
                    RANK_VARIABLES.join(", ")
                ),
                "a process that an MPI launcher started",
                "start the job with `halocline run FILE`",
            )
        })
}

fn open_log(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| Error::file("write the log", path, &error))
}

fn start(options: &RankOptions, log: File) -> Result<Child, Error> {
    let program =
        env::current_exe().map_err(|error| Error::file("find", Path::new("halocline"), &error))?;
    let errors = log
        .try_clone()
        .map_err(|error| Error::file("write the log of", &options.run_directory, &error))?;
    Command::new(program)
        .args([
            "with-parent",
            &process::id().to_string(),
            "--signal",
            "kill",
            "--",
        ])
        .args(&options.words)
        .current_dir(&options.directory)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(|error| Error::file("start the component in", &options.directory, &error))
}

/// Wait for the component; meanwhile pass signals on, and end it when the launcher disappears.
fn wait(
    mut child: Child,
    mut signals: Signals,
    asked: &Arc<AtomicBool>,
) -> Result<ExitStatus, Error> {
    let ended = Arc::new(AtomicBool::new(false));
    let target = Pid::from_child(&child);
    let handle = signals.handle();
    thread::spawn({
        let (asked, ended) = (Arc::clone(asked), Arc::clone(&ended));
        move || {
            for signal in signals.forever() {
                pass_on(signal, target, &asked, &ended);
            }
        }
    });
    thread::spawn({
        let (asked, ended) = (Arc::clone(asked), Arc::clone(&ended));
        move || outlive_no_launcher(target, &asked, &ended)
    });
    let status = child
        .wait()
        .map_err(|error| Error::file("watch", Path::new("the component"), &error))?;
    ended.store(true, Ordering::SeqCst);
    handle.close();
    Ok(status)
}

/// SIGUSR1 and SIGUSR2 reach the component as a member of the group; here they only must not end the supervisor.
fn pass_on(signal: i32, target: Pid, asked: &AtomicBool, ended: &AtomicBool) {
    let signal = match signal {
        SIGTERM => Signal::TERM,
        SIGINT => Signal::INT,
        SIGHUP => Signal::HUP,
        _ => return,
    };
    asked.store(true, Ordering::SeqCst);
    send(signal, target, ended);
}

fn send(signal: Signal, target: Pid, ended: &AtomicBool) {
    if ended.load(Ordering::SeqCst) {
        return;
    }
    if let Err(error) = kill_process(target, signal) {
        tracing::debug!("the component did not get signal {signal:?}: {error}");
    }
}

/// A launcher that was killed leaves its ranks to another parent: end the component then.
fn outlive_no_launcher(target: Pid, asked: &AtomicBool, ended: &AtomicBool) {
    let parent = getppid();
    while getppid() == parent {
        thread::sleep(LOOK_FOR_PARENT);
    }
    asked.store(true, Ordering::SeqCst);
    send(Signal::TERM, target, ended);
    thread::sleep(GRACE);
    send(Signal::KILL, target, ended);
}

/// Become another program that ends when the process `parent`, which started this one, ends. Returns only on failure.
pub fn become_child_of(parent: u32, signal: Signal, words: &[String]) -> Error {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(signal)) {
        tracing::debug!("the end of the parent will not be noticed: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = signal;
    let Some((program, arguments)) = words.split_first() else {
        return Error::new(
            "no program to start",
            "a program and its arguments",
            "add them after --",
        );
    };
    if getppid().is_none_or(|found| found.as_raw_nonzero().get().unsigned_abs() != parent) {
        return Error::new(
            "the process that started this one has ended",
            "a parent that waits",
            "start the job again",
        );
    }
    let error = Command::new(program).args(arguments).exec();
    Error::new(
        format!("cannot start {program}: {error}"),
        "a program that can be executed on this node",
        "make sure that the program, its interpreter and its folder are there on all nodes",
    )
}
