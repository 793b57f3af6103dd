//! One command line that starts all components as one MPI job, in the words of each launcher.

use crate::{
    cores::{in_an_allocation, physical_cores},
    job::{Job, JobComponent},
    mpi::{Dialect, Launcher},
    words::{line, quote, quote_for_slurm},
};
use std::path::{Path, PathBuf};

/// Words that start the job, and what they need around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// Variables that the launcher itself needs.
    pub environment: Vec<(String, String)>,
    /// The launcher and its arguments.
    pub words: Vec<String>,
    /// Slurm's file of programs: its name and text.
    pub program_file: Option<(PathBuf, String)>,
}

/// Who starts the component on each rank.
#[derive(Debug, Clone, Copy)]
pub enum Starter<'a> {
    /// The launcher itself; ranks write where the launcher lets them.
    Launcher,
    /// `halocline rank`, which keeps a log and a record of each rank's end.
    Supervisor {
        /// The `halocline` program.
        program: &'a Path,
    },
}

/// What a command line is made of.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'a> {
    /// Components and ranks.
    pub job: &'a Job,
    /// The launcher and its dialect.
    pub launcher: &'a Launcher,
    /// Who starts each rank.
    pub starter: Starter<'a>,
    /// Where logs and records go, absolute; `None` leaves that to the one who runs the line.
    pub run_directory: Option<&'a Path>,
    /// Words for the launcher, as the user gave them.
    pub extra: &'a [String],
    /// The filter of the ranks' logs.
    pub log_filter: &'a str,
}

impl Recipe<'_> {
    /// The command line of this machine.
    #[must_use]
    pub fn command_line(&self) -> CommandLine {
        let crowd = if in_an_allocation() {
            None
        } else {
            Some(physical_cores())
        };
        self.command_line_for(crowd, rustix::process::geteuid().is_root())
    }

    /// The command line where the launcher has `cores` (`None`: a batch system tells it), for root or another user.
    #[must_use]
    pub fn command_line_for(&self, cores: Option<usize>, is_root: bool) -> CommandLine {
        if self.launcher.dialect == Dialect::Slurm {
            return self.slurm();
        }
        let mut words = vec![self.launcher.program.display().to_string()];
        let mut environment = Vec::new();
        if self.launcher.dialect == Dialect::OpenMpi {
            words.extend(self.placement(cores));
            if is_root {
                let allow = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"];
                environment.extend(allow.map(|name| (name.to_owned(), "1".to_owned())));
            }
        }
        words.extend(self.extra.iter().cloned());
        for (position, component) in self.job.components.iter().enumerate() {
            if position > 0 {
                words.push(":".into());
            }
            words.extend(["-np".into(), component.ranks.to_string()]);
            words.extend(self.segment(component));
        }
        CommandLine {
            environment,
            words,
            program_file: None,
        }
    }

    /// Open MPI refuses more ranks than cores, and binds ranks to single cores, unless told otherwise.
    fn placement(&self, cores: Option<usize>) -> Vec<String> {
        let mut words = Vec::new();
        let is_crowded = cores.is_some_and(|cores| self.job.ranks() > cores);
        if is_crowded {
            words.push("--oversubscribe".to_owned());
        }
        if is_crowded
            || self
                .job
                .components
                .iter()
                .any(|component| component.threads > 1)
        {
            words.extend(["--bind-to".to_owned(), "none".to_owned()]);
        }
        words
    }

    /// Flags and words of one component, after its number of ranks.
    fn segment(&self, component: &JobComponent) -> Vec<String> {
        let environment = self.environment(component);
        let directory = self
            .launcher_directory(component)
            .map(|path| path.display().to_string());
        let mut words = Vec::new();
        match self.launcher.dialect {
            Dialect::OpenMpi => {
                words.extend(
                    directory
                        .into_iter()
                        .flat_map(|path| ["-wdir".to_owned(), path]),
                );
                words.extend(
                    environment
                        .iter()
                        .flat_map(|(name, value)| ["-x".to_owned(), format!("{name}={value}")]),
                );
            }
            Dialect::Mpich => {
                words.extend(
                    directory
                        .into_iter()
                        .flat_map(|path| ["-wdir".to_owned(), path]),
                );
                words.extend(
                    environment
                        .into_iter()
                        .flat_map(|(name, value)| ["-env".to_owned(), name, value]),
                );
            }
            Dialect::Slurm | Dialect::Portable => {
                words.push("env".to_owned());
                words.extend(
                    directory
                        .into_iter()
                        .flat_map(|path| ["-C".to_owned(), path]),
                );
                words.extend(
                    environment
                        .iter()
                        .map(|(name, value)| format!("{name}={value}")),
                );
            }
        }
        words.extend(self.started_by(component));
        words
    }

    /// Where the launcher starts the component; the supervisor goes to the component's folder by itself.
    fn launcher_directory<'a>(&'a self, component: &'a JobComponent) -> Option<&'a Path> {
        match self.starter {
            Starter::Launcher => component.directory.as_deref().or(self.run_directory),
            Starter::Supervisor { .. } => None,
        }
    }

    fn environment(&self, component: &JobComponent) -> Vec<(String, String)> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let mut variables = vec![
            pair(
                "HALOCLINE_EXPERIMENT",
                self.job.experiment.display().to_string(),
            ),
            pair("HALOCLINE_COMPONENT", component.name.clone()),
            pair("HALOCLINE_LOG", self.log_filter.to_owned()),
        ];
        variables.extend(
            self.run_directory
                .map(|path| pair("HALOCLINE_RUN_DIRECTORY", path.display().to_string())),
        );
        variables.extend(component.environment.iter().cloned());
        variables
    }

    fn started_by(&self, component: &JobComponent) -> Vec<String> {
        let (Starter::Supervisor { program }, Some(run_directory)) =
            (self.starter, self.run_directory)
        else {
            return component.words.clone();
        };
        let directory = component.directory.as_deref().unwrap_or(run_directory);
        let mut words = vec![program.display().to_string(), "rank".to_owned()];
        let options = [
            ("--component", component.name.clone()),
            ("--first-rank", component.first_rank.to_string()),
            ("--run-directory", run_directory.display().to_string()),
            ("--directory", directory.display().to_string()),
        ];
        words.extend(
            options
                .into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value]),
        );
        words.push("--".to_owned());
        words.extend(component.words.iter().cloned());
        words
    }

    fn slurm(&self) -> CommandLine {
        let file = self
            .run_directory
            .unwrap_or(Path::new(""))
            .join("programs.srun");
        let mut words = vec![
            self.launcher.program.display().to_string(),
            format!("--ntasks={}", self.job.ranks()),
        ];
        words.push("--kill-on-bad-exit=1".to_owned());
        words.extend(self.extra.iter().cloned());
        words.extend(["--multi-prog".to_owned(), file.display().to_string()]);
        let lines = self.job.components.iter().map(|component| {
            let program: Vec<_> = self.segment(component);
            let program: Vec<_> = program.iter().map(|word| quote_for_slurm(word)).collect();
            let last = component.first_rank + component.ranks - 1;
            format!("{}-{last} {}\n", component.first_rank, program.join(" "))
        });
        CommandLine {
            environment: Vec::new(),
            words,
            program_file: Some((file, lines.collect())),
        }
    }
}

impl CommandLine {
    /// The lines to paste into a shell or a job script, the job started in a folder that exists by then.
    ///
    /// The first cause of an earlier job there is removed: ranks write theirs only where there is none.
    #[must_use]
    pub fn for_a_shell_in(&self, folder: &Path) -> String {
        let folder = folder.to_string_lossy();
        let change = format!("cd {} && rm -f first_cause.json && ", quote(&folder));
        self.with_prefix(&change)
    }

    /// The lines that start the job in the current folder.
    #[must_use]
    pub fn for_a_shell(&self) -> String {
        self.with_prefix("")
    }

    /// The program file, then the launcher's line with words in front of it.
    fn with_prefix(&self, prefix: &str) -> String {
        let mut text = String::new();
        if let Some((file, programs)) = &self.program_file {
            text += &format!(
                "cat > {} <<'PROGRAMS'\n{programs}PROGRAMS\n",
                quote(&file.to_string_lossy())
            );
        }
        text += prefix;
        for (name, value) in &self.environment {
            text += &format!("{name}={} ", quote(value));
        }
        text + &line(&self.words) + "\n"
    }
}
