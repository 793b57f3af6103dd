//! From a message into a receiver's array.

use crate::{
    copy::{Direct, scatter, spread},
    plan::{BlockRun, BlockShape},
    rows::{Convert, Element, Plane},
    view::{ElementKind, ElementsMut, Layout, ViewMut},
};
use std::ops::Range;

/// Copy a message into the cells of `runs` on `levels`; the message has them level by level, one run after the other.
///
/// `message` begins where the field's part does, 8-byte aligned, and may be longer. `view` is the whole block, with
/// axes (ni + 2 halo, nj + 2 halo, levels), or the own cells alone, (ni, nj, levels) or all in one row: the halo's cells
/// of the message are then left out. No allocation.
///
/// # Panics
/// When the view is of another shape or reaches beyond its elements, or the message is too short.
pub fn unpack(
    message: &[u8],
    wire: ElementKind,
    runs: &[BlockRun],
    levels: Range<usize>,
    block: BlockShape,
    view: &mut ViewMut<'_>,
) {
    let count = levels.len() * runs.iter().map(|run| run.len).sum::<usize>();
    let message = &message[..count * wire.size()];
    let window = Window::new(&view.layout, block);
    let layout = &view.layout;
    match (&mut view.elements, wire) {
        (ElementsMut::F32(to), ElementKind::F32) => {
            unpack_as::<f32, f32>(message, runs, levels, window, layout, to)
        }
        (ElementsMut::F32(to), ElementKind::F64) => {
            unpack_as::<f64, f32>(message, runs, levels, window, layout, to)
        }
        (ElementsMut::F64(to), ElementKind::F32) => {
            unpack_as::<f32, f64>(message, runs, levels, window, layout, to)
        }
        (ElementsMut::F64(to), ElementKind::F64) => {
            unpack_as::<f64, f64>(message, runs, levels, window, layout, to)
        }
    }
}

/// Write `value` into the cells of `gaps` on `levels`; a view of own cells leaves the halo's out.
///
/// Comes before [`unpack`]: where cubes own some of the levels of a cell, the message overwrites what it has.
///
/// # Panics
/// When the view is of another shape or reaches beyond its elements.
pub fn fill(
    gaps: &[BlockRun],
    levels: Range<usize>,
    block: BlockShape,
    value: f64,
    view: &mut ViewMut<'_>,
) {
    let window = Window::new(&view.layout, block);
    let layout = &view.layout;
    match &mut view.elements {
        ElementsMut::F32(to) => fill_as(gaps, levels, window, layout, f32::from_double(value), to),
        ElementsMut::F64(to) => fill_as(gaps, levels, window, layout, value, to),
    }
}

/// Which cells of the block a view has.
#[derive(Debug, Clone, Copy)]
enum Window {
    /// All of them.
    Block,
    /// The own cells of this block.
    Own(BlockShape),
}

impl Window {
    fn new(layout: &Layout, block: BlockShape) -> Self {
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

    /// Hand the part of a run that the view has to `act`, row by row: cells of the view and the elements before them.
    fn parts(self, run: &BlockRun, mut act: impl FnMut(Part)) {
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
struct Part {
    /// The lowest cell.
    first: usize,
    len: usize,
    /// Elements of the run that come before those of this part.
    skipped: usize,
}

fn unpack_as<From: Convert<To>, To: Element>(
    message: &[u8],
    runs: &[BlockRun],
    levels: Range<usize>,
    window: Window,
    layout: &Layout,
    elements: &mut [To],
) {
    if message.is_empty() {
        return;
    }
    let mut left: &[From] = bytemuck::cast_slice(message);
    for level in levels {
        let mut plane = Plane::new(layout, level);
        for run in runs {
            let (from, rest) = left.split_at(run.len);
            window.parts(run, |part| {
                let from = &from[part.skipped..part.skipped + part.len];
                unpack_part(from, run, part, &mut plane, elements);
            });
            left = rest;
        }
    }
}

/// Write the elements of a part, which go through its cells forwards or backwards.
fn unpack_part<From: Convert<To>, To: Element>(
    mut from: &[From],
    run: &BlockRun,
    part: Part,
    plane: &mut Plane,
    elements: &mut [To],
) {
    plane.each_row(part.first, part.len, |row| {
        let values;
        if run.step > 0 {
            (values, from) = from.split_at(row.len);
        } else {
            (from, values) = from.split_at(from.len() - row.len);
        }
        scatter::<Direct, From, To>(values, run.flip, elements, row.directed(run.step));
    });
}

fn fill_as<To: Element>(
    gaps: &[BlockRun],
    levels: Range<usize>,
    window: Window,
    layout: &Layout,
    value: To,
    elements: &mut [To],
) {
    for level in levels {
        let mut plane = Plane::new(layout, level);
        for gap in gaps {
            window.parts(gap, |part| {
                plane.each_row(part.first, part.len, |row| spread(value, elements, row));
            });
        }
    }
}
