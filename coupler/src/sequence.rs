//! The order of exchanges at one date, where the experiment file gives them numbers.

use crate::{code::Code, error::Error};

/// The exchange with a number that acted last, and its date.
#[derive(Debug, Default)]
pub(crate) struct Sequence(Option<(i64, u32)>);

impl Sequence {
    /// An exchange with this number acts at `date` [s].
    ///
    /// # Errors
    /// One with a higher number has acted at the same date.
    pub(crate) fn act(
        &mut self,
        exchange: &str,
        number: Option<u32>,
        date: i64,
    ) -> Result<(), Error> {
        let Some(number) = number else { return Ok(()) };
        if let Some((_, last)) = self.0.filter(|(at, last)| *at == date && number < *last) {
            return Err(Error::new(
                Code::Order,
                format!(
                    "exchange '{exchange}' has `sequence: {number}`, and acts at {date} s after one with {last}"
                ),
                "exchanges at one date in the order of their numbers",
                "call put and get in that order, or correct the numbers (`sequence:`, in a namcouple SEQ)",
            ));
        }
        self.0 = Some((date, number));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_within_a_date_and_begin_again_at_the_next() {
        let mut sequence = Sequence::default();
        let mut act = |number, date| sequence.act("x", number, date).is_ok();
        assert!(act(Some(1), 0) && act(Some(1), 0) && act(Some(2), 0));
        assert!(
            act(None, 0),
            "exchanges without a number act whenever they like"
        );
        assert!(!act(Some(1), 0));
        assert!(act(Some(1), 4));
    }
}
