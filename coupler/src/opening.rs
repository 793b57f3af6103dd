//! Plans of all exchanges, and the channels of this rank: memory within the node, messages to other nodes.

use crate::{
    code::Code,
    convert, crew,
    error::Error,
    handshake::Roll,
    incoming::{Incoming, IncomingField, Memory, Message, Remapping},
    outgoing::{Outgoing, Target},
    resolve::clock,
    rest::Rest,
    route::Route,
    sharing::{self, Shared},
};
use halocline_exchanges::{
    partition::OwnedCells,
    pieces::{PIECE_BYTES, Pieces},
    plan::{ExchangePlan, ExchangeShape, PlanError, PlanRequest, SendMessage, build_plans},
    world::World,
};
use std::collections::BTreeMap;

/// Make the plans of all exchanges, arrange shared memory and open the channels of this rank's messages. Collective.
pub(crate) fn exchanges(
    world: &mut dyn World,
    routes: &[Route],
    roll: &Roll,
    shares_memory: bool,
) -> Result<(Vec<Outgoing>, Vec<Incoming>), Error> {
    let shapes: Vec<ExchangeShape> = routes.iter().map(Route::shape).collect();
    let sides: Vec<String> = routes.iter().map(Route::wanting_side).collect();
    let requests: Vec<PlanRequest<'_>> = routes
        .iter()
        .zip(shapes.iter().zip(&sides))
        .map(|(route, (shape, side))| PlanRequest {
            shape,
            source_component: &route.exchange.from,
            target_component: side,
            source: route.source.as_deref(),
            target: route.wanted(),
            shares_targets: route.is_open,
        })
        .collect();
    let plans = build_plans(world, &requests).map_err(|error| plan_error(error, roll))?;
    let wanted = blocks(routes, &plans);
    let shared = sharing::arrange(world, shares_memory, &plans, &wanted)?;
    let mut opening = Opening {
        world,
        roll,
        shared,
        has_messages: false,
    };
    let (mut outgoing, mut incoming) = (Vec::new(), Vec::new());
    for (position, (route, mut plan)) in routes.iter().zip(plans).enumerate() {
        if let Some(own) = &route.source {
            let messages = std::mem::take(&mut plan.send);
            outgoing.push(opening.outgoing(route, position, own, messages)?);
        }
        if let Some(own) = route.wanted() {
            incoming.push(opening.incoming(route, position, own, plan)?);
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
    routes: &[Route],
    plans: &'a [ExchangePlan],
) -> BTreeMap<usize, sharing::Incoming<'a>> {
    let routes = routes.iter().zip(plans).enumerate();
    let blocks = routes.filter_map(|(position, (route, plan))| {
        let own = route.wanted()?;
        let block = sharing::Incoming {
            plan,
            kind: convert::element(route.exchange.receive_element()),
            fill: convert::fill_value(&route.exchange),
            levels: route.own_levels(own),
        };
        Some((position, block))
    });
    blocks.collect()
}

/// What it takes to open the two sides of an exchange.
struct Opening<'a> {
    world: &'a mut dyn World,
    roll: &'a Roll,
    shared: Shared,
    /// Whether any channel is of messages.
    has_messages: bool,
}

impl Opening<'_> {
    fn outgoing(
        &mut self,
        route: &Route,
        position: usize,
        own: &OwnedCells,
        messages: Vec<SendMessage>,
    ) -> Result<Outgoing, Error> {
        let exchange = &route.exchange;
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
        let sent = route.fields.iter().map(|field| field.sent.clone());
        Ok(Outgoing::new(
            exchange.name.clone(),
            exchange.to.clone(),
            sent.collect(),
            route.own_levels(own),
            clock(exchange),
            convert::element(exchange.wire),
            own.local_shape(),
            targets,
            crew::size()?,
        ))
    }

    fn incoming(
        &mut self,
        route: &Route,
        position: usize,
        own: &OwnedCells,
        plan: ExchangePlan,
    ) -> Result<Incoming, Error> {
        let exchange = &route.exchange;
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
        let fields = route
            .fields
            .iter()
            .zip(route.own_levels(own))
            .zip(plan.gaps);
        let fields = fields.enumerate().map(|(number, ((field, levels), gaps))| {
            let sent = plan
                .receive
                .iter()
                .map(|message| message.fields[number].clone());
            IncomingField::new(field.received.clone(), levels, gaps, sent.collect())
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
            remapping: Remapping::of(route),
            returning: None,
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
