//! Logs through `tracing`, to standard error, filtered by `HALOCLINE_LOG` (default `info`).

use std::{
    fmt::Write as _,
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::filter_fn,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// The process runs its exit handlers: memory of threads is gone, which the usual formatter needs.
static EXITING: AtomicBool = AtomicBool::new(false);

/// Start writing logs, unless the host program already collects them. Safe to call again.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("HALOCLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let usual = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        .with_filter(filter_fn(|_| !EXITING.load(Ordering::Relaxed)));
    let started = Registry::default()
        .with(filter)
        .with(usual)
        .with(LastWords)
        .try_init();
    if started.is_err() {
        tracing::debug!("the host program collects the logs itself");
    }
}

/// Say that exit handlers run from now on.
pub fn process_exits() {
    EXITING.store(true, Ordering::Relaxed);
}

/// Writes errors and warnings while the process exits.
struct LastWords;

impl<S: Subscriber> Layer<S> for LastWords {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        if !EXITING.load(Ordering::Relaxed) || level > Level::WARN {
            return;
        }
        let mut line = Line(format!("{level} "));
        event.record(&mut line);
        line.0.push('\n');
        // A standard error that is closed cannot be told of.
        let _ = std::io::stderr().write_all(line.0.as_bytes());
    }
}

/// The text of an event.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let separator = if field.name() == "message" { "" } else { " " };
        // Writing to a String does not fail.
        let _ = write!(self.0, "{separator}{value:?}");
    }
}
