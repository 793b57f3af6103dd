//! Ctrl-C and the signals that mean the same: the first asks the job to end, the second kills it.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    io,
    process::Child,
    time::{Duration, Instant},
};

/// How long the launcher may take to end the job before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Collects the signals that reach this process while a job runs.
#[derive(Debug)]
pub(crate) struct Interrupt {
    signals: Signals,
    first: Option<i32>,
    asked_at: Option<Instant>,
    left_behind: Option<Instant>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    Asked,
    Killed,
}

/// What a new signal led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    None,
    Asked,
    Killed,
}

impl Interrupt {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            signals: Signals::new([SIGINT, SIGTERM, SIGHUP])?,
            first: None,
            asked_at: None,
            left_behind: None,
            stage: Stage::Running,
        })
    }

    /// The first signal that came, if any.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.first
    }

    /// Pass what came since the last look on to the launcher, which leads its own process group.
    pub(crate) fn look(&mut self, launcher: &Child) -> Reaction {
        let arrived: Vec<i32> = self.signals.pending().collect();
        if let Some(signal) = arrived.first() {
            self.first.get_or_insert(*signal);
        }
        let is_late = self
            .asked_at
            .is_some_and(|since| since.elapsed() > PATIENCE);
        match self.stage {
            Stage::Running if !arrived.is_empty() => self.ask(launcher),
            Stage::Asked if is_late || !arrived.is_empty() => self.kill(launcher),
            _ => Reaction::None,
        }
    }

    /// End a job that a failed rank leaves behind: some launchers let the others wait for it for ever.
    pub(crate) fn end_after_failure(&mut self, launcher: &Child) {
        match (self.stage, self.left_behind) {
            (Stage::Running, None) => self.left_behind = Some(Instant::now()),
            (Stage::Running, Some(since)) if since.elapsed() > PATIENCE => {
                self.ask(launcher);
            }
            _ => {}
        }
    }

    /// SIGTERM to the launcher alone: it ends its ranks itself, on all nodes.
    fn ask(&mut self, launcher: &Child) -> Reaction {
        self.stage = Stage::Asked;
        self.asked_at = Some(Instant::now());
        report(kill_process(Pid::from_child(launcher), Signal::TERM));
        Reaction::Asked
    }

    /// SIGKILL to its group; the supervisors of the ranks see that it is gone and end them.
    fn kill(&mut self, launcher: &Child) -> Reaction {
        self.stage = Stage::Killed;
        report(kill_process_group(Pid::from_child(launcher), Signal::KILL));
        Reaction::Killed
    }
}

fn report(result: rustix::io::Result<()>) {
    if let Err(error) = result {
        tracing::warn!("the launcher did not get the signal: {error}");
    }
}
