//! From a sender's array straight into the block of a receiver that shares memory: pack and unpack in one copy.
//!
//! ```text
//!   sender's array  --- pack --->  message  --- unpack --->  block        two copies
//!   sender's array  ---------------- place ---------------->  block        one copy, the same bits
//! ```
//!
//! At set-up the receiver tells the sender its [`BlockRun`]s; [`join`] makes of them and of the sender's own
//! [`LocalRun`]s the runs that [`place`] copies.

use crate::{
    copies::{Writer, count},
    copy::{Conversion, Direct, Row, ThroughSingle, as_it_is, gather},
    plan::{BlockRun, LocalRun},
    rows::{Element, check_own_cells},
    view::{ElementKind, Elements, Layout, View},
};
use std::{ops::Range, sync::Arc};

/// Rows from this length on are streamed, where streaming is asked for [bytes].
///
/// Shorter ones touch few whole cache lines, and a store past the caches pays for whole lines only.
pub(crate) const LONG_ROW: usize = 1024;

/// Elements that are converted at a time before they are streamed: they stay in the first cache.
pub(crate) const CONVERTED_AT_ONCE: usize = 512;

/// Memory of one block of a receiver, into which this sender writes its own cells.
///
/// Other senders may write the cells that are theirs at the same time, so nobody has the block as one slice.
pub trait BlockMemory {
    /// `len` elements from element `start` of the field that begins `base` bytes into the block: cells that only this
    /// sender writes.
    fn row_mut<T: bytemuck::Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T];

    /// Copy `values` to the elements from `start` of the field at `base`, past the caches where that can be had.
    ///
    /// Called for long rows, where [`Stores::Streaming`] is asked for. The default copies as usual.
    fn stream<T: bytemuck::Pod>(&mut self, base: usize, start: usize, values: &[T]) {
        self.row_mut(base, start, values.len())
            .copy_from_slice(values);
    }
}

/// How elements are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stores {
    /// Through the caches.
    Cached,
    /// Past the caches, where rows are long: pays for blocks larger than the last cache.
    Streaming,
}

/// Consecutive cells of a sender's array, on one level, that go to consecutive cells of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceRun {
    /// The first local cell.
    pub from: usize,
    /// The block cell that it goes to.
    pub to: usize,
    /// Number of cells.
    pub len: usize,
    /// From one block cell to the next: +1, or -1 beyond a fold.
    pub step: i8,
    /// Whether the values change sign.
    pub flip: bool,
}

impl PlaceRun {
    /// The run that goes on behind this one, if it is merged with it.
    fn merged(&self, next: &Self) -> Option<Self> {
        let to = if self.step > 0 {
            self.to.checked_add(self.len)
        } else {
            self.to.checked_sub(self.len)
        };
        let goes_on = self.from + self.len == next.from && to == Some(next.to);
        let len = self.len + next.len;
        (goes_on && (self.step, self.flip) == (next.step, next.flip))
            .then_some(Self { len, ..*self })
    }

    /// The lowest block cell.
    const fn lowest(&self) -> usize {
        if self.step > 0 {
            self.to
        } else {
            self.to + 1 - self.len
        }
    }
}

/// Join the runs of one field of one message, as its sender and as its receiver cut them.
///
/// Both go through the same cells in the same order; what is contiguous on both sides becomes one run.
///
/// # Panics
/// When the two are of different length: they are then not of one message.
#[must_use]
pub fn join(local: &[LocalRun], block: &[BlockRun]) -> Vec<PlaceRun> {
    let count = |lens: &mut dyn Iterator<Item = usize>| lens.sum::<usize>();
    let sent = count(&mut local.iter().map(|run| run.len));
    let shown = count(&mut block.iter().map(|run| run.len));
    assert!(
        sent == shown,
        "a sender has {sent} cells of a message of which the receiver's block shows {shown}"
    );
    let mut joined: Vec<PlaceRun> = Vec::new();
    let mut locals = local.iter().filter(|run| run.len > 0).copied();
    let mut own = LocalRun { start: 0, len: 0 };
    for run in block {
        let mut done = 0;
        while done < run.len {
            if own.len == 0 {
                own = locals.next().expect("both are of one length");
            }
            let len = own.len.min(run.len - done);
            let to = if run.step > 0 {
                run.start + done
            } else {
                run.start - done
            };
            let BlockRun { step, flip, .. } = *run;
            push(
                &mut joined,
                PlaceRun {
                    from: own.start,
                    to,
                    len,
                    step,
                    flip,
                },
            );
            own = LocalRun {
                start: own.start + len,
                len: own.len - len,
            };
            done += len;
        }
    }
    joined
}

fn push(runs: &mut Vec<PlaceRun>, next: PlaceRun) {
    if let Some(last) = runs.last_mut()
        && let Some(merged) = last.merged(&next)
    {
        *last = merged;
    } else {
        runs.push(next);
    }
}

/// One field of one message as it is placed into a block of axes (level, j, i), i fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    /// The cells; empty where the receiver needs nothing of this field from here.
    pub runs: Arc<[PlaceRun]>,
    /// Levels of the local array.
    pub from_levels: Range<usize>,
    /// Level of the block that the first of them goes to.
    pub to_level: usize,
    /// Where the field begins in the memory of the block [bytes].
    pub base: usize,
    /// Cells of the block on one level, halo included.
    pub cells: usize,
    /// Element type of the block.
    pub kind: ElementKind,
}

/// Copy the cells of one field of one message from the sender's array into the receiver's block.
///
/// Values become elements of `wire` on the way, so that they have the bits of [`crate::pack::pack`] and
/// [`crate::unpack::unpack`], except for what signalling NaNs become. `local_shape` is that of the own cells (i, j); the
/// view has it, or all cells in one row. No allocation.
///
/// # Panics
/// When the view is of another shape or reaches beyond its elements.
pub fn place(
    view: &View<'_>,
    local_shape: [usize; 2],
    placing: &Placing,
    wire: ElementKind,
    stores: Stores,
    memory: &mut impl BlockMemory,
) {
    use ElementKind::{F32, F64};
    let layout = &view.layout;
    check_own_cells(layout, local_shape);
    match (view.elements, wire, placing.kind) {
        (Elements::F32(from), _, F32) => {
            place_as::<Direct, f32, f32>(from, layout, placing, stores, memory);
        }
        (Elements::F32(from), _, F64) => {
            place_as::<Direct, f32, f64>(from, layout, placing, stores, memory);
        }
        (Elements::F64(from), _, F32) => {
            place_as::<Direct, f64, f32>(from, layout, placing, stores, memory);
        }
        (Elements::F64(from), F64, F64) => {
            place_as::<Direct, f64, f64>(from, layout, placing, stores, memory);
        }
        (Elements::F64(from), F32, F64) => {
            place_as::<ThroughSingle, f64, f64>(from, layout, placing, stores, memory);
        }
    }
}

fn place_as<C: Conversion<From, To>, From: Element, To: Element>(
    elements: &[From],
    layout: &Layout,
    placing: &Placing,
    stores: Stores,
    memory: &mut impl BlockMemory,
) {
    let Placing {
        runs,
        from_levels,
        to_level,
        base,
        cells,
        ..
    } = placing;
    if from_levels.is_empty() {
        return;
    }
    let mut target = Target::<C, _> {
        memory,
        base: *base,
        stores,
        conversion: std::marker::PhantomData,
    };
    if let Some((row, to)) = one_row(layout, placing) {
        return target.put(elements, row, to_level * cells + to, runs[0].flip);
    }
    for mut slab in layout.slabs(from_levels) {
        for run in runs.iter() {
            let lowest = to_level * cells + run.lowest();
            slab.each_row(run.from, run.len, |done, level, row| {
                let skipped = if run.step > 0 {
                    done
                } else {
                    run.len - done - row.len
                };
                let to = lowest + level * cells + skipped;
                target.put(elements, row.directed(run.step), to, run.flip);
            });
        }
    }
}

/// The elements of all levels, and the block cell that the first goes to, where they are one row on both sides.
fn one_row(layout: &Layout, placing: &Placing) -> Option<(Row, usize)> {
    let [run] = &*placing.runs else { return None };
    let goes_on = placing.from_levels.len() == 1 || run.len == placing.cells;
    let row = layout.one_row(run.from, run.len, &placing.from_levels)?;
    (goes_on && run.step > 0).then_some((row, run.to))
}

/// Where elements go to.
struct Target<'a, C, M> {
    memory: &'a mut M,
    base: usize,
    stores: Stores,
    conversion: std::marker::PhantomData<C>,
}

impl<C, M: BlockMemory> Target<'_, C, M> {
    /// Copy a row to the elements from `to` on.
    #[inline(always)]
    fn put<From: Element, To: Element>(
        &mut self,
        elements: &[From],
        row: Row,
        to: usize,
        flip: bool,
    ) where
        C: Conversion<From, To>,
    {
        if self.stores == Stores::Streaming && row.len * size_of::<To>() >= LONG_ROW {
            self.stream(elements, row, to, flip);
        } else {
            count::<To>(Writer::Place, row.len);
            gather::<C, From, To>(
                elements,
                row,
                flip,
                self.memory.row_mut(self.base, to, row.len),
            );
        }
    }

    #[inline(never)]
    fn stream<From: Element, To: Element>(
        &mut self,
        elements: &[From],
        row: Row,
        to: usize,
        flip: bool,
    ) where
        C: Conversion<From, To>,
    {
        if !flip && let Some(values) = as_it_is::<C, From, To>(elements, row) {
            count::<To>(Writer::Place, values.len());
            return self.memory.stream(self.base, to, values);
        }
        let mut values = [To::zeroed(); CONVERTED_AT_ONCE];
        for done in (0..row.len).step_by(CONVERTED_AT_ONCE) {
            let part = Row {
                first: row.first + done.cast_signed() * row.stride,
                len: CONVERTED_AT_ONCE.min(row.len - done),
                ..row
            };
            let values = &mut values[..part.len];
            gather::<C, From, To>(elements, part, flip, values);
            count::<To>(Writer::Place, values.len());
            self.memory.stream(self.base, to + done, values);
        }
    }
}
