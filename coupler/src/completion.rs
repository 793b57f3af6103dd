//! What the experiment file leaves open is filled in by what the components define: who sends and receives a field, how
//! many levels it has, on which cells it lies.
//!
//! ```text
//! every rank:  flags | for each of its variables: name, levels, extent of its cells      -- to all -->
//! every rank:  the same routes, each with the rank's own cells
//! ```

mod records;
mod sides;

use crate::{
    code::Code,
    convert,
    error::{Error, known_names},
    handshake::Roll,
    remapping::Remapped,
    resolve::{self, Domains},
    route::{Route, RouteField},
    variables::{Definition, Direction},
    wish::Wish,
};
use halocline_configs::{CouplingSpec, ExchangeSpec, Status};
use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, Grid, PointKind, Sign},
    partition::{OwnedCells, Partition},
    plan::FieldShape,
    world::World,
};
use records::Names;
use sides::{Side, Variables};
use std::{collections::HashMap, sync::Arc};

/// What a rank knows before the components have told each other of their variables.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    pub(crate) spec: &'a CouplingSpec,
    pub(crate) roll: &'a Roll,
    pub(crate) component: &'a str,
    /// Variables that this rank defined.
    pub(crate) definitions: &'a [Definition],
    /// Whether it asked for any, also such that the experiment does not mention.
    pub(crate) uses_variables: bool,
    pub(crate) domains: &'a Domains,
}

/// The exchanges of this job, complete, in the order of the experiment file; those of fields that nobody defines are
/// left out, with a warning. Collective.
///
/// # Errors
/// A field that two components define, fields of one exchange on different cells, levels or extents that do not agree,
/// cells that do not fit the grid, a side without cells.
pub(crate) fn routes(world: &mut dyn World, known: &Known<'_>) -> Result<Vec<Route>, Error> {
    let names = Names::of(known.spec);
    let record = records::write(&names, known);
    let told = records::read(known.roll, &world.gather_all(&record)?);
    let told = told.map_err(|(component, code)| {
        let (_, name) = names.name(code);
        Error::new(
            Code::Mismatch,
            format!(
                "ranks of component '{}' define the variable with different numbers of levels",
                known.roll.components[component]
            ),
            "the same number on all ranks of the component",
            "pass the same bundle size on all ranks",
        )
        .about(name)
    })?;
    let mut routes = Vec::new();
    for (position, exchange) in known.spec.exchanges.iter().enumerate() {
        let found = [
            (Direction::Send, Status::Input),
            (Direction::Receive, Status::Output),
        ]
        .map(|(direction, by_file)| {
            if exchange.status == by_file {
                Ok(Side::File)
            } else {
                sides::find(known, &names, &told, exchange, direction)
            }
        });
        let [source, target] = found;
        let (source, target) = (source?, target?);
        if [&source, &target].iter().any(|side| side.is_missing()) {
            if world.rank() == 0 {
                warn_of_missing(exchange, [&source, &target]);
            }
            continue;
        }
        routes.push(route(known, position + 1, exchange, &source, &target)?);
    }
    check_receivers(&routes)?;
    Ok(routes)
}

/// Whether each field of a component has one sender: a get would not know which to take.
fn check_receivers(routes: &[Route]) -> Result<(), Error> {
    let mut senders: HashMap<(&str, &str), &str> = HashMap::new();
    for route in routes
        .iter()
        .filter(|route| route.exchange.status != Status::Output)
    {
        for field in &route.fields {
            let receiver = (route.exchange.to.as_str(), field.received.as_str());
            let Some(other) = senders.insert(receiver, &route.exchange.name) else {
                continue;
            };
            return Err(Error::new(
                Code::Experiment,
                format!(
                    "component '{}' receives the field from exchange '{other}' and from exchange '{}'",
                    route.exchange.to, route.exchange.name
                ),
                "one exchange for each field that a component receives",
                "take one of them out, or give its field another name at the receiver",
            )
            .about(&field.received));
        }
    }
    Ok(())
}

fn warn_of_missing(exchange: &ExchangeSpec, sides: [&Side; 2]) {
    for (side, verb) in sides.into_iter().zip(["sends", "receives"]) {
        if let Side::Missing(fields) = side {
            tracing::warn!(
                "exchange '{}' is left out: no component that was started {verb} {}",
                exchange.name,
                fields.join(", ")
            );
        }
    }
}

fn route(
    known: &Known<'_>,
    number: usize,
    exchange: &ExchangeSpec,
    source: &Side,
    target: &Side,
) -> Result<Route, Error> {
    let is_open = exchange.is_open();
    let mut exchange = exchange.clone();
    for (side, name) in [(source, &mut exchange.from), (target, &mut exchange.to)] {
        if let Some(component) = side.component() {
            component.clone_into(name);
        }
    }
    let levels = levels(known.spec, &exchange, source, target)?;
    let [grid, target_grid] = grids(known.spec, &exchange, source, target)?;
    let wish = wish_of(known.spec, &exchange, target);
    if let Some(wish) = &wish {
        wish.complete(&mut exchange);
    }
    let [source_writer, target_writer] = [source, target].map(|side| side.writer(known.roll));
    let own =
        |side: &Side, grid: &Grid, direction| own_cells(known, &exchange, grid, side, direction);
    let (source, target) = (
        own(source, &grid, Direction::Send)?,
        own(target, &target_grid, Direction::Receive)?,
    );
    let fields = exchange.fields.iter().zip(exchange.received_fields());
    let fields = fields.zip(levels).map(|((sent, received), levels)| {
        let field = known.spec.fields.get(sent);
        RouteField {
            sent: sent.clone(),
            received: received.clone(),
            shape: FieldShape {
                point: wish.map(|wish| wish.point).unwrap_or_else(|| {
                    field.map_or(PointKind::T, |field| convert::point(field.point))
                }),
                sign: wish.map(|wish| wish.sign).unwrap_or_else(|| {
                    field.map_or(Sign::Scalar, |field| convert::sign(field.kind))
                }),
                levels,
            },
        }
    });
    let target_side = if exchange.from == exchange.to {
        format!("{} (receiving)", exchange.to)
    } else {
        exchange.to.clone()
    };
    let remapped = exchange.remap.as_ref().map(|_| Remapped::onto(target_grid));
    Ok(Route {
        number,
        is_open,
        fields: fields.collect(),
        exchange,
        grid: Arc::new(grid),
        source,
        target,
        target_side,
        remapped,
        source_writer,
        target_writer,
    })
}

/// Levels of each field: those that the components define, or else those of the experiment file.
fn levels(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    source: &Side,
    target: &Side,
) -> Result<Vec<usize>, Error> {
    let fields = exchange.fields.iter().enumerate();
    let levels = fields.map(|(position, name)| {
        let written = spec.fields.get(name).and_then(|field| field.levels);
        let is_native = [source, target].iter().any(|side| matches!(side, Side::Native(_)));
        let written = written.or_else(|| is_native.then_some(1));
        let mut said = [
            (source.levels(position), "its sender defines"),
            (target.levels(position), "its receiver defines"),
            (written, "the experiment file says"),
        ]
        .into_iter()
        .filter_map(|(levels, who)| Some((levels?, who)));
        let Some((first, who)) = said.next() else {
            return Ok(1);
        };
        match said.find(|(other, _)| *other != first) {
            None => Ok(first),
            Some((other, other_who)) => Err(Error::new(
                Code::Mismatch,
                format!(
                    "exchange '{}': {who} {first} levels, {other_who} {other}",
                    exchange.name
                ),
                "the same number of levels on both sides",
                "correct the bundle size that a component defines, or `levels:` of the field in the experiment file",
            )
            .about(name)),
        }
    });
    levels.collect()
}

/// The grids that the cells of the sender and of the receiver count on: one, unless the exchange remaps.
fn grids(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    source: &Side,
    target: &Side,
) -> Result<[Grid; 2], Error> {
    let names = [spec.source_grid(exchange), spec.target_grid(exchange)];
    let about = |error: Error| error.about(&exchange.fields[0]);
    if exchange.remap.is_none() {
        check_sizes(spec, exchange, names)?;
        let one = grid(spec, exchange, names[0].or(names[1]), source, target);
        return one.map(|grid| [grid.clone(), grid]).map_err(about);
    }
    // Of each grid the other side says nothing.
    Ok([
        grid(spec, exchange, names[0], source, &Side::File).map_err(about)?,
        grid(spec, exchange, names[1], &Side::File, target).map_err(about)?,
    ])
}

/// Whether cells can go over as they are: where both grids are in the file, they must have the same size; for components
/// that define variables, the same number of cells.
fn check_sizes(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    names: [Option<&str>; 2],
) -> Result<(), Error> {
    let size = |name: Option<&str>| {
        let grid = spec.grids.get(name?)?;
        let (nx, ny) = (grid.nx(), grid.ny());
        (nx * ny > 0).then_some([nx, ny])
    };
    let [Some(source), Some(target)] = names.map(size) else {
        return Ok(());
    };
    let cells = |[nx, ny]: [usize; 2]| nx * ny;
    if source == target || exchange.is_open() && cells(source) == cells(target) {
        return Ok(());
    }
    Err(Error::new(
        Code::Mismatch,
        format!(
            "exchange '{}' goes from a grid of {} x {} cells to one of {} x {}",
            exchange.name, source[0], source[1], target[0], target[1]
        ),
        "the same grid on both sides, or a remapping",
        "add `remap:` (MAPPING in a namcouple) with a file of weights, or correct the sizes",
    )
    .about(&exchange.fields[0]))
}

/// The grid that the cells of an exchange count on.
///
/// A component that defines its domain by grid has the grid of the experiment file. Two components that define
/// variables need only agree on the number of cells: where the file's grid has another, theirs is one row, or as many
/// rows as their boxes show.
fn grid(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    name: Option<&str>,
    source: &Side,
    target: &Side,
) -> Result<Grid, Error> {
    let written = name.and_then(|name| Some((name, spec.grids.get(name)?)));
    let written = written.map(|(name, grid)| convert::grid(name, grid));
    let sides = [source.variables(), target.variables()];
    let variables = || sides.iter().flatten();
    let mut grid = match written.filter(|grid| grid.cells() > 0) {
        Some(grid) if is_file_grid(&grid, exchange, source, target)? => grid,
        written => {
            if let Some(wrong) = variables().find(|side| side.needs_extent) {
                return Err(no_extent(exchange, wrong));
            }
            let cells = variables()
                .map(|side| side.cells())
                .max()
                .unwrap_or(1)
                .max(1);
            let width = variables().map(|side| side.width).find(|width| *width > 0);
            let nx = width
                .filter(|width| cells.is_multiple_of(*width))
                .unwrap_or(cells);
            Grid {
                name: written.map_or_else(|| exchange.name.clone(), |grid| grid.name),
                nx,
                ny: cells / nx,
                edge_i: EdgeI::Closed,
                edge_j: EdgeJ::Closed,
            }
        }
    };
    if let Some(wish) = wish_of(spec, exchange, target) {
        wish.check_sender(
            spec,
            exchange,
            source.variables().map(|side| (side.total, side.end)),
        )?;
        grid = wish.grid(&grid.name);
    }
    let groups = sides.map(|side| side.map_or(0, |side| side.group + 1));
    if groups != [0, 0] {
        // Domains are known by component and grid: variables of other cells need a grid of another name.
        let mut parts = [(&exchange.from, groups[0]), (&exchange.to, groups[1])];
        if exchange.from != exchange.to {
            // The way back is between the same domains.
            parts.sort_unstable();
        }
        let [(one, first), (other, second)] = parts;
        grid.name = format!(
            "{} (partitions {first} of {one} and {second} of {other})",
            grid.name
        );
    }
    Ok(grid)
}

/// What the component that receives wants beyond its own cells; a fold that the experiment file describes comes before
/// the one that it knows of.
fn wish_of(spec: &CouplingSpec, exchange: &ExchangeSpec, target: &Side) -> Option<Wish> {
    let wish = target.variables().and_then(|side| side.wish)?;
    let name = spec
        .target_grid(exchange)
        .or_else(|| spec.source_grid(exchange));
    let written = name.and_then(|name| Some(convert::grid(name, spec.grids.get(name)?)));
    let field = spec.fields.get(&exchange.received_fields()[0]);
    match (written, field) {
        (Some(grid), Some(field)) if matches!(grid.edge_j, EdgeJ::NorthFold { .. }) => Some(Wish {
            edge_j: grid.edge_j,
            point: convert::point(field.point),
            sign: convert::sign(field.kind),
            ..wish
        }),
        _ => Some(wish),
    }
}

/// Whether the file's grid holds the cells of both sides; it must, where a side has its domain on it.
fn is_file_grid(
    grid: &Grid,
    exchange: &ExchangeSpec,
    source: &Side,
    target: &Side,
) -> Result<bool, Error> {
    let sides = [source, target];
    let variables: Vec<&Variables> = sides.iter().filter_map(|side| side.variables()).collect();
    let is_bound = sides.iter().any(|side| matches!(side, Side::Native(_)))
        || variables.iter().any(|side| side.needs_extent);
    let totals: Vec<usize> = variables.iter().filter_map(|side| side.total).collect();
    let fits = variables.iter().all(|side| side.end <= grid.cells())
        && totals.iter().all(|total| *total == grid.cells());
    if is_bound && !fits {
        let cells = variables.iter().map(|side| side.cells()).max();
        return Err(Error::new(
            Code::Partition,
            format!(
                "exchange '{}': a component has {} cells, and grid '{}' of the experiment file {} x {}",
                exchange.name,
                cells.unwrap_or(0),
                grid.name,
                grid.nx,
                grid.ny
            ),
            format!("{} cells on both sides", grid.cells()),
            "correct nx and ny of the grid in the experiment file, or the partition that the component defines",
        ));
    }
    if let [first, second] = totals[..]
        && first != second
    {
        return Err(Error::new(
            Code::Partition,
            format!(
                "exchange '{}': the sender's grid has {first} cells, the receiver's {second}",
                exchange.name
            ),
            "the same number of cells on both sides, or a remapping",
            "correct the partitions that the components define, or give the exchange a `remap:` (in a namcouple, MAPPING)",
        ));
    }
    Ok(fits)
}

fn no_extent(exchange: &ExchangeSpec, side: &Variables) -> Error {
    Error::new(
        Code::Partition,
        format!(
            "exchange '{}': component '{}' defines a box, and the experiment file does not say how wide the grid is",
            exchange.name, side.component
        ),
        "nx and ny of the grid",
        "write nx and ny of the grid in the experiment file, or define segments of consecutive cells",
    )
}

/// This rank's own cells on one side of an exchange; `None` unless it is of the component on that side.
fn own_cells(
    known: &Known<'_>,
    exchange: &ExchangeSpec,
    grid: &Grid,
    side: &Side,
    direction: Direction,
) -> Result<Option<Arc<OwnedCells>>, Error> {
    if side.component() != Some(known.component) {
        return Ok(None);
    }
    if let Side::Native(_) = side {
        let name = match direction {
            Direction::Send => known.spec.source_grid(exchange),
            Direction::Receive => known.spec.target_grid(exchange),
        };
        let name = name.unwrap_or_default();
        let own = known
            .domains
            .get(name)
            .ok_or_else(|| no_domain(known, exchange, name))?;
        if direction == Direction::Receive {
            resolve::check_halo(exchange, name, own)?;
        }
        return Ok(Some(Arc::new(own.clone())));
    }
    let names = match direction {
        Direction::Send => &exchange.fields[..],
        Direction::Receive => exchange.received_fields(),
    };
    let definition = known
        .definitions
        .iter()
        .find(|definition| definition.direction == direction && definition.name == names[0]);
    let partition = definition.map_or(&Partition::Empty, |definition| &definition.partition);
    let own = partition.own(grid).map_err(|error| {
        Error::new(
            Code::Partition,
            format!("the cells of the variable do not fit: {error}"),
            format!("cells from 0 to {}, each once", grid.cells() - 1),
            "correct the partition that the variable is defined with",
        )
        .about(&names[0])
    })?;
    if direction == Direction::Receive {
        resolve::check_halo(exchange, &grid.name, &own)?;
    }
    Ok(Some(Arc::new(own)))
}

fn no_domain(known: &Known<'_>, exchange: &ExchangeSpec, name: &str) -> Error {
    let error = Error::new(
        Code::Order,
        format!(
            "no domain on grid '{name}', which exchange '{}' needs",
            exchange.name
        ),
        "a domain on every grid of the component's exchanges before end_definition",
        format!("call define_box (or another partition, or define_empty) for grid '{name}'"),
    );
    if known.spec.grids.contains_key(name) {
        return error;
    }
    let grids = known.spec.grids.keys().map(String::as_str);
    Error {
        expected: known_names(name, grids),
        ..error
    }
}
