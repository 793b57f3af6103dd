//! The first part of a namcouple: what holds for all entries.

use super::{
    FIRST_DATE, Namcouple,
    findings::{Findings, unknown_word, wrong_word},
    lines::{Line, Word},
    numbers::{LONGEST, count, integer},
    sections::Sections,
};
use crate::{
    calendar::{Calendar, DateTime},
    problem::{Code, Problem},
    spec::{BadWeights, MissingRestart, NetcdfKind, Oasis},
};

/// Level of the debug files where a namcouple does not say it.
const LOG_LEVEL: i32 = 2;

/// What the first part says, still without entries; none where the length of the run is not known.
pub(super) fn read(sections: &Sections<'_>, findings: &mut Findings) -> Option<Namcouple> {
    let calendar = calendar(sections, findings);
    let start = start(sections, calendar, findings);
    let oasis = oasis(sections, findings);
    let job_name = value(sections, "$JOBNAME", findings).map(|word| word.text.to_owned());
    let run_seconds = run_seconds(sections, findings)?;
    Some(Namcouple {
        job_name,
        start,
        calendar,
        run_seconds,
        oasis,
        entries: Vec::new(),
    })
}

/// The line below a keyword that is written.
fn line<'s, 'a>(
    sections: &'s Sections<'a>,
    keyword: &str,
    findings: &mut Findings,
) -> Option<&'s Line<'a>> {
    let section = sections.get(keyword)?;
    let Some(line) = section.lines.first() else {
        findings.problem(Problem::new(
            Code::MissingKey,
            section.keyword.place,
            format!("there is no value below {keyword}"),
            "a line with the value",
            format!("write the value on the line below {keyword}, or remove the keyword"),
        ));
        return None;
    };
    for surplus in section.lines.iter().skip(1) {
        findings.surplus(surplus, 0);
    }
    Some(line)
}

/// The only word below a keyword that is written.
fn value<'a>(sections: &Sections<'a>, keyword: &str, findings: &mut Findings) -> Option<Word<'a>> {
    let line = line(sections, keyword, findings)?;
    findings.surplus(line, 1);
    Some(line.first())
}

fn run_seconds(sections: &Sections<'_>, findings: &mut Findings) -> Option<i64> {
    if sections.get("$RUNTIME").is_none() {
        let holds = "the length of the run in seconds";
        findings.problem(sections.missing("$RUNTIME", holds));
        return None;
    }
    let word = value(sections, "$RUNTIME", findings)?;
    let seconds = integer(word.text).filter(|seconds| *seconds > 0);
    if seconds.is_none() {
        let expected = format!("whole seconds, from 1 to {LONGEST}");
        let change = "write the length of the run in seconds";
        findings.problem(wrong_word(word, "the length of the run", &expected, change));
    }
    seconds
}

fn oasis(sections: &Sections<'_>, findings: &mut Findings) -> Oasis {
    let [log_level, timers] = log_levels(sections, findings);
    Oasis {
        log_level,
        timers,
        missing_restart: missing_restart(sections, findings),
        bad_weights: bad_weights(sections, findings),
        netcdf: netcdf(sections, findings),
    }
}

fn log_levels(sections: &Sections<'_>, findings: &mut Findings) -> [i32; 2] {
    let mut levels = [LOG_LEVEL, 0];
    let Some(line) = line(sections, "$NLOGPRT", findings) else {
        return levels;
    };
    for (level, word) in levels.iter_mut().zip(&line.words) {
        match integer(word.text).and_then(|number| i32::try_from(number).ok()) {
            Some(number) => *level = number,
            None => findings.problem(wrong_word(
                *word,
                "a level of $NLOGPRT",
                "whole numbers: the level of the debug files, and that of the timers",
                "write for example '1 0'",
            )),
        }
    }
    findings.surplus(line, 2);
    levels
}

/// Anything but a word for true is false, as OASIS has it.
fn missing_restart(sections: &Sections<'_>, findings: &mut Findings) -> MissingRestart {
    let Some(word) = value(sections, "$NNOREST", findings) else {
        return MissingRestart::Error;
    };
    match word.capitals().trim_matches('.') {
        "T" | "TRUE" => MissingRestart::Zeros,
        "F" | "FALSE" => MissingRestart::Error,
        _ => {
            findings.problem(unknown_word(word, "true or false", &["T", "F"]));
            MissingRestart::Error
        }
    }
}

/// Words of `$NWGTOPT`.
pub(super) const BAD_WEIGHTS: [(&str, BadWeights); 3] = [
    ("abort_on_bad_weights", BadWeights::Error),
    ("ignore_bad_weights", BadWeights::Warn),
    ("ignore_bad_weights_silently", BadWeights::Ignore),
];

/// Words of `$NCDFTYP`.
pub(super) const NETCDF: [(&str, NetcdfKind); 3] = [
    ("cdf1", NetcdfKind::Cdf1),
    ("cdf2", NetcdfKind::Cdf2),
    ("cdf5", NetcdfKind::Cdf5),
];

fn bad_weights(sections: &Sections<'_>, findings: &mut Findings) -> BadWeights {
    let word = value(sections, "$NWGTOPT", findings);
    chosen(
        word,
        "an option of $NWGTOPT that can be done here",
        &BAD_WEIGHTS,
        findings,
    )
}

fn netcdf(sections: &Sections<'_>, findings: &mut Findings) -> NetcdfKind {
    let word = value(sections, "$NCDFTYP", findings);
    chosen(word, "a kind of netCDF files", &NETCDF, findings)
}

/// What a word stands for; the default where there is none.
fn chosen<T: Copy + Default>(
    word: Option<Word<'_>>,
    what: &str,
    choices: &[(&str, T)],
    findings: &mut Findings,
) -> T {
    let Some(word) = word else {
        return T::default();
    };
    let meant = choices
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word.text));
    if meant.is_none() {
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        findings.problem(unknown_word(word, what, &known));
    }
    meant.map_or(T::default(), |(_, value)| *value)
}

/// `$CALTYPE`: 0 without leap years, 1 with them, n for months of n days.
fn calendar(sections: &Sections<'_>, findings: &mut Findings) -> Calendar {
    let Some(word) = value(sections, "$CALTYPE", findings) else {
        return Calendar::default();
    };
    match integer(word.text) {
        Some(0) => Calendar::NoLeap,
        Some(1) => Calendar::Gregorian,
        Some(30) => Calendar::Days360,
        _ => {
            let expected = "0 (years of 365 days), 1 (leap years) or 30 (months of 30 days)";
            let change = "choose one of these calendars, or remove $CALTYPE";
            findings.problem(wrong_word(word, "the calendar", expected, change));
            Calendar::default()
        }
    }
}

/// `$INIDATE`: YYYYMMDD.
fn start(sections: &Sections<'_>, calendar: Calendar, findings: &mut Findings) -> DateTime {
    let Some(word) = value(sections, "$INIDATE", findings) else {
        return FIRST_DATE;
    };
    let date = date(word.text, calendar);
    if date.is_none() {
        let expected = format!("a date of the calendar '{calendar}' as YYYYMMDD");
        let change = "write for example 20000101, or remove $INIDATE";
        findings.problem(wrong_word(word, "the first date", &expected, change));
    }
    date.unwrap_or(FIRST_DATE)
}

fn date(text: &str, calendar: Calendar) -> Option<DateTime> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = count(text).filter(|_| digits)?;
    let part = |value: usize| u8::try_from(value).ok();
    let (year, month, day) = (
        number / 10_000,
        part(number / 100 % 100)?,
        part(number % 100)?,
    );
    let date = DateTime {
        year: i64::try_from(year).ok()?,
        month,
        day,
        ..FIRST_DATE
    };
    let exists =
        (1..=12).contains(&month) && day >= 1 && day <= calendar.days_in_month(date.year, month);
    exists.then_some(date)
}
