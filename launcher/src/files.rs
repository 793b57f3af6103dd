//! The files that an experiment reads: coordinates and masks of grids, initial values of exchanges.

use crate::error::Error;
use halocline_configs::{CouplingSpec, GridSpec, Initial, InitialValue, PointKind};
use std::path::Path;

/// Make sure that every file that the experiment names is there; all that are missing are named together.
pub(crate) fn check(spec: &CouplingSpec, experiment: &Path) -> Result<(), Error> {
    let folder = experiment.parent().unwrap_or(Path::new(""));
    let missing: Vec<String> = named(spec)
        .into_iter()
        .filter(|(_, file)| !folder.join(file).is_file())
        .map(|(what, file)| format!("{} ({what})", folder.join(file).display()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        format!(
            "{} names files that do not exist: {}",
            experiment.display(),
            missing.join(", ")
        ),
        "files, relative to the experiment file",
        "make them, or correct their names in the experiment file",
    ))
}

/// What each file is for, and its name as written; a file that is named twice is listed once.
fn named(spec: &CouplingSpec) -> Vec<(String, &Path)> {
    let grids = spec.grids.iter().flat_map(|(name, grid)| {
        grid_files(grid)
            .into_iter()
            .map(move |file| (format!("grid {name}"), file))
    });
    let initial = spec.exchanges.iter().flat_map(|exchange| {
        let files = exchange
            .initial
            .as_ref()
            .map(initial_files)
            .unwrap_or_default();
        files
            .into_iter()
            .map(|file| (format!("initial values of {}", exchange.name), file))
    });
    let mut files: Vec<(String, &Path)> = Vec::new();
    for (what, file) in grids.chain(initial) {
        if !files.iter().any(|(_, known)| *known == file) {
            files.push((what, file));
        }
    }
    files
}

fn grid_files(grid: &GridSpec) -> Vec<&Path> {
    let points = [PointKind::T, PointKind::U, PointKind::V, PointKind::F];
    let points = points.into_iter().filter_map(|kind| grid.points.get(kind));
    let variables = points.flat_map(|point| {
        [
            &point.longitude,
            &point.latitude,
            &point.mask,
            &point.e1,
            &point.e2,
        ]
    });
    let variables = variables.flatten().map(|variable| variable.file.as_path());
    variables
        .chain(grid.mesh_mask.as_deref())
        .chain(grid.domain_cfg.as_deref())
        .collect()
}

fn initial_files(initial: &Initial) -> Vec<&Path> {
    match initial {
        Initial::Number(_) => Vec::new(),
        Initial::File(variable) => vec![variable.file.as_path()],
        Initial::PerField(fields) => fields
            .values()
            .filter_map(|value| match value {
                InitialValue::Number(_) => None,
                InitialValue::File(variable) => Some(variable.file.as_path()),
            })
            .collect(),
    }
}
