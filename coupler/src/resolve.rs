//! From what the user wrote to what this rank does: grids, domains, plans, channels.

use crate::{
    clock::Clock,
    code::Code,
    convert,
    error::{Error, known_names},
    handshake::Roll,
};
use halocline_configs::{Component, CouplingSpec, ExchangeSpec, GridSpec, NetcdfKind};
use halocline_exchanges::{
    partition::{OwnedCells, Partition, worker_boxes},
    world::Patience,
};
use halocline_gridfiles::Format;
use std::{collections::HashMap, time::Duration};

pub(crate) type Domains = HashMap<String, OwnedCells>;

/// How long this experiment waits.
pub(crate) fn patience(spec: &CouplingSpec) -> Patience {
    let seconds = |value: i64| Duration::from_secs(value.unsigned_abs());
    Patience {
        warn_after: seconds(spec.watch.warn_after.get()),
        timeout: seconds(spec.watch.timeout.get()),
    }
}

/// Format of the netCDF files that are written.
pub(crate) fn format(spec: &CouplingSpec) -> Format {
    match spec.oasis.map(|oasis| oasis.netcdf).unwrap_or_default() {
        NetcdfKind::Cdf1 => Format::Classic,
        NetcdfKind::Cdf2 => Format::Offset64,
        NetcdfKind::Cdf5 => Format::Data64,
    }
}

/// First date after the run [s].
pub(crate) fn length_seconds(spec: &CouplingSpec) -> i64 {
    spec.time.length_seconds()
}

/// The time step that all dates are multiples of [s].
pub(crate) fn step_seconds(spec: &CouplingSpec) -> i64 {
    spec.time.step.get()
}

/// Whether the job consists of exactly the components of the experiment.
pub(crate) fn check_components(spec: &CouplingSpec, roll: &Roll) -> Result<(), Error> {
    if spec.components.is_empty() {
        // Whoever starts is a component: the experiment file names none.
        return Ok(());
    }
    let known = || spec.components.keys().map(String::as_str);
    if let Some(stranger) = roll
        .components
        .iter()
        .find(|name| !spec.components.contains_key(*name))
    {
        return Err(Error::new(
            Code::Mismatch,
            format!(
                "component '{stranger}' was started, but the experiment file has none of that name"
            ),
            known_names(stranger, known()),
            "correct the name that the program passes to init, or the `components:` of the experiment file",
        ));
    }
    if let Some(absent) = known().find(|name| roll.size(name) == 0) {
        let present: Vec<String> = roll
            .components
            .iter()
            .map(|name| format!("'{name}' ({} ranks)", roll.size(name)))
            .collect();
        return Err(Error::new(
            Code::Mismatch,
            format!("component '{absent}' is in the experiment file, but nobody started it"),
            format!(
                "all components of the file in one MPI job; here are {}",
                present.join(", ")
            ),
            "start all of them together (`halocline run FILE`, or the line that `halocline run --print FILE` prints)",
        ));
    }
    Ok(())
}

fn grid<'a>(spec: &'a CouplingSpec, name: &str) -> Result<&'a GridSpec, Error> {
    spec.grids.get(name).ok_or_else(|| {
        Error::new(
            Code::Name,
            format!("grid '{name}' is unknown"),
            known_names(name, spec.grids.keys().map(String::as_str)),
            "use a name under `grids:` of the experiment file",
        )
    })
}

/// Cells that `partition` owns on a grid of the experiment.
pub(crate) fn own_cells(
    spec: &CouplingSpec,
    name: &str,
    partition: &Partition,
) -> Result<OwnedCells, Error> {
    let grid = convert::grid(name, grid(spec, name)?);
    partition.own(&grid).map_err(|error| {
        Error::new(
            Code::Partition,
            format!("the domain on grid '{name}' does not fit: {error}"),
            format!(
                "cells within {} x {} cells (i x j), each once",
                grid.nx, grid.ny
            ),
            "correct the numbers passed to define, or nx and ny of the grid in the experiment file",
        )
    })
}

/// Choose boxes for a worker component on every grid it needs and has not defined.
pub(crate) fn worker_domains(
    spec: &CouplingSpec,
    component: &str,
    rank: usize,
    size: usize,
    domains: &mut Domains,
) -> Result<(), Error> {
    let is_worker = |written: &Component| written.worker.is_some();
    if !spec.components.get(component).is_some_and(is_worker) {
        return Ok(());
    }
    for name in grids_of(spec, component) {
        if !domains.contains_key(name) {
            let mine = worker_box(spec, component, name, rank, size)?;
            domains.insert(name.to_owned(), own_cells(spec, name, &mine)?);
        }
    }
    Ok(())
}

/// The box that a rank of a worker component gets on a grid: whole tiles, where the component asks for tiles.
pub(crate) fn worker_box(
    spec: &CouplingSpec,
    component: &str,
    name: &str,
    rank: usize,
    size: usize,
) -> Result<Partition, Error> {
    let written = spec.components.get(component);
    let tiles = written.and_then(|component| component.tiles.as_ref());
    let tile = tiles.map(|tiles| [tiles.nx, tiles.ny]);
    let boxes = worker_boxes(&convert::grid(name, grid(spec, name)?), size, tile);
    Ok(boxes.get(rank).cloned().unwrap_or(Partition::Empty))
}

/// Grids of the exchanges that a component takes part in, each once.
fn grids_of<'a>(spec: &'a CouplingSpec, component: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for exchange in spec
        .exchanges
        .iter()
        .filter(|exchange| exchange.from == component || exchange.to == component)
    {
        let sides = [
            (&exchange.from, spec.source_grid(exchange)),
            (&exchange.to, spec.target_grid(exchange)),
        ];
        for (side, name) in sides {
            let name = name.filter(|name| side == component && !names.contains(name));
            names.extend(name);
        }
    }
    names
}

/// Whether the cells that receive an exchange can have the halo that it wants.
pub(crate) fn check_halo(
    exchange: &ExchangeSpec,
    grid: &str,
    own: &OwnedCells,
) -> Result<(), Error> {
    if exchange.halo == 0 || own.cells() == 0 || own.rectangle().is_some() {
        return Ok(());
    }
    Err(Error::new(
        Code::Partition,
        format!(
            "exchange '{}' has a halo of {}, but this rank's cells on grid '{grid}' are no rectangle",
            exchange.name, exchange.halo
        ),
        "one box of the grid a rank where a halo is wanted",
        "define a box, or set `halo: 0` in the experiment file",
    ))
}

pub(crate) fn clock(exchange: &ExchangeSpec) -> Clock {
    match exchange.period {
        Some(period) if !exchange.is_static => Clock::Every {
            period: period.get(),
            lag: exchange.lag.get(),
        },
        _ => Clock::Once,
    }
}
