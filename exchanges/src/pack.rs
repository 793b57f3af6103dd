//! From a sender's array into a message.

use crate::{
    copies::{Writer, count},
    copy::{Direct, gather},
    plan::LocalRun,
    rows::{Convert, Element, check_own_cells},
    view::{ElementKind, Elements, Layout, View},
};
use std::ops::Range;

/// Copy the cells of `runs` on `levels` into a message, level by level, one run after the other.
///
/// `message` begins where the field's part does, 8-byte aligned, and may be longer. `local_shape` is that of the own
/// cells (i, j); the view has it, or all cells in one row. No allocation.
///
/// # Panics
/// When the view is of another shape or reaches beyond its elements, or the message is too short.
pub fn pack(
    view: &View<'_>,
    local_shape: [usize; 2],
    runs: &[LocalRun],
    levels: Range<usize>,
    wire: ElementKind,
    message: &mut [u8],
) {
    check_own_cells(&view.layout, local_shape);
    let count = levels.len() * runs.iter().map(|run| run.len).sum::<usize>();
    let message = &mut message[..count * wire.size()];
    let layout = &view.layout;
    match (view.elements, wire) {
        (Elements::F32(from), ElementKind::F32) => {
            pack_as::<f32, f32>(from, layout, runs, levels, message)
        }
        (Elements::F32(from), ElementKind::F64) => {
            pack_as::<f32, f64>(from, layout, runs, levels, message)
        }
        (Elements::F64(from), ElementKind::F32) => {
            pack_as::<f64, f32>(from, layout, runs, levels, message)
        }
        (Elements::F64(from), ElementKind::F64) => {
            pack_as::<f64, f64>(from, layout, runs, levels, message)
        }
    }
}

fn pack_as<From: Convert<To>, To: Element>(
    elements: &[From],
    layout: &Layout,
    runs: &[LocalRun],
    levels: Range<usize>,
    message: &mut [u8],
) {
    if message.is_empty() {
        return;
    }
    let message: &mut [To] = bytemuck::cast_slice_mut(message);
    if let [run] = runs
        && let Some(row) = layout.one_row(run.start, run.len, &levels)
    {
        count::<To>(Writer::Pack, row.len);
        return gather::<Direct, From, To>(elements, row, false, message);
    }
    let cells = message.len() / levels.len();
    for mut slab in layout.slabs(&levels) {
        let mut before = 0;
        for run in runs {
            slab.each_row(run.start, run.len, |done, level, row| {
                let to = level * cells + before + done;
                let to = &mut message[to..to + row.len];
                count::<To>(Writer::Pack, row.len);
                gather::<Direct, From, To>(elements, row, false, to);
            });
            before += run.len;
        }
    }
}
