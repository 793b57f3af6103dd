//! Copies past the caches: a big block is read by another core later, what it would push out of the caches is not.

/// Copy `from` to `to` without reading the lines of `to` first, where the processor can; [`fence`] must follow before
/// another core is told.
///
/// # Safety
/// `to` is valid for `from.len()` bytes that nobody else reads or writes, apart from `from`.
#[cfg(target_arch = "x86_64")]
pub(crate) unsafe fn copy(from: &[u8], to: *mut u8) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    const WIDTH: usize = size_of::<__m128i>();
    let head = to.align_offset(WIDTH).min(from.len());
    let body = (from.len() - head) / WIDTH;
    let (first, rest) = from.split_at(head);
    // SAFETY: `head` bytes, within both.
    unsafe { to.copy_from_nonoverlapping(first.as_ptr(), head) };
    // SAFETY: `head` is within `to`.
    let line = unsafe { to.add(head) }.cast::<__m128i>();
    let source = rest.as_ptr().cast::<__m128i>();
    for step in 0..body {
        // SAFETY: step `step` of `body` whole vectors is within both; the load takes any alignment, `line` is aligned.
        unsafe { _mm_stream_si128(line.add(step), _mm_loadu_si128(source.add(step))) };
    }
    let tail = &rest[body * WIDTH..];
    // SAFETY: the bytes after the last whole vector, within both.
    unsafe {
        line.add(body)
            .cast::<u8>()
            .copy_from_nonoverlapping(tail.as_ptr(), tail.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_alignment_and_length_arrives() {
        let from: Vec<u8> = (0..=255).collect();
        for (start, len) in [
            (0, 0),
            (0, 256),
            (1, 255),
            (3, 7),
            (7, 40),
            (15, 33),
            (16, 16),
        ] {
            let mut to = vec![0_u8; 300];
            // SAFETY: at most 15 + 256 of the 300 bytes.
            unsafe { copy(&from[..len], to.as_mut_ptr().add(start)) };
            fence();
            assert_eq!(&to[start..start + len], &from[..len]);
            assert!(
                to[..start]
                    .iter()
                    .chain(&to[start + len..])
                    .all(|byte| *byte == 0)
            );
        }
    }
}
