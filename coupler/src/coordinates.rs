//! Files of coordinates and masks, looked at when the definition phase ends: `halocline run` has looked before it
//! starts a job, but a job may also be started by `mpirun` alone.

use crate::{
    code::Code,
    error::Error,
    handshake::{self, Experiment, Roll},
};
use halocline_configs::CouplingSpec;
use halocline_exchanges::world::World;
use halocline_gridfiles::check_grid_files;

/// Look into the files of all grids on the first ranks of their components; a wrong one ends the phase on every rank.
/// Collective over all ranks of the job.
///
/// A grid is looked at once, by the first component of the experiment file that exchanges a field on it. Initial values
/// are left to the ranks that read them.
///
/// # Errors
/// Files that are missing, or have variables of another shape or values that are no coordinates; all of them together.
pub(crate) fn check(
    world: &mut dyn World,
    roll: &Roll,
    experiment: &Experiment,
) -> Result<(), Error> {
    let (component, rank) = roll.place(world.rank());
    let local = if rank == 0 {
        look(experiment, component).map_err(|error| error.at(component, rank))
    } else {
        Ok(())
    };
    handshake::agree(world, roll, local)
}

fn look(experiment: &Experiment, component: &str) -> Result<(), Error> {
    let problems = check_grid_files(&part_of(&experiment.spec, component), &experiment.folder);
    if problems.is_empty() {
        return Ok(());
    }
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Err(Error::new(
        Code::File,
        found.join("\n"),
        "",
        "correct the files or their names; `halocline check` on the experiment file says the same without a job",
    ))
}

/// The experiment with the grids of this component alone, and without the files of exchanges.
fn part_of(spec: &CouplingSpec, component: &str) -> CouplingSpec {
    let mut part = spec.clone();
    part.grids
        .retain(|name, _| first_component_on(spec, name) == Some(component));
    part.exchanges.clear();
    part
}

fn first_component_on<'a>(spec: &'a CouplingSpec, grid: &str) -> Option<&'a str> {
    let exchanges_on_it = |component: &&String| {
        spec.exchanges.iter().any(|exchange| {
            spec.source_grid(exchange) == Some(grid)
                && [&exchange.from, &exchange.to].contains(component)
        })
    };
    spec.components
        .keys()
        .find(exchanges_on_it)
        .map(String::as_str)
}
