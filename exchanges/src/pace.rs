//! How a loop that polls waits between two looks: spin a little, then yield, then sleep shortly.
//!
//! Ranks may be more than cores, so a rank that waits must soon let go of its core; a rank that
//! is answered at once must not pay for a sleep.

use std::time::{Duration, Instant};

/// Looks that only spin: the answer of a partner on another core comes within them.
const SPINS: u32 = 64;
/// How long looks then give the core to whoever is ready, before the first sleep: to wake a sleeper takes longer than
/// most copies do.
const YIELDING: Duration = Duration::from_millis(1);
/// The same where messages are under way: they move only when somebody looks, and a big one wants many looks.
const YIELDING_WITH_MESSAGES: Duration = Duration::from_millis(50);
/// The first sleep; each later one is twice as long.
const SHORTEST_SLEEP: Duration = Duration::from_micros(5);
/// The longest sleep, and so about the longest time that an answer lies unseen.
const LONGEST_SLEEP: Duration = Duration::from_micros(100);

/// The pauses of one waiting loop.
///
/// ```
/// use halocline_exchanges::pace::Pace;
/// let mut pace = Pace::new();
/// for _ in 0..100 {
///     pace.pause();
/// }
/// assert!(pace.waited() > std::time::Duration::ZERO);
/// ```
#[derive(Debug, Clone)]
pub struct Pace {
    start: Instant,
    looks: u32,
    sleep: Duration,
    yielding: Duration,
    is_slow: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

impl Pace {
    /// Start waiting now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            looks: 0,
            sleep: SHORTEST_SLEEP,
            yielding: YIELDING,
            is_slow: false,
        }
    }

    /// Look more often: the looks themselves move messages on.
    #[must_use]
    pub const fn with_messages(self) -> Self {
        Self {
            yielding: YIELDING_WITH_MESSAGES,
            ..self
        }
    }

    /// Pause before the next look, the longer the more looks were in vain.
    pub fn pause(&mut self) {
        let sleep = self.sleep;
        if self.pause_by(|| std::thread::sleep(sleep)) {
            self.sleep = (self.sleep * 2).min(LONGEST_SLEEP);
        }
    }

    /// Pause in the same way, but with a sleep that the awaited itself may end; whether it came to a sleep.
    pub fn pause_by(&mut self, sleep: impl FnOnce()) -> bool {
        if self.looks < SPINS {
            self.looks += 1;
            std::hint::spin_loop();
        } else if !self.is_slow && self.start.elapsed() < self.yielding {
            std::thread::yield_now();
        } else {
            self.is_slow = true;
            sleep();
            return true;
        }
        false
    }

    /// Whether the next pause is a sleep.
    pub const fn is_slow(&self) -> bool {
        self.is_slow
    }

    /// How long the wait has lasted.
    pub fn waited(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_first_and_then_sleeps_that_grow_to_their_limit() {
        let mut pace = Pace {
            yielding: Duration::ZERO,
            ..Pace::new()
        };
        for _ in 0..SPINS {
            assert!(!pace.is_slow());
            pace.pause();
        }
        assert_eq!(pace.sleep, SHORTEST_SLEEP);
        for _ in 0..10 {
            pace.pause();
        }
        assert!(pace.is_slow());
        assert_eq!(pace.sleep, LONGEST_SLEEP);
        assert!(pace.waited() >= LONGEST_SLEEP);
    }
}
