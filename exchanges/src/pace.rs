//! How a loop that polls waits between two looks: spin a little, then yield, then sleep shortly.
//!
//! Ranks may be more than cores, so a rank that waits must soon let go of its core; a rank that
//! is answered at once must not pay for a sleep.

use std::time::{Duration, Instant};

/// Looks that only spin: the answer of a partner on another core comes within them.
const SPINS: u32 = 64;
/// Looks that give the core to whoever is ready, before the first sleep.
const YIELDS: u32 = 256;
/// The first sleep; each later one is twice as long.
const SHORTEST_SLEEP: Duration = Duration::from_micros(5);
/// The longest sleep, and so about the longest time that an answer lies unseen.
const LONGEST_SLEEP: Duration = Duration::from_micros(100);

/// The pauses of one waiting loop.
///
/// ```
/// use halocline_exchanges::pace::Pace;
/// let mut pace = Pace::new();
/// let mut looks = 0;
/// while looks < 1000 {
///     looks += 1;
///     pace.pause();
/// }
/// assert!(pace.waited() > std::time::Duration::ZERO);
/// ```
#[derive(Debug, Clone)]
pub struct Pace {
    start: Instant,
    looks: u32,
    sleep: Duration,
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
            std::hint::spin_loop();
        } else if self.looks < SPINS + YIELDS {
            std::thread::yield_now();
        } else {
            sleep();
            return true;
        }
        self.looks += 1;
        false
    }

    /// Whether the next pause is a sleep.
    pub const fn is_slow(&self) -> bool {
        self.looks >= SPINS + YIELDS
    }

    /// Look as eagerly as at the start: something has come, more may follow. The clock goes on.
    pub fn hurry(&mut self) {
        self.looks = 0;
        self.sleep = SHORTEST_SLEEP;
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
    fn sleeps_grow_to_their_limit_and_hurry_ends_them() {
        let mut pace = Pace::new();
        for _ in 0..SPINS + YIELDS {
            pace.pause();
        }
        assert_eq!(pace.sleep, SHORTEST_SLEEP);
        for _ in 0..10 {
            pace.pause();
        }
        assert_eq!(pace.sleep, LONGEST_SLEEP);
        assert!(pace.waited() >= LONGEST_SLEEP);
        pace.hurry();
        assert_eq!((pace.looks, pace.sleep), (0, SHORTEST_SLEEP));
    }
}
