//! What every exported function does: catch panics, check pointers and strings, keep the message.

use crate::{
    loans::Loans,
    message::{refused, remember},
    open_sessions::{self, halocline_session},
};
use halocline_coupler::{Code, Error, Session};
use std::{
    any::Any,
    ffi::{CStr, c_char},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Code of a call that succeeded.
pub(crate) const OK: i32 = 0;

/// Run a door's body: its error, or its panic, becomes a code and the message of this thread.
pub(crate) fn guarded(body: impl FnOnce() -> Result<(), Error>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => OK,
        Ok(Err(error)) => remember(error),
        Err(panic) => remember(defect(panic.as_ref())),
    }
}

/// Run a verb of the session behind `handle`.
pub(crate) fn with_session(
    handle: *const halocline_session,
    verb: impl FnOnce(&mut Session) -> Result<(), Error>,
) -> i32 {
    guarded(|| open_sessions::with(handle, |session, _| verb(session)))
}

/// Run a verb of the session behind `handle` that lends or takes back.
pub(crate) fn with_loans(
    handle: *const halocline_session,
    verb: impl FnOnce(&mut Session, &mut Loans) -> Result<(), Error>,
) -> i32 {
    guarded(|| open_sessions::with(handle, verb))
}

/// What a panic says; it is a defect of ours, whatever the host did.
pub(crate) fn defect(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Error::new(
        Code::Internal,
        format!("a defect of Halocline: {text}"),
        "",
        "please report it, with the experiment file and this rank's log",
    )
}

/// The text behind a pointer; `what` names the argument.
///
/// # Safety
/// `text` must be NULL or end with a null byte and stay unchanged for `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char, what: &str) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(refused(
            Code::Name,
            format!("{what} is NULL"),
            "a text that ends with a null byte",
            "pass its name",
        ));
    }
    // SAFETY: not NULL; the caller vouches for the rest.
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes.to_str().map_err(|_| {
        let found = format!(
            "{what} is '{}', which is not UTF-8",
            bytes.to_string_lossy()
        );
        refused(
            Code::Name,
            found,
            "a text in UTF-8",
            "use the name as it is in the experiment file",
        )
    })
}

/// A count or position that may not be negative.
pub(crate) fn whole(number: i64, what: &str, code: Code) -> Result<usize, Error> {
    usize::try_from(number).map_err(|_| {
        refused(
            code,
            format!("{what} is {number}"),
            "0 or more",
            "correct the argument of the call",
        )
    })
}

/// An optional place for an answer.
///
/// # Safety
/// `place` must be NULL or valid for writing.
pub(crate) unsafe fn answer<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not NULL; the caller vouches for the rest.
        unsafe { place.write(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::last;

    #[test]
    fn a_panic_becomes_the_code_internal_and_keeps_its_words() {
        let code = guarded(|| panic!("cell {} has no owner", 7));
        assert_eq!(code, Code::Internal as i32);
        assert!(
            last()
                .expect("an error")
                .to_string()
                .contains("cell 7 has no owner")
        );
    }

    #[test]
    fn a_name_that_is_no_text_is_refused() {
        // SAFETY: NULL and a text that ends with a null byte.
        let (null, bytes) = unsafe {
            (
                text(std::ptr::null(), "field"),
                text(c"\xff".as_ptr(), "field"),
            )
        };
        assert!(null.unwrap_err().found.contains("field is NULL"));
        assert!(bytes.unwrap_err().found.contains("not UTF-8"));
    }

    #[test]
    fn a_handle_that_was_never_given_out_is_refused() {
        let stranger = 64 as *const halocline_session;
        assert_eq!(with_session(stranger, |_| Ok(())), Code::Order as i32);
        assert!(last().expect("an error").found.contains("no open session"));
    }
}
