//! Why a job failed: the first cause, once, out of all that the ranks and the launcher left.

use crate::{
    exits::{self, Exit},
    job::Job,
    rank::log_path,
};
use serde::Deserialize;
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::ExitStatus,
};

/// How much of the end of a log is read [bytes].
const TAIL_BYTES: u64 = 64 * 1024;
/// How many of its last lines are shown.
const TAIL_LINES: usize = 12;

/// What is known of a rank that ended well when the job did not.
const LEFT_EARLY: &str = "ended with status 0 while other ranks were still running, and the launcher then ended the job; \
    did it stop before halocline_finalize or MPI_Finalize?";

/// The first cause of a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The component and its rank, where one is known.
    pub place: Option<(String, usize)>,
    /// What happened there.
    pub what: String,
    /// The last lines of the log that may tell more; empty where the message says all.
    pub log_tail: Vec<String>,
}

/// `first_cause.json`, which the failing rank writes.
#[derive(Debug, Deserialize)]
struct FirstCause {
    component: String,
    rank: usize,
    message: String,
    time: f64,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message())?;
        for line in &self.log_tail {
            write!(f, "\n  | {line}")?;
        }
        Ok(())
    }
}

impl Cause {
    /// `component ocean rank 2: what happened`.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.place {
            Some((component, rank)) => format!("component {component} rank {rank}: {}", self.what),
            None => self.what.clone(),
        }
    }

    /// The first line of what happened, by which logs are searched for it.
    fn headline(&self) -> &str {
        self.what.lines().next().unwrap_or("")
    }
}

/// The first cause: what a rank said of itself, else the first rank that died or left, else what the launcher said.
#[must_use]
pub(crate) fn find(run_directory: &Path, job: &Job, launcher: ExitStatus) -> Cause {
    let said = read_first_cause(run_directory);
    let ends = exits::read(run_directory);
    let death = exits::first_failure(&ends);
    let has_own_failure = said.is_some() || death.is_some_and(exits::is_of_its_own);
    if let Some(signal) = launcher.signal().filter(|_| !has_own_failure) {
        return from_killed_launcher(run_directory, signal);
    }
    match (said, death, exits::left_early(&ends)) {
        (Some(said), Some(death), _) if exits::is_of_its_own(death) && death.time < said.time => {
            from_end(run_directory, death, death.what())
        }
        (Some(said), ..) => from_words(said),
        (None, _, Some(first)) => from_end(run_directory, first, LEFT_EARLY.to_owned()),
        (None, Some(death), None) => from_end(run_directory, death, death.what()),
        (None, None, None) => {
            from_abort(run_directory, job).unwrap_or_else(|| from_launcher(run_directory, launcher))
        }
    }
}

fn read_first_cause(run_directory: &Path) -> Option<FirstCause> {
    let text = fs::read_to_string(run_directory.join("first_cause.json")).ok()?;
    serde_json::from_str(&text)
        .inspect_err(|error| tracing::warn!("first_cause.json cannot be read: {error}"))
        .ok()
}

fn from_words(said: FirstCause) -> Cause {
    let what = said.message.trim_end().to_owned();
    Cause {
        place: Some((said.component, said.rank)),
        what,
        log_tail: Vec::new(),
    }
}

fn from_end(run_directory: &Path, end: &Exit, what: String) -> Cause {
    let log_tail = tail(&log_path(run_directory, &end.component, end.rank));
    Cause {
        place: Some((end.component.clone(), end.rank)),
        what,
        log_tail,
    }
}

/// MPICH kills a rank that calls `MPI_Abort` together with its supervisor; the rank's log has MPICH's own line.
fn from_abort(run_directory: &Path, job: &Job) -> Option<Cause> {
    let logs = job
        .components
        .iter()
        .flat_map(|component| (0..component.ranks).map(|rank| (component.name.clone(), rank)));
    logs.into_iter().find_map(|place| {
        let path = log_path(run_directory, &place.0, place.1);
        let text = end_of(&path).ok()?;
        let line = text
            .lines()
            .rev()
            .find(|line| line.contains("application called MPI_Abort("))?;
        let what = line.trim().to_owned();
        Some(Cause {
            place: Some(place),
            what,
            log_tail: tail(&path),
        })
    })
}

/// The ranks then end because their launcher is gone.
fn from_killed_launcher(run_directory: &Path, signal: i32) -> Cause {
    let name = exits::name_of(signal);
    Cause {
        place: None,
        what: format!("the MPI launcher was killed by signal {signal}{name}"),
        log_tail: tail(&run_directory.join("launcher.log")),
    }
}

fn from_launcher(run_directory: &Path, launcher: ExitStatus) -> Cause {
    let status = launcher.code().unwrap_or(-1);
    let what =
        format!("the launcher ended with status {status}, and no rank left a record of its own");
    Cause {
        place: None,
        what,
        log_tail: tail(&run_directory.join("launcher.log")),
    }
}

/// The last lines of a file, blank ones at its end and Open MPI's stack frames (`[host:123] [ 4] /lib/...`) left out;
/// empty when it cannot be read.
fn tail(path: &Path) -> Vec<String> {
    let text = end_of(path).unwrap_or_default();
    let is_frame = |line: &&str| line.starts_with('[') && line.contains("] [");
    let lines: Vec<&str> = text
        .trim_end()
        .lines()
        .filter(|line| !is_frame(line))
        .collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Say in each rank's log whose failure ended it, where it does not say so itself.
pub(crate) fn tell_logs(run_directory: &Path, job: &Job, cause: &Cause) {
    for component in &job.components {
        for rank in 0..component.ranks {
            let path = log_path(run_directory, &component.name, rank);
            if path.is_file() && !end_of(&path).unwrap_or_default().contains(cause.headline()) {
                append(&path, cause);
            }
        }
    }
}

fn append(path: &Path, cause: &Cause) {
    let text = format!("halocline: ended by {}\n", cause.message());
    let result = OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    if let Err(error) = result {
        tracing::warn!("{} does not say why the job ended: {error}", path.display());
    }
}
