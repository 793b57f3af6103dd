//! How a failure leaves: written once as the first cause, told to all ranks, then the job ends.

use crate::error::Error;
use halocline_exchanges::world::{Notice, World};
use std::{
    fs::OpenOptions,
    io::Write,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a rank that was told of a failure lets the one that failed end the job first.
const COURTESY: Duration = Duration::from_secs(5);

/// The run directory that the launcher made, if there is one.
pub(crate) fn run_directory() -> Option<PathBuf> {
    std::env::var_os("HALOCLINE_RUN_DIRECTORY").map(PathBuf::from)
}

/// Write `first_cause.json`; the first rank to do so wins, the others leave it as it is.
fn record_first_cause(notice: &Notice) {
    let Some(directory) = run_directory() else {
        return;
    };
    let path = directory.join("first_cause.json");
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64();
    let text = serde_json::json!({
        "component": notice.component, "rank": notice.rank, "message": notice.message, "time": time,
    });
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            if let Err(error) = file.write_all(text.to_string().as_bytes()) {
                tracing::error!("cannot write {}: {error}", path.display());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => tracing::error!("cannot write {}: {error}", path.display()),
    }
}

fn notice(component: &str, rank: usize, error: &Error) -> Notice {
    let field = error.place.field.as_ref();
    let field = field.map_or(String::new(), |field| format!("field '{field}': "));
    Notice {
        component: component.to_owned(),
        rank,
        message: format!("{field}{}", error.body()),
    }
}

/// Record a failure before there is a session that could tell it.
pub(crate) fn record(component: &str, rank: usize, error: &Error) {
    if !error.is_consequence() {
        record_first_cause(&notice(component, rank, error));
    }
}

/// Tell every rank why this one fails; a consequence of another's failure is only logged.
pub(crate) fn tell(world: &mut dyn World, component: &str, rank: usize, error: &Error) {
    tracing::error!("{error}");
    if error.is_consequence() {
        return;
    }
    let notice = notice(component, rank, error);
    record_first_cause(&notice);
    world.announce(&notice);
}

/// Tell every rank, then end the job with status 1. Never returns.
pub(crate) fn end_job(world: &mut dyn World, component: &str, rank: usize, error: &Error) -> ! {
    tell(world, component, rank, error);
    if error.is_consequence() {
        std::thread::sleep(COURTESY);
    }
    world.end_job(1)
}
