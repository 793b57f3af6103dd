//! `exits.jsonl` in the run directory: how each rank ended, one line each, in the order of the ends.
//!
//! A rank's supervisor writes its line; for a rank that the launcher killed with its supervisor, the job's end does.

use serde::{Deserialize, Serialize};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{SystemTime, UNIX_EPOCH},
};

/// The end of one rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// The component.
    pub component: String,
    /// The rank in the component.
    pub rank: usize,
    /// Its exit status, unless a signal ended it; with neither, nobody saw the end.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether the launcher had asked it to end before.
    pub asked: bool,
    /// When it ended [s since 1970].
    pub time: f64,
}

impl Exit {
    /// The end of a rank, now.
    #[must_use]
    pub fn now(component: &str, rank: usize, status: ExitStatus, asked: bool) -> Self {
        Self {
            component: component.to_owned(),
            rank,
            code: status.code(),
            signal: status.signal(),
            asked,
            time: seconds_now(),
        }
    }

    /// The end of a rank that started and left no record: the launcher killed it together with its supervisor.
    pub(crate) fn unrecorded(component: &str, rank: usize) -> Self {
        Self {
            component: component.to_owned(),
            rank,
            code: None,
            signal: None,
            asked: true,
            time: seconds_now(),
        }
    }

    fn is_unrecorded(&self) -> bool {
        self.code.is_none() && self.signal.is_none()
    }

    /// Whether the rank ended with status 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// How likely this end is a consequence of another one: 0 is a failure of its own.
    fn remoteness(&self) -> u8 {
        const TERMINATE: i32 = 15;
        match (self.asked, self.signal, self.code) {
            (_, None, Some(0)) => 4,
            (false, Some(TERMINATE), _) => 2,
            (false, ..) => 0,
            // A rank that ends the whole job is asked to end by the launcher before it has exited itself.
            (true, None, Some(code)) if code < 128 => 1,
            (true, ..) => 3,
        }
    }
}

impl Exit {
    /// How it ended: `killed by signal 9 (SIGKILL)`.
    #[must_use]
    pub fn what(&self) -> String {
        match (self.signal, self.code) {
            (Some(signal), _) if self.asked => {
                format!("ended by the MPI launcher, signal {signal}")
            }
            (Some(signal), _) => format!("killed by signal {signal}{}", name_of(signal)),
            (None, Some(127)) => {
                "ended with status 127: its program could not be started".to_owned()
            }
            (None, Some(code)) => format!("ended with status {code}"),
            (None, None) => {
                "ended by the MPI launcher, which left it no time for a record".to_owned()
            }
        }
    }
}

/// A line of the file: the end, and the same in words for people.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    exit: &'a Exit,
    how: String,
}

fn seconds_now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// What a signal is called, in brackets with a blank in front; empty for unusual ones.
pub(crate) fn name_of(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        4 => " (SIGILL: illegal instruction)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE: floating point exception)",
        9 => " (SIGKILL: sent by hand, or by the system when memory ran out)",
        11 => " (SIGSEGV: invalid memory reference)",
        15 => " (SIGTERM)",
        24 => " (SIGXCPU: CPU time limit)",
        _ => "",
    }
}

fn file(run_directory: &Path) -> PathBuf {
    run_directory.join("exits.jsonl")
}

/// Add one end to the records; one `write`, so that ranks that end together do not mix their lines.
///
/// # Errors
/// The file cannot be written.
pub fn append(run_directory: &Path, exit: &Exit) -> io::Result<()> {
    let how = exit.what();
    let text = serde_json::to_string(&Line { exit, how })? + "\n";
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file(run_directory))?
        .write_all(text.as_bytes())
}

/// All ends recorded so far, in the order of the file, each rank once: its own record counts, not one made without it.
/// A line that another node garbled is reported and left out.
#[must_use]
pub fn read(run_directory: &Path) -> Vec<Exit> {
    let text = std::fs::read_to_string(file(run_directory)).unwrap_or_default();
    let parse = |line: &str| {
        serde_json::from_str(line)
            .inspect_err(|error| {
                tracing::warn!("exits.jsonl has a line that is no record ({error}): {line}")
            })
            .ok()
    };
    let all: Vec<Exit> = text
        .lines()
        .filter(|line| !line.is_empty())
        .filter_map(parse)
        .collect();
    let is_replaced = |exit: &Exit| {
        let own = |other: &&Exit| other.component == exit.component && other.rank == exit.rank;
        exit.is_unrecorded() && all.iter().filter(own).any(|other| !other.is_unrecorded())
    };
    all.iter()
        .filter(|exit| !is_replaced(exit))
        .cloned()
        .collect()
}

/// The failure that came first and of itself; `None` when all ranks that left a record ended well.
#[must_use]
pub fn first_failure(exits: &[Exit]) -> Option<&Exit> {
    let failures = exits
        .iter()
        .filter(|exit| !exit.is_success() && !exit.is_unrecorded());
    failures.min_by(|a, b| {
        a.remoteness()
            .cmp(&b.remoteness())
            .then(a.time.total_cmp(&b.time))
    })
}

/// Whether a rank failed of itself, not because it was asked to end.
pub(crate) fn is_of_its_own(exit: &Exit) -> bool {
    exit.remoteness() == 0
}

/// In a job that failed though no rank did of itself: the rank that was the first to leave, with status 0.
pub(crate) fn left_early(exits: &[Exit]) -> Option<&Exit> {
    let first = exits.iter().min_by(|a, b| a.time.total_cmp(&b.time))?;
    let is_consequence = |exit: &Exit| exit.is_success() || exit.remoteness() >= 2;
    (first.is_success() && exits.iter().all(is_consequence)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(rank: usize, code: Option<i32>, signal: Option<i32>, asked: bool, time: f64) -> Exit {
        Exit {
            component: "ocean".into(),
            rank,
            code,
            signal,
            asked,
            time,
        }
    }

    #[test]
    fn the_first_failure_is_the_earliest_that_nobody_asked_for() {
        let exits = [
            exit(0, None, Some(15), true, 1.0),
            exit(1, Some(1), None, false, 3.0),
            exit(2, None, Some(11), false, 2.0),
            exit(3, Some(0), None, false, 0.5),
        ];
        assert_eq!(first_failure(&exits).unwrap().rank, 2);
    }

    #[test]
    fn a_rank_that_ended_the_job_wins_over_those_that_were_terminated() {
        let exits = [
            exit(0, None, Some(15), false, 1.0),
            exit(1, Some(7), None, true, 1.2),
        ];
        assert_eq!(first_failure(&exits).unwrap().rank, 1);
    }

    #[test]
    fn a_rank_that_nobody_saw_end_is_no_cause() {
        let unrecorded = exit(0, None, None, true, 1.0);
        assert_eq!(first_failure(&[unrecorded]), None);
    }

    #[test]
    fn normal_ends_are_no_failure() {
        assert_eq!(first_failure(&[exit(0, Some(0), None, false, 1.0)]), None);
    }

    #[test]
    fn a_rank_that_leaves_first_ends_the_job_when_no_other_failed_of_itself() {
        let left = exit(1, Some(0), None, false, 1.0);
        let terminated = exit(0, None, Some(15), true, 2.0);
        assert_eq!(left_early(&[terminated.clone(), left.clone()]), Some(&left));
        let failed = exit(2, Some(1), None, false, 2.0);
        assert_eq!(left_early(&[left, terminated, failed]), None);
    }

    #[test]
    fn records_survive_the_file_and_garbled_lines_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let record = exit(2, None, Some(9), false, 1.5);
        append(folder.path(), &record).unwrap();
        std::fs::OpenOptions::new()
            .append(true)
            .open(file(folder.path()))
            .unwrap()
            .write_all(b"{oops\n")
            .unwrap();
        let other = exit(3, Some(0), None, false, 2.5);
        append(folder.path(), &other).unwrap();
        assert_eq!(read(folder.path()), [record, other]);
    }
}
