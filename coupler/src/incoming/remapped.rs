//! An exchange whose receiver has another grid: the block holds the source cells that its weights need, and what the
//! receiver gets is the product.

use super::{Call, Incoming};
use crate::{block::Storage, error::Error, route::Route};
use halocline_exchanges::{
    plan::BlockShape,
    remapping::Matrix,
    view::{Elements, ElementsMut, Layout, ViewMut},
};
use std::sync::Arc;

/// What is made of the block of an exchange.
#[derive(Debug)]
pub(crate) struct Remapping {
    matrix: Arc<Matrix>,
    /// Own cells of this rank.
    shape: BlockShape,
    fill: f64,
    /// For each field memory of remapped blocks, between two lends.
    spare: Vec<Option<Storage>>,
}

impl Remapping {
    /// The part of this rank, if it receives the exchange and that remaps.
    pub(crate) fn of(route: &Route) -> Option<Self> {
        let part = route.remapped.as_ref()?.part.as_ref()?;
        let [ni, nj] = route.target.as_ref()?.local_shape();
        Some(Self {
            matrix: Arc::clone(&part.matrix),
            shape: BlockShape { ni, nj, halo: 0 },
            fill: route.exchange.fill,
            spare: route.fields.iter().map(|_| None).collect(),
        })
    }

    /// The product with a block, into an array of own cells.
    pub(super) fn apply(&self, block: Elements<'_>, view: &mut ViewMut<'_>) {
        self.matrix.apply(block, self.fill, view);
    }

    /// Write 1 where a link leads, 0 elsewhere.
    pub(super) fn mask(&self, view: &mut ViewMut<'_>) {
        self.write(view, |has_links| Some(f64::from(u8::from(has_links))));
    }

    /// Write the fill value where no link leads.
    pub(super) fn fill_gaps(&self, view: &mut ViewMut<'_>) {
        self.write(view, |has_links| (!has_links).then_some(self.fill));
    }

    /// Write a value into own cells that have links, or have none.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the caller's array is of single precision"
    )]
    fn write(&self, view: &mut ViewMut<'_>, value: impl Fn(bool) -> Option<f64>) {
        let [ni, nj, levels] = view.layout.shape;
        let Layout {
            origin, strides, ..
        } = view.layout;
        let cells = (0..nj).flat_map(|j| (0..ni).map(move |i| (i, j)));
        for (target, (i, j)) in cells.enumerate() {
            let Some(value) = value(self.matrix.has_links(target)) else {
                continue;
            };
            for level in 0..levels {
                let steps = [i, j, level].into_iter().zip(strides);
                let offset: isize = steps
                    .map(|(step, stride)| step.cast_signed() * stride)
                    .sum();
                let place = origin.wrapping_add_signed(offset);
                match &mut view.elements {
                    ElementsMut::F32(values) => values[place] = value as f32,
                    ElementsMut::F64(values) => values[place] = value,
                }
            }
        }
    }

    pub(super) fn keep_spare(&mut self, field: usize, storage: Storage) {
        self.spare[field] = Some(storage);
    }
}

impl Incoming {
    /// Own cells of this rank and their halo, as the caller's arrays have them.
    pub(crate) fn own_shape(&self) -> BlockShape {
        self.remapping
            .as_ref()
            .map_or(self.block, |remapping| remapping.shape)
    }

    /// Remap a field of the open date into an array of own cells.
    pub(super) fn remap_field(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
        view: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        let block = self.source_block(call, field)?;
        if let Some(remapping) = &self.remapping {
            remapping.apply(block.elements(), view);
        }
        if let own @ (Storage::F32(_) | Storage::F64(_)) = block {
            self.fields[field].spare = Some(own);
        }
        Ok(())
    }

    /// The source cells of the open date: where the senders of this node wrote them, with what came in messages.
    fn source_block(&mut self, call: &mut Call<'_>, field: usize) -> Result<Storage, Error> {
        let Some(mut block) = self.borrow_block(field) else {
            return self.unpack_into_spare(call, field);
        };
        let mut view = self.block_view(field, &mut block);
        self.unpack_messages(call, field, &mut view)?;
        Ok(block)
    }

    /// Remap a field of the open date into a block of own cells.
    pub(super) fn lend_remapped(
        &mut self,
        call: &mut Call<'_>,
        field: usize,
    ) -> Result<Storage, Error> {
        let mut storage = self.storage_to_lend(field);
        let mut view = self.lent_view(field, &mut storage);
        self.remap_field(call, field, &mut view)?;
        Ok(storage)
    }

    /// Memory of our own for a block to lend.
    pub(super) fn storage_to_lend(&mut self, field: usize) -> Storage {
        let spare = match &mut self.remapping {
            None => &mut self.fields[field].spare,
            Some(remapping) => &mut remapping.spare[field],
        };
        let spare = spare.take();
        spare.unwrap_or_else(|| {
            let count = self.fields[field].levels * self.own_shape().cells();
            Storage::full(self.receive_as, count, self.fill)
        })
    }

    /// A block to lend as an array to write, axes (i, j, level).
    pub(super) fn lent_view<'a>(&self, field: usize, block: &'a mut Storage) -> ViewMut<'a> {
        let [ni, nj] = self.own_shape().extent();
        ViewMut {
            layout: Layout::contiguous([ni, nj, self.fields[field].levels]),
            elements: block.elements_mut(),
        }
    }
}
