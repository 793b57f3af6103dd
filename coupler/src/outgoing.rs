//! One exchange as its sender sees it: fields are packed as they are put, the messages leave with the last of them.

use crate::{clock::Clock, code::Code, error::Error, wait};
use halocline_exchanges::{
    pack::pack,
    plan::{HEADER_BYTES, SendMessage},
    view::{ElementKind, View},
    world::{Patience, SenderId, World},
};

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
    messages: Vec<SendMessage>,
    senders: Vec<SenderId>,
    packed: Vec<bool>,
    /// Date that the fields packed so far serve.
    open: Option<i64>,
    /// Date that the last complete messages served.
    done: Option<i64>,
    sequence: u64,
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
        messages: Vec<SendMessage>,
        senders: Vec<SenderId>,
    ) -> Self {
        let packed = vec![false; fields.len()];
        Self {
            name,
            target,
            fields,
            levels,
            clock,
            wire,
            local_shape,
            messages,
            senders,
            packed,
            open: None,
            done: None,
            sequence: 0,
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
        next.filter(|date| *date < end && !self.senders.is_empty())
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
        for (message, sender) in self.messages.iter().zip(&self.senders) {
            let part = &message.fields[field];
            if let Some(buffer) = world.send_buffer(*sender)? {
                pack(
                    view,
                    self.local_shape,
                    &part.runs,
                    part.levels.clone(),
                    self.wire,
                    &mut buffer[part.offset..],
                );
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
        for sender in &self.senders {
            if let Some(buffer) = world.send_buffer(*sender)? {
                buffer[..8].copy_from_slice(&target.to_le_bytes());
                buffer[8..HEADER_BYTES].copy_from_slice(&self.sequence.to_le_bytes());
            }
            world.publish(*sender)?;
        }
        self.packed.fill(false);
        self.open = None;
        self.done = Some(target);
        Ok(())
    }

    fn wait_for_buffers(
        &self,
        world: &mut dyn World,
        patience: Patience,
        target: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        let (senders, name, to) = (&self.senders, &self.name, &self.target);
        let free = |world: &mut dyn World| {
            for sender in senders {
                if world.send_buffer(*sender)?.is_none() {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let what = |_: &mut dyn World| {
            format!(
                "component '{to}' to take the earlier messages of exchange '{name}' (two are in flight) before that of date {target} s"
            )
        };
        wait::until(world, patience, free, what, late)
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
