//! How every rank that started has ended: the ranks' own records, and one from here for those that left none.
//!
//! A launcher may kill a rank together with its supervisor, which then writes nothing: MPICH does after `MPI_Abort`.

use crate::{
    exits::{self, Exit},
    job::Job,
    rank::log_path,
};
use std::{
    fmt,
    path::Path,
    process::ExitStatus,
    thread,
    time::{Duration, Instant},
};

/// How long the records of ranks may be on their way when the launcher has ended of itself: a slow file system.
const PATIENCE: Duration = Duration::from_millis(500);
/// And when the launcher was killed: the supervisors see that within a second, and their components have two to end.
const PATIENCE_AFTER_KILL: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(50);
/// How many lines are shown.
const LINES: usize = 12;

/// The ends of all ranks of a job, in the order of its components.
#[derive(Debug, Clone, PartialEq)]
pub struct Ends {
    /// Each rank that started, in the order of component and rank.
    pub started: Vec<Exit>,
    /// Component and rank of those that never started.
    pub not_started: Vec<(String, usize)>,
}

/// Wait for the records that are on their way, and write those that nobody else will.
pub(crate) fn complete(run_directory: &Path, job: &Job, launcher: ExitStatus) -> Ends {
    let (started, not_started): (Vec<_>, Vec<_>) = all_ranks(job)
        .into_iter()
        .partition(|(component, rank)| log_path(run_directory, component, *rank).is_file());
    let has_been_killed = launcher.code().is_none();
    let patience = if has_been_killed {
        PATIENCE_AFTER_KILL
    } else {
        PATIENCE
    };
    let recorded = wait_for(run_directory, started.len(), patience);
    let started = started
        .into_iter()
        .map(|(component, rank)| {
            let own = recorded
                .iter()
                .find(|exit| exit.component == component && exit.rank == rank);
            own.cloned()
                .unwrap_or_else(|| record(run_directory, &component, rank))
        })
        .collect();
    Ends {
        started,
        not_started,
    }
}

fn all_ranks(job: &Job) -> Vec<(String, usize)> {
    let ranks = job
        .components
        .iter()
        .flat_map(|component| (0..component.ranks).map(|rank| (component.name.clone(), rank)));
    ranks.collect()
}

/// The records, once there are as many as ranks that started, or when patience ends.
fn wait_for(run_directory: &Path, expected: usize, patience: Duration) -> Vec<Exit> {
    let since = Instant::now();
    loop {
        let recorded = exits::read(run_directory);
        if recorded.len() >= expected || since.elapsed() >= patience {
            return recorded;
        }
        thread::sleep(LOOK);
    }
}

fn record(run_directory: &Path, component: &str, rank: usize) -> Exit {
    let exit = Exit::unrecorded(component, rank);
    if let Err(error) = exits::append(run_directory, &exit) {
        tracing::warn!("exits.jsonl does not name {component} rank {rank}: {error}");
    }
    exit
}

impl Ends {
    /// Whether every rank started and ended with status 0.
    #[must_use]
    pub fn are_all_good(&self) -> bool {
        self.not_started.is_empty() && self.started.iter().all(Exit::is_success)
    }

    /// Component, what happened, and the ranks that it happened to.
    fn groups(&self) -> Vec<(&str, String, Vec<usize>)> {
        let started = self
            .started
            .iter()
            .map(|exit| (exit.component.as_str(), exit.what(), exit.rank));
        let not_started = self
            .not_started
            .iter()
            .map(|(component, rank)| (component.as_str(), "never started".to_owned(), *rank));
        let mut groups: Vec<(&str, String, Vec<usize>)> = Vec::new();
        for (component, what, rank) in started.chain(not_started) {
            let known = groups
                .iter_mut()
                .find(|group| group.0 == component && group.1 == what);
            match known {
                Some(group) => group.2.push(rank),
                None => groups.push((component, what, vec![rank])),
            }
        }
        groups
    }
}

impl fmt::Display for Ends {
    /// `ocean ranks 0-2, 5: ended with status 0`, a line for each component and end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.groups();
        for (position, (component, what, ranks)) in groups.iter().take(LINES).enumerate() {
            let separator = if position > 0 { "\n" } else { "" };
            let noun = if ranks.len() == 1 { "rank" } else { "ranks" };
            write!(f, "{separator}{component} {noun} {}: {what}", listed(ranks))?;
        }
        match groups.len().saturating_sub(LINES) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more, all in exits.jsonl"),
        }
    }
}

/// `0-2, 5` from ascending numbers.
fn listed(ranks: &[usize]) -> String {
    let runs = ranks.chunk_by(|one, next| *next == one + 1);
    let text = runs.map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        _ => run[0].to_string(),
    });
    text.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::JobComponent;
    use std::{fs, os::unix::process::ExitStatusExt};

    fn job(ranks: [usize; 2]) -> Job {
        let component = |name: &str, ranks, first_rank| JobComponent {
            name: name.into(),
            ranks,
            first_rank,
            words: vec!["/bin/true".into()],
            environment: Vec::new(),
            directory: None,
            threads: 1,
        };
        Job {
            name: "gyre".into(),
            experiment: "/e/gyre.yaml".into(),
            components: vec![
                component("ocean", ranks[0], 0),
                component("closure", ranks[1], ranks[0]),
            ],
        }
    }

    fn start(folder: &Path, component: &str, rank: usize) {
        fs::write(log_path(folder, component, rank), "").unwrap();
    }

    fn end(folder: &Path, component: &str, rank: usize, status: i32, asked: bool) {
        let status = ExitStatus::from_raw(status);
        exits::append(folder, &Exit::now(component, rank, status, asked)).unwrap();
    }

    #[test]
    fn every_rank_that_started_is_named_also_one_that_left_no_record() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for rank in 0..3 {
            start(folder, "ocean", rank);
        }
        start(folder, "closure", 0);
        end(folder, "ocean", 1, 7 << 8, false);
        end(folder, "closure", 0, 15, true);
        let ends = complete(folder, &job([3, 2]), ExitStatus::from_raw(7 << 8));
        insta::assert_snapshot!(ends.to_string(), @r"
        ocean ranks 0, 2: ended by the MPI launcher, which left it no time for a record
        ocean rank 1: ended with status 7
        closure rank 0: ended by the MPI launcher, signal 15
        closure rank 1: never started
        ");
        assert!(!ends.are_all_good());
        let text = fs::read_to_string(folder.join("exits.jsonl")).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        let how = r#""how":"ended by the MPI launcher, which left it no time for a record""#;
        assert_eq!(text.matches(how).count(), 2, "{text}");
    }

    #[test]
    fn a_record_that_comes_late_replaces_the_one_from_here() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        start(folder, "ocean", 0);
        let ends = complete(folder, &job([1, 0]), ExitStatus::from_raw(1 << 8));
        assert_eq!(ends.started[0].code, None);
        end(folder, "ocean", 0, 3 << 8, false);
        let records = exits::read(folder);
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].code, Some(3));
    }

    #[test]
    fn a_good_end_needs_no_waiting() {
        let folder = tempfile::tempdir().unwrap();
        start(folder.path(), "ocean", 0);
        end(folder.path(), "ocean", 0, 0, false);
        let since = Instant::now();
        let ends = complete(folder.path(), &job([1, 0]), ExitStatus::from_raw(0));
        assert!(ends.are_all_good());
        assert!(since.elapsed() < PATIENCE);
    }

    #[test]
    fn ranks_are_listed_in_runs() {
        assert_eq!(listed(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
    }
}
