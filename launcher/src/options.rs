//! How a job is to be run: what the user may choose on top of the experiment file.

use std::{path::PathBuf, str::FromStr};

/// Choices for one run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Where logs and output go. Default: `runs/<experiment>-<UTC timestamp>` under the current directory.
    pub run_directory: Option<PathBuf>,
    /// What to do with a run directory that has files already.
    pub existing: ExistingRun,
    /// The MPI launcher.
    pub launcher: LauncherChoice,
    /// Words that go to the launcher as they are, before the first component.
    pub launcher_arguments: Vec<String>,
    /// How progress is shown.
    pub progress: ProgressStyle,
    /// The `halocline` program that supervises each rank. Default: this program, or the one on PATH.
    pub program: Option<PathBuf>,
}

/// What to do with a run directory that has files already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExistingRun {
    /// Refuse it.
    #[default]
    Refuse,
    /// Remove the logs and records of the earlier run, leave all other files.
    Overwrite,
}

/// Which MPI launcher starts the job.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LauncherChoice {
    /// `srun` inside a Slurm allocation, else `mpirun`, else `mpiexec`.
    #[default]
    Auto,
    /// A program by name or path: `mpirun`, `mpiexec`, `srun`, `/opt/mpich/bin/mpiexec`.
    Program(String),
}

impl FromStr for LauncherChoice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "auto" {
            Self::Auto
        } else {
            Self::Program(text.to_owned())
        })
    }
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProgressStyle {
    /// A bar on a terminal, lines elsewhere.
    #[default]
    Auto,
    /// A line every few seconds.
    Lines,
    /// Not at all.
    Silent,
}
