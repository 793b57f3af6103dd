//! Every date of an exchange once and in order, with all of its fields.

use super::Outgoing;
use crate::{clock::Clock, code::Code, error::Error};

impl Outgoing {
    /// Whether `target` is the date that comes next and no field of an earlier one is missing.
    pub(super) fn check_order(&self, field: usize, target: i64) -> Result<(), Error> {
        let expected = self.open.unwrap_or_else(|| self.clock.following(self.done));
        if self.clock == Clock::Once || target == expected && !self.packed[field] {
            return Ok(());
        }
        let name = &self.fields[field];
        if let Some(open) = self.open.filter(|open| *open != target) {
            let missing: Vec<&str> = self
                .fields
                .iter()
                .zip(&self.packed)
                .filter(|(_, packed)| !**packed)
                .map(|(name, _)| name.as_str())
                .collect();
            return Err(Error::new(
                Code::Date,
                format!(
                    "send for date {target} s while exchange '{}' still lacks {} for date {open} s",
                    self.name,
                    missing.join(", ")
                ),
                format!(
                    "all fields of the exchange ({}) at each date",
                    self.fields.join(", ")
                ),
                "send the missing field, or take it out of the exchange in the experiment file",
            )
            .about(name));
        }
        let found = if self.packed[field] || target < expected {
            format!("send for date {target} s again")
        } else {
            format!("send for date {target} s, but that for {expected} s was skipped")
        };
        Err(Error::new(
            Code::Date,
            found,
            format!("one send for each coupling date, next for {expected} s"),
            "call send at every step with the date of the step in seconds since the start of the run",
        )
        .about(name))
    }
}
