//! Progress for people: a bar on a terminal, a line now and then elsewhere.

use crate::{
    options::ProgressStyle,
    progress::{Progress, Speed, clock},
};
use halocline_configs::CouplingSpec;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};
use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Lines come at this distance at first, and at up to the second one later.
const LINE_INTERVALS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(60)];

/// Shows progress on standard output.
#[derive(Debug)]
pub(crate) struct Display {
    kind: Kind,
    speed: Speed,
    spec: CouplingSpec,
    last: Option<Progress>,
}

#[derive(Debug)]
enum Kind {
    Bar(ProgressBar),
    Lines { started: Instant, next: Duration },
    Silent,
}

impl Display {
    pub(crate) fn new(style: ProgressStyle, name: &str, spec: &CouplingSpec) -> Self {
        let kind = match style {
            ProgressStyle::Silent => Kind::Silent,
            ProgressStyle::Auto if io::stdout().is_terminal() => Kind::Bar(bar(name, spec)),
            ProgressStyle::Auto | ProgressStyle::Lines => Kind::Lines {
                started: Instant::now(),
                next: LINE_INTERVALS[0],
            },
        };
        Self {
            kind,
            speed: Speed::default(),
            spec: spec.clone(),
            last: None,
        }
    }

    /// Show what is new.
    pub(crate) fn update(&mut self, progress: Option<Progress>) {
        let now = Instant::now();
        if let Some(progress) = progress {
            self.speed.note(now, progress.seconds);
            self.last = Some(progress);
        }
        let text = self.text(now);
        match &mut self.kind {
            Kind::Silent => {}
            Kind::Bar(bar) => {
                bar.set_position(
                    self.last
                        .as_ref()
                        .map_or(0, |progress| progress.steps.unsigned_abs()),
                );
                bar.set_message(text);
            }
            Kind::Lines { started, next } => {
                let elapsed = started.elapsed();
                if elapsed >= *next {
                    *next = elapsed + (elapsed / 12).clamp(LINE_INTERVALS[0], LINE_INTERVALS[1]);
                    let steps = self.last.as_ref().map_or(0, |progress| progress.steps);
                    say(&format!(
                        "step {steps}/{}  {text}",
                        self.spec.time.number_of_steps()
                    ));
                }
            }
        }
    }

    /// Date, speed, time left, and who waits for whom.
    fn text(&self, now: Instant) -> String {
        let Some(progress) = &self.last else {
            return "starting".to_owned();
        };
        let mut parts = vec![self.spec.time.date_at(progress.seconds).to_string()];
        parts.extend(
            self.speed
                .years_per_day(now)
                .map(|years| format!("{} simulated years/day", short(years))),
        );
        let left = self.speed.time_left(now, self.spec.time.length_seconds());
        parts.extend(left.map(|left| format!("{} left", clock(left))));
        parts.extend(progress.waits.iter().cloned());
        parts.join("  ")
    }

    /// Say something above the bar.
    pub(crate) fn say(&self, text: &str) {
        match &self.kind {
            Kind::Bar(bar) => bar.println(text),
            Kind::Lines { .. } => say(text),
            Kind::Silent => {}
        }
    }

    /// Remove the bar; returns the progress last seen.
    pub(crate) fn finish(self) -> Option<Progress> {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
        self.last
    }
}

fn bar(name: &str, spec: &CouplingSpec) -> ProgressBar {
    let steps = spec.time.number_of_steps().unsigned_abs();
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stdout());
    let template = "{prefix} [{bar:24}] step {pos}/{len}  {wide_msg}";
    bar.set_style(
        BarStyle::with_template(template)
            .expect("the template is valid")
            .progress_chars("=> "),
    );
    bar.set_prefix(name.to_owned());
    bar
}

/// Three digits are enough to compare speeds.
fn short(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// A reader that has closed the pipe is no reason to end the job.
fn say(text: &str) {
    if let Err(error) = writeln!(io::stdout(), "{text}") {
        tracing::debug!("progress cannot be shown: {error}");
    }
}
