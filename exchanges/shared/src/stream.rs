//! Copies past the caches: a big block is read by another core later, what it would push out of the caches is not.

use bytemuck::Pod;
use halocline_exchanges::window::RowWriter;

/// Copy `from` to `to` without reading the lines of `to` first, where the processor can; [`fence`] must follow before
/// another core is told.
///
/// Whole cache lines only: the first and the last part of a line go through the caches, where what is written beside them
/// joins them.
///
/// # Safety
/// `to` is valid for `from.len()` bytes that nobody else reads or writes, apart from `from`.
#[cfg(target_arch = "x86_64")]
pub(crate) unsafe fn copy(from: &[u8], to: *mut u8) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    const LINE: usize = 64;
    const VECTORS: usize = LINE / size_of::<__m128i>();
    let head = to.align_offset(LINE).min(from.len());
    let (first, rest) = from.split_at(head);
    let (lines, last) = rest.as_chunks::<LINE>();
    // SAFETY: `head` bytes, within both.
    unsafe { to.copy_from_nonoverlapping(first.as_ptr(), head) };
    // SAFETY: `head` is within `to`.
    let mut target = unsafe { to.add(head) }.cast::<__m128i>();
    for line in lines {
        let source = line.as_ptr().cast::<__m128i>();
        for step in 0..VECTORS {
            // SAFETY: a whole line is within both; the load takes any alignment, `target` is aligned to lines.
            unsafe { _mm_stream_si128(target.add(step), _mm_loadu_si128(source.add(step))) };
        }
        // SAFETY: behind a line that is within `to`.
        target = unsafe { target.add(VECTORS) };
    }
    // SAFETY: the bytes after the last whole line, within both.
    unsafe {
        target
            .cast::<u8>()
            .copy_from_nonoverlapping(last.as_ptr(), last.len());
    };
}

/// Without such stores an ordinary copy.
///
/// # Safety
/// As above.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) unsafe fn copy(from: &[u8], to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) };
}

/// What was copied is seen by all cores before what is written next.
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a fence touches no memory; every x86_64 processor has it.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Writes rows of arrays past the caches; what it wrote is in memory when it is dropped.
#[derive(Debug, Default)]
pub struct PastCaches {
    streamed: bool,
}

impl RowWriter for PastCaches {
    fn write<T: Pod>(&mut self, from: &[T], to: &mut [T]) {
        assert_eq!(from.len(), to.len(), "rows of different length");
        let (from, to): (&[u8], &mut [u8]) =
            (bytemuck::cast_slice(from), bytemuck::cast_slice_mut(to));
        // SAFETY: as many bytes, and `to` is borrowed for writing.
        unsafe { copy(from, to.as_mut_ptr()) };
        self.streamed = true;
    }
}

impl Drop for PastCaches {
    fn drop(&mut self) {
        if self.streamed {
            fence();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written() {
        let from: Vec<f32> = (0..1000_u16).map(f32::from).collect();
        let mut to = vec![0.0; 1000];
        PastCaches::default().write(&from[1..], &mut to[1..]);
        assert_eq!(from, to);
    }

    #[test]
    fn any_alignment_and_length_arrives() {
        let from: Vec<u8> = (0..=255).collect();
        for start in 0..64 {
            for len in [0, 1, 7, 33, 63, 64, 65, 128, 200, 256] {
                let mut to = vec![0_u8; 64 + 256 + 1];
                // SAFETY: at most 63 + 256 of the 321 bytes.
                unsafe { copy(&from[..len], to.as_mut_ptr().add(start)) };
                fence();
                assert_eq!(&to[start..start + len], &from[..len]);
                let mut others = to[..start].iter().chain(&to[start + len..]);
                assert!(others.all(|byte| *byte == 0), "{len} bytes at {start}");
            }
        }
    }
}
