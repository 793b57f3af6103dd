//! Plans of all exchanges, and the channels of this rank: memory within the node, messages to other nodes.

use crate::{
    code::Code,
    convert, crew,
    error::Error,
    handshake::Roll,
    incoming::{Incoming, IncomingField, Memory, Message},
    outgoing::{Outgoing, Target},
    resolve::{Domains, clock, grid_of},
    rest::Rest,
    sharing::{self, Shared},
};
use halocline_configs::{CouplingSpec, ExchangeSpec};
use halocline_exchanges::{
    grid::Grid,
    partition::OwnedCells,
    pieces::{PIECE_BYTES, Pieces},
    plan::{
        ExchangePlan, ExchangeShape, FieldShape, PlanError, PlanRequest, SendMessage, build_plans,
    },
    world::World,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

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
            fill: convert::fill_value(exchange),
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
                    let wire = convert::element(exchange.wire);
                    let pieces = Pieces::sent(&message, wire, PIECE_BYTES);
                    let (longest, count) = (pieces.longest(), pieces.list().len());
                    let world = &mut self.world;
                    let sender = world.open_sender(message.to, position, longest, count)?;
                    Target::Message(sender, pieces)
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
            crew::size()?,
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
            let wire = convert::element(exchange.wire);
            let pieces = Pieces::received(plan, wire, PIECE_BYTES);
            let (longest, count) = (pieces.longest(), pieces.list().len());
            let world = &mut self.world;
            let receiver = world.open_receiver(plan.from, position, longest, count)?;
            messages.push(Message::new(pieces, receiver, rank(number)));
        }
        let fields = exchange
            .fields
            .iter()
            .zip(levels(self.spec, exchange, own))
            .zip(plan.gaps);
        let fields = fields.enumerate().map(|(number, ((name, levels), gaps))| {
            let sent = plan
                .receive
                .iter()
                .map(|message| message.fields[number].clone());
            IncomingField::new(name.clone(), levels, gaps, sent.collect())
        });
        Ok(Incoming {
            name: exchange.name.clone(),
            source: exchange.from.clone(),
            fields: fields.collect(),
            clock: clock(exchange),
            hold: exchange.hold,
            wire: convert::element(exchange.wire),
            receive_as: convert::element(exchange.receive_element()),
            fill: convert::fill_value(exchange),
            threads: crew::size()?,
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
                    "ranks {a} and {b} of component '{component}' both own cell (i, j) = ({i}, {j}), counted from 0, of grid '{grid}'"
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
