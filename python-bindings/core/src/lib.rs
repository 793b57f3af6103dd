//! `halocline._core`: check, plan and run an experiment file. It knows no MPI, so that it loads on any machine.

use halocline_configs::Colour;
use halocline_launcher::{
    Cause, End, Error, ExistingRun, LauncherChoice, Outcome, ProgressStyle, RunOptions,
};
use pyo3::{prelude::*, types::PyDict};
use std::path::PathBuf;

/// Check, plan and run; `halocline.Experiment` is their face.
#[pymodule]
#[pyo3(name = "_core")]
fn extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check, module)?)?;
    module.add_function(wrap_pyfunction!(plan, module)?)?;
    module.add_function(wrap_pyfunction!(command_line, module)?)?;
    module.add_function(wrap_pyfunction!(run, module)?)
}

/// Check an experiment file and say what is in it; raises ExperimentError with the report of all problems.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "made from a Python path")]
fn check(py: Python<'_>, experiment: PathBuf) -> PyResult<String> {
    py.detach(|| halocline_launcher::check(&experiment).map(|report| report.to_string()))
        .map_err(|error| exception(py, &error))
}

/// What a run would do, with the first `dates` dates of each exchange.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "made from a Python path")]
fn plan(py: Python<'_>, experiment: PathBuf, dates: usize) -> PyResult<String> {
    py.detach(|| halocline_launcher::plan(&experiment, dates).map(|plan| plan.to_string()))
        .map_err(|error| exception(py, &error))
}

/// The lines that start the job without Halocline, for a job script.
#[pyfunction]
#[pyo3(signature = (experiment, run_directory=None, launcher="auto", launcher_arguments=Vec::new()))]
#[allow(clippy::needless_pass_by_value, reason = "made from a Python path")]
fn command_line(
    py: Python<'_>,
    experiment: PathBuf,
    run_directory: Option<PathBuf>,
    launcher: &str,
    launcher_arguments: Vec<String>,
) -> PyResult<String> {
    let options = RunOptions {
        run_directory,
        launcher: choice(launcher),
        launcher_arguments,
        ..RunOptions::default()
    };
    py.detach(|| halocline_launcher::print(&experiment, &options))
        .map_err(|error| exception(py, &error))
}

/// Run an experiment and wait for its end: {run_directory, seconds, steps, status, signal, component, rank, cause}.
#[pyfunction]
#[pyo3(signature = (experiment, run_directory=None, overwrite=false, launcher="auto", launcher_arguments=Vec::new(), progress=true))]
#[allow(clippy::needless_pass_by_value, reason = "made from a Python path")]
#[allow(clippy::fn_params_excessive_bools, reason = "keywords in Python")]
fn run<'py>(
    py: Python<'py>,
    experiment: PathBuf,
    run_directory: Option<PathBuf>,
    overwrite: bool,
    launcher: &str,
    launcher_arguments: Vec<String>,
    progress: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let options = RunOptions {
        run_directory,
        existing: if overwrite {
            ExistingRun::Overwrite
        } else {
            ExistingRun::Refuse
        },
        launcher: choice(launcher),
        launcher_arguments,
        progress: if progress {
            ProgressStyle::Auto
        } else {
            ProgressStyle::Silent
        },
        program: None,
    };
    let outcome = py.detach(|| halocline_launcher::run(&experiment, &options));
    outcome_parts(py, &outcome.map_err(|error| exception(py, &error))?)
}

fn choice(launcher: &str) -> LauncherChoice {
    match launcher {
        "auto" => LauncherChoice::Auto,
        program => LauncherChoice::Program(program.to_owned()),
    }
}

fn outcome_parts<'py>(py: Python<'py>, outcome: &Outcome) -> PyResult<Bound<'py, PyDict>> {
    let signal = if let End::Interrupted { signal } = outcome.end {
        Some(signal)
    } else {
        None
    };
    let cause = if let End::Failed { cause, .. } = &outcome.end {
        Some(cause)
    } else {
        None
    };
    let place = cause.and_then(|cause: &Cause| cause.place.clone());
    let parts = PyDict::new(py);
    parts.set_item("run_directory", &outcome.run_directory)?;
    parts.set_item("seconds", outcome.elapsed.as_secs_f64())?;
    parts.set_item("steps", outcome.steps)?;
    parts.set_item("status", outcome.exit_status())?;
    parts.set_item("signal", signal)?;
    parts.set_item("component", place.as_ref().map(|(component, _)| component))?;
    parts.set_item("rank", place.as_ref().map(|(_, rank)| rank))?;
    parts.set_item("cause", cause.map(ToString::to_string))?;
    Ok(parts)
}

/// The exception of an experiment with problems, or of one that cannot be started here.
fn exception(py: Python<'_>, error: &Error) -> PyErr {
    match build(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(defect) => defect,
    }
}

fn build<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let errors = py.import("halocline.errors")?;
    let parts = PyDict::new(py);
    match error {
        Error::Experiment(problems) => {
            let count = problems.problems.len();
            parts.set_item(
                "found",
                format!(
                    "{count} problem{} in {}",
                    if count == 1 { "" } else { "s" },
                    problems.file
                ),
            )?;
            parts.set_item("expected", "an experiment file without problems")?;
            parts.set_item("hint", problems.lines().join("\n"))?;
            errors
                .getattr("ExperimentError")?
                .call((problems.report(Colour::No),), Some(&parts))
        }
        Error::Launch(explanation) => {
            parts.set_item("found", &explanation.found)?;
            parts.set_item("expected", &explanation.expected)?;
            parts.set_item("hint", &explanation.change)?;
            errors
                .getattr("LaunchError")?
                .call((error.to_string(),), Some(&parts))
        }
        other => errors.getattr("LaunchError")?.call1((other.to_string(),)),
    }
}
