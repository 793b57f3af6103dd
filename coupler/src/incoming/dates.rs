//! The dates of an exchange at its receiver: waited for, checked, closed in their order.

use super::{Incoming, Memory, Message};
use crate::{block::Storage, clock::Clock, code::Code, error::Error, wait};
use halocline_exchanges::world::{Patience, World, WorldError};
use std::cell::RefCell;

impl Incoming {
    /// Wait until the messages of `date` are here.
    pub(super) fn open_date(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        self.check_order(world, field, date)?;
        if self.open == Some(date) {
            return Ok(());
        }
        self.release_closed();
        if self.memory.as_ref().is_some_and(Memory::next_slot_is_held) {
            return Err(self.still_lent(date).about(&self.fields[field].name));
        }
        // Asked by two closures of one wait: whether all is here, and who is late.
        let (messages, memory) = (&self.messages, RefCell::new(&mut self.memory));
        let all_here = |world: &mut dyn World| {
            let mut memory = memory.borrow_mut();
            if memory.as_mut().is_some_and(|memory| !memory.has_next()) {
                return Ok(false);
            }
            all_arrived(messages, world)
        };
        let (name, source, fields) = (&self.name, &self.source, &self.fields);
        let what = |world: &mut dyn World| {
            format!(
                "field '{}' of exchange '{name}' for date {date} s from component '{source}'{}",
                fields[field].name,
                late_ranks(messages, memory.borrow().as_ref(), world)
            )
        };
        wait::until(world, patience, &self.rest, all_here, what, late)
            .map_err(|error| error.about(&self.fields[field].name))?;
        if let Some(memory) = &mut self.memory {
            memory.open_next();
        }
        self.check_dates(world, date)?;
        self.open = Some(date);
        Ok(())
    }

    fn still_lent(&self, date: i64) -> Error {
        Error::new(
            Code::Order,
            format!(
                "exchange '{}' is asked for date {date} s while a block of two dates before is still lent",
                self.name
            ),
            "each block given back before the date after next",
            "give the block back, or copy what is wanted for longer",
        )
    }

    /// What came must be of the date that is asked for.
    fn check_dates(&self, world: &mut dyn World, date: i64) -> Result<(), Error> {
        if self.clock == Clock::Once {
            return Ok(());
        }
        let by_message = self.messages.iter().map(|message| {
            let mut header = [0; 8];
            header.copy_from_slice(&world.message(message.receiver)[..8]);
            (i64::from_le_bytes(header), message.sender)
        });
        let by_memory = self.memory.iter().flat_map(Memory::dates);
        let wrong = by_message.chain(by_memory).find(|(sent, _)| *sent != date);
        let Some((sent, rank)) = wrong else {
            return Ok(());
        };
        Err(Error::new(
            Code::Date,
            format!(
                "exchange '{}' brought date {sent} s from component '{}' rank {rank} when {date} s was asked for",
                self.name, self.source
            ),
            "the same coupling dates on both sides",
            "compare the dates that the two components pass to send and receive",
        ))
    }

    /// Dates come one after the other; fields of the last one that nobody took are let go.
    ///
    /// A date that is refused leaves the open one as it is.
    fn check_order(&mut self, world: &mut dyn World, field: usize, date: i64) -> Result<(), Error> {
        let again = self.open == Some(date);
        let expected = match self.open {
            Some(open) if again && !self.fields[field].taken => open,
            Some(open) => self.clock.following(Some(open)),
            None => self.clock.following(self.done),
        };
        if self.clock != Clock::Once && date != expected {
            return Err(self.out_of_order(field, date, expected));
        }
        match self.open {
            Some(open) if !again => self.let_go(world, open),
            _ => Ok(()),
        }
    }

    /// Close a date of which some fields were not taken.
    fn let_go(&mut self, world: &mut dyn World, open: i64) -> Result<(), Error> {
        let untaken = self.fields.iter().filter(|field| !field.taken);
        let untaken: Vec<&str> = untaken.map(|field| field.name.as_str()).collect();
        let names = untaken.join(", ");
        tracing::debug!(
            "exchange '{}': {names} of date {open} s was not received",
            self.name
        );
        self.close_date(world, open)
    }

    fn out_of_order(&self, field: usize, date: i64, expected: i64) -> Error {
        let found = if date > expected {
            format!("receive for date {date} s, but that for {expected} s was skipped")
        } else {
            format!("receive for date {date} s again")
        };
        Error::new(
            Code::Date,
            found,
            format!("one receive for each coupling date, next for {expected} s"),
            "call receive at every step with the date of the step in seconds since the start of the run",
        )
        .about(&self.fields[field].name)
    }

    pub(super) fn close_date(&mut self, world: &mut dyn World, date: i64) -> Result<(), Error> {
        for message in &self.messages {
            world.release(message.receiver)?;
        }
        if let Some(memory) = &mut self.memory {
            memory.close();
        }
        self.release_closed();
        for field in &mut self.fields {
            field.taken = false;
        }
        self.open = None;
        self.done = Some(date);
        Ok(())
    }

    /// Release what is closed and of which no block is lent any more, oldest first, its gaps filled again.
    pub(crate) fn release_closed(&mut self) {
        while let Some(lent) = self.memory.as_mut().and_then(Memory::take_returned) {
            for (field, part) in lent {
                let mut block = Storage::shared(self.receive_as, part);
                self.fill_gaps(field, &mut self.block_view(field, &mut block));
            }
            if let Some(memory) = &mut self.memory {
                memory.release_next();
            }
        }
    }
}

/// Whether the messages of all senders are here.
fn all_arrived(messages: &[Message], world: &mut dyn World) -> Result<bool, WorldError> {
    for message in messages {
        if !world.arrived(message.receiver)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Some of the ranks that are waited for, for a message.
fn late_ranks(messages: &[Message], memory: Option<&Memory>, world: &mut dyn World) -> String {
    let mut late: Vec<usize> = memory.map_or_else(Vec::new, Memory::late);
    for message in messages {
        if !matches!(world.arrived(message.receiver), Ok(true)) {
            late.push(message.sender);
        }
    }
    late.sort_unstable();
    let names: Vec<String> = late.iter().take(8).map(usize::to_string).collect();
    format!(", rank {}", names.join(", "))
}
