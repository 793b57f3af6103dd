//! How long the ranks of a job wait for each other before an experiment file tells them.

use crate::{code::Code, error::Error};
use halocline_exchanges::world::{Patience, World, WorldError};
use std::{ffi::OsStr, time::Duration};

/// Seconds, whole; programs that read for long before they begin need more than the default.
const VARIABLE: &str = "HALOCLINE_START_TIMEOUT";

/// Meet the other ranks with `begin`, which waits no longer than `$HALOCLINE_START_TIMEOUT` [s], by default
/// [`Patience::default`]. Collective over all ranks of the job.
///
/// # Errors
/// A variable that is no number of seconds, ranks that do not come in time, and what else `begin` reports.
pub fn world<W: World + 'static>(
    begin: impl FnOnce(Patience) -> Result<W, WorldError>,
) -> Result<Box<dyn World>, Error> {
    let patience = patience_at_start()?;
    let mut world = begin(patience).map_err(|error| late(error.into()))?;
    world.set_patience(patience);
    Ok(Box::new(world))
}

/// How long a meeting before the experiment is known may take: `$HALOCLINE_START_TIMEOUT` [s], by default
/// [`Patience::default`].
///
/// # Errors
/// A variable that is no number of seconds.
pub fn patience_at_start() -> Result<Patience, Error> {
    patience(std::env::var_os(VARIABLE).as_deref())
}

fn patience(seconds: Option<&OsStr>) -> Result<Patience, Error> {
    let Some(seconds) = seconds else {
        return Ok(Patience::default());
    };
    let number = seconds.to_str().and_then(|text| text.parse::<u32>().ok());
    let Some(number) = number.filter(|number| *number > 0) else {
        return Err(Error::new(
            Code::Timeout,
            format!("{VARIABLE} is '{}'", seconds.to_string_lossy()),
            "a whole number of seconds, 1 or more",
            format!("correct or unset {VARIABLE} in the environment of this program"),
        ));
    };
    let timeout = Duration::from_secs(number.into());
    Ok(Patience {
        warn_after: Patience::default().warn_after.min(timeout / 2),
        timeout,
    })
}

/// An error before the experiment is known: who waited in vain is told of the variable, not of `watch: timeout`.
#[must_use]
pub fn late(mut error: Error) -> Error {
    if error.code == Code::Timeout {
        error.expected = format!("all ranks of all components within {VARIABLE} [s] (default 600)");
        error.change = format!(
            "start all components in one MPI job; where one of them is slow to begin, set {VARIABLE} to more seconds"
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use halocline_exchanges::local::LocalWorld;

    #[test]
    fn seconds_of_the_variable_limit_the_wait_and_other_texts_are_refused() {
        let timeout = |text: &str| patience(Some(text.as_ref())).map(|patience| patience.timeout);
        assert_eq!(timeout("3600"), Ok(Duration::from_secs(3600)));
        assert_eq!(patience(None), Ok(Patience::default()));
        for wrong in ["", "0", "-5", "soon", "1.5"] {
            let error = timeout(wrong).expect_err(wrong).to_string();
            assert!(
                error.contains(&format!("HALOCLINE_START_TIMEOUT is '{wrong}'")),
                "{error}"
            );
        }
    }

    #[test]
    fn who_waited_in_vain_for_the_start_is_told_of_the_variable() {
        let nobody = |_| {
            Err::<LocalWorld, _>(WorldError::TimedOut {
                what: "all 3 ranks to begin the coupling".into(),
                waited: Duration::from_secs(600),
            })
        };
        let error = world(nobody).map(|_| ()).expect_err("nobody came");
        let text = error.to_string();
        assert!(text.contains("waited 600 s for all 3 ranks"), "{text}");
        assert!(text.contains("HALOCLINE_START_TIMEOUT"), "{text}");
        assert!(!text.contains("watch: timeout"), "{text}");
    }
}
