//! The job that an experiment file describes: programs, ranks, folders and environment, with all paths absolute.

use crate::{
    error::Error,
    program::{is_executable, on_path, python},
};
use halocline_configs::{Component, CouplingSpec};
use std::path::{Path, PathBuf};

/// All components of one MPI job, in the order of their ranks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Name of the experiment: as in the file, else the file's own name.
    pub name: String,
    /// The experiment file, absolute.
    pub experiment: PathBuf,
    /// The components; ranks are given in this order.
    pub components: Vec<JobComponent>,
}

/// One component as it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobComponent {
    /// Its name.
    pub name: String,
    /// Number of ranks.
    pub ranks: usize,
    /// Its first rank among all ranks of the job.
    pub first_rank: usize,
    /// Program and arguments.
    pub words: Vec<String>,
    /// Environment variables beyond those of every rank.
    pub environment: Vec<(String, String)>,
    /// Where it runs, absolute; `None`: the run directory.
    pub directory: Option<PathBuf>,
    /// Threads of a rank, as far as the file says.
    pub threads: usize,
}

impl Job {
    /// The job of an experiment; nothing is started, and no program needs to be there yet.
    ///
    /// # Errors
    /// The file's folder cannot be named, or a worker has no Python.
    pub fn new(spec: &CouplingSpec, experiment: &Path) -> Result<Self, Error> {
        let experiment = experiment
            .canonicalize()
            .map_err(|error| Error::file("find", experiment, &error))?;
        let folder = experiment.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut first_rank = 0;
        let mut components = Vec::new();
        for (name, component) in &spec.components {
            components.push(JobComponent {
                name: name.clone(),
                ranks: component.ranks,
                first_rank,
                words: words(component, &folder)?,
                environment: environment(component),
                directory: component
                    .directory
                    .as_ref()
                    .map(|directory| plain_join(&folder, directory)),
                threads: threads(component),
            });
            first_rank += component.ranks;
        }
        let stem = experiment.file_stem().unwrap_or_default().to_string_lossy();
        let name = spec.experiment.clone().unwrap_or_else(|| stem.into_owned());
        Ok(Self {
            name,
            experiment,
            components,
        })
    }

    /// Number of ranks of all components.
    #[must_use]
    pub fn ranks(&self) -> usize {
        self.components
            .iter()
            .map(|component| component.ranks)
            .sum()
    }

    /// The component that a rank of the job belongs to, and its rank there.
    #[must_use]
    pub fn place(&self, rank: usize) -> Option<(&JobComponent, usize)> {
        let of = |component: &&JobComponent| {
            (component.first_rank..component.first_rank + component.ranks).contains(&rank)
        };
        self.components
            .iter()
            .find(of)
            .map(|component| (component, rank - component.first_rank))
    }

    /// Make sure that there is something to start.
    ///
    /// # Errors
    /// The experiment lists no component.
    pub fn check_components(&self) -> Result<(), Error> {
        if !self.components.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            format!("{} names no components", self.experiment.display()),
            "'components' with a command or a worker each: they are what is started",
            "start the programs with your own mpirun line, or add 'components' to the experiment file \
             (`halocline import-namcouple namcouple` writes one to start from)",
        ))
    }

    /// Make sure that every program and folder is there before anything starts.
    ///
    /// # Errors
    /// The first one that is missing.
    pub fn check_programs(&self) -> Result<(), Error> {
        self.components
            .iter()
            .try_for_each(|component| component.check(&self.experiment))
    }

    /// All programs and folders that are missing here, at most one per component.
    #[must_use]
    pub fn missing_programs(&self) -> Vec<Error> {
        self.components
            .iter()
            .filter_map(|component| component.check(&self.experiment).err())
            .collect()
    }
}

impl JobComponent {
    fn check(&self, experiment: &Path) -> Result<(), Error> {
        if let Some(directory) = self
            .directory
            .as_ref()
            .filter(|directory| !directory.is_dir())
        {
            return Err(Error::new(
                format!(
                    "component '{}' runs in {}, which is no folder",
                    self.name,
                    directory.display()
                ),
                "a folder that exists, relative to the experiment file",
                format!(
                    "make it, or correct `directory:` of component '{}' in {}",
                    self.name,
                    experiment.display()
                ),
            ));
        }
        self.check_program(experiment)
    }

    fn check_program(&self, experiment: &Path) -> Result<(), Error> {
        let program = Path::new(&self.words[0]);
        let is_path = self.words[0].contains('/');
        if if is_path {
            is_executable(program)
        } else {
            on_path(&self.words[0]).is_some()
        } {
            return Ok(());
        }
        let beside = experiment.with_file_name(&self.words[0]);
        let (found, change) = if is_path && program.is_file() {
            (
                "may not be executed".to_owned(),
                format!("chmod +x {}", program.display()),
            )
        } else if is_path {
            (
                "does not exist".to_owned(),
                "build it, or correct the path (relative to the experiment file)".to_owned(),
            )
        } else if is_executable(&beside) {
            (
                "is not on PATH".to_owned(),
                format!(
                    "write ./{} for the one beside the experiment file",
                    program.display()
                ),
            )
        } else {
            (
                "is not on PATH".to_owned(),
                "install it, load its module, or write its path".to_owned(),
            )
        };
        Err(Error::new(
            format!(
                "component '{}' starts {}, which {found}",
                self.name,
                program.display()
            ),
            "a program that this user may execute",
            format!(
                "{change}; `command:` of component '{}' in {}",
                self.name,
                experiment.display()
            ),
        ))
    }
}

/// Join two paths and drop `.` parts, so that `.` gives the folder itself.
fn plain_join(folder: &Path, relative: &Path) -> PathBuf {
    folder.join(relative).components().collect()
}

fn words(component: &Component, folder: &Path) -> Result<Vec<String>, Error> {
    if let Some(worker) = &component.worker {
        let function = format!(
            "{}:{}",
            plain_join(folder, &worker.file).display(),
            worker.function
        );
        let python = python()?.display().to_string();
        return Ok(vec![
            python,
            "-m".into(),
            "halocline.serve".into(),
            function,
        ]);
    }
    let mut words = component
        .command
        .as_ref()
        .map(|command| command.words.clone())
        .unwrap_or_default();
    let program = words.first_mut().ok_or_else(|| {
        Error::new(
            "a component has neither `command:` nor `worker:`",
            "exactly one of the two",
            "add one",
        )
    })?;
    if program.contains('/') {
        *program = plain_join(folder, Path::new(&*program))
            .display()
            .to_string();
    }
    Ok(words)
}

/// The component's own variables; a worker's threads and unbuffered output unless the file says otherwise.
fn environment(component: &Component) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = component
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if component.worker.is_some() {
        for (name, value) in [
            ("OMP_NUM_THREADS", component.threads.to_string()),
            ("PYTHONUNBUFFERED", "1".to_owned()),
        ] {
            if !component.environment.contains_key(name) {
                variables.push((name.to_owned(), value));
            }
        }
    }
    variables
}

fn threads(component: &Component) -> usize {
    let openmp = component
        .environment
        .get("OMP_NUM_THREADS")
        .and_then(|value| value.parse().ok());
    openmp.unwrap_or(1).max(if component.worker.is_some() {
        component.threads
    } else {
        1
    })
}
