//! How a failure leaves: written once as the first cause, told to all ranks, then the job ends.

use crate::error::Error;
use halocline_exchanges::world::{Notice, World};
use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a rank that was told of a failure lets the one that failed end the job first.
const COURTESY: Duration = Duration::from_secs(5);

/// The run directory that the launcher made, if there is one.
pub(crate) fn run_directory() -> Option<PathBuf> {
    std::env::var_os("HALOCLINE_RUN_DIRECTORY").map(PathBuf::from)
}

/// Write `first_cause.json`, where there is a run directory; the first rank to do so wins, the others leave it as it is.
fn record_first_cause(directory: Option<&Path>, notice: &Notice) {
    let Some(directory) = directory else {
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
    let beside = directory.join(format!(
        "first_cause.{}.{}.new",
        notice.component, notice.rank
    ));
    if let Err(error) = write_once(&path, &beside, text.to_string().as_bytes())
        && error.kind() != ErrorKind::AlreadyExists
    {
        tracing::error!("cannot write {}: {error}", path.display());
    }
}

/// Write a file that must not be there yet, by way of a file `beside` it: under its own name it is never half written,
/// whatever becomes of this process, and a link takes no other's place.
fn write_once(path: &Path, beside: &Path, text: &[u8]) -> io::Result<()> {
    fs::write(beside, text)?;
    let linked = fs::hard_link(beside, path);
    fs::remove_file(beside)?;
    match linked {
        // Not all file systems have links.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?
            .write_all(text),
        linked => linked,
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
        record_first_cause(run_directory().as_deref(), &notice(component, rank, error));
    }
}

/// Tell every rank why this one fails; a consequence of another's failure is only logged.
pub(crate) fn tell(world: &mut dyn World, component: &str, rank: usize, error: &Error) {
    tracing::error!("{error}");
    if error.is_consequence() {
        return;
    }
    let notice = notice(component, rank, error);
    record_first_cause(run_directory().as_deref(), &notice);
    world.announce(&notice);
}

/// Tell every rank, then end the job with status 1. Never returns.
pub(crate) fn end_job(world: &mut dyn World, component: &str, rank: usize, error: &Error) -> ! {
    tell(world, component, rank, error);
    give_way(error);
    world.end_job(1)
}

/// Let the rank that failed first end the job, before this one does because of it.
///
/// If that does not happen, the other may not have come to write down why: what it told is then written here.
pub fn give_way(error: &Error) {
    if error.is_consequence() {
        std::thread::sleep(COURTESY);
        record_what_was_told(run_directory().as_deref(), error);
    }
}

fn record_what_was_told(directory: Option<&Path>, error: &Error) {
    if let Some(notice) = &error.cause {
        record_first_cause(directory, notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use halocline_exchanges::world::WorldError;

    fn told(message: &str) -> Error {
        let notice = Notice {
            component: "ocean".into(),
            rank: 3,
            message: message.into(),
        };
        WorldError::Ended(notice).into()
    }

    #[test]
    fn what_another_rank_told_is_written_unless_a_first_cause_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for message in ["the sea is empty", "later news"] {
            record_what_was_told(Some(folder.path()), &told(message));
        }
        let text = std::fs::read_to_string(folder.path().join("first_cause.json"));
        let cause: serde_json::Value =
            serde_json::from_str(&text.expect("it was written")).expect("it is JSON");
        assert_eq!(cause["component"], "ocean");
        assert_eq!(cause["rank"], 3);
        assert_eq!(cause["message"], "the sea is empty");
        let files = std::fs::read_dir(folder.path()).expect("it can be read");
        assert_eq!(files.count(), 1, "nothing lies beside it");
    }
}
