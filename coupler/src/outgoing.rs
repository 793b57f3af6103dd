//! One exchange as its sender sees it: fields are packed as they are put, the messages leave with the last of them.

use crate::{clock::Clock, code::Code, error::Error, rest::Rest, sharing::SharedTarget, wait};
use halocline_exchanges::{
    pack::pack,
    place::{Stores, place},
    plan::{HEADER_BYTES, SendMessage},
    view::{ElementKind, View},
    world::{Patience, SenderId, World, WorldError},
};

/// From this size on an exchange is written past the caches: it would push out of them what the ocean needs next, and
/// does not fit them anyway [bytes].
const STREAM_FROM: usize = 4 << 20;

/// Where one partner's share of the exchange goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// Into a message.
    Message(SenderId, SendMessage),
    /// Straight into the receiver's block.
    Memory(SharedTarget),
}

impl Target {
    /// Whether the next message may be written.
    fn is_free(&self, world: &mut dyn World) -> Result<bool, WorldError> {
        match self {
            Self::Message(sender, _) => Ok(world.send_buffer(*sender)?.is_some()),
            Self::Memory(target) => Ok(target.outbox.is_free()),
        }
    }

    /// Bytes that one put of all fields writes into memory.
    fn placed_bytes(&self) -> usize {
        let Self::Memory(target) = self else { return 0 };
        let placings = target.placings.iter().map(|placing| {
            let cells: usize = placing.runs.iter().map(|run| run.len).sum();
            cells * placing.from_levels.len() * placing.kind.size()
        });
        placings.sum()
    }
}

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
    stores: Stores,
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
    ) -> Self {
        let packed = vec![false; fields.len()];
        let placed: usize = targets.iter().map(Target::placed_bytes).sum();
        let stores = if placed < STREAM_FROM {
            Stores::Cached
        } else {
            Stores::Streaming
        };
        Self {
            name,
            target,
            fields,
            levels,
            clock,
            wire,
            local_shape,
            targets,
            stores,
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

    /// Pack field number `field` for the get of date `target`; send when it is the last.
    pub(crate) fn put(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        view: &View<'_>,
        target: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<Put, Error> {
        self.check_order(field, target)?;
        if self.open.is_none() {
            self.wait_for_buffers(world, patience, target, late)?;
            self.open = Some(target);
        }
        let (local_shape, wire, stores) = (self.local_shape, self.wire, self.stores);
        for target in &mut self.targets {
            match target {
                Target::Message(sender, message) => {
                    let part = &message.fields[field];
                    let (runs, levels) = (&part.runs, part.levels.clone());
                    if let Some(buffer) = world.send_buffer(*sender)? {
                        let buffer = &mut buffer[part.offset..];
                        pack(view, local_shape, runs, levels, wire, buffer);
                    }
                }
                Target::Memory(SharedTarget { outbox, placings }) => {
                    let placing = &placings[field];
                    place(view, local_shape, placing, wire, stores, &mut outbox.slot());
                }
            }
        }
        self.packed[field] = true;
        if !self.packed.iter().all(|packed| *packed) {
            return Ok(Put::Stored);
        }
        self.publish(world, target)?;
        Ok(Put::Sent)
    }

    fn publish(&mut self, world: &mut dyn World, target: i64) -> Result<(), Error> {
        self.sequence += 1;
        for partner in &mut self.targets {
            match partner {
                Target::Message(sender, _) => {
                    if let Some(buffer) = world.send_buffer(*sender)? {
                        buffer[..8].copy_from_slice(&target.to_le_bytes());
                        buffer[8..HEADER_BYTES].copy_from_slice(&self.sequence.to_le_bytes());
                    }
                    world.publish(*sender)?;
                }
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

    /// Puts so far, and how many of them had to wait for the receiver to take earlier messages.
    pub(crate) const fn waits(&self) -> (u64, u64) {
        (self.sequence, self.waited)
    }

    /// Whether `target` is the date that comes next and no field of an earlier one is missing.
    fn check_order(&self, field: usize, target: i64) -> Result<(), Error> {
        let expected = self.open.unwrap_or_else(|| self.clock.following(self.done));
        if self.clock == Clock::Once || target == expected && !self.packed[field] {
            return Ok(());
        }
        let name = &self.fields[field];
        if let Some(open) = self.open.filter(|open| *open != target) {
            let missing: Vec<&str> = self
                .fields
                .iter()
                .zip(&self.packed)
                .filter(|(_, packed)| !**packed)
                .map(|(name, _)| name.as_str())
                .collect();
            return Err(Error::new(
                Code::Date,
                format!(
                    "send for date {target} s while exchange '{}' still lacks {} for date {open} s",
                    self.name,
                    missing.join(", ")
                ),
                format!(
                    "all fields of the exchange ({}) at each date",
                    self.fields.join(", ")
                ),
                "send the missing field, or take it out of the exchange in the experiment file",
            )
            .about(name));
        }
        let found = if self.packed[field] || target < expected {
            format!("send for date {target} s again")
        } else {
            format!("send for date {target} s, but that for {expected} s was skipped")
        };
        Err(Error::new(
            Code::Date,
            found,
            format!("one send for each coupling date, next for {expected} s"),
            "call send at every step with the date of the step in seconds since the start of the run",
        )
        .about(name))
    }
}
