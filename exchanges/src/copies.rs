//! How many bytes packing, placing and unpacking write, counted for tests and benches: the proof that nothing is copied
//! twice.
//!
//! Only the feature `count-copies` counts; without it nothing of this is left in the program. The counts are of the
//! whole process, and grow for as long as it runs.

#[cfg(feature = "count-copies")]
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Writer {
    Pack,
    Unpack,
    Place,
    CopyWindow,
    Fill,
}

/// Bytes written since the process started.
#[cfg(feature = "count-copies")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Into messages, by [`crate::pack::pack`].
    pub packed: u64,
    /// From messages into arrays, by [`crate::unpack::unpack`].
    pub unpacked: u64,
    /// Into blocks of shared memory, by [`crate::place::place`] and [`crate::in_place::InPlace::complete`].
    pub placed: u64,
    /// From blocks into arrays, by [`crate::window::copy_window`].
    pub copied: u64,
    /// Into gaps, by [`crate::unpack::fill`].
    pub filled: u64,
}

#[cfg(feature = "count-copies")]
static COUNTS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

/// What all threads of this process have written so far.
#[cfg(feature = "count-copies")]
#[must_use]
pub fn written() -> Written {
    let of = |writer: Writer| COUNTS[writer as usize].load(Relaxed);
    Written {
        packed: of(Writer::Pack),
        unpacked: of(Writer::Unpack),
        placed: of(Writer::Place),
        copied: of(Writer::CopyWindow),
        filled: of(Writer::Fill),
    }
}

/// Note that `writer` writes `elements` of type `T`.
#[cfg(feature = "count-copies")]
pub(crate) fn count<T>(writer: Writer, elements: usize) {
    let bytes = (elements * size_of::<T>()) as u64;
    COUNTS[writer as usize].fetch_add(bytes, Relaxed);
}

/// Nothing is counted.
#[cfg(not(feature = "count-copies"))]
#[inline(always)]
pub(crate) const fn count<T>(_: Writer, _: usize) {}
