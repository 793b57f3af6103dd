//! Logs through `tracing`, to standard error, filtered by `HALOCLINE_LOG` (default `info`).

use std::{
    fmt::{self, Write as _},
    io::{self, Write as _},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// Start writing logs, unless the host program already collects them. Safe to call again.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("HALOCLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(Lines)
        .try_init();
    if started.is_err() {
        tracing::debug!("the host program collects the logs itself");
    }
}

/// Time, level and message, a line each.
///
/// Not the layer of `tracing_subscriber`, which keeps its line in a variable of the thread: a rank that stops early says
/// why when its process exits, and such variables are gone by then.
struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let line = line(event).unwrap_or_else(|_| "a log line that cannot be written\n".to_owned());
        // There is nobody left to tell that standard error is closed.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

fn line(event: &Event<'_>) -> Result<String, fmt::Error> {
    let mut line = String::new();
    SystemTime.format_time(&mut Writer::new(&mut line))?;
    write!(line, " {:>5}", event.metadata().level().as_str())?;
    event.record(&mut Words(&mut line));
    line.push('\n');
    Ok(line)
}

/// The message of an event, and its further fields as name=value.
struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = if field.name() == "message" {
            write!(self.0, " {value:?}")
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
        written.expect("a string");
    }
}
