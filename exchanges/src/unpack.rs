//! From a message into a receiver's array.

use crate::{
    copies::{Writer, count},
    copy::{Direct, scatter, spread},
    plan::{BlockRun, BlockShape},
    rows::{Convert, Element},
    view::{ElementKind, ElementsMut, Layout, ViewMut},
    window::Window,
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
    let message: &[From] = bytemuck::cast_slice(message);
    if let [run] = runs
        && run.step > 0
        && window.is_whole()
        && let Some(row) = layout.one_row(run.start, run.len, &levels)
    {
        count::<To>(Writer::Unpack, row.len);
        return scatter::<Direct, From, To>(message, run.flip, elements, row);
    }
    let cells = message.len() / levels.len();
    for mut slab in layout.slabs(&levels) {
        let mut before = 0;
        for run in runs {
            window.parts(run, |part| {
                slab.each_row(part.first, part.len, |done, level, row| {
                    let skipped = if run.step > 0 {
                        done
                    } else {
                        part.len - done - row.len
                    };
                    let from = level * cells + before + part.skipped + skipped;
                    let values = &message[from..from + row.len];
                    count::<To>(Writer::Unpack, row.len);
                    scatter::<Direct, From, To>(values, run.flip, elements, row.directed(run.step));
                });
            });
            before += run.len;
        }
    }
}

fn fill_as<To: Element>(
    gaps: &[BlockRun],
    levels: Range<usize>,
    window: Window,
    layout: &Layout,
    value: To,
    elements: &mut [To],
) {
    for mut slab in layout.slabs(&levels) {
        for gap in gaps {
            window.parts(gap, |part| {
                slab.each_row(part.first, part.len, |_, _, row| {
                    count::<To>(Writer::Fill, row.len);
                    spread(value, elements, row);
                });
            });
        }
    }
}
