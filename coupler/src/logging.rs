//! Logs through `tracing`, to standard error, filtered by `HALOCLINE_LOG` (default `info`).

use tracing_subscriber::EnvFilter;

/// Start writing logs, unless the host program already collects them. Safe to call again.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("HALOCLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        .try_init();
    if started.is_err() {
        tracing::debug!("the host program collects the logs itself");
    }
}
