//! Waiting without the GIL.

use pyo3::prelude::*;

/// Carries a closure across [`Python::detach`], which runs it in the same thread.
pub(crate) struct SameThread<F>(pub(crate) F);

// SAFETY: `detach` calls its closure at once in the calling thread; no closure of this crate holds Python objects.
unsafe impl<F> Send for SameThread<F> {}

impl<T, F: FnOnce() -> T> SameThread<F> {
    fn call(self) -> T {
        (self.0)()
    }
}

/// Run `work` without the GIL.
pub(crate) fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> T) -> T {
    let work = SameThread(work);
    py.detach(move || work.call())
}
