//! From a sender's array into a message.

use crate::{
    plan::LocalRun,
    rows::{Convert, Element, Plane, at},
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
    let [ni, nj, _] = view.layout.shape;
    let [local_ni, local_nj] = local_shape;
    assert!(
        local_shape == [ni, nj] || [ni, nj] == [local_ni * local_nj, 1],
        "an array of {ni} x {nj} cells where the own cells are {local_ni} x {local_nj}"
    );
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
    let mut free: &mut [To] = bytemuck::cast_slice_mut(message);
    for level in levels {
        let plane = Plane::new(layout, level);
        for run in runs {
            for (first, len) in plane.rows(run.start, run.len) {
                let (to, rest) = free.split_at_mut(len);
                copy_row(elements, first, plane.stride, to);
                free = rest;
            }
        }
    }
}

fn copy_row<From: Convert<To>, To: Element>(
    elements: &[From],
    first: isize,
    stride: isize,
    to: &mut [To],
) {
    if stride == 1 {
        let start = at(first, 0, 1);
        let from = &elements[start..start + to.len()];
        to.iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = from.convert());
    } else {
        to.iter_mut()
            .enumerate()
            .for_each(|(step, to)| *to = elements[at(first, step, stride)].convert());
    }
}
