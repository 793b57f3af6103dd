//! A value that stays in the thread that made it: MPI is started for one thread.

use std::{
    cell::{RefCell, RefMut},
    mem::ManuallyDrop,
    thread::{self, ThreadId},
};

/// A value that only its own thread can reach.
pub(crate) struct ThreadBound<T> {
    home: ThreadId,
    value: ManuallyDrop<RefCell<T>>,
}

// SAFETY: `reach` and `drop` compare the running thread with `home` and touch the value only where they are the same,
// so that no other thread ever reads, writes or drops it.
unsafe impl<T> Send for ThreadBound<T> {}
// SAFETY: as for `Send`.
unsafe impl<T> Sync for ThreadBound<T> {}

/// Why a value could not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutOfReach {
    /// Another thread asked.
    ForeignThread,
    /// A call on the value is under way.
    Busy,
}

impl<T> ThreadBound<T> {
    /// Bind a value to the running thread.
    pub(crate) fn new(value: T) -> Self {
        Self {
            home: thread::current().id(),
            value: ManuallyDrop::new(RefCell::new(value)),
        }
    }

    /// The value, for the thread that made it.
    pub(crate) fn reach(&self) -> Result<RefMut<'_, T>, OutOfReach> {
        if thread::current().id() != self.home {
            return Err(OutOfReach::ForeignThread);
        }
        self.value.try_borrow_mut().map_err(|_| OutOfReach::Busy)
    }
}

impl<T> Drop for ThreadBound<T> {
    /// Another thread leaks the value: it may not touch it.
    fn drop(&mut self) {
        if thread::current().id() == self.home {
            // SAFETY: `self` is being dropped, the value is not touched afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}
