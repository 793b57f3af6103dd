//! Why a job could not be started: what was found, what was expected, what to change.

use halocline_configs::Problems;
use std::{fmt, io, path::Path};

/// Why a job could not be planned or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The experiment file has problems, or a file that it names.
    #[error("{0}")]
    Experiment(#[from] Problems),
    /// The experiment is right, but cannot be started here.
    #[error("{0}")]
    Launch(Box<Explanation>),
}

/// An error in three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was found.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// What to change, and where.
    pub change: String,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  expected: {}\n  to change: {}",
            self.found, self.expected, self.change
        )
    }
}

impl Error {
    /// An error from its three parts.
    pub(crate) fn new(
        found: impl Into<String>,
        expected: impl Into<String>,
        change: impl Into<String>,
    ) -> Self {
        let (found, expected, change) = (found.into(), expected.into(), change.into());
        Self::Launch(Box::new(Explanation {
            found,
            expected,
            change,
        }))
    }

    /// A file or folder that cannot be used; `action` completes "cannot ...".
    pub(crate) fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(
            format!("cannot {action} {}: {error}", path.display()),
            "a file system that lets this user write there",
            "choose another place with --run-directory, or correct the permissions",
        )
    }
}
