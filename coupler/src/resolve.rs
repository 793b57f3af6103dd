//! From what the user wrote to what this rank does: grids, domains, plans, channels.

use crate::{
    clock::Clock,
    code::Code,
    convert,
    error::{Error, known_names},
    handshake::Roll,
    incoming::{Incoming, IncomingField, Memory, Message},
    outgoing::{Outgoing, Target},
    rest::Rest,
    sharing::{self, Shared},
};
use halocline_configs::{CouplingSpec, ExchangeSpec, GridSpec};
use halocline_exchanges::{
    grid::Grid,
    partition::{OwnedCells, Partition, worker_boxes},
    plan::{
        ExchangePlan, ExchangeShape, FieldShape, PlanError, PlanRequest, SendMessage, build_plans,
    },
    world::{Patience, World},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

type Domains = HashMap<String, OwnedCells>;

/// How long this experiment waits.
pub(crate) fn patience(spec: &CouplingSpec) -> Patience {
    let seconds = |value: i64| Duration::from_secs(value.unsigned_abs());
    Patience {
        warn_after: seconds(spec.watch.warn_after.get()),
        timeout: seconds(spec.watch.timeout.get()),
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
    let component_spec = &spec.components[component];
    if component_spec.worker.is_none() {
        return Ok(());
    }
    let tile = component_spec
        .tiles
        .as_ref()
        .map(|tiles| [tiles.nx, tiles.ny]);
    for name in grids_of(spec, component) {
        if domains.contains_key(name) {
            continue;
        }
        let boxes = worker_boxes(&convert::grid(name, grid(spec, name)?), size, tile);
        let mine = boxes.get(rank).cloned().unwrap_or(Partition::Empty);
        domains.insert(name.to_owned(), own_cells(spec, name, &mine)?);
    }
    Ok(())
}

/// Grids of the exchanges that a component takes part in, each once.
fn grids_of<'a>(spec: &'a CouplingSpec, component: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for exchange in spec
        .exchanges
        .iter()
        .filter(|exchange| exchange.from == component || exchange.to == component)
    {
        let name = grid_of(spec, exchange);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The grid of an exchange: the checks made sure that all its fields are on one.
pub(crate) fn grid_of<'a>(spec: &'a CouplingSpec, exchange: &ExchangeSpec) -> &'a str {
    &spec.fields[&exchange.fields[0]].grid
}

/// Whether this rank has said what the exchanges of its component need to know.
pub(crate) fn check_domains(
    spec: &CouplingSpec,
    component: &str,
    domains: &Domains,
) -> Result<(), Error> {
    for exchange in spec
        .exchanges
        .iter()
        .filter(|exchange| exchange.from == component || exchange.to == component)
    {
        let name = grid_of(spec, exchange);
        let Some(own) = domains.get(name) else {
            return Err(Error::new(
                Code::Order,
                format!(
                    "no domain on grid '{name}', which exchange '{}' needs",
                    exchange.name
                ),
                "a domain on every grid of the component's exchanges before end_definition",
                format!(
                    "call define_box (or another partition, or define_empty) for grid '{name}'"
                ),
            ));
        };
        if exchange.to == component
            && exchange.halo > 0
            && own.cells() > 0
            && own.rectangle().is_none()
        {
            return Err(Error::new(
                Code::Partition,
                format!(
                    "exchange '{}' has a halo of {}, but this rank's cells on grid '{name}' are no rectangle",
                    exchange.name, exchange.halo
                ),
                "one box of the grid a rank where a halo is wanted",
                "define a box, or set `halo: 0` in the experiment file",
            ));
        }
    }
    Ok(())
}

/// What an exchange moves, as the plan needs it.
fn shape(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    grids: &mut HashMap<String, Arc<Grid>>,
) -> ExchangeShape {
    let name = grid_of(spec, exchange);
    let grid = grids
        .entry(name.to_owned())
        .or_insert_with(|| Arc::new(convert::grid(name, &spec.grids[name])));
    let fields = exchange.fields.iter().map(|field| {
        let field = &spec.fields[field];
        FieldShape {
            point: convert::point(field.point),
            sign: convert::sign(field.kind),
            levels: field.levels,
        }
    });
    ExchangeShape {
        name: exchange.name.clone(),
        grid: Arc::clone(grid),
        fields: fields.collect(),
        halo: exchange.halo,
        wire: convert::element(exchange.wire),
    }
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

/// Make the plans of all exchanges, arrange shared memory and open the channels of this rank's messages. Collective.
pub(crate) fn exchanges(
    world: &mut dyn World,
    spec: &CouplingSpec,
    roll: &Roll,
    component: &str,
    domains: &Domains,
    shares_memory: bool,
) -> Result<(Vec<Outgoing>, Vec<Incoming>), Error> {
    let mut grids = HashMap::new();
    let shapes: Vec<ExchangeShape> = spec
        .exchanges
        .iter()
        .map(|exchange| shape(spec, exchange, &mut grids))
        .collect();
    let requests: Vec<PlanRequest<'_>> = spec
        .exchanges
        .iter()
        .zip(&shapes)
        .map(|(exchange, shape)| PlanRequest {
            shape,
            source_component: &exchange.from,
            target_component: &exchange.to,
            source: (exchange.from == component).then(|| &domains[grid_of(spec, exchange)]),
            target: (exchange.to == component).then(|| &domains[grid_of(spec, exchange)]),
        })
        .collect();
    let plans = build_plans(world, &requests).map_err(|error| plan_error(error, roll))?;
    let wanted = blocks(spec, component, domains, &plans);
    let shared = sharing::arrange(world, shares_memory, &plans, &wanted)?;
    let mut opening = Opening {
        world,
        spec,
        roll,
        shared,
        has_messages: false,
    };
    let (mut outgoing, mut incoming) = (Vec::new(), Vec::new());
    for (position, (exchange, mut plan)) in spec.exchanges.iter().zip(plans).enumerate() {
        let own = domains.get(grid_of(spec, exchange));
        if let Some(own) = own.filter(|_| exchange.from == component) {
            let messages = std::mem::take(&mut plan.send);
            outgoing.push(opening.outgoing(exchange, position, own, messages)?);
        }
        if let Some(own) = own.filter(|_| exchange.to == component) {
            incoming.push(opening.incoming(exchange, position, own, plan)?);
        }
    }
    let rest = opening.shared.rest.with_messages(opening.has_messages);
    outgoing
        .iter_mut()
        .for_each(|outgoing| outgoing.rest = rest.clone());
    incoming
        .iter_mut()
        .for_each(|incoming| incoming.rest = rest.clone());
    Ok((outgoing, incoming))
}

/// What the blocks of the exchanges that this rank receives look like.
fn blocks<'a>(
    spec: &CouplingSpec,
    component: &str,
    domains: &Domains,
    plans: &'a [ExchangePlan],
) -> BTreeMap<usize, sharing::Incoming<'a>> {
    let exchanges = spec.exchanges.iter().zip(plans).enumerate();
    let received = exchanges.filter(|(_, (exchange, _))| exchange.to == component);
    let blocks = received.map(|(position, (exchange, plan))| {
        let own = &domains[grid_of(spec, exchange)];
        let block = sharing::Incoming {
            plan,
            kind: convert::element(exchange.receive_element()),
            fill: exchange.fill,
            levels: levels(spec, exchange, own),
        };
        (position, block)
    });
    blocks.collect()
}

/// Levels of each field of an exchange that a rank owns.
fn levels(spec: &CouplingSpec, exchange: &ExchangeSpec, own: &OwnedCells) -> Vec<usize> {
    let fields = exchange.fields.iter();
    fields
        .map(|field| own.own_levels(spec.fields[field].levels).len())
        .collect()
}

/// What it takes to open the two sides of an exchange.
struct Opening<'a> {
    world: &'a mut dyn World,
    spec: &'a CouplingSpec,
    roll: &'a Roll,
    shared: Shared,
    /// Whether any channel is of messages.
    has_messages: bool,
}

impl Opening<'_> {
    fn outgoing(
        &mut self,
        exchange: &ExchangeSpec,
        position: usize,
        own: &OwnedCells,
        messages: Vec<SendMessage>,
    ) -> Result<Outgoing, Error> {
        let mut targets = Vec::with_capacity(messages.len());
        for message in messages {
            targets.push(match self.shared.targets.remove(&(position, message.to)) {
                Some(target) => Target::Memory(target),
                None => {
                    self.has_messages = true;
                    let sender = self
                        .world
                        .open_sender(message.to, position, message.bytes)?;
                    Target::Message(sender, message)
                }
            });
        }
        Ok(Outgoing::new(
            exchange.name.clone(),
            exchange.to.clone(),
            exchange.fields.clone(),
            levels(self.spec, exchange, own),
            clock(exchange),
            convert::element(exchange.wire),
            own.local_shape(),
            targets,
        ))
    }

    fn incoming(
        &mut self,
        exchange: &ExchangeSpec,
        position: usize,
        own: &OwnedCells,
        plan: ExchangePlan,
    ) -> Result<Incoming, Error> {
        let block = plan.block.ok_or_else(|| {
            Error::new(
                Code::Internal,
                format!("exchange '{}' has no block at its receiver", exchange.name),
                "a block",
                "report this",
            )
        })?;
        let source = self.shared.sources.remove(&position);
        let in_memory = |number: &usize| {
            source
                .as_ref()
                .is_some_and(|source| source.messages.contains(number))
        };
        let rank = |number: usize| self.roll.place(plan.receive[number].from).1;
        let (shared, separate): (Vec<usize>, Vec<usize>) =
            (0..plan.receive.len()).partition(in_memory);
        let memory = source
            .map(|source| Memory::new(source, shared.iter().map(|number| rank(*number)).collect()));
        let mut messages = Vec::with_capacity(separate.len());
        for number in separate {
            self.has_messages = true;
            let plan = &plan.receive[number];
            messages.push(Message {
                receiver: self.world.open_receiver(plan.from, position, plan.bytes)?,
                plan: plan.clone(),
                sender: rank(number),
            });
        }
        let fields = exchange
            .fields
            .iter()
            .zip(levels(self.spec, exchange, own))
            .zip(plan.gaps);
        let fields =
            fields.map(|((name, levels), gaps)| IncomingField::new(name.clone(), levels, gaps));
        Ok(Incoming {
            name: exchange.name.clone(),
            source: exchange.from.clone(),
            fields: fields.collect(),
            clock: clock(exchange),
            hold: exchange.hold,
            wire: convert::element(exchange.wire),
            receive_as: convert::element(exchange.receive_element()),
            fill: exchange.fill,
            block,
            messages,
            memory,
            rest: Rest::default(),
            open: None,
            done: None,
        })
    }
}

fn plan_error(error: PlanError, roll: &Roll) -> Error {
    match error {
        PlanError::World(error) => error.into(),
        PlanError::Overlap {
            first,
            second,
            i,
            j,
            grid,
            ..
        } => {
            let ((component, a), (_, b)) = (roll.place(first), roll.place(second));
            Error::new(
                Code::Partition,
                format!(
                    "ranks {a} and {b} of component '{component}' both own cell (i, j) = ({i}, {j}) (from 0) of grid '{grid}'"
                ),
                "each cell owned by at most one rank",
                "correct the partitions that the two ranks define; own cells only, without halo",
            )
        }
        other => Error::new(
            Code::Partition,
            other.to_string(),
            "",
            "correct the partitions that the ranks define, or the grid in the experiment file",
        ),
    }
}
