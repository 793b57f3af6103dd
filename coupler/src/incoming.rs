//! One exchange as its receiver sees it: messages of one date are held until all their fields are taken.

use crate::{block::Block, clock::Clock, code::Code, error::Error, wait};
use halocline_exchanges::{
    plan::{BlockRun, BlockShape, ReceiveMessage},
    unpack::{fill, unpack},
    view::{ElementKind, ViewMut},
    world::{Patience, ReceiverId, World},
};
use std::sync::Arc;

/// One field of an exchange that this component receives.
#[derive(Debug)]
pub(crate) struct IncomingField {
    pub(crate) name: String,
    pub(crate) levels: usize,
    /// Block cells that nobody sends.
    pub(crate) gaps: Arc<[BlockRun]>,
    taken: bool,
    /// The block between two lends.
    spare: Option<Block>,
    /// The last values, kept for fields that are lent again at dates when they are not due.
    kept: Option<Block>,
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
        }
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
    pub(crate) messages: Vec<ReceiveMessage>,
    pub(crate) receivers: Vec<ReceiverId>,
    /// Rank within the source component of each message's sender.
    pub(crate) senders: Vec<usize>,
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
        next.filter(|date| *date < end && !self.receivers.is_empty())
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
        self.unpack_field(world, field, view);
        if self.keeps() {
            // Kept apart from what the caller gets, so that nobody can change what is lent later.
            let kept = self.fields[field].kept.take();
            let mut kept = kept.unwrap_or_else(|| self.new_block(field));
            self.unpack_field(world, field, &mut kept.view_mut());
            self.fields[field].kept = Some(kept);
        }
        self.fields[field].taken = true;
        if self.fields.iter().all(|field| field.taken) {
            self.close_date(world, date)?;
        }
        Ok(())
    }

    /// Unpack a field from the messages that are here, over the fill value.
    fn unpack_field(&self, world: &dyn World, field: usize, view: &mut ViewMut<'_>) {
        let IncomingField { levels, gaps, .. } = &self.fields[field];
        fill(gaps, 0..*levels, self.block, self.fill, view);
        for (message, receiver) in self.messages.iter().zip(&self.receivers) {
            let part = &message.fields[field];
            let values = &world.message(*receiver)[part.offset..];
            unpack(
                values,
                self.wire,
                &part.runs,
                part.levels.clone(),
                self.block,
                view,
            );
        }
    }

    /// Write 1 where a value of field number `field` is sent, 0 in its gaps.
    pub(crate) fn mask(&self, field: usize, view: &mut ViewMut<'_>) {
        let IncomingField { levels, gaps, .. } = &self.fields[field];
        let [width, height] = self.block.extent();
        let whole = BlockRun {
            start: 0,
            len: width * height,
            step: 1,
            flip: false,
        };
        fill(&[whole], 0..*levels, self.block, 1.0, view);
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
        let mut block = self.fields[field]
            .spare
            .take()
            .unwrap_or_else(|| self.new_block(field));
        self.get(world, patience, field, date, &mut block.view_mut(), late)?;
        Ok(block)
    }

    /// Lend the last values of a field again.
    pub(crate) fn lend_kept(&mut self, field: usize) -> Option<Block> {
        let field = &mut self.fields[field];
        let kept = field.kept.as_ref()?;
        let mut block = field.spare.take().unwrap_or_else(|| kept.clone());
        block.storage.clone_from(&kept.storage);
        Some(block)
    }

    /// Take a lent block back for the next date.
    pub(crate) fn give_back(&mut self, field: usize, block: Block) {
        self.fields[field].spare = Some(block);
    }

    fn new_block(&self, field: usize) -> Block {
        let BlockShape { ni, nj, halo } = self.block;
        let IncomingField { name, levels, .. } = &self.fields[field];
        Block::full(
            name,
            [*levels, nj + 2 * halo, ni + 2 * halo],
            halo,
            self.receive_as,
            self.fill,
        )
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
        let (name, source) = (&self.name, &self.source);
        let (receivers, senders) = (&self.receivers, &self.senders);
        let all_here = |world: &mut dyn World| {
            for receiver in receivers {
                if !world.arrived(*receiver)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let field_name = &self.fields[field].name;
        let what = |world: &mut dyn World| {
            let late: Vec<String> = receivers
                .iter()
                .zip(senders)
                .filter(|(receiver, _)| !matches!(world.arrived(**receiver), Ok(true)))
                .take(8)
                .map(|(_, rank)| rank.to_string())
                .collect();
            format!(
                "field '{field_name}' of exchange '{name}' for date {date} s from component '{source}', rank {}",
                late.join(", ")
            )
        };
        wait::until(world, patience, all_here, what, late)
            .map_err(|error| error.about(field_name))?;
        self.check_dates(world, date)?;
        self.open = Some(date);
        Ok(())
    }

    /// Every message must be of the date that is asked for.
    fn check_dates(&self, world: &mut dyn World, date: i64) -> Result<(), Error> {
        if self.clock == Clock::Once {
            return Ok(());
        }
        for (receiver, rank) in self.receivers.iter().zip(&self.senders) {
            let mut header = [0; 8];
            header.copy_from_slice(&world.message(*receiver)[..8]);
            let sent = i64::from_le_bytes(header);
            if sent != date {
                return Err(Error::new(
                    Code::Date,
                    format!(
                        "exchange '{}' brought date {sent} s from component '{}' rank {rank} when {date} s was asked for",
                        self.name, self.source
                    ),
                    "the same coupling dates on both sides",
                    "compare the dates that the two components pass to send and receive",
                ));
            }
        }
        Ok(())
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
        for receiver in &self.receivers {
            world.release(*receiver)?;
        }
        for field in &mut self.fields {
            field.taken = false;
        }
        self.open = None;
        self.done = Some(date);
        Ok(())
    }
}
