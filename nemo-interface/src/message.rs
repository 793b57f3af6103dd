//! The text of the last error, one for each thread.

use halocline_coupler::{Code, Error};
use std::{cell::RefCell, ffi::c_char};

thread_local! {
    static LAST: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Remember an error of this thread; returns its code.
pub(crate) fn remember(error: Error) -> i32 {
    let code = error.code as i32;
    LAST.with_borrow_mut(|last| *last = Some(error));
    code
}

/// The last error of this thread.
pub(crate) fn last() -> Option<Error> {
    LAST.with_borrow(Clone::clone)
}

/// An error in an argument of the host's call.
pub(crate) fn refused(code: Code, found: impl Into<String>, expected: &str, change: &str) -> Error {
    Error::new(code, found, expected, change)
}

/// Copy the message of the last error of this thread.
///
/// The text is UTF-8, complete: component, rank, field, what was found, what was expected, what to change. It is cut
/// to `length - 1` bytes and always ends with a null byte. Without an error it is empty.
///
/// @param buffer  where to copy to; the caller's, may be NULL when `length` is 0
/// @param length  bytes of the buffer, the null byte included
/// @return bytes of the whole message without the null byte: a value >= `length` says that the buffer was too short
///
/// # Safety
/// `buffer` must have `length` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_error_message(buffer: *mut c_char, length: usize) -> usize {
    let text = last().map_or_else(String::new, |error| error.to_string());
    if buffer.is_null() || length == 0 {
        return text.len();
    }
    let copied = whole_characters(&text, length - 1);
    // SAFETY: the caller gives `length` writable bytes, and copied.len() + 1 <= length; the two do not overlap,
    // because `text` is ours.
    unsafe {
        std::ptr::copy_nonoverlapping(copied.as_ptr().cast::<c_char>(), buffer, copied.len());
        *buffer.add(copied.len()) = 0;
    }
    text.len()
}

/// The longest beginning of `text` of at most `bytes` bytes that does not cut a character.
fn whole_characters(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> (usize, Vec<u8>) {
        let mut buffer = vec![b'#'; length + 1];
        // SAFETY: the buffer has more than `length` bytes.
        let whole = unsafe { halocline_error_message(buffer.as_mut_ptr().cast(), length) };
        (whole, buffer)
    }

    #[test]
    fn the_message_is_cut_at_a_whole_character_and_ends_with_a_null_byte() {
        remember(Error::new(Code::Name, "a\u{e9}b", "", ""));
        assert_eq!(message(8), (4, b"a\xc3\xa9b\0####".to_vec()));
        assert_eq!(message(3), (4, b"a\0##".to_vec()));
        assert_eq!(message(1), (4, b"\0#".to_vec()));
    }

    #[test]
    fn no_buffer_asks_for_the_length() {
        remember(Error::new(Code::Name, "abc", "", ""));
        // SAFETY: nothing is written when the length is 0.
        let whole = unsafe { halocline_error_message(std::ptr::null_mut(), 0) };
        assert_eq!(whole, 3);
    }
}
