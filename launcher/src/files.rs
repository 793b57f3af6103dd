//! The files that an experiment names: functions of workers, coordinates and masks of grids, initial values.

use crate::{error::Error, worker_file};
use halocline_configs::{Code, CouplingSpec, Place, Problem, Written};
use halocline_gridfiles::FileProblem;
use std::path::Path;

/// Look into every file that the experiment names; all that is wrong with them is told together, each where the
/// experiment file names it.
pub(crate) fn check(spec: &CouplingSpec, experiment: &Path) -> Result<(), Error> {
    let folder = experiment.parent().unwrap_or(Path::new(""));
    let of_files = halocline_gridfiles::check_grid_files(spec, folder);
    let of_workers = worker_file::check(spec, folder);
    if of_files.is_empty() && of_workers.is_empty() {
        return Ok(());
    }
    let written = Written::load(experiment)?;
    let of_files = of_files
        .into_iter()
        .map(|problem| in_experiment(problem, &written, folder));
    let of_workers = of_workers
        .into_iter()
        .map(|problem| problem.in_experiment(&written));
    let problems = of_files.chain(of_workers).collect();
    Err(Error::Experiment(written.problems(problems)))
}

/// The problem of a netCDF file at the place where its name is written.
fn in_experiment(problem: FileProblem, written: &Written, folder: &Path) -> Problem {
    let FileProblem { purpose, error } = problem;
    let place = written
        .place_of_text(|text| folder.join(text) == error.file)
        .unwrap_or(Place::beginning());
    let found = format!("{purpose}: {}: {}", error.file.display(), error.found);
    Problem::new(Code::NamedFile, place, found, error.expected, error.change)
}
