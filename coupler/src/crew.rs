//! Threads that copy big blocks, where a component has cores to spare: `HALOCLINE_COPY_THREADS`.

use crate::{code::Code, error::Error};
use halocline_exchanges::{
    place::{Placing, Stores, place},
    view::{ElementKind, View},
};
use halocline_exchanges_shared::outbox::SlotWriter;
use std::{num::NonZeroUsize, thread};

const NAME: &str = "HALOCLINE_COPY_THREADS";

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
