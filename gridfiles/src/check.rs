//! All files that an experiment names, looked at in one go.

use crate::{
    error::FileError,
    initial::{FieldSize, check_initial},
    plane::{Quantity, Size},
    points::source,
};
use halocline_configs::{CouplingSpec, ExchangeSpec, GridSpec, InitialValue, PointKind};
use std::{fmt, path::Path};

/// A file that is not as the experiment needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// What the file is for: `grid 'gyre', longitude of T points`.
    pub purpose: String,
    /// What is wrong.
    pub error: FileError,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.purpose, self.error)
    }
}

impl std::error::Error for FileProblem {}

/// Look at all files of grids and initial values, their variables, shapes and values; names are relative to `base`.
///
/// Of `mesh_mask` and `domain_cfg` the points that fields of the grid are on are looked at. A file that is missing is
/// reported once for each grid or exchange. Large variables are read in pieces.
#[must_use]
pub fn check_grid_files(spec: &CouplingSpec, base: &Path) -> Vec<FileProblem> {
    let grids = spec
        .grids
        .iter()
        .flat_map(|(name, grid)| once(check_grid(spec, name, grid, base)));
    let exchanges = spec
        .exchanges
        .iter()
        .flat_map(|exchange| once(check_exchange(spec, exchange, base)));
    grids.chain(exchanges).collect()
}

/// Drop what says the same about the same file again.
fn once(problems: Vec<FileProblem>) -> Vec<FileProblem> {
    let mut kept: Vec<FileProblem> = Vec::new();
    for problem in problems {
        if kept.iter().all(|other| other.error != problem.error) {
            kept.push(problem);
        }
    }
    kept
}

fn check_grid(spec: &CouplingSpec, name: &str, grid: &GridSpec, base: &Path) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for point in [PointKind::T, PointKind::U, PointKind::V, PointKind::F] {
        let used = spec
            .fields
            .values()
            .any(|field| field.grid == name && field.point == point);
        if !used && grid.points.get(point).is_none() {
            continue;
        }
        for quantity in Quantity::ALL {
            if let Err(error) = check_quantity(grid, point, quantity, base) {
                let purpose = format!("grid '{name}', {} of {point:?} points", quantity.key());
                problems.push(FileProblem { purpose, error });
            }
        }
    }
    problems
}

fn check_quantity(
    grid: &GridSpec,
    point: PointKind,
    quantity: Quantity,
    base: &Path,
) -> Result<(), FileError> {
    let size = Size {
        nx: grid.nx(),
        ny: grid.ny(),
    };
    source(grid, point, quantity, base)?.map_or(Ok(()), |source| source.check(quantity, size))
}

fn check_exchange(spec: &CouplingSpec, exchange: &ExchangeSpec, base: &Path) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for name in &exchange.fields {
        let Some(InitialValue::File(source)) = exchange.initial_of(name) else {
            continue;
        };
        let field = &spec.fields[name];
        // Where only the components know the size, the file is looked at when they have told it.
        let Some(grid) = spec.grids.get(&field.grid).filter(|grid| grid.nx.is_some()) else {
            continue;
        };
        let size = FieldSize {
            grid: Size {
                nx: grid.nx(),
                ny: grid.ny(),
            },
            levels: field.levels(),
        };
        if let Err(error) = check_initial(&base.join(&source.file), &source.variable, size) {
            let purpose = format!("exchange '{}', initial values of '{name}'", exchange.name);
            problems.push(FileProblem { purpose, error });
        }
    }
    problems
}
