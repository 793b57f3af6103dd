//! When an exchange acts: period, lag, and once-only.
//!
//! Dates are whole seconds since the start of the run. With period P and lag L
//!
//! ```text
//! put at date d acts when (d + L) mod P = 0 and serves the get of date d + L
//! get at date d acts when  d      mod P = 0
//! ```

/// The dates of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Acts once, at the first call.
    Once,
    /// Acts every `period` seconds.
    Every {
        /// Time between two exchanges [s], positive.
        period: i64,
        /// How much later than the put its get comes [s], `-period < lag <= period`.
        lag: i64,
    },
}

impl Clock {
    /// The date that a put at `date` serves, if it acts; `end` is the first date after the run.
    #[must_use]
    pub fn put(self, date: i64, end: i64) -> Option<i64> {
        match self {
            Self::Once => Some(0),
            Self::Every { period, lag } => {
                let target = date + lag;
                (target.rem_euclid(period) == 0 && (0..end).contains(&target)).then_some(target)
            }
        }
    }

    /// Whether a put at `date` is for the first get of the next run: a positive lag takes it beyond `end`.
    #[must_use]
    pub fn carries_over(self, date: i64, end: i64) -> bool {
        match self {
            Self::Once => false,
            Self::Every { period, lag } => {
                lag > 0 && (date + lag).rem_euclid(period) == 0 && date + lag >= end
            }
        }
    }

    /// Whether a get at `date` acts.
    #[must_use]
    pub fn get(self, date: i64) -> bool {
        match self {
            Self::Once => true,
            Self::Every { period, .. } => date.rem_euclid(period) == 0,
        }
    }

    /// The first date of a put after `date` (or from 0 on) that acts, if the run has one.
    #[must_use]
    pub fn next_put(self, after: Option<i64>, end: i64) -> Option<i64> {
        let Self::Every { period, lag } = self else {
            return None;
        };
        let from = after.map_or(0, |date| date + 1);
        // first d >= from with d + lag = 0 mod period and d + lag >= 0
        let mut date = from + (-lag - from).rem_euclid(period);
        while date + lag < 0 {
            date += period;
        }
        (date < end && date + lag < end).then_some(date)
    }

    /// As [`Clock::next_put`], with the dates that serve the next run.
    #[must_use]
    pub fn next_put_or_carried(self, after: Option<i64>, end: i64) -> Option<i64> {
        match self {
            Self::Every { period, lag } if lag > 0 => {
                // Beyond the end no more than a lag: no further than the first get of the next run.
                let date = self.next_put(after, end.saturating_add(period + lag))?;
                (date < end).then_some(date)
            }
            _ => self.next_put(after, end),
        }
    }

    /// The first date of a get after `date` (or from 0 on), if the run has one.
    #[must_use]
    pub fn next_get(self, after: Option<i64>, end: i64) -> Option<i64> {
        let Self::Every { period, .. } = self else {
            return None;
        };
        let from = after.map_or(0, |date| date + 1);
        let date = from + (-from).rem_euclid(period);
        (date < end).then_some(date)
    }

    /// The last get date of a run that ends before `end`.
    #[must_use]
    pub fn last_get(self, end: i64) -> i64 {
        match self {
            Self::Once => 0,
            Self::Every { period, .. } => (end - 1).div_euclid(period) * period,
        }
    }

    /// The get date that follows `previous`: what a channel must deliver next.
    #[must_use]
    pub fn following(self, previous: Option<i64>) -> i64 {
        match (self, previous) {
            (Self::Every { period, .. }, Some(date)) => date + period,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    const END: i64 = 40;

    fn puts(clock: Clock) -> Vec<(i64, i64)> {
        (0..END)
            .filter_map(|date| clock.put(date, END).map(|target| (date, target)))
            .collect()
    }

    #[test]
    fn without_lag_a_put_serves_its_own_date() {
        let clock = Clock::Every { period: 10, lag: 0 };
        assert_eq!(puts(clock), [(0, 0), (10, 10), (20, 20), (30, 30)]);
    }

    #[test]
    fn a_positive_lag_serves_a_later_get_and_leaves_the_first_to_the_initial_value() {
        assert_eq!(
            puts(Clock::Every {
                period: 10,
                lag: 10
            }),
            [(0, 10), (10, 20), (20, 30)]
        );
        assert_eq!(
            puts(Clock::Every { period: 10, lag: 3 }),
            [(7, 10), (17, 20), (27, 30)]
        );
    }

    #[test]
    fn the_last_put_of_a_positive_lag_is_for_the_next_run() {
        let carried = |period, lag| {
            let clock = Clock::Every { period, lag };
            let dates = (0..END).filter(move |date| clock.carries_over(*date, END));
            dates.collect::<Vec<i64>>()
        };
        assert_eq!(carried(10, 10), [30]);
        assert_eq!(carried(10, 3), [37]);
        assert_eq!(carried(10, 0), [0; 0]);
        assert_eq!(carried(10, -3), [0; 0]);
        let clock = Clock::Every { period: 10, lag: 3 };
        assert_eq!(clock.next_put_or_carried(Some(27), END), Some(37));
        assert_eq!(clock.next_put_or_carried(Some(37), END), None);
        assert_eq!(clock.next_put(Some(27), END), None);
    }

    #[test]
    fn a_negative_lag_serves_an_earlier_get() {
        assert_eq!(
            puts(Clock::Every {
                period: 10,
                lag: -3
            }),
            [(3, 0), (13, 10), (23, 20), (33, 30)]
        );
    }

    #[test]
    fn next_dates_walk_exactly_the_dates_that_act() {
        for lag in -9..=10 {
            let clock = Clock::Every { period: 10, lag };
            let mut walked = Vec::new();
            let mut at = None;
            while let Some(date) = clock.next_put(at, END) {
                walked.push(date);
                at = Some(date);
            }
            let expected: Vec<i64> = puts(clock).into_iter().map(|(date, _)| date).collect();
            assert_eq!(walked, expected, "lag {lag}");
        }
    }
}
