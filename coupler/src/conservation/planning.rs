//! Who sums what: active cells and areas of both grids, and the exchanges that carry the sums.

use crate::{
    code::Code,
    error::Error,
    handshake::{self, Experiment, Roll},
    route::Route,
    values,
};
use halocline_configs::{ConserveKind, Element, Status};
use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, Grid},
    partition::{OwnedCells, Partition},
    remapping::{ActiveCells, Conservation, ExactSum},
    world::World,
};
use halocline_gridfiles::{Cells, FileError, Record, read_cells};
use std::{path::Path, sync::Arc};

/// The conservation of one exchange, as this rank has a part in it.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Position of the exchange.
    pub(super) position: usize,
    pub(super) kind: Conservation,
    /// Active cells of this rank, if it has cells of the source or of the target.
    pub(super) source: Option<ActiveCells>,
    pub(super) target: Option<ActiveCells>,
    /// Areas of the active cells of both grids.
    pub(super) areas: [f64; 2],
    /// Exchanges of the sums: from the source to the root, from the target to the root, from the root to the target.
    pub(crate) sums: [Route; 3],
}

/// Active cells of this rank on both grids of an exchange.
type Sides = [Option<ActiveCells>; 2];

/// Plan the conservation of all exchanges that ask for it. Collective.
///
/// # Errors
/// Areas or masks that are missing or wrong, an exchange that cannot be conserved.
pub(crate) fn plan(
    world: &mut dyn World,
    routes: &[Route],
    experiment: &Experiment,
    roll: &Roll,
) -> Result<Vec<Planned>, Error> {
    let conserving = || {
        let routes = routes.iter().enumerate();
        routes.filter(|(_, route)| route.exchange.conserve.is_some())
    };
    if conserving().next().is_none() {
        return Ok(Vec::new());
    }
    let (component, rank) = roll.place(world.rank());
    let read = conserving().map(|(_, route)| read_sides(route, experiment));
    let read: Result<Vec<Sides>, Error> = read.collect();
    let read = handshake::agree(world, roll, read.map_err(|error| error.at(component, rank)))?;
    // For each exchange and side whether this rank has cells, and their area.
    let mine: Vec<f64> = read
        .iter()
        .flatten()
        .flat_map(|side| {
            let area = side.as_ref().map(ActiveCells::area).unwrap_or_default();
            std::iter::once(f64::from(u8::from(side.is_some()))).chain(area.to_numbers())
        })
        .collect();
    let bytes: Vec<u8> = mine
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let told: Vec<Vec<f64>> = world
        .gather_all(&bytes)?
        .iter()
        .map(|bytes| numbers(bytes))
        .collect();
    let planned = conserving().zip(read).enumerate();
    let planned = planned.map(|(number, ((position, route), [source, target]))| {
        let side = |side: usize| {
            let start = (2 * number + side) * (1 + ExactSum::NUMBERS);
            let told = told.iter().map(move |told| &told[start..]);
            told.map(|told| (told[0] > 0.0, ExactSum::from_numbers(&told[1..])))
        };
        let areas = [0, 1].map(|number| {
            let mut sum = ExactSum::default();
            side(number).for_each(|(_, area)| sum.merge(&area));
            sum.value()
        });
        let root = side(1).position(|(has_cells, _)| has_cells).unwrap_or(0);
        Ok(Planned {
            position,
            kind: kind(route),
            areas,
            sums: sums(route, roll, world.rank(), root, [&source, &target])?,
            source,
            target,
        })
    });
    planned.collect()
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    let numbers = bytes.as_chunks::<8>().0.iter();
    numbers.map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

fn kind(route: &Route) -> Conservation {
    match route.exchange.conserve.map(|conserve| conserve.kind) {
        None | Some(ConserveKind::Global) => Conservation::Global,
        Some(ConserveKind::Glbpos) => Conservation::GlobalPositive,
        Some(ConserveKind::Basbal) => Conservation::Basin,
        Some(ConserveKind::Baspos) => Conservation::BasinPositive,
    }
}

/// Active cells of this rank on both grids; `None` where it has no cells.
fn read_sides(route: &Route, experiment: &Experiment) -> Result<Sides, Error> {
    check(route)?;
    let (spec, exchange) = (&experiment.spec, &route.exchange);
    let sides = [
        (&route.source, &route.grid, spec.source_grid(exchange)),
        (
            &route.target,
            route.target_grid(),
            spec.target_grid(exchange),
        ),
    ];
    let mut read = [None, None];
    for ((own, grid, name), read) in sides.into_iter().zip(&mut read) {
        let Some(own) = own.as_deref().filter(|own| own.cells() > 0) else {
            continue;
        };
        let name = name.ok_or_else(|| {
            refusal(
                route,
                "and a grid of it has no name",
                "areas and masks are found by the names of the grids",
                "name the grids of both sides",
            )
        })?;
        *read = Some(active_cells(route, own, grid, name, &experiment.folder)?);
    }
    Ok(read)
}

/// What cannot be conserved.
fn check(route: &Route) -> Result<(), Error> {
    let exchange = &route.exchange;
    if exchange.remap.is_none() {
        return Err(refusal(
            route,
            "and does not remap",
            "a remapping: without one both sides have the same cells, and nothing is lost",
            "take `conserve` (CONSERV in a namcouple) out",
        ));
    }
    if exchange.fields.len() > 1 {
        return Err(refusal(
            route,
            "and carries several fields",
            "one field: its integrals are known before the next one is asked for",
            "make an exchange of each field (in a namcouple, an entry instead of a list with colons)",
        ));
    }
    if exchange.is_static || exchange.hold || !route.is_between_components() {
        return Err(refusal(
            route,
            "and is static, held, or from or to a file",
            "an exchange between two components with a period",
            "take `conserve`, or `static` and `hold`, out",
        ));
    }
    let is_part = |own: &OwnedCells| {
        let mut fields = route.fields.iter();
        fields.any(|field| own.own_levels(field.shape.levels) != (0..field.shape.levels))
    };
    let sides = [&route.source, &route.target];
    if sides
        .into_iter()
        .any(|own| own.as_deref().is_some_and(is_part))
    {
        return Err(refusal(
            route,
            "and a rank has some of the levels only (a cube)",
            "all levels on each rank",
            "define boxes with all levels",
        ));
    }
    Ok(())
}

fn refusal(route: &Route, found: &str, expected: &str, change: &str) -> Error {
    let found = format!(
        "exchange '{}' conserves global integrals {found}",
        route.exchange.name
    );
    Error::new(Code::Experiment, found, expected, change).about(&route.exchange.fields[0])
}

/// Areas and mask of own cells: `GRID.srf` of areas.nc, `GRID.msk` of masks.nc, where 0 means active.
fn active_cells(
    route: &Route,
    own: &OwnedCells,
    grid: &Grid,
    name: &str,
    folder: &Path,
) -> Result<ActiveCells, Error> {
    let runs = values::runs(own);
    let cells = Cells {
        grid_cells: grid.cells(),
        field_levels: 1,
        levels: 0..1,
        runs: &runs,
        may_be_any: false,
    };
    let read = |file: &str, suffix: &str| {
        let (path, variable) = (folder.join(file), format!("{name}.{suffix}"));
        let values = read_cells(&path, &variable, Record::Only, &cells, 0.0);
        values.map_err(|error| file_error(route, &error))
    };
    let areas = read("areas.nc", "srf")?;
    if let Some(area) = areas.iter().find(|area| **area < 0.0) {
        return Err(refusal(
            route,
            &format!("and '{name}.srf' of areas.nc holds {area}"),
            "areas of cells, not negative",
            "correct areas.nc",
        ));
    }
    let masks = read("masks.nc", "msk")?;
    #[allow(clippy::float_cmp, reason = "a mask is a whole number")]
    let is_active: Vec<bool> = masks.iter().map(|mask| *mask == 0.0).collect();
    Ok(ActiveCells::new(&areas, &is_active))
}

fn file_error(route: &Route, error: &FileError) -> Error {
    let found = format!(
        "conservation of exchange '{}': {}: {}",
        route.exchange.name,
        error.file.display(),
        error.found
    );
    let change = format!(
        "{}; areas.nc and masks.nc lie beside the experiment file and hold GRID.srf and GRID.msk of both grids",
        error.change
    );
    Error::new(Code::File, found, error.expected.clone(), change).about(&route.exchange.fields[0])
}

/// The exchanges of the sums of one exchange; each over a grid with a row for each rank.
fn sums(
    route: &Route,
    roll: &Roll,
    rank: usize,
    root: usize,
    cells: [&Option<ActiveCells>; 2],
) -> Result<[Route; 3], Error> {
    let (component, row) = roll.place(rank);
    let exchange = &route.exchange;
    let is_root = rank == root;
    let row_of = |side: usize, of: &str| {
        let has_cells = cells[side].is_some();
        (component == of).then(|| match has_cells {
            true => Partition::Apple {
                offset: row * ExactSum::NUMBERS,
                cells: ExactSum::NUMBERS,
            },
            false => Partition::Empty,
        })
    };
    let from_root = (component == exchange.to).then_some(match is_root {
        true => Partition::Serial,
        false => Partition::Empty,
    });
    let all = |of: &str| [ExactSum::NUMBERS, roll.size(of)];
    Ok([
        carrier(
            route,
            ("sent", &exchange.from, root),
            all(&exchange.from),
            row_of(0, &exchange.from),
            is_root,
        )?,
        carrier(
            route,
            ("remapped", &exchange.to, root),
            all(&exchange.to),
            row_of(1, &exchange.to),
            is_root,
        )?,
        carrier(
            route,
            ("both sides", &exchange.to, root),
            [2, 1],
            from_root,
            cells[1].is_some(),
        )?,
    ])
}

/// An exchange of numbers over a grid of `nx` x `ny`, of which this rank has `part`; it wants all if `is_wanting`.
fn carrier(
    route: &Route,
    (what, from, root): (&str, &str, usize),
    [nx, ny]: [usize; 2],
    part: Option<Partition>,
    is_wanting: bool,
) -> Result<Route, Error> {
    let name = format!("sums of '{}', {what}", route.exchange.name);
    let grid = Grid {
        name: name.clone(),
        nx,
        ny,
        edge_i: EdgeI::Closed,
        edge_j: EdgeJ::Closed,
    };
    let own = |part: &Partition| {
        part.own(&grid).map_err(|error| {
            Error::new(
                Code::Internal,
                error.to_string(),
                "a row of its grid",
                "report this",
            )
        })
    };
    let source = part.as_ref().map(&own).transpose()?.map(Arc::new);
    let target = if is_wanting {
        let cells: Vec<usize> = (0..grid.cells()).collect();
        Some(Arc::new(OwnedCells::asked(
            &cells,
            &own(&Partition::Empty)?,
        )))
    } else {
        None
    };
    let mut exchange = route.exchange.clone();
    exchange.name.clone_from(&name);
    from.clone_into(&mut exchange.from);
    exchange.halo = 0;
    exchange.wire = Element::Float64;
    exchange.receive_as = None;
    exchange.fill = 0.0;
    exchange.status = Status::Exported;
    exchange.remap = None;
    exchange.conserve = None;
    Ok(Route {
        number: 0,
        is_open: route.is_open,
        grid: Arc::new(grid),
        fields: route.fields.clone(),
        source,
        target,
        target_side: format!("{} ({name})", exchange.to),
        remapped: None,
        source_writer: root,
        target_writer: root,
        exchange,
    })
}
