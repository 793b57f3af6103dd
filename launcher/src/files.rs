//! The files that an experiment reads: coordinates and masks of grids, initial values of exchanges.

use crate::error::Error;
use halocline_configs::CouplingSpec;
use std::path::Path;

/// Look into every file that the experiment names; all that is wrong with them is told together.
pub(crate) fn check(spec: &CouplingSpec, experiment: &Path) -> Result<(), Error> {
    let folder = experiment.parent().unwrap_or(Path::new(""));
    let problems = halocline_gridfiles::check_grid_files(spec, folder);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Files(problems))
}
