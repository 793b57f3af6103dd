//! Calendars and dates: the date that lies a number of seconds after another.

use crate::text::{Misread, written_as_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Which days a year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum Calendar {
    /// Leap years by the Gregorian rule, also before 1582.
    #[default]
    #[serde(rename = "gregorian")]
    Gregorian,
    /// 365 days in every year.
    #[serde(rename = "noleap")]
    NoLeap,
    /// 12 months of 30 days.
    #[serde(rename = "360_day")]
    Days360,
}

const SECONDS_PER_DAY: i64 = 86_400;
/// Days before each month in a year without 29 February.
const DAYS_BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gregorian => "gregorian",
            Self::NoLeap => "noleap",
            Self::Days360 => "360_day",
        })
    }
}

impl Calendar {
    /// Whether the year has a 29 February beside 28 others.
    #[must_use]
    pub fn is_leap(self, year: i64) -> bool {
        self == Self::Gregorian && (year % 4 == 0 && year % 100 != 0 || year % 400 == 0)
    }

    /// Number of days of a month, 1 to 12.
    #[must_use]
    pub fn days_in_month(self, year: i64, month: u8) -> u8 {
        match (self, month) {
            (Self::Days360, _) => 30,
            (_, 2) if self.is_leap(year) => 29,
            (_, 2) => 28,
            (_, 4 | 6 | 9 | 11) => 30,
            _ => 31,
        }
    }

    /// Days from 1 January of year 0 to 1 January of `year`.
    fn days_before_year(self, year: i64) -> i64 {
        let leap_days = match self {
            Self::Days360 => return 360 * year,
            Self::NoLeap => 0,
            Self::Gregorian => {
                (year + 3).div_euclid(4) - (year + 99).div_euclid(100)
                    + (year + 399).div_euclid(400)
            }
        };
        365 * year + leap_days
    }

    fn days_before_month(self, year: i64, month: u8) -> i64 {
        if self == Self::Days360 {
            return 30 * i64::from(month - 1);
        }
        DAYS_BEFORE_MONTH[usize::from(month) - 1] + i64::from(month > 2 && self.is_leap(year))
    }

    /// Seconds from 1 January of year 0 to `date`.
    fn seconds_of(self, date: DateTime) -> i64 {
        let days = self.days_before_year(date.year)
            + self.days_before_month(date.year, date.month)
            + i64::from(date.day)
            - 1;
        days * SECONDS_PER_DAY
            + i64::from(date.hour) * 3600
            + i64::from(date.minute) * 60
            + i64::from(date.second)
    }

    /// The date that lies `seconds` after `start`; earlier for negative ones.
    #[must_use]
    pub fn add(self, start: DateTime, seconds: i64) -> DateTime {
        let total = self.seconds_of(start) + seconds;
        let (days, time) = (
            total.div_euclid(SECONDS_PER_DAY),
            total.rem_euclid(SECONDS_PER_DAY),
        );
        let mut year = days.div_euclid(if self == Self::Days360 { 360 } else { 366 });
        while self.days_before_year(year) > days {
            year -= 1;
        }
        while self.days_before_year(year + 1) <= days {
            year += 1;
        }
        let day_of_year = days - self.days_before_year(year);
        let month = (1..=12_u8)
            .rev()
            .find(|month| self.days_before_month(year, *month) <= day_of_year)
            .unwrap_or(1);
        let part = |value: i64| u8::try_from(value).expect("a remainder below 60 fits");
        DateTime {
            year,
            month,
            day: part(day_of_year - self.days_before_month(year, month) + 1),
            hour: part(time / 3600),
            minute: part(time / 60 % 60),
            second: part(time % 60),
        }
    }

    /// Seconds from `start` to `end`.
    #[must_use]
    pub fn seconds_between(self, start: DateTime, end: DateTime) -> i64 {
        self.seconds_of(end) - self.seconds_of(start)
    }
}

/// A date with its time of day; which days exist depends on the [`Calendar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// Year.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        if (*hour, *minute, *second) == (0, 0, 0) {
            return Ok(());
        }
        write!(f, "T{hour:02}:{minute:02}:{second:02}")
    }
}

impl FromStr for DateTime {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let misread = || {
            Misread::new(
                "a date such as 2000-01-01 or 2000-01-01T12:00:00",
                "write year-month-day",
            )
        };
        let (date, time) = text
            .trim()
            .split_once(['T', ' '])
            .unwrap_or((text.trim(), "00:00:00"));
        let [year, month, day] = numbers::<3>(date, '-').ok_or_else(misread)?;
        let [hour, minute, second] =
            numbers::<3>(time.trim_end_matches('Z'), ':').ok_or_else(misread)?;
        let part = |value: i64, range: std::ops::RangeInclusive<i64>| {
            u8::try_from(value)
                .ok()
                .filter(|_| range.contains(&value))
                .ok_or_else(misread)
        };
        Ok(Self {
            year,
            month: part(month, 1..=12)?,
            day: part(day, 1..=31)?,
            hour: part(hour, 0..=23)?,
            minute: part(minute, 0..=59)?,
            second: part(second, 0..=59)?,
        })
    }
}

/// Exactly `N` whole numbers between separators.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())
            .flatten()
    };
    let parts: Vec<i64> = text.split(separator).map(digits).collect::<Option<_>>()?;
    parts.try_into().ok()
}

written_as_text!(DateTime, "Date",
    format: "halocline-date",
    pattern: r"^[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}:[0-9]{2}Z?)?$",
    examples: ["2000-01-01", "2000-01-01T12:00:00"]);
