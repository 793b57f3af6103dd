//! How far the components are, and how fast: read from the `progress.<component>.json` files.

use halocline_configs::CouplingSpec;
use serde::Deserialize;
use std::{
    collections::VecDeque,
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// Speed is measured over this span.
const WINDOW: Duration = Duration::from_secs(30);
/// 365.25 days [s].
const SECONDS_PER_YEAR: f64 = 31_557_600.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// What rank 0 of a component writes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Report {
    date_seconds: i64,
    #[serde(default)]
    waiting_for: Option<String>,
    #[serde(default)]
    waiting_seconds: f64,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    /// Date that all components have reached [s since the start].
    pub(crate) seconds: i64,
    /// Coupling steps done.
    pub(crate) steps: i64,
    /// `closure waits 12 s for ocean u`, for each component that waits.
    pub(crate) waits: Vec<String>,
}

/// Read the files of all components; `None` while none has written one.
pub(crate) fn read(run_directory: &Path, spec: &CouplingSpec) -> Option<Progress> {
    let mut seconds: Option<i64> = None;
    let mut waits = Vec::new();
    for name in spec.components.keys() {
        let Some(report) = read_report(&run_directory.join(format!("progress.{name}.json"))) else {
            continue;
        };
        seconds = Some(seconds.map_or(report.date_seconds, |others| {
            others.min(report.date_seconds)
        }));
        if let Some(what) = report.waiting_for {
            waits.push(format!(
                "{name} waits {:.0} s for {what}",
                report.waiting_seconds
            ));
        }
    }
    let seconds = seconds?;
    Some(Progress {
        seconds,
        steps: seconds.checked_div(spec.time.step.get()).unwrap_or(0),
        waits,
    })
}

/// A file that is not there yet, or is just being replaced, is simply read again next time.
fn read_report(path: &Path) -> Option<Report> {
    serde_json::from_str(&fs::read_to_string(path).ok()?)
        .inspect_err(|error| tracing::debug!("{} cannot be read: {error}", path.display()))
        .ok()
}

/// Measures speed over the last half minute.
#[derive(Debug, Default)]
pub(crate) struct Speed {
    samples: VecDeque<(Instant, i64)>,
}

impl Speed {
    /// Note the date reached [s] at a time; without a new date, nothing is noted.
    pub(crate) fn note(&mut self, now: Instant, seconds: i64) {
        if self.samples.back().is_none_or(|(_, last)| *last != seconds) {
            self.samples.push_back((now, seconds));
        }
        while self.samples.len() > 2 && now.duration_since(self.samples[0].0) > WINDOW {
            self.samples.pop_front();
        }
    }

    /// Simulated seconds per second, counted until `now` so that a job that stands still becomes slow.
    fn rate(&self, now: Instant) -> Option<f64> {
        let ((start, from), (_, to)) = (self.samples.front()?, self.samples.back()?);
        let elapsed = now.duration_since(*start).as_secs_f64();
        #[allow(
            clippy::cast_precision_loss,
            reason = "dates of a run are far below 2^53 seconds"
        )]
        let simulated = (to - from) as f64;
        (simulated > 0.0 && elapsed > 0.2).then(|| simulated / elapsed)
    }

    /// Simulated years per day.
    pub(crate) fn years_per_day(&self, now: Instant) -> Option<f64> {
        self.rate(now)
            .map(|rate| rate * SECONDS_PER_DAY / SECONDS_PER_YEAR)
    }

    /// Time until `end` [s since the start of the run] is reached.
    pub(crate) fn time_left(&self, now: Instant, end: i64) -> Option<Duration> {
        let (_, last) = self.samples.back()?;
        #[allow(
            clippy::cast_precision_loss,
            reason = "dates of a run are far below 2^53 seconds"
        )]
        let left = (end - last).max(0) as f64;
        Duration::try_from_secs_f64(left / self.rate(now)?).ok()
    }
}

/// `3:25:07`, or `4 days 3 h` for long times.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{:02}", seconds % 60),
        (0, _) => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
        (1, _) => format!("1 day {hours} h"),
        _ => format!("{days} days {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_a_second_is_236_years_a_day() {
        let start = Instant::now();
        let mut speed = Speed::default();
        for second in 0..10 {
            speed.note(
                start + Duration::from_secs(second),
                86_400 * i64::try_from(second).unwrap(),
            );
        }
        let now = start + Duration::from_secs(9);
        assert!((speed.years_per_day(now).unwrap() - 86_400.0 / 365.25).abs() < 1e-9);
        assert_eq!(
            speed.time_left(now, 86_400 * 29),
            Some(Duration::from_secs(20))
        );
    }

    #[test]
    fn a_job_that_stands_still_becomes_slow() {
        let start = Instant::now();
        let mut speed = Speed::default();
        speed.note(start, 0);
        speed.note(start + Duration::from_secs(1), 3600);
        assert!(speed.rate(start + Duration::from_secs(100)).unwrap() < 37.0);
    }

    #[test]
    fn times_are_short_to_read() {
        assert_eq!(clock(Duration::from_secs(67)), "1:07");
        assert_eq!(clock(Duration::from_secs(3 * 3600 + 65)), "3:01:05");
        assert_eq!(clock(Duration::from_secs(2 * 86_400 + 7200)), "2 days 2 h");
    }
}
