//! One exchange as its receiver sees it: messages of one date are held until all their fields are taken.

mod dates;
mod memory;
mod message;
mod unpacking;

use crate::{
    block::{Block, Role, Storage},
    clock::Clock,
    code::Code,
    error::Error,
    rest::Rest,
};
use halocline_exchanges::{
    plan::{BlockRun, BlockShape, FieldReceive},
    unpack::fill,
    view::{ElementKind, ViewMut},
    world::{Patience, World},
};
pub(crate) use memory::Memory;
pub(crate) use message::Message;
use std::sync::Arc;

/// One field of an exchange that this component receives.
#[derive(Debug)]
pub(crate) struct IncomingField {
    pub(crate) name: String,
    pub(crate) levels: usize,
    /// Block cells that nobody sends on all levels.
    gaps: Arc<[BlockRun]>,
    /// Block cells that each sender sends, and the levels.
    sent: Vec<FieldReceive>,
    taken: bool,
    /// Memory of blocks of our own, between two lends.
    spare: Option<Storage>,
    /// The last values, kept for fields that are lent again at dates when they are not due.
    kept: Option<Storage>,
}

impl IncomingField {
    pub(crate) fn new(
        name: String,
        levels: usize,
        gaps: Arc<[BlockRun]>,
        sent: Vec<FieldReceive>,
    ) -> Self {
        Self {
            name,
            levels,
            gaps,
            sent,
            taken: false,
            spare: None,
            kept: None,
        }
    }
}

/// What a call may do while it waits.
struct Call<'a> {
    world: &'a mut dyn World,
    patience: Patience,
    /// Told once in each wait that takes long.
    late: &'a mut dyn FnMut(&str, u64),
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
    /// As a block of `receive_as` has it, also in an array of more digits: the same by memory and by message.
    pub(crate) fill: f64,
    /// Threads that copy.
    pub(crate) threads: usize,
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
        mut late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        // What comes once is served under date 0, whenever it is asked for.
        let date = if self.clock == Clock::Once { 0 } else { date };
        let call = &mut Call {
            world,
            patience,
            late: &mut late,
        };
        self.open_date(call, field, date)?;
        if self.keeps() {
            // Kept apart from what the caller gets, so that nobody can change what is lent later.
            self.keep(call, field)?;
            self.copy_kept(field, view);
        } else {
            self.unpack_field(call, field, view)?;
        }
        self.take_field(field, date);
        Ok(())
    }

    /// Whether anyone sends this rank anything.
    fn has_senders(&self) -> bool {
        !self.messages.is_empty() || self.memory.is_some()
    }

    /// A field of the open date has been taken; with the last of them the date is closed.
    fn take_field(&mut self, field: usize, date: i64) {
        self.fields[field].taken = true;
        if self.fields.iter().all(|field| field.taken) {
            self.close_date(date);
        }
    }

    /// Write 1 where a value of field number `field` is sent, 0 elsewhere.
    ///
    /// The messages decide, not the gaps: among these are cells that cubes own on some of the levels only.
    pub(crate) fn mask(&self, field: usize, view: &mut ViewMut<'_>) {
        let levels = self.fields[field].levels;
        fill(&[self.whole()], 0..levels, self.block, 0.0, view);
        for sent in &self.fields[field].sent {
            fill(&sent.runs, sent.levels.clone(), self.block, 1.0, view);
        }
    }

    /// Lend the block of a field that is due at `date`.
    pub(crate) fn lend(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        mut late: impl FnMut(&str, u64),
    ) -> Result<Block, Error> {
        let date = if self.clock == Clock::Once { 0 } else { date };
        let call = &mut Call {
            world,
            patience,
            late: &mut late,
        };
        self.open_date(call, field, date)?;
        if self.keeps() {
            self.keep(call, field)?;
            self.take_field(field, date);
            // It has just been kept.
            return self
                .lend_kept(field)
                .ok_or_else(|| nothing_kept(&self.name));
        }
        let storage = match self.borrow_block(field) {
            Some(block) => self.complete_in_place(call, field, block)?,
            None => self.unpack_into_spare(call, field)?,
        };
        self.take_field(field, date);
        Ok(self.block_of(field, storage))
    }

    /// Lend the last values of a field again, as a private copy.
    pub(crate) fn lend_kept(&mut self, field: usize) -> Option<Block> {
        self.fields[field].kept.as_ref()?;
        let spare = self.fields[field].spare.take();
        let mut storage = spare.unwrap_or_else(|| self.new_storage(field));
        let mut view = self.block_view(field, &mut storage);
        self.copy_kept(field, &mut view);
        Some(self.block_of(field, storage))
    }

    /// Take a lent block back for the next date.
    pub(crate) fn give_back(&mut self, field: usize, block: Block) {
        match block.storage {
            Storage::SharedF32(part) | Storage::SharedF64(part) => {
                drop(part);
                self.release_closed();
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
            role: Role::Input,
        }
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
