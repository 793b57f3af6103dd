//! Views of a block: of all its cells, or of the own cells alone; and copies from a block into such views.

use crate::{
    copies::{Writer, count},
    copy::{Conversion, Direct, Row, scatter},
    place::{CONVERTED_AT_ONCE, LONG_ROW},
    plan::{BlockRun, BlockShape},
    rows::{Convert, Element},
    view::{Elements, ElementsMut, Layout, ViewMut},
};

/// Copies long rows into an array of the host.
pub trait RowWriter {
    /// Copy `from` to `to`, of the same length.
    fn write<T: bytemuck::Pod>(&mut self, from: &[T], to: &mut [T]);
}

/// Copy a block into an array of the receiver's host, with conversion, through the caches.
///
/// `values` are the block's: axes (level, j, i), i fastest, `block.extent()` cells on each level, one after the other.
/// `view` is the whole block, with axes (ni + 2 halo, nj + 2 halo, levels), or the own cells alone, (ni, nj, levels) or
/// all in one row. No allocation.
///
/// # Panics
/// When the view is of another shape or reaches beyond its elements, or the block has fewer levels.
pub fn copy_window(values: Elements<'_>, block: BlockShape, view: &mut ViewMut<'_>) {
    copy_any::<ThroughCaches>(values, block, view, None);
}

/// The same, with long rows left to `writer`.
///
/// # Panics
/// As [`copy_window`].
pub fn copy_window_by<W: RowWriter>(
    values: Elements<'_>,
    block: BlockShape,
    view: &mut ViewMut<'_>,
    writer: &mut W,
) {
    copy_any(values, block, view, Some(writer));
}

/// Nobody writes rows by it.
enum ThroughCaches {}

impl RowWriter for ThroughCaches {
    fn write<T: bytemuck::Pod>(&mut self, _: &[T], _: &mut [T]) {
        match *self {}
    }
}

fn copy_any<W: RowWriter>(
    values: Elements<'_>,
    block: BlockShape,
    view: &mut ViewMut<'_>,
    writer: Option<&mut W>,
) {
    let layout = &view.layout;
    match (values, &mut view.elements) {
        (Elements::F32(from), ElementsMut::F32(to)) => copy_as(from, block, layout, to, writer),
        (Elements::F32(from), ElementsMut::F64(to)) => copy_as(from, block, layout, to, writer),
        (Elements::F64(from), ElementsMut::F32(to)) => copy_as(from, block, layout, to, writer),
        (Elements::F64(from), ElementsMut::F64(to)) => copy_as(from, block, layout, to, writer),
    }
}

fn copy_as<From: Convert<To>, To: Element, W: RowWriter>(
    from: &[From],
    block: BlockShape,
    layout: &Layout,
    elements: &mut [To],
    mut writer: Option<&mut W>,
) {
    let (cells, levels) = (block.cells(), layout.shape[2]);
    let window = Window::new(layout, block);
    let mut copy = |values: &[From], row: Row| {
        count::<To>(Writer::CopyWindow, row.len);
        match &mut writer {
            Some(writer) if row.stride == 1 && row.len * size_of::<To>() >= LONG_ROW => {
                write_row(values, &mut elements[row.forward_range()], *writer);
            }
            _ => scatter::<Direct, From, To>(values, false, elements, row),
        }
    };
    if window.is_whole()
        && let Some(row) = layout.one_row(0, cells, &(0..levels))
    {
        return copy(&from[..row.len], row);
    }
    let from = &from[..levels * cells];
    for mut slab in layout.slabs(&(0..levels)) {
        window.rows(block, |first, own, len| {
            slab.each_row(own, len, |done, level, row| {
                let from = &from[level * cells + first + done..][..row.len];
                copy(from, row);
            });
        });
    }
}

/// Convert a row in pieces that stay in the first cache, and leave them to the writer.
fn write_row<From: Convert<To>, To: Element>(
    from: &[From],
    to: &mut [To],
    writer: &mut impl RowWriter,
) {
    if let Some(from) = From::unchanged(from) {
        return writer.write(from, to);
    }
    let mut values = [To::zeroed(); CONVERTED_AT_ONCE];
    for (from, to) in from
        .chunks(CONVERTED_AT_ONCE)
        .zip(to.chunks_mut(CONVERTED_AT_ONCE))
    {
        let values = &mut values[..from.len()];
        Direct::row(from, values);
        writer.write(values, to);
    }
}

/// Which cells of the block a view has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Window {
    /// All of them.
    Block,
    /// The own cells of this block.
    Own(BlockShape),
}

impl Window {
    pub(crate) fn new(layout: &Layout, block: BlockShape) -> Self {
        let [ni, nj, _] = layout.shape;
        if [ni, nj] == block.extent() || block.halo == 0 && [ni, nj] == [block.cells(), 1] {
            return Self::Block;
        }
        let BlockShape {
            ni: own_ni,
            nj: own_nj,
            halo,
        } = block;
        let is_own = [ni, nj] == [own_ni, own_nj] || [ni, nj] == [own_ni * own_nj, 1];
        assert!(
            is_own,
            "an array of {ni} x {nj} cells where the block has {own_ni} x {own_nj} and a halo of {halo}"
        );
        Self::Own(block)
    }

    /// Whether the view has all cells of the block.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::Block)
    }

    /// Hand the cells that the view has to `act`, row by row: the first in the block, the first in the view, how many.
    fn rows(self, block: BlockShape, mut act: impl FnMut(usize, usize, usize)) {
        let BlockShape { ni, nj, halo } = block;
        let [width, _] = block.extent();
        match self {
            Self::Block => act(0, 0, block.cells()),
            Self::Own(_) => {
                (0..nj).for_each(|j| act((j + halo) * width + halo, j * ni, ni));
            }
        }
    }

    /// Hand the part of a run that the view has to `act`, row by row: cells of the view and the elements before them.
    pub(crate) fn parts(self, run: &BlockRun, mut act: impl FnMut(Part)) {
        let first = if run.step > 0 {
            run.start
        } else {
            run.start + 1 - run.len
        };
        let block = match self {
            Self::Block => {
                return act(Part {
                    first,
                    len: run.len,
                    skipped: 0,
                });
            }
            Self::Own(block) => block,
        };
        let ([width, _], halo) = (block.extent(), block.halo);
        let end = first + run.len;
        for row in (first / width).max(halo)..(end.div_ceil(width)).min(halo + block.nj) {
            let from = first.max(row * width + halo);
            let to = end.min(row * width + halo + block.ni);
            if from < to {
                let own = (row - halo) * block.ni + from - row * width - halo;
                let skipped = if run.step > 0 { from - first } else { end - to };
                act(Part {
                    first: own,
                    len: to - from,
                    skipped,
                });
            }
        }
    }
}

/// Consecutive cells of a view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The lowest cell.
    pub(crate) first: usize,
    pub(crate) len: usize,
    /// Elements of the run that come before those of this part.
    pub(crate) skipped: usize,
}
