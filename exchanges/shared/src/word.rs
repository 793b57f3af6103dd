//! The word of the real machine: an atomic of the processor, the futex of the kernel.

use crate::flags::Word;
use rustix::thread::futex;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

impl Word for AtomicU32 {
    fn load_acquire(&self) -> u32 {
        self.load(Ordering::Acquire)
    }

    fn store_release(&self, value: u32) {
        self.store(value, Ordering::Release);
    }

    fn increment(&self) {
        self.fetch_add(1, Ordering::SeqCst);
    }

    fn decrement(&self) {
        self.fetch_sub(1, Ordering::SeqCst);
    }

    fn load_ordered(&self) -> u32 {
        self.load(Ordering::SeqCst)
    }

    fn replace(&self, expected: u32, value: u32) -> Result<(), u32> {
        self.compare_exchange(expected, value, Ordering::AcqRel, Ordering::Acquire)
            .map(|_| ())
    }

    fn sleep(&self, expected: u32, longest: Duration) {
        let longest = futex::Timespec {
            tv_sec: i64::try_from(longest.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: longest.subsec_nanos().into(),
        };
        // Not private: the waker is another process. An error is a ring before the sleep, the end of the time or a
        // signal: the caller looks at its flags again in each case.
        let _ = futex::wait(self, futex::Flags::empty(), expected, Some(&longest));
    }

    fn wake(&self) {
        // It fails for addresses that are not mapped only; this one is.
        let _ = futex::wake(self, futex::Flags::empty(), i32::MAX.unsigned_abs());
    }
}
