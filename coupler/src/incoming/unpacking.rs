//! From shared memory and messages into blocks and arrays.

use super::{Call, Incoming, IncomingField, Message};
use crate::{block::Storage, crew, error::Error};
use halocline_exchanges::{
    plan::BlockRun,
    unpack::{fill, unpack},
    view::{ElementKind, ElementsMut, Layout, ViewMut},
};

impl Incoming {
    /// Unpack a field of the open date into the storage that keeps it.
    pub(super) fn keep(&mut self, call: &mut Call<'_>, field: usize) -> Result<(), Error> {
        let kept = self.fields[field].kept.take();
        let mut kept = kept.unwrap_or_else(|| self.new_storage(field));
        let mut view = self.block_view(field, &mut kept);
        self.unpack_field(call, field, &mut view)?;
        self.fields[field].kept = Some(kept);
        Ok(())
    }

    pub(super) fn copy_kept(&self, field: usize, view: &mut ViewMut<'_>) {
        if let Some(kept) = &self.fields[field].kept {
            crew::copy_out(kept.elements(), self.block, view, self.threads);
        }
    }

    /// Unpack a field of the open date: what lies in shared memory, or the fill value, then what came in messages.
    pub(super) fn unpack_field(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
        view: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        if self.rounds_on_the_way(view) {
            let block = self.unpack_into_spare(call, field)?;
            crew::copy_out(block.elements(), self.block, view, self.threads);
            self.fields[field].spare = Some(block);
            return Ok(());
        }
        match self.borrow_block(field) {
            Some(block) => crew::copy_out(block.elements(), self.block, view, self.threads),
            None => self.fill_gaps(field, view),
        }
        self.unpack_messages(call, field, view)
    }

    /// Whether values lose digits in the block that the caller's array and the messages have.
    fn rounds_on_the_way(&self, view: &ViewMut<'_>) -> bool {
        let array_is_double = matches!(view.elements, ElementsMut::F64(_));
        let by_message = !self.messages.is_empty();
        by_message
            && array_is_double
            && self.wire == ElementKind::F64
            && self.receive_as == ElementKind::F32
    }

    /// The block of a field of the open date in shared memory; `None` when all came in messages.
    pub(super) fn borrow_block(&self, field: usize) -> Option<Storage> {
        let part = self.memory.as_ref()?.borrow_open(field)?;
        Some(Storage::shared(self.receive_as, part))
    }

    pub(super) fn fill_gaps(&self, field: usize, view: &mut ViewMut<'_>) {
        let IncomingField { levels, gaps, .. } = &self.fields[field];
        fill(gaps, 0..*levels, self.block, self.fill, view);
    }

    /// Unpack what comes in messages, piece by piece as they arrive.
    fn unpack_messages(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
        view: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        let (wire, block) = (self.wire, self.block);
        for message in &mut self.messages {
            message.begin(field);
        }
        loop {
            for message in &mut self.messages {
                message.take(call.world, field, |part, values| {
                    unpack(values, wire, &part.runs, part.levels.clone(), block, view);
                })?;
            }
            if !self.messages.iter().any(Message::is_incomplete) {
                return Ok(());
            }
            self.wait_for_piece(call, field)?;
        }
    }

    pub(super) const fn whole(&self) -> BlockRun {
        BlockRun {
            start: 0,
            len: self.block.cells(),
            step: 1,
            flip: false,
        }
    }

    /// The block where its senders wrote it, completed with what came in messages.
    pub(super) fn complete_in_place(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
        mut block: Storage,
    ) -> Result<Storage, Error> {
        let mut view = self.block_view(field, &mut block);
        self.unpack_messages(call, field, &mut view)?;
        if let Some(memory) = &mut self.memory {
            memory.note_written(field);
        }
        Ok(block)
    }

    pub(super) fn unpack_into_spare(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
    ) -> Result<Storage, Error> {
        let spare = self.fields[field].spare.take();
        let mut storage = spare.unwrap_or_else(|| self.new_storage(field));
        let mut view = self.block_view(field, &mut storage);
        self.unpack_field(call, field, &mut view)?;
        Ok(storage)
    }

    pub(super) fn new_storage(&self, field: usize) -> Storage {
        let count = self.fields[field].levels * self.block.cells();
        Storage::full(self.receive_as, count, self.fill)
    }

    /// A block of a field as an array to write, axes (i, j, level).
    pub(super) fn block_view<'a>(&self, field: usize, block: &'a mut Storage) -> ViewMut<'a> {
        let [ni, nj] = self.block.extent();
        ViewMut {
            layout: Layout::contiguous([ni, nj, self.fields[field].levels]),
            elements: block.elements_mut(),
        }
    }
}
