//! How big blocks are copied: past the caches, and by threads where a component has cores to spare
//! (`HALOCLINE_COPY_THREADS`).

use crate::{code::Code, error::Error};
use halocline_exchanges::{
    place::{Placing, Stores, place},
    plan::BlockShape,
    view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut},
    window::{copy_window, copy_window_by},
};
use halocline_exchanges_shared::{PastCaches, outbox::SlotWriter};
use std::{num::NonZeroUsize, thread};

const NAME: &str = "HALOCLINE_COPY_THREADS";

/// From this size on an exchange is written past the caches: it would push out of them what the ocean needs next, and
/// with the four arrays of a round trip it does not fit a shared cache of 32 MB beyond 8 MB. What fits is read faster
/// from the cache that the ranks share [bytes].
const STREAM_FROM: usize = 8 << 20;
/// From this size on several threads may copy: to start them takes as long as copying a tenth of it [bytes].
const THREADS_FROM: usize = 4 << 20;

/// How `bytes` bytes are stored.
pub(crate) const fn stores(bytes: usize) -> Stores {
    if bytes < STREAM_FROM {
        Stores::Cached
    } else {
        Stores::Streaming
    }
}

/// How many of `threads` threads copy `bytes` bytes.
pub(crate) const fn enough(threads: usize, bytes: usize) -> usize {
    if bytes < THREADS_FROM { 1 } else { threads }
}

/// How many threads copy: as many as are asked for, no more than this process has cores; one if nothing is said.
///
/// # Errors
/// A number that is none.
pub(crate) fn size() -> Result<usize, Error> {
    let Ok(text) = std::env::var(NAME) else {
        return Ok(1);
    };
    let wanted: NonZeroUsize = text.trim().parse().map_err(|_| {
        Error::new(
            Code::Experiment,
            format!("the environment variable {NAME} is '{text}'"),
            "a number of threads, 1 or more",
            format!("correct {NAME}, or unset it"),
        )
    })?;
    // Of the cores that the process is bound to: ranks that share a core never get a second thread on it.
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Ok(wanted.get().min(cores))
}

/// Place one field into the receiver's block, its levels shared among `threads` threads.
///
/// Threads are started for each copy: only copies of megabytes come here with more than one, and they take milliseconds.
pub(crate) fn place_levels(
    view: &View<'_>,
    local_shape: [usize; 2],
    placing: &Placing,
    wire: ElementKind,
    stores: Stores,
    slot: &SlotWriter<'_>,
    threads: usize,
) {
    let levels = placing.from_levels.clone();
    let each = levels.len().div_ceil(threads).max(1);
    let share = |first: usize| {
        let from = levels.start + first;
        let part = Placing {
            from_levels: from..(from + each).min(levels.end),
            to_level: placing.to_level + first,
            ..placing.clone()
        };
        place(view, local_shape, &part, wire, stores, &mut slot.beside());
    };
    thread::scope(|scope| {
        for first in (each..levels.len()).step_by(each) {
            scope.spawn(move || share(first));
        }
        share(0);
    });
}

/// Copy a block into an array of the host, its levels shared among at most `threads` threads where they lie one behind
/// the other in the array.
pub(crate) fn copy_out(
    values: Elements<'_>,
    block: BlockShape,
    view: &mut ViewMut<'_>,
    threads: usize,
) {
    let [ni, nj, levels] = view.layout.shape;
    let size = match view.elements {
        ElementsMut::F32(_) => size_of::<f32>(),
        ElementsMut::F64(_) => size_of::<f64>(),
    };
    let bytes = ni * nj * levels * size;
    let each = levels.div_ceil(enough(threads, bytes)).max(1);
    let copy = |values: Elements<'_>, view: &mut ViewMut<'_>| match stores(bytes) {
        Stores::Cached => copy_window(values, block, view),
        Stores::Streaming => copy_window_by(values, block, view, &mut PastCaches::default()),
    };
    let mut values = values;
    let mut view = ViewMut {
        layout: view.layout,
        elements: match &mut view.elements {
            ElementsMut::F32(all) => ElementsMut::F32(all),
            ElementsMut::F64(all) => ElementsMut::F64(all),
        },
    };
    thread::scope(|scope| {
        while view.layout.shape[2] > each && has_levels_apart(&view.layout) {
            let (mut first, others) = split_levels(view, each);
            let (of_first, of_others) = split_values(values, each * block.cells());
            scope.spawn(move || copy(of_first, &mut first));
            (values, view) = (of_others, others);
        }
        copy(values, &mut view);
    });
}

/// Whether all elements of a level come before those of the next.
fn has_levels_apart(layout: &Layout) -> bool {
    let [along_i, along_j, along_level] = layout.strides;
    let last = |extent: usize, stride: isize| extent.saturating_sub(1).cast_signed() * stride;
    let [ni, nj, _] = layout.shape;
    along_i >= 0 && along_j >= 0 && last(ni, along_i) + last(nj, along_j) < along_level
}

/// The first `levels` levels of an array that [`has_levels_apart`], and the others.
fn split_levels(view: ViewMut<'_>, levels: usize) -> (ViewMut<'_>, ViewMut<'_>) {
    let ViewMut { layout, elements } = view;
    let [ni, nj, all] = layout.shape;
    let at = layout.origin + levels * layout.strides[2].unsigned_abs();
    let (first, others) = match elements {
        ElementsMut::F32(all) => {
            let (first, others) = all.split_at_mut(at);
            (ElementsMut::F32(first), ElementsMut::F32(others))
        }
        ElementsMut::F64(all) => {
            let (first, others) = all.split_at_mut(at);
            (ElementsMut::F64(first), ElementsMut::F64(others))
        }
    };
    let part = |levels, origin, elements| ViewMut {
        layout: Layout {
            shape: [ni, nj, levels],
            origin,
            ..layout
        },
        elements,
    };
    (
        part(levels, layout.origin, first),
        part(all - levels, 0, others),
    )
}

fn split_values(values: Elements<'_>, at: usize) -> (Elements<'_>, Elements<'_>) {
    match values {
        Elements::F32(values) => {
            let (first, others) = values.split_at(at);
            (Elements::F32(first), Elements::F32(others))
        }
        Elements::F64(values) => {
            let (first, others) = values.split_at(at);
            (Elements::F64(first), Elements::F64(others))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: BlockShape = BlockShape {
        ni: 200,
        nj: 100,
        halo: 1,
    };
    const LEVELS: usize = 31;

    fn layout(strides: [isize; 3], origin: usize) -> Layout {
        Layout {
            shape: [BLOCK.ni, BLOCK.nj, LEVELS],
            strides,
            origin,
        }
    }

    #[test]
    fn threads_copy_what_one_copies() {
        let values: Vec<f64> = (0..LEVELS * BLOCK.cells())
            .map(|cell| cell as f64)
            .collect();
        let section = layout([1, 202, 202 * 102], 203);
        let levels_first = layout([100 * 31, 31, 1], 0);
        let backwards = layout([-1, 200, 200 * 100], 199);
        for layout in [section, levels_first, backwards] {
            let copied = |threads| {
                let mut array = vec![-1.0; 202 * 102 * LEVELS];
                let mut view = ViewMut {
                    layout,
                    elements: ElementsMut::F64(&mut array),
                };
                copy_out(Elements::F64(&values), BLOCK, &mut view, threads);
                array
            };
            let (one, several) = (copied(1), copied(4));
            assert!(one == several, "{layout:?}");
            assert!(one.iter().any(|value| *value > 0.0));
        }
    }

    #[test]
    fn levels_are_apart_where_the_last_cell_of_one_comes_before_the_next() {
        assert!(has_levels_apart(&layout([1, 202, 202 * 102], 203)));
        assert!(!has_levels_apart(&layout([100 * 31, 31, 1], 0)));
        assert!(!has_levels_apart(&layout([-1, 200, 200 * 100], 199)));
    }
}
