//! One exchange as its receiver sees it: messages of one date are held until all their fields are taken.

use crate::{
    block::{Block, Storage},
    clock::Clock,
    code::Code,
    error::Error,
    rest::Rest,
    sharing::SharedSource,
    wait,
};
use halocline_exchanges::{
    plan::{BlockRun, BlockShape, ReceiveMessage},
    unpack::{fill, unpack},
    view::{ElementKind, Elements, ElementsMut, Layout, ViewMut},
    world::{Patience, ReceiverId, World, WorldError},
};
use std::{cell::RefCell, sync::Arc};

/// One field of an exchange that this component receives.
#[derive(Debug)]
pub(crate) struct IncomingField {
    pub(crate) name: String,
    pub(crate) levels: usize,
    /// Block cells that nobody sends.
    pub(crate) gaps: Arc<[BlockRun]>,
    taken: bool,
    /// Memory of blocks of our own, between two lends.
    spare: Option<Storage>,
    /// The last values, kept for fields that are lent again at dates when they are not due.
    kept: Option<Storage>,
    /// For each slot of shared memory: whether it has been lent, so that its gaps may have been written.
    written: [bool; 2],
}

impl IncomingField {
    pub(crate) fn new(name: String, levels: usize, gaps: Arc<[BlockRun]>) -> Self {
        Self {
            name,
            levels,
            gaps,
            taken: false,
            spare: None,
            kept: None,
            written: [false; 2],
        }
    }
}

/// A channel of messages from one sender.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) plan: ReceiveMessage,
    pub(crate) receiver: ReceiverId,
    /// Rank of the sender within the source component.
    pub(crate) sender: usize,
}

/// What the senders of this node write straight into the block.
#[derive(Debug)]
pub(crate) struct Memory {
    source: SharedSource,
    /// Ranks of the senders within the source component.
    senders: Vec<usize>,
    /// The message of the last date that was opened; they count from 1.
    opened: u32,
    /// The last that was closed.
    closed: u32,
}

impl Memory {
    pub(crate) const fn new(source: SharedSource, senders: Vec<usize>) -> Self {
        Self {
            source,
            senders,
            opened: 0,
            closed: 0,
        }
    }

    /// Whether all senders have written the next message.
    fn has_next(&mut self) -> bool {
        self.source.inbox.has_arrived(self.opened.wrapping_add(1))
    }

    /// Whether the slot of the next message is still lent from the date before last.
    fn next_slot_is_lent(&mut self) -> bool {
        self.release_closed();
        let released = self.source.inbox.released();
        self.opened.wrapping_sub(released) >= 2
    }

    /// Release the messages that are closed and of which no block is lent any more, oldest first.
    fn release_closed(&mut self) {
        let SharedSource { inbox, bells, .. } = &mut self.source;
        while inbox.released() != self.closed && inbox.release_next() {
            bells.iter().for_each(|bell| bell.ring());
        }
    }

    /// Ranks that have not written the next message.
    fn late(&self) -> Vec<usize> {
        let next = self.opened.wrapping_add(1);
        let senders = self.senders.iter().enumerate();
        let late = senders.filter(|(number, _)| !self.source.inbox.has_sent(*number, next));
        late.map(|(_, rank)| *rank).collect()
    }

    const fn slot(&self) -> usize {
        halocline_exchanges_shared::flags::slot_of(self.opened)
    }
}

/// An exchange that this component receives.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) fields: Vec<IncomingField>,
    pub(crate) clock: Clock,
    pub(crate) hold: bool,
    pub(crate) wire: ElementKind,
    pub(crate) receive_as: ElementKind,
    pub(crate) fill: f64,
    pub(crate) block: BlockShape,
    pub(crate) messages: Vec<Message>,
    pub(crate) memory: Option<Memory>,
    pub(crate) rest: Rest,
    /// Date whose messages are here.
    pub(crate) open: Option<i64>,
    pub(crate) done: Option<i64>,
}

impl Incoming {
    /// Whether a get at `date` acts.
    pub(crate) fn due(&self, field: usize, date: i64) -> bool {
        match self.clock {
            Clock::Once => self.done.is_none() && !self.fields[field].taken,
            Clock::Every { .. } => self.clock.get(date),
        }
    }

    /// The next date before `end` whose messages nobody took at all; fields of a date may be left untaken.
    pub(crate) fn owed(&self, end: i64) -> Option<i64> {
        let last = self.open.or(self.done);
        let next = matches!(self.clock, Clock::Every { .. }).then(|| self.clock.following(last));
        next.filter(|date| *date < end && self.has_senders())
    }

    /// Whether values of a field stay available after their date.
    pub(crate) fn keeps(&self) -> bool {
        self.hold || self.clock == Clock::Once
    }

    /// Take field number `field` of `date` into `view`: own cells, or the block with its halo.
    pub(crate) fn get(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        view: &mut ViewMut<'_>,
        late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        // What comes once is served under date 0, whenever it is asked for.
        let date = if self.clock == Clock::Once { 0 } else { date };
        self.open_date(world, patience, field, date, late)?;
        if self.keeps() {
            // Kept apart from what the caller gets, so that nobody can change what is lent later.
            self.keep(world, field);
            self.copy_kept(field, view);
        } else {
            self.unpack_field(world, field, view);
        }
        self.take_field(world, field, date)
    }

    /// Whether anyone sends this rank anything.
    fn has_senders(&self) -> bool {
        !self.messages.is_empty() || self.memory.is_some()
    }

    /// A field of the open date has been taken; with the last of them the date is closed.
    fn take_field(&mut self, world: &mut dyn World, field: usize, date: i64) -> Result<(), Error> {
        self.fields[field].taken = true;
        if self.fields.iter().all(|field| field.taken) {
            self.close_date(world, date)?;
        }
        Ok(())
    }

    /// Unpack a field of the open date into the storage that keeps it.
    fn keep(&mut self, world: &dyn World, field: usize) {
        let kept = self.fields[field].kept.take();
        let mut kept = kept.unwrap_or_else(|| self.new_storage(field));
        let mut view = ViewMut {
            layout: self.block_layout(field),
            elements: kept.elements_mut(),
        };
        self.unpack_field(world, field, &mut view);
        self.fields[field].kept = Some(kept);
    }

    fn copy_kept(&self, field: usize, view: &mut ViewMut<'_>) {
        if let Some(kept) = &self.fields[field].kept {
            self.copy_block(field, bytes_of(kept), view);
        }
    }

    /// Unpack a field of the open date: what lies in shared memory, or the fill value, then what came in messages.
    fn unpack_field(&mut self, world: &dyn World, field: usize, view: &mut ViewMut<'_>) {
        if self.rounds_on_the_way(view) {
            let mut block = self.new_storage(field);
            let mut whole = ViewMut {
                layout: self.block_layout(field),
                elements: block.elements_mut(),
            };
            self.unpack_field(world, field, &mut whole);
            return self.copy_block(field, bytes_of(&block), view);
        }
        match self.borrow_block(field) {
            Some(block) => self.copy_block(field, bytes_of(&block), view),
            None => self.fill_gaps(field, view),
        }
        self.unpack_messages(world, field, view);
    }

    /// Whether values lose digits in the block that the caller's array and the messages have.
    fn rounds_on_the_way(&self, view: &ViewMut<'_>) -> bool {
        let array_is_double = matches!(view.elements, ElementsMut::F64(_));
        array_is_double && self.wire == ElementKind::F64 && self.receive_as == ElementKind::F32
    }

    /// The block of a field of the open date in shared memory, its gaps filled; `None` when all came in messages.
    fn borrow_block(&mut self, field: usize) -> Option<Storage> {
        let memory = self.memory.as_ref()?;
        let part = memory.source.inbox.borrow_part(memory.opened, field)?;
        let slot = memory.slot();
        let mut block = Storage::shared(self.receive_as, part);
        if std::mem::take(&mut self.fields[field].written[slot]) {
            let mut view = ViewMut {
                layout: self.block_layout(field),
                elements: block.elements_mut(),
            };
            self.fill_gaps(field, &mut view);
        }
        Some(block)
    }

    fn fill_gaps(&self, field: usize, view: &mut ViewMut<'_>) {
        let IncomingField { levels, gaps, .. } = &self.fields[field];
        fill(gaps, 0..*levels, self.block, self.fill, view);
    }

    fn unpack_messages(&self, world: &dyn World, field: usize, view: &mut ViewMut<'_>) {
        for Message { plan, receiver, .. } in &self.messages {
            let part = &plan.fields[field];
            let values = &world.message(*receiver)[part.offset..];
            let (runs, levels) = (&part.runs, part.levels.clone());
            unpack(values, self.wire, runs, levels, self.block, view);
        }
    }

    /// Copy a block, or its own cells, into an array: a block is a message that has all its cells in their order.
    fn copy_block(&self, field: usize, block: &[u8], view: &mut ViewMut<'_>) {
        let levels = 0..self.fields[field].levels;
        unpack(
            block,
            self.receive_as,
            &[self.whole()],
            levels,
            self.block,
            view,
        );
    }

    const fn whole(&self) -> BlockRun {
        BlockRun {
            start: 0,
            len: self.block.cells(),
            step: 1,
            flip: false,
        }
    }

    /// Write 1 where a value of field number `field` is sent, 0 in its gaps.
    pub(crate) fn mask(&self, field: usize, view: &mut ViewMut<'_>) {
        let IncomingField { levels, gaps, .. } = &self.fields[field];
        fill(&[self.whole()], 0..*levels, self.block, 1.0, view);
        fill(gaps, 0..*levels, self.block, 0.0, view);
    }

    /// Lend the block of a field that is due at `date`.
    pub(crate) fn lend(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        late: impl FnMut(&str, u64),
    ) -> Result<Block, Error> {
        let date = if self.clock == Clock::Once { 0 } else { date };
        self.open_date(world, patience, field, date, late)?;
        if self.keeps() {
            self.keep(world, field);
            self.take_field(world, field, date)?;
            // It has just been kept.
            return self
                .lend_kept(field)
                .ok_or_else(|| nothing_kept(&self.name));
        }
        let storage = match self.borrow_block(field) {
            Some(block) => self.complete_in_place(world, field, block),
            None => self.unpack_into_spare(world, field),
        };
        self.take_field(world, field, date)?;
        Ok(self.block_of(field, storage))
    }

    /// The block where its senders wrote it, completed with what came in messages.
    fn complete_in_place(
        &mut self,
        world: &dyn World,
        field: usize,
        mut block: Storage,
    ) -> Storage {
        let mut view = ViewMut {
            layout: self.block_layout(field),
            elements: block.elements_mut(),
        };
        self.unpack_messages(world, field, &mut view);
        if let Some(memory) = &self.memory {
            // The borrower may write anywhere: the gaps want filling before the slot is used again.
            let slot = memory.slot();
            self.fields[field].written[slot] = true;
        }
        block
    }

    fn unpack_into_spare(&mut self, world: &dyn World, field: usize) -> Storage {
        let spare = self.fields[field].spare.take();
        let mut storage = spare.unwrap_or_else(|| self.new_storage(field));
        let mut view = ViewMut {
            layout: self.block_layout(field),
            elements: storage.elements_mut(),
        };
        self.unpack_field(world, field, &mut view);
        storage
    }

    /// Lend the last values of a field again, as a private copy.
    pub(crate) fn lend_kept(&mut self, field: usize) -> Option<Block> {
        self.fields[field].kept.as_ref()?;
        let spare = self.fields[field].spare.take();
        let mut storage = spare.unwrap_or_else(|| self.new_storage(field));
        let mut view = ViewMut {
            layout: self.block_layout(field),
            elements: storage.elements_mut(),
        };
        self.copy_kept(field, &mut view);
        Some(self.block_of(field, storage))
    }

    /// Take a lent block back for the next date.
    pub(crate) fn give_back(&mut self, field: usize, block: Block) {
        match block.storage {
            Storage::SharedF32(part) | Storage::SharedF64(part) => {
                drop(part);
                if let Some(memory) = &mut self.memory {
                    memory.release_closed();
                }
            }
            own => self.fields[field].spare = Some(own),
        }
    }

    fn block_of(&self, field: usize, storage: Storage) -> Block {
        let BlockShape { ni, nj, halo } = self.block;
        let IncomingField { name, levels, .. } = &self.fields[field];
        Block {
            field: name.clone(),
            shape: [*levels, nj + 2 * halo, ni + 2 * halo],
            halo,
            storage,
        }
    }

    fn new_storage(&self, field: usize) -> Storage {
        let count = self.fields[field].levels * self.block.cells();
        Storage::full(self.receive_as, count, self.fill)
    }

    fn block_layout(&self, field: usize) -> Layout {
        let [ni, nj] = self.block.extent();
        Layout::contiguous([ni, nj, self.fields[field].levels])
    }

    /// Wait until the messages of `date` are here.
    fn open_date(
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
        if self.memory.as_mut().is_some_and(Memory::next_slot_is_lent) {
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
            memory.opened = memory.opened.wrapping_add(1);
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
        let by_memory = self.memory.iter().flat_map(|memory| {
            let dates = memory.source.inbox.dates(memory.opened);
            dates.zip(memory.senders.iter().copied())
        });
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

    fn close_date(&mut self, world: &mut dyn World, date: i64) -> Result<(), Error> {
        for message in &self.messages {
            world.release(message.receiver)?;
        }
        if let Some(memory) = &mut self.memory {
            memory.closed = memory.opened;
            memory.release_closed();
        }
        for field in &mut self.fields {
            field.taken = false;
        }
        self.open = None;
        self.done = Some(date);
        Ok(())
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

fn bytes_of(storage: &Storage) -> &[u8] {
    match storage.elements() {
        Elements::F32(values) => bytemuck::cast_slice(values),
        Elements::F64(values) => bytemuck::cast_slice(values),
    }
}

fn nothing_kept(exchange: &str) -> Error {
    Error::new(
        Code::Internal,
        format!("exchange '{exchange}' has kept nothing"),
        "the values of its last date",
        "report this",
    )
}
