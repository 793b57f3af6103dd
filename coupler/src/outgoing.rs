//! One exchange as its sender sees it: fields are packed as they are put, the messages leave with the last of them.

mod order;
mod target;

pub(crate) use target::Target;

use crate::{
    block::Storage, clock::Clock, code::Code, conservation::Summing, crew, error::Error,
    rest::Rest, sharing::SharedTarget, wait,
};
use halocline_exchanges::{
    in_place::InPlace,
    pack::pack,
    pieces::Part,
    place::{Stores, place},
    plan::LocalRun,
    view::{ElementKind, View},
    world::{Patience, World},
};
use halocline_exchanges_shared::outbox::StillLent;
use target::{publish_piece, send_field};

/// An exchange that this component sends.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) fields: Vec<String>,
    pub(crate) levels: Vec<usize>,
    pub(crate) clock: Clock,
    pub(crate) wire: ElementKind,
    /// Extent (i, j) of this rank's own cells.
    pub(crate) local_shape: [usize; 2],
    targets: Vec<Target>,
    /// Where global sums of what is put go, if the exchange conserves them.
    pub(crate) summing: Option<Summing>,
    /// For each field where it can be written in the only receiver's block.
    in_place: Vec<Option<InPlace>>,
    stores: Stores,
    /// Threads that copy.
    threads: usize,
    pub(crate) rest: Rest,
    packed: Vec<bool>,
    /// Date that the fields packed so far serve.
    open: Option<i64>,
    /// Date that the last complete messages served.
    done: Option<i64>,
    sequence: u64,
    /// Puts that found both messages before theirs still in flight.
    waited: u64,
}

/// What one put did to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Stored,
    Sent,
}

impl Outgoing {
    #[allow(
        clippy::too_many_arguments,
        reason = "built in one place, from the plan"
    )]
    pub(crate) fn new(
        name: String,
        target: String,
        fields: Vec<String>,
        levels: Vec<usize>,
        clock: Clock,
        wire: ElementKind,
        local_shape: [usize; 2],
        targets: Vec<Target>,
        threads: usize,
    ) -> Self {
        let packed = vec![false; fields.len()];
        let cells = local_shape.iter().product();
        let in_place = match targets.as_slice() {
            [Target::Memory(only)] => {
                let parts = only.placings.iter().zip(&levels);
                parts
                    .map(|(placing, levels)| InPlace::find(placing, cells, *levels, wire))
                    .collect()
            }
            _ => fields.iter().map(|_| None).collect(),
        };
        let placed: usize = targets.iter().map(Target::placed_bytes).sum();
        let (stores, threads) = (crew::stores(placed), crew::enough(threads, placed));
        Self {
            name,
            target,
            fields,
            levels,
            clock,
            wire,
            local_shape,
            targets,
            summing: None,
            in_place,
            stores,
            threads,
            rest: Rest::default(),
            packed,
            open: None,
            done: None,
            sequence: 0,
            waited: 0,
        }
    }

    /// The date that a put at `date` would serve, unless nothing is due.
    pub(crate) fn due(&self, date: i64, end: i64) -> Option<i64> {
        if self.clock == Clock::Once && self.done.is_some() {
            return None;
        }
        self.clock.put(date, end)
    }

    /// The next date that the receiver expects before `end`, if it has not been sent.
    pub(crate) fn owed(&self, end: i64) -> Option<i64> {
        let next = match self.clock {
            Clock::Once => self.done.is_none().then_some(0),
            Clock::Every { .. } => Some(self.clock.following(self.done)),
        };
        next.filter(|date| *date < end && !self.targets.is_empty())
    }

    /// Pack field number `field` for the get of `date`; messages and blocks are complete with the last of them.
    pub(crate) fn put(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        view: &View<'_>,
        date: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<Put, Error> {
        self.open_date(world, patience, field, date, late)?;
        if let Some(summing) = &mut self.summing {
            summing.put(world, patience, field, date, view)?;
        }
        let [ni, nj, _] = view.layout.shape;
        // Of any extents that have the own cells.
        let (local_shape, wire, stores) = ([ni, nj], self.wire, self.stores);
        for target in &mut self.targets {
            match target {
                Target::Message(sender, pieces) => {
                    let pack = |part: &Part<LocalRun>, buffer: &mut [u8]| {
                        let levels = part.levels.clone();
                        pack(view, local_shape, &part.runs, levels, wire, buffer);
                    };
                    send_field(world, *sender, pieces, field, date, pack)?;
                }
                Target::Memory(SharedTarget { outbox, placings }) => {
                    let placing = &placings[field];
                    let mut slot = outbox.slot();
                    if self.threads == 1 {
                        place(view, local_shape, placing, wire, stores, &mut slot);
                    } else {
                        let threads = self.threads;
                        crew::place_levels(
                            view,
                            local_shape,
                            placing,
                            wire,
                            stores,
                            &slot,
                            threads,
                        );
                    }
                }
            }
        }
        self.complete(world, field, date)
    }

    /// Wait for the buffers of `target` unless they are open.
    fn open_date(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        target: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        self.check_order(field, target)?;
        if self.open.is_none() {
            self.wait_for_buffers(world, patience, target, late)?;
            self.open = Some(target);
        }
        Ok(())
    }

    /// Field number `field` is packed; send when it is the last.
    fn complete(&mut self, world: &mut dyn World, field: usize, target: i64) -> Result<Put, Error> {
        self.packed[field] = true;
        if !self.packed.iter().all(|packed| *packed) {
            return Ok(Put::Stored);
        }
        self.publish(world, target)?;
        Ok(Put::Sent)
    }

    /// Lend the receiver's block of field number `field`, to be written in place for the get of `target`; `None` where
    /// it does not lie there in one piece, or goes to several ranks.
    pub(crate) fn lend(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        target: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<Option<Storage>, Error> {
        if self.in_place[field].is_none() || self.summing.is_some() {
            return Ok(None);
        }
        self.open_date(world, patience, field, target, late)?;
        let ([Target::Memory(partner)], Some(place)) =
            (self.targets.as_mut_slice(), &self.in_place[field])
        else {
            return Ok(None);
        };
        match partner.outbox.borrow_part(place.start, place.bytes) {
            Ok(part) => Ok(Some(Storage::shared(place.kind, part))),
            // Another sender has chosen the slot of the last message again, of which this one is still viewed here.
            Err(StillLent { ago: 1 }) => Ok(None),
            Err(_) => Err(Error::new(
                Code::Order,
                format!("the output of two dates before {target} s is still viewed, or lent twice"),
                "no view of an output after it was sent",
                "drop the array after the send, and ask for a new one at each date",
            )
            .about(&self.fields[field])),
        }
    }

    /// Field number `field` was written in place for the get of `target`; send when it is the last.
    pub(crate) fn put_in_place(
        &mut self,
        world: &mut dyn World,
        field: usize,
        target: i64,
    ) -> Result<Put, Error> {
        self.check_order(field, target)?;
        if let ([Target::Memory(partner)], Some(place)) =
            (self.targets.as_mut_slice(), &self.in_place[field])
        {
            place.complete(&mut partner.outbox.slot());
        }
        self.complete(world, field, target)
    }

    fn publish(&mut self, world: &mut dyn World, target: i64) -> Result<(), Error> {
        self.sequence += 1;
        for partner in &mut self.targets {
            match partner {
                Target::Message(sender, pieces) if pieces.is_whole() => {
                    publish_piece(world, *sender, pieces, 0, target)?;
                }
                // The last of its pieces has left with its last field.
                Target::Message(..) => {}
                Target::Memory(partner) => partner.outbox.publish(target),
            }
        }
        self.packed.fill(false);
        self.open = None;
        self.done = Some(target);
        Ok(())
    }

    fn wait_for_buffers(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        target: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        let (targets, name, to) = (&self.targets, &self.name, &self.target);
        let free = |world: &mut dyn World| {
            for target in targets {
                if !target.is_free(world)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if free(world)? {
            return Ok(());
        }
        self.waited += 1;
        let what = |_: &mut dyn World| {
            format!(
                "component '{to}' to take the earlier messages of exchange '{name}' (two are in flight) before that of date {target} s"
            )
        };
        wait::until(world, patience, &self.rest, free, what, late)
    }

    /// Whether a put of field number `field` would complete the messages of its date.
    pub(crate) fn completes(&self, field: usize) -> bool {
        let mut packed = self.packed.iter().enumerate();
        packed.all(|(number, packed)| number == field || *packed)
    }

    /// Take a date as served by something else than a put.
    pub(crate) fn served(&mut self, date: i64) {
        self.done = Some(date);
    }

    /// Puts so far, and how many of them had to wait for the receiver to take earlier messages.
    pub(crate) const fn waits(&self) -> (u64, u64) {
        (self.sequence, self.waited)
    }
}
