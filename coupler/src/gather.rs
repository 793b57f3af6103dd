//! Fields of a whole grid on one rank of a component, level by level: for files and for what is said of all values.
//!
//! A gathering is an exchange of the component with itself: from the own cells of its ranks to all cells on the rank that
//! writes. One level goes at a time, so that nobody holds more of a whole grid than that.

use crate::{
    error::Error,
    incoming::Incoming,
    outgoing::Outgoing,
    route::{Route, RouteField},
    values,
};
use halocline_configs::{Element, Status};
use halocline_exchanges::{
    partition::Partition,
    plan::FieldShape,
    view::{ElementsMut, Layout, View, ViewMut},
    world::{Patience, World},
};
use std::sync::Arc;

/// One rank's part in the gathering of fields that lie on the same cells.
#[derive(Debug)]
pub(crate) struct Gather {
    outgoing: Outgoing,
    /// On the rank that writes.
    whole: Option<Whole>,
}

#[derive(Debug)]
struct Whole {
    incoming: Incoming,
    /// One level of the whole grid.
    values: Vec<f64>,
    size: [usize; 2],
    /// For each cell whether some rank has it; empty until somebody asks.
    owned: Vec<bool>,
}

impl Gather {
    pub(crate) fn new(outgoing: Outgoing, incoming: Option<Incoming>, size: [usize; 2]) -> Self {
        Self {
            outgoing,
            whole: incoming.map(|incoming| Whole {
                incoming,
                values: vec![0.0; size[0] * size[1]],
                size,
                owned: Vec::new(),
            }),
        }
    }

    /// Whether this rank is the one that gets the whole field.
    pub(crate) const fn is_writer(&self) -> bool {
        self.whole.is_some()
    }

    /// For each cell of the whole grid whether some rank has it, on the rank that writes; to be given back.
    pub(crate) fn take_owned(&mut self) -> Vec<bool> {
        let Some(whole) = &mut self.whole else {
            return Vec::new();
        };
        if whole.owned.is_empty() {
            let [nx, ny] = whole.size;
            let mut all = ViewMut {
                layout: Layout::contiguous([nx, ny, 1]),
                elements: ElementsMut::F64(&mut whole.values),
            };
            whole.incoming.mask(0, &mut all);
            whole.owned = whole.values.iter().map(|value| *value > 0.0).collect();
        }
        std::mem::take(&mut whole.owned)
    }

    pub(crate) fn keep_owned(&mut self, owned: Vec<bool>) {
        if let Some(whole) = &mut self.whole {
            whole.owned = owned;
        }
    }

    /// Bring a field together; on the rank that writes each level goes to `take`, with its number. Called by all ranks of
    /// the component that have cells, in the same order.
    pub(crate) fn field(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        view: &View<'_>,
        mut take: impl FnMut(usize, &[f64]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for number in 0..view.layout.shape[2] {
            let level = values::level(view, number);
            self.outgoing
                .put(world, patience, 0, &level, 0, |_, _| ())?;
            if let Some(whole) = &mut self.whole {
                let [nx, ny] = whole.size;
                let mut all = ViewMut {
                    layout: Layout::contiguous([nx, ny, 1]),
                    elements: ElementsMut::F64(&mut whole.values),
                };
                whole
                    .incoming
                    .get(world, patience, 0, 0, &mut all, |_, _| ())?;
                take(number, &whole.values)?;
            }
        }
        Ok(())
    }
}

/// This rank's part in the gatherings of the job; none in those of other components.
#[derive(Debug, Default)]
pub(crate) struct Gathers(Vec<Option<Gather>>);

impl Gathers {
    pub(crate) fn of(&mut self, number: Option<usize>) -> Option<&mut Gather> {
        self.0.get_mut(number?)?.as_mut()
    }

    pub(crate) fn is_writer(&self, number: Option<usize>) -> bool {
        let gather = number.and_then(|number| self.0.get(number)?.as_ref());
        gather.is_some_and(Gather::is_writer)
    }
}

/// Which side of an exchange is gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Source,
    Target,
}

/// The gatherings of a job: one for each component and partition that has fields to gather.
#[derive(Debug, Default)]
pub(crate) struct Gatherings {
    pub(crate) routes: Vec<Route>,
}

impl Gatherings {
    /// Plan what an exchange wants gathered. All ranks of the job plan the same, in the same order; `rank` is this rank of
    /// the world.
    pub(crate) fn plan(&mut self, route: &Route, rank: usize) {
        for (side, is_wanted) in [
            (Side::Source, wants_source(route)),
            (Side::Target, wants_target(route)),
        ] {
            if is_wanted && self.of(route, side).is_none() {
                self.routes.push(gathering(route, side, rank));
            }
        }
    }

    /// Position of the gathering of one side of an exchange, if it was planned.
    pub(crate) fn of(&self, route: &Route, side: Side) -> Option<usize> {
        let label = label(route, side);
        self.routes
            .iter()
            .position(|known| known.exchange.from == *label && known.grid == route.grid)
    }

    /// The gatherings, in the order in which they were planned; channels in the order of the ranks' parts in them.
    pub(crate) fn open(
        self,
        mut outgoing: impl Iterator<Item = Outgoing>,
        mut incoming: impl Iterator<Item = Incoming>,
    ) -> Gathers {
        let open = self.routes.into_iter().map(|route| {
            let size = [route.grid.nx, route.grid.ny];
            let sender = route.source.as_ref().and_then(|_| outgoing.next());
            let receiver = route.target.as_ref().and_then(|_| incoming.next());
            Some(Gather::new(sender?, receiver, size))
        });
        Gathers(open.collect())
    }
}

/// Whether fields of the sending side go to files, or are looked at as a whole.
pub(crate) fn wants_source(route: &Route) -> bool {
    let exchange = &route.exchange;
    let carries = exchange.lag.get() > 0 && exchange.initial.is_none();
    let carries = carries || exchange.accumulate.is_some();
    matches!(exchange.status, Status::Expout | Status::Output)
        || exchange.check_sent
        || exchange.restart.is_some() && carries && exchange.status != Status::Input
}

/// Whether fields of the receiving side go to files, or are looked at as a whole.
pub(crate) fn wants_target(route: &Route) -> bool {
    route.exchange.status == Status::Expout || route.exchange.check_received
}

/// Name of a side in plans.
fn label(route: &Route, side: Side) -> &String {
    match side {
        Side::Source => &route.exchange.from,
        Side::Target => &route.target_side,
    }
}

fn gathering(route: &Route, side: Side, rank: usize) -> Route {
    let label = label(route, side);
    let (source, writer) = match side {
        Side::Source => (route.source.clone(), route.source_writer),
        Side::Target => (route.target.clone(), route.target_writer),
    };
    let mut exchange = route.exchange.clone();
    exchange.name = format!("fields of '{label}' for files");
    label.clone_into(&mut exchange.from);
    label.clone_into(&mut exchange.to);
    exchange.is_static = true;
    exchange.period = None;
    exchange.halo = 0;
    exchange.wire = Element::Float64;
    exchange.receive_as = None;
    exchange.fill = 0.0;
    exchange.hold = false;
    let is_writer = rank == writer && source.is_some();
    // A serial partition fits any grid that has cells.
    let all = || Partition::Serial.own(&route.grid).ok();
    let shape = FieldShape {
        levels: 1,
        ..route.fields[0].shape
    };
    Route {
        number: 0,
        is_open: route.is_open,
        target_side: format!("{label} (the rank that writes)"),
        grid: Arc::clone(&route.grid),
        fields: vec![RouteField {
            sent: "values".into(),
            received: "values".into(),
            shape,
        }],
        target: is_writer.then(all).flatten().map(Arc::new),
        source,
        source_writer: writer,
        target_writer: writer,
        exchange,
    }
}
