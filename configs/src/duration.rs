//! Durations: whole seconds, written as `20 min`, `1 h`, `10 days`, `1 h 30 min`, or a bare integer of seconds.

use crate::{hint, text::Misread};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// A span of simulated or real time [s]; lags may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seconds(pub i64);

/// Units that may be written, and their length [s].
const UNITS: [(&str, i64); 16] = [
    ("s", 1),
    ("sec", 1),
    ("second", 1),
    ("seconds", 1),
    ("min", 60),
    ("minute", 60),
    ("minutes", 60),
    ("h", 3600),
    ("hour", 3600),
    ("hours", 3600),
    ("d", 86_400),
    ("day", 86_400),
    ("days", 86_400),
    ("w", 604_800),
    ("week", 604_800),
    ("weeks", 604_800),
];

pub(crate) const EXPECTED: &str =
    "a duration such as 1200 s, 20 min, 1 h, 10 days, or whole seconds";

impl Seconds {
    /// The number of seconds.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same span for clocks of this machine; `None` when negative.
    #[must_use]
    pub fn to_std(self) -> Option<std::time::Duration> {
        u64::try_from(self.0)
            .ok()
            .map(std::time::Duration::from_secs)
    }
}

impl fmt::Display for Seconds {
    /// The largest unit that divides the span: `20 min`, `3 h`, `10 days`, `90 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        match seconds {
            0 => write!(f, "0 s"),
            _ if seconds % 86_400 == 0 && seconds.abs() == 86_400 => {
                write!(f, "{} day", seconds / 86_400)
            }
            _ if seconds % 86_400 == 0 => write!(f, "{} days", seconds / 86_400),
            _ if seconds % 3600 == 0 => write!(f, "{} h", seconds / 3600),
            _ if seconds % 60 == 0 => write!(f, "{} min", seconds / 60),
            _ => write!(f, "{seconds} s"),
        }
    }
}

impl FromStr for Seconds {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let (sign, mut rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest.trim_start()),
            None => (1, text.trim()),
        };
        if rest.is_empty() {
            return Err(Misread::new(EXPECTED, "write a number and a unit"));
        }
        let mut total = 0_i64;
        while !rest.is_empty() {
            let (number, unit, after) = split_term(rest);
            total = add_term(total, number, unit)?;
            rest = after;
        }
        Ok(Self(sign * total))
    }
}

/// Split `20 min 5 s` into `20`, `min` and `5 s`.
fn split_term(text: &str) -> (&str, &str, &str) {
    let number_end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(number_end);
    let rest = rest.trim_start();
    let unit_end = rest
        .find(|c: char| c.is_ascii_digit() || c.is_whitespace())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit_end);
    (number, unit, rest.trim_start())
}

fn add_term(total: i64, number: &str, unit: &str) -> Result<i64, Misread> {
    if number.is_empty() {
        return Err(Misread::new(EXPECTED, "write a whole number and a unit"));
    }
    if unit.starts_with(['.', ',']) {
        return Err(Misread::new(
            EXPECTED,
            "write a whole number before each unit (90 min, not 1.5 h)",
        ));
    }
    let length = if unit.is_empty() {
        1
    } else {
        unit_length(unit)?
    };
    let too_long = || {
        Misread::new(
            EXPECTED,
            "write a shorter time: this is more than 2^63 seconds",
        )
    };
    let number: i64 = number.parse().map_err(|_| too_long())?;
    number
        .checked_mul(length)
        .and_then(|term| total.checked_add(term))
        .ok_or_else(too_long)
}

fn unit_length(unit: &str) -> Result<i64, Misread> {
    if let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(*length);
    }
    if unit.starts_with("month") || unit.starts_with("year") {
        return Err(Misread::new(
            "a unit of fixed length: s, min, h, day, week",
            "write months and years as days: their length depends on the calendar",
        ));
    }
    let known = UNITS.iter().map(|(name, _)| *name);
    Err(Misread::new(
        "a unit among s, min, h, day, week",
        hint::change_to(unit, known, "write one of these units"),
    ))
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecondsVisitor)
    }
}

struct SecondsVisitor;

impl de::Visitor<'_> for SecondsVisitor {
    type Value = Seconds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Seconds, E> {
        Ok(Seconds(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Seconds, E> {
        i64::try_from(value).map(Seconds).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Seconds, E> {
        text.parse().map_err(E::custom)
    }
}

impl JsonSchema for Seconds {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"],
            "format": "halocline-duration",
            "examples": ["20 min", "1 h", "10 days", 1200]
        })
    }
}
