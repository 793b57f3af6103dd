//! From a message into a receiver's array.

use crate::{
    copy::{Direct, scatter, spread},
    plan::{BlockRun, BlockShape},
    rows::{Convert, Element, Plane},
    view::{ElementKind, ElementsMut, Layout, ViewMut},
    window::{Part, Window},
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
    let mut left: &[From] = bytemuck::cast_slice(message);
    if let [run] = runs
        && run.step > 0
        && window.is_whole()
        && let Some(row) = layout.one_row(run.start, run.len, &levels)
    {
        return scatter::<Direct, From, To>(left, run.flip, elements, row);
    }
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
