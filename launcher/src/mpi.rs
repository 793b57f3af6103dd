//! Which MPI launcher this machine has, and which dialect it speaks.

use crate::{error::Error, options::LauncherChoice, program::on_path};
use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// The command line that a launcher understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Open MPI: `-x NAME=VALUE`, `--oversubscribe`.
    OpenMpi,
    /// MPICH's Hydra and its relatives, Intel MPI among them: `-env NAME VALUE`.
    Mpich,
    /// Slurm: `srun --multi-prog`.
    Slurm,
    /// Unknown: `-np N`, and `env NAME=VALUE` in front of the command.
    Portable,
}

/// A launcher of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher {
    /// The program: a name on PATH, or a path where the user gave one. Open MPI takes a path as a wish for `--prefix`,
    /// and then puts its own folder before all others in the PATH of the ranks.
    pub program: PathBuf,
    /// The command line it understands.
    pub dialect: Dialect,
    /// What it says of itself, for example `Open MPI 4.1.4`; empty when nothing.
    pub version: String,
}

impl fmt::Display for Launcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self
            .program
            .file_name()
            .unwrap_or(self.program.as_os_str())
            .to_string_lossy();
        match self.version.as_str() {
            "" => write!(f, "{name}"),
            version => write!(f, "{name} ({version})"),
        }
    }
}

impl Launcher {
    /// Find the launcher that the user chose, or the one of this machine.
    ///
    /// # Errors
    /// Nothing that starts MPI jobs is on PATH.
    pub fn find(choice: &LauncherChoice) -> Result<Self, Error> {
        match choice {
            LauncherChoice::Program(name) => {
                let program = locate(name).ok_or_else(|| not_found(name))?;
                Ok(Self::of(program))
            }
            LauncherChoice::Auto => Self::of_this_machine().ok_or_else(|| {
                Error::new(
                    "no MPI launcher: neither mpirun nor mpiexec is on PATH, and this is no Slurm allocation",
                    "the mpirun, mpiexec or srun of the MPI that the components are linked with",
                    "load the module of your MPI (`module load openmpi`), or name the launcher with --launcher PATH",
                )
            }),
        }
    }

    /// The launcher to print a command line for: one that is not on this machine is taken by its name.
    #[must_use]
    pub fn to_print(choice: &LauncherChoice) -> Self {
        match choice {
            LauncherChoice::Program(name) => {
                locate(name).map_or_else(|| Self::by_name(name), Self::of)
            }
            LauncherChoice::Auto => {
                Self::of_this_machine().unwrap_or_else(|| Self::by_name("mpirun"))
            }
        }
    }

    fn of_this_machine() -> Option<Self> {
        let in_slurm = env::var_os("SLURM_JOB_ID").is_some();
        let names = if in_slurm {
            &["srun", "mpirun", "mpiexec"][..]
        } else {
            &["mpirun", "mpiexec"]
        };
        names
            .iter()
            .find(|name| on_path(name).is_some())
            .map(|name| Self::of(name.into()))
    }

    fn by_name(name: &str) -> Self {
        let dialect = if is_srun(Path::new(name)) {
            Dialect::Slurm
        } else {
            Dialect::Portable
        };
        Self {
            program: name.into(),
            dialect,
            version: String::new(),
        }
    }

    fn of(program: PathBuf) -> Self {
        if is_srun(&program) {
            return Self {
                program,
                dialect: Dialect::Slurm,
                version: String::new(),
            };
        }
        let output = Command::new(&program).arg("--version").output();
        let text = output
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default();
        let (dialect, version) = read_version(&text);
        Self {
            program,
            dialect,
            version,
        }
    }
}

fn is_srun(program: &Path) -> bool {
    program.file_name().is_some_and(|name| name == "srun")
}

/// A name that is on PATH, or a path that is a program.
fn locate(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return std::path::absolute(name)
            .ok()
            .filter(|path| crate::program::is_executable(path));
    }
    on_path(name).map(|_| name.into())
}

fn not_found(name: &str) -> Error {
    let here: Vec<&str> = ["mpirun", "mpiexec", "srun"]
        .into_iter()
        .filter(|name| on_path(name).is_some())
        .collect();
    let here = if here.is_empty() {
        "none is on PATH".to_owned()
    } else {
        format!("on PATH: {}", here.join(", "))
    };
    Error::new(
        format!("the launcher '{name}' is not on this machine ({here})"),
        "mpirun, mpiexec, srun, or the path of another MPI launcher",
        "correct --launcher, or load the module of your MPI; `--print` needs no launcher",
    )
}

/// The dialect and a short name from what `--version` prints.
fn read_version(text: &str) -> (Dialect, String) {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
        .trim();
    let number_after = |mark: &str| {
        let line = text.lines().find(|line| line.contains(mark))?;
        line.split(mark)
            .nth(1)?
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    if text.contains("Open MPI") || text.contains("OpenRTE") || text.contains("PRRTE") {
        let number = number_after("(Open MPI)")
            .or_else(|| number_after("(OpenRTE)"))
            .unwrap_or("");
        return (
            Dialect::OpenMpi,
            format!("Open MPI {number}").trim().to_owned(),
        );
    }
    if text.contains("Intel(R) MPI") {
        return (
            Dialect::Mpich,
            format!("Intel MPI {}", number_after("Version").unwrap_or(""))
                .trim()
                .to_owned(),
        );
    }
    if text.contains("HYDRA") {
        return (
            Dialect::Mpich,
            format!("MPICH {}", number_after("Version:").unwrap_or(""))
                .trim()
                .to_owned(),
        );
    }
    (Dialect::Portable, first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launchers_are_told_apart_by_what_they_print() {
        let open = read_version("mpirun (Open MPI) 4.1.4\n\nReport bugs to ...\n");
        assert_eq!(open, (Dialect::OpenMpi, "Open MPI 4.1.4".to_owned()));
        let hydra = read_version(
            "HYDRA build details:\n    Version:                                 4.0.2\n",
        );
        assert_eq!(hydra, (Dialect::Mpich, "MPICH 4.0.2".to_owned()));
        let intel =
            read_version("Intel(R) MPI Library for Linux* OS, Version 2021.11 Build 20231005\n");
        assert_eq!(intel, (Dialect::Mpich, "Intel MPI 2021.11".to_owned()));
        assert_eq!(
            read_version("aprun 6.0\n"),
            (Dialect::Portable, "aprun 6.0".to_owned())
        );
    }

    #[test]
    fn a_launcher_that_is_not_here_can_still_be_printed_for() {
        let launcher = Launcher::to_print(&LauncherChoice::Program("/nowhere/srun".into()));
        assert_eq!(launcher.dialect, Dialect::Slurm);
    }
}
