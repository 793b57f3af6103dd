//! `progress.<component>.json` in the run directory: what `halocline run` shows while the job runs.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

const INTERVAL: Duration = Duration::from_millis(200);

/// Writes the progress of one component; only its rank 0 has a file.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    path: Option<PathBuf>,
    length_seconds: i64,
    step_seconds: i64,
    date_seconds: i64,
    written: Option<Instant>,
}

impl Progress {
    /// Progress of `component`, written when this is its rank 0 and the job has a run directory.
    pub(crate) fn new(
        component: &str,
        rank: usize,
        length_seconds: i64,
        step_seconds: i64,
    ) -> Self {
        let path = crate::failure::run_directory()
            .filter(|_| rank == 0)
            .map(|directory| directory.join(format!("progress.{component}.json")));
        Self {
            path,
            length_seconds,
            step_seconds,
            ..Self::default()
        }
    }

    /// The component has reached `date`; writes at most five times a second.
    pub(crate) fn reached(&mut self, date: i64) {
        self.date_seconds = date;
        if self.path.is_none() || self.written.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        self.write(None);
    }

    /// The last date reached [s].
    pub(crate) fn date(&self) -> i64 {
        self.date_seconds
    }

    /// The component is at the end of the run.
    pub(crate) fn finished(&mut self) {
        self.date_seconds = self.length_seconds;
        self.write(None);
    }

    /// The component has been waiting for `what` for `seconds`.
    pub(crate) fn waiting(&mut self, what: &str, seconds: u64) {
        self.write(Some((what, seconds)));
    }

    fn write(&mut self, waiting: Option<(&str, u64)>) {
        let Some(path) = &self.path else { return };
        self.written = Some(Instant::now());
        let text = serde_json::json!({
            "date_seconds": self.date_seconds,
            "steps_done": self.date_seconds / self.step_seconds.max(1),
            "steps_total": self.length_seconds / self.step_seconds.max(1),
            "waiting_for": waiting.map(|(what, _)| what),
            "waiting_seconds": waiting.map_or(0, |(_, seconds)| seconds),
        });
        let beside = path.with_extension("json.new");
        let result =
            std::fs::write(&beside, text.to_string()).and_then(|()| std::fs::rename(&beside, path));
        if let Err(error) = result {
            // Progress is for eyes only: a full disk here must not end a run that can go on.
            tracing::warn!(
                "cannot write {}: {error}; progress is no longer shown",
                path.display()
            );
            self.path = None;
        }
    }
}
