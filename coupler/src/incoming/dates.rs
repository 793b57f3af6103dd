//! The dates of an exchange at its receiver: waited for, checked, closed in their order.

use super::{Call, Incoming, Memory, Message};
use crate::{block::Storage, clock::Clock, code::Code, error::Error, wait};
use halocline_exchanges::world::{World, WorldError};
use std::cell::RefCell;

impl Incoming {
    /// Wait until the messages of `date` are here; of those in pieces, the first piece.
    pub(super) fn open_date(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
        date: i64,
    ) -> Result<(), Error> {
        self.check_order(field, date)?;
        if self.open == Some(date) {
            return Ok(());
        }
        if self.memory.as_ref().is_some_and(Memory::next_slot_is_held) {
            return Err(self.still_lent(date).about(&self.fields[field].name));
        }
        // Asked by two closures of one wait: whether all is here, and who is late.
        let awaited = RefCell::new((&mut self.messages, &mut self.memory));
        let all_here = |world: &mut dyn World| {
            let (messages, memory) = &mut *awaited.borrow_mut();
            if memory.as_mut().is_some_and(|memory| !memory.has_next()) {
                return Ok(false);
            }
            all_have_begun(messages, world)
        };
        let (name, source, fields) = (&self.name, &self.source, &self.fields);
        let what = |world: &mut dyn World| {
            let (messages, memory) = &mut *awaited.borrow_mut();
            let mut late = memory.as_ref().map_or_else(Vec::new, Memory::late);
            late.extend(late_senders(messages, world));
            format!(
                "field '{}' of exchange '{name}' for date {date} s from component '{source}'{}",
                fields[field].name,
                ranks(late)
            )
        };
        wait::until(
            call.world,
            call.patience,
            &self.rest,
            all_here,
            what,
            &mut *call.late,
        )
        .map_err(|error| error.about(&self.fields[field].name))?;
        if let Some(memory) = &mut self.memory {
            memory.open_next();
        }
        self.check_dates(call.world, date)?;
        self.open = Some(date);
        Ok(())
    }

    /// Wait until another piece is here of those that are missing of a field.
    pub(super) fn wait_for_piece(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
    ) -> Result<(), Error> {
        let messages = RefCell::new(&mut self.messages);
        let any_here = |world: &mut dyn World| {
            for message in messages.borrow_mut().iter_mut() {
                if message.is_incomplete() && message.has_piece(world)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let (name, source, fields) = (&self.name, &self.source, &self.fields);
        let what = |_: &mut dyn World| {
            let messages = messages.borrow();
            let late = messages.iter().filter(|message| message.is_incomplete());
            format!(
                "the rest of field '{}' of exchange '{name}' from component '{source}'{}",
                fields[field].name,
                ranks(late.map(|message| message.sender).collect())
            )
        };
        wait::until(
            call.world,
            call.patience,
            &self.rest,
            any_here,
            what,
            &mut *call.late,
        )
        .map_err(|error| error.about(&self.fields[field].name))
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
    fn check_dates(&self, world: &dyn World, date: i64) -> Result<(), Error> {
        if self.clock == Clock::Once {
            return Ok(());
        }
        let mut found = Vec::new();
        for message in &self.messages {
            found.push((message.date(world)?, message.sender));
        }
        found.extend(self.memory.iter().flat_map(Memory::dates));
        let wrong = found.into_iter().find(|(sent, _)| *sent != date);
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
    fn check_order(&mut self, field: usize, date: i64) -> Result<(), Error> {
        let again = self.open == Some(date);
        let expected = match self.open {
            Some(open) if again && !self.fields[field].taken => open,
            Some(open) => self.clock.following(Some(open)),
            None => self.clock.following(self.done),
        };
        if self.clock != Clock::Once && date != expected {
            return Err(self.out_of_order(field, date, expected));
        }
        if let Some(open) = self.open.filter(|_| !again) {
            self.let_go(open);
        }
        Ok(())
    }

    /// Close a date of which some fields were not taken.
    fn let_go(&mut self, open: i64) {
        let untaken = self.fields.iter().filter(|field| !field.taken);
        let untaken: Vec<&str> = untaken.map(|field| field.name.as_str()).collect();
        let names = untaken.join(", ");
        tracing::debug!(
            "exchange '{}': {names} of date {open} s was not received",
            self.name
        );
        self.close_date(open);
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

    pub(super) fn close_date(&mut self, date: i64) {
        self.messages.iter_mut().for_each(Message::close);
        if let Some(memory) = &mut self.memory {
            memory.close();
        }
        self.release_closed();
        for field in &mut self.fields {
            field.taken = false;
        }
        self.open = None;
        self.done = Some(date);
    }

    /// This rank receives no more: senders that go on need not wait for it.
    pub(crate) fn leave(&mut self) {
        self.release_closed();
        if let Some(memory) = &mut self.memory {
            memory.leave();
        }
    }

    /// Release what is closed and of which no block is lent any more, oldest first, its gaps filled again.
    pub(crate) fn release_closed(&mut self) {
        while let Some(lent) = self.memory.as_mut().and_then(Memory::take_returned) {
            for (field, part) in lent {
                let mut block = Storage::shared(self.receive_as, part);
                self.fill_block_gaps(field, &mut self.block_view(field, &mut block));
            }
            if let Some(memory) = &mut self.memory {
                memory.release_next();
            }
        }
    }
}

/// Whether something of the messages of all senders is here.
fn all_have_begun(messages: &mut [Message], world: &mut dyn World) -> Result<bool, WorldError> {
    for message in messages {
        if !message.has_piece(world)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Ranks of which nothing is here.
fn late_senders(messages: &mut [Message], world: &mut dyn World) -> Vec<usize> {
    let late = messages.iter_mut().filter_map(|message| {
        (!matches!(message.has_piece(world), Ok(true))).then_some(message.sender)
    });
    late.collect()
}

/// Some of the ranks that are waited for, for a message.
fn ranks(mut late: Vec<usize>) -> String {
    late.sort_unstable();
    let names: Vec<String> = late.iter().take(8).map(usize::to_string).collect();
    format!(", rank {}", names.join(", "))
}
