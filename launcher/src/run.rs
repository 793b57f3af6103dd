//! Run an experiment: one MPI job, its logs in one folder, its end in one message.

use crate::{
    cause::{self, Cause},
    command_line::{CommandLine, Recipe, Starter},
    display::Display,
    ends::{self, Ends},
    error::Error,
    interrupt::{Interrupt, Reaction},
    job::Job,
    mpi::Launcher,
    options::RunOptions,
    program, progress, run_directory,
    words::quote,
};
use halocline_configs::CouplingSpec;
use std::{
    fmt,
    fs::{self, File},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{self, Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often the job is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where its logs are.
    pub run_directory: PathBuf,
    /// How long it took.
    pub elapsed: Duration,
    /// Coupling steps that all components have done, as far as they said.
    pub steps: Option<i64>,
    /// What its end was.
    pub end: End,
    /// How each rank ended.
    pub ranks: Ends,
}

/// The end of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// All ranks ended well.
    Finished,
    /// A rank or the launcher failed.
    Failed {
        /// Exit status of the job, never 0.
        status: i32,
        /// The first cause.
        cause: Cause,
    },
    /// A signal, Ctrl-C for example, ended it.
    Interrupted {
        /// The signal.
        signal: i32,
    },
}

impl fmt::Display for Outcome {
    /// `finished 720 steps in 41 s; logs in runs/...`, for a job that finished.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self
            .steps
            .map(|steps| format!(" {steps} steps"))
            .unwrap_or_default();
        write!(
            f,
            "finished{steps} in {:.1} s; logs in {}",
            self.elapsed.as_secs_f64(),
            shown(&self.run_directory)
        )
    }
}

impl Outcome {
    /// Exit status for a program that ran the job: 0 only when it finished; 128 + signal when one ended it.
    #[must_use]
    pub fn exit_status(&self) -> i32 {
        match &self.end {
            End::Finished => 0,
            End::Failed { status, .. } => *status,
            End::Interrupted { signal } => 128 + signal,
        }
    }
}

/// Run the experiment of a file and wait for its end; signals that reach this process meanwhile end the job.
///
/// # Errors
/// The job could not be started. A job that failed is an [`Outcome`].
pub fn run(experiment: &Path, options: &RunOptions) -> Result<Outcome, Error> {
    let spec = halocline_configs::load(experiment)?;
    crate::files::check(&spec, experiment)?;
    let job = Job::new(&spec, experiment)?;
    job.check_components()?;
    job.check_programs()?;
    let launcher = Launcher::find(&options.launcher)?;
    let program = program::supervisor(options.program.as_deref())?;
    let path = options
        .run_directory
        .clone()
        .unwrap_or_else(|| run_directory::default_path(&job));
    let run_directory = run_directory::prepare(&path, &job, options.existing)?;
    let recipe = Recipe {
        job: &job,
        launcher: &launcher,
        starter: Starter::Supervisor { program: &program },
        run_directory: Some(&run_directory),
        extra: &options.launcher_arguments,
        log_filter: &log_filter(),
    };
    let line = recipe.command_line();
    let mut display = Display::new(options.progress, &job.name, &spec);
    announce(&display, &job, &launcher, &run_directory);
    let mut interrupt =
        Interrupt::listen().map_err(|error| Error::file("listen to signals for", &path, &error))?;
    let started = Instant::now();
    let mut child = start(&line, &program, &run_directory)?;
    let status = watch(
        &mut child,
        &mut interrupt,
        &mut display,
        &run_directory,
        &spec,
    )?;
    let steps = display.finish().map(|progress| progress.steps);
    let elapsed = started.elapsed();
    let ranks = ends::complete(&run_directory, &job, status);
    let end = end(&run_directory, &job, status, interrupt.signal());
    Ok(Outcome {
        run_directory,
        elapsed,
        steps,
        end,
        ranks,
    })
}

/// The lines that start the job without Halocline's supervision, to paste into a shell or a job script.
///
/// They hold all that the job needs: folders are absolute, the current one is the run directory where none is chosen,
/// and the ranks' variables are set for each component.
///
/// # Errors
/// The experiment file has problems, or a worker has no Python.
pub fn print(experiment: &Path, options: &RunOptions) -> Result<String, Error> {
    let spec = halocline_configs::load(experiment)?;
    let job = Job::new(&spec, experiment)?;
    job.check_components()?;
    let launcher = Launcher::to_print(&options.launcher);
    let chosen = options.run_directory.as_deref();
    let run_directory = std::path::absolute(chosen.unwrap_or(Path::new(".")))
        .map_err(|error| Error::file("find", experiment, &error))?;
    let recipe = Recipe {
        job: &job,
        launcher: &launcher,
        starter: Starter::Launcher,
        run_directory: Some(&run_directory),
        extra: &options.launcher_arguments,
        log_filter: &log_filter(),
    };
    let line = recipe.command_line().for_a_shell_in(&run_directory);
    let make = chosen.map(|_| format!("mkdir -p {}\n", quote(&run_directory.to_string_lossy())));
    Ok(make.unwrap_or_default() + &line)
}

fn log_filter() -> String {
    std::env::var("HALOCLINE_LOG")
        .ok()
        .filter(|filter| !filter.is_empty())
        .unwrap_or_else(|| "info".to_owned())
}

fn announce(display: &Display, job: &Job, launcher: &Launcher, run_directory: &Path) {
    let ranks = |number: usize| {
        if number == 1 {
            "1 rank".to_owned()
        } else {
            format!("{number} ranks")
        }
    };
    let components: Vec<String> = job
        .components
        .iter()
        .map(|component| format!("{} on {}", component.name, ranks(component.ranks)))
        .collect();
    display.say(&format!(
        "{}: {} under {launcher}",
        job.name,
        components.join(", ")
    ));
    display.say(&format!("logs in {}", shown(run_directory)));
}

/// A path as people type it: relative where it lies under the current directory.
#[must_use]
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir()
        .ok()
        .and_then(|here| here.canonicalize().ok());
    match here.as_ref().and_then(|here| path.strip_prefix(here).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => ".".to_owned(),
        Some(rest) => rest.display().to_string(),
        None => path.display().to_string(),
    }
}

/// Start the launcher as leader of its own process group, its own output in `launcher.log`.
fn start(line: &CommandLine, program: &Path, run_directory: &Path) -> Result<Child, Error> {
    if let Some((file, text)) = &line.program_file {
        fs::write(file, text).map_err(|error| Error::file("write", file, &error))?;
    }
    let path = run_directory.join("launcher.log");
    let log = File::create(&path).and_then(|log| Ok((log.try_clone()?, log)));
    let (output, errors) = log.map_err(|error| Error::file("write", &path, &error))?;
    tracing::info!("{}", line.for_a_shell().trim_end());
    // Started through our own program, the launcher ends when this process is killed outright.
    Command::new(program)
        .args([
            "with-parent",
            &process::id().to_string(),
            "--signal",
            "term",
            "--",
        ])
        .args(&line.words)
        .envs(line.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(|error| Error::file("start", program, &error))
}

fn watch(
    child: &mut Child,
    interrupt: &mut Interrupt,
    display: &mut Display,
    run_directory: &Path,
    spec: &CouplingSpec,
) -> Result<ExitStatus, Error> {
    loop {
        if let Some(status) = child
            .try_wait()
            .map_err(|error| Error::file("watch", Path::new("the launcher"), &error))?
        {
            display.update(progress::read(run_directory, spec));
            return Ok(status);
        }
        match interrupt.look(child) {
            Reaction::None => {}
            Reaction::Asked => display.say("ending the job; press Ctrl-C again to kill it"),
            Reaction::Killed => display.say("killing the job"),
        }
        if crate::exits::first_failure(&crate::exits::read(run_directory)).is_some() {
            interrupt.end_after_failure(child);
        }
        display.update(progress::read(run_directory, spec));
        thread::sleep(LOOK);
    }
}

/// A job whose ranks recorded a failure has failed, whatever the launcher says.
fn end(run_directory: &Path, job: &Job, status: ExitStatus, signal: Option<i32>) -> End {
    let code = status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    let has_failure = run_directory.join("first_cause.json").exists()
        || crate::exits::first_failure(&crate::exits::read(run_directory)).is_some();
    match signal {
        _ if code == 0 && !has_failure => End::Finished,
        Some(signal) => End::Interrupted { signal },
        None => {
            let cause = cause::find(run_directory, job, status);
            cause::tell_logs(run_directory, job, &cause);
            End::Failed {
                status: if code == 0 { 1 } else { code },
                cause,
            }
        }
    }
}
