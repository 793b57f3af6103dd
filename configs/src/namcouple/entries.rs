//! The second part of a namcouple, `$STRINGS`: an entry of several lines for each exchange.
//!
//! ```text
//! SRC[:SRC2...] DST[:DST2...] label period transformations [restart.nc] STATUS
//! [nx ny nx ny] source_grid target_grid [LAG=n] [SEQ=n]        not for INPUT
//! P|R n P|R n                                                  EXPORTED and EXPOUT
//! names of the transformations                                 unless there are none
//! a line of parameters for each of them                        two or more for BLASOLD and BLASNEW
//! ```

use super::{
    Entry,
    findings::{Findings, missing_word, unknown_word, wrong_word},
    grid_lines,
    lines::{Line, Word},
    numbers::{LONGEST, count, integer},
    sections::Sections,
    transformations,
};
use crate::{
    place::Place,
    problem::{Code, Problem},
    spec::Status,
};
use std::path::PathBuf;

const FIRST_LINE: &str = "SOURCE TARGET label period transformations restart.nc STATUS";
const STATUS: [&str; 6] = ["EXPORTED", "EXPOUT", "OUTPUT", "INPUT", "IGNORED", "IGNOUT"];
/// Longest name of a field or grid [characters].
const LONGEST_NAME: usize = 80;

/// A line that cannot be read; what is wrong is among the findings.
#[derive(Debug)]
pub(super) struct Broken;

/// The lines of `$STRINGS`, one after the other.
#[derive(Debug)]
pub(super) struct Reader<'s, 'a> {
    lines: std::slice::Iter<'s, Line<'a>>,
    last: Place,
    /// Length of the run, for the period `ONCE`; none where it cannot be read.
    run_seconds: Option<i64>,
}

/// All entries that can be read.
pub(super) fn read(
    sections: &Sections<'_>,
    run_seconds: Option<i64>,
    findings: &mut Findings,
) -> Vec<Entry> {
    let Some(section) = sections.get("$STRINGS") else {
        findings.problem(sections.missing("$STRINGS", "an entry for each exchange"));
        return Vec::new();
    };
    let mut reader = Reader {
        lines: section.lines.iter(),
        last: section.keyword.place,
        run_seconds,
    };
    let (mut entries, mut begun) = (Vec::new(), 0);
    while let Some(first) = reader.next_first_line(findings) {
        begun += 1;
        if let Ok(entry) = reader.entry(first, findings) {
            entries.push(entry);
        }
    }
    if begun == 0 {
        findings.problem(Problem::new(
            Code::MissingKey,
            section.keyword.place,
            "there is no entry below $STRINGS",
            "at least one entry",
            format!("add an entry, which begins with: {FIRST_LINE}"),
        ));
    }
    count_entries(sections, begun, findings);
    entries
}

/// `$NFIELDS` may be larger than the number of entries, not smaller.
fn count_entries(sections: &Sections<'_>, entries: usize, findings: &mut Findings) {
    let Some(line) = sections
        .get("$NFIELDS")
        .and_then(|section| section.lines.first())
    else {
        return;
    };
    findings.surplus(line, 1);
    let word = line.first();
    if count(word.text).is_none_or(|number| number < entries) {
        let expected = format!("at least {entries}, the number of entries below $STRINGS");
        let change = format!("write {entries}");
        findings.problem(wrong_word(word, "the number of fields", &expected, &change));
    }
}

impl<'s, 'a> Reader<'s, 'a> {
    /// The next line of the entry.
    pub(super) fn next(
        &mut self,
        what: &str,
        layout: &str,
        findings: &mut Findings,
    ) -> Result<&'s Line<'a>, Broken> {
        let next = self.lines.clone().next().filter(|line| !begins_entry(line));
        if let Some(line) = next {
            self.lines.next();
            self.last = line.place();
            return Ok(line);
        }
        findings.problem(Problem::new(
            Code::MissingKey,
            self.last,
            format!("the entry ends before {what}"),
            layout,
            format!("add {what} below this line, or correct the status or the number of transformations of the entry"),
        ));
        Err(Broken)
    }

    /// The first line of the next entry; lines that belong to none are a problem.
    fn next_first_line(&mut self, findings: &mut Findings) -> Option<&'s Line<'a>> {
        let mut is_told = !findings.problems.is_empty();
        for line in self.lines.by_ref() {
            self.last = line.place();
            if begins_entry(line) || (!is_told && looks_like_fields(line)) {
                return Some(line);
            }
            if !is_told {
                is_told = true;
                findings.problem(Problem::new(
                    Code::Syntax,
                    line.place(),
                    "this line belongs to no entry",
                    format!("the first line of an entry: {FIRST_LINE}"),
                    "remove it, or correct the number of transformations of the entry above",
                ));
            }
        }
        None
    }

    fn entry(&mut self, first: &Line<'a>, findings: &mut Findings) -> Result<Entry, Broken> {
        let (mut entry, transformations) = self.first_line(first, findings)?;
        if entry.status == Status::Input {
            return check(entry, first, findings);
        }
        let second = self.next("its line of grids", grid_lines::SECOND_LINE, findings)?;
        grid_lines::second_line(&mut entry, second, findings)?;
        if entry.status != Status::Output {
            let third = self.next("its line of P and R", grid_lines::THIRD_LINE, findings)?;
            grid_lines::third_line(&mut entry, third, findings)?;
        }
        if transformations > 0 {
            transformations::read(&mut entry, transformations, self, findings)?;
        }
        check(entry, first, findings)
    }

    /// The entry as its first line says it, and the number of its transformations.
    fn first_line(
        &self,
        line: &Line<'a>,
        findings: &mut Findings,
    ) -> Result<(Entry, usize), Broken> {
        let (status, status_at) = status(line, findings)?;
        let sent = names(line.words[0], findings)?;
        let received = names(line.words[1], findings)?;
        if sent.len() != received.len() {
            let found = format!(
                "{} names are sent, and {} received",
                sent.len(),
                received.len()
            );
            let expected = "a name at the receiver for each name at the sender";
            let problem = Problem::new(
                Code::WrongValue,
                line.words[1].place,
                found,
                expected,
                "add or remove names",
            )
            .beside(line.words[0].place, "the names at the sender");
            findings.problem(problem);
            return Err(Broken);
        }
        label(line.words[2], findings);
        let [sent, received] = one_side(status, sent, received, line, findings);
        let period = self.period(line.words[3], findings)?;
        let transformations = number_of_transformations(line.words[4], findings)?;
        let restart = (status_at == 6).then(|| PathBuf::from(line.words[5].text));
        findings.surplus(line, status_at + 1);
        let entry = Entry {
            sent,
            received,
            period,
            restart,
            status,
            grids: None,
            lag: 0,
            sequence: None,
            accumulate: None,
            scale_sent: None,
            check_sent: false,
            remap: None,
            conserve: None,
            scale_received: None,
            check_received: false,
        };
        Ok((entry, transformations))
    }

    fn period(&self, word: Word<'_>, findings: &mut Findings) -> Result<i64, Broken> {
        if word.text.eq_ignore_ascii_case("ONCE") {
            // Where the length of the run cannot be read, that is the problem that is told.
            return Ok(self.run_seconds.unwrap_or(LONGEST));
        }
        let Some(period) = integer(word.text).filter(|period| *period > 0) else {
            let expected = format!("whole seconds from 1 to {LONGEST}, or ONCE");
            let change = "write the time between two exchanges in seconds";
            findings.problem(wrong_word(word, "the period", &expected, change));
            return Err(Broken);
        };
        if self.run_seconds.is_some_and(|run| period > run) {
            findings.remark(
                word.place,
                format!("all dates but the first of a period of {period} s, longer than the run"),
            );
        }
        Ok(period)
    }
}

/// Whether a line is the first one of an entry: period and number in their places, and a status.
fn begins_entry(line: &Line<'_>) -> bool {
    let is_number = |position: usize| {
        line.words
            .get(position)
            .is_some_and(|word| word.text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_status = |position: usize| {
        let word = line.words.get(position).map(Word::capitals);
        word.is_some_and(|word| STATUS.contains(&word.as_str()) || word == "AUXILARY")
    };
    is_number(2) && is_number(4) && (is_status(5) || is_status(6))
}

/// Whether a line may have been meant as the first one of an entry: then its own problems are told.
fn looks_like_fields(line: &Line<'_>) -> bool {
    let word = |position: usize| line.words.get(position).map_or("", |word| word.text);
    line.words.len() >= 5
        && integer(word(0)).is_none()
        && (integer(word(2)).is_some() || integer(word(3)).is_some())
}

/// The status, and which word it is.
fn status(line: &Line<'_>, findings: &mut Findings) -> Result<(Status, usize), Broken> {
    if line.words.len() < 6 {
        let problem = missing_word(line, line.words.len(), "the status", FIRST_LINE);
        findings.problem(problem);
        return Err(Broken);
    }
    let of_word = |position: usize| match line.words.get(position)?.capitals().as_str() {
        "EXPORTED" | "IGNORED" => Some(Status::Exported),
        "EXPOUT" | "IGNOUT" => Some(Status::Expout),
        "OUTPUT" => Some(Status::Output),
        "INPUT" => Some(Status::Input),
        _ => None,
    };
    // A file may have the name of a status; a status that comes before other words is one without a file.
    let found = [6, 5]
        .into_iter()
        .find_map(|position| Some((of_word(position)?, position)));
    let Some((status, position)) = found else {
        let position = if line.words.len() == 6 { 5 } else { 6 };
        let word = line.words[position];
        let problem = if word.capitals() == "AUXILARY" {
            let change = "remove the entry, or write EXPORTED if its field is exchanged";
            wrong_word(
                word,
                "the status",
                "a status that OASIS3-MCT has: AUXILARY is none any more",
                change,
            )
        } else {
            unknown_word(word, "a status", &STATUS[..4])
        };
        findings.problem(problem);
        return Err(Broken);
    };
    let word = line.words[position];
    if matches!(word.capitals().as_str(), "IGNORED" | "IGNOUT") {
        let read_as = if status == Status::Exported {
            "EXPORTED"
        } else {
            "EXPOUT"
        };
        findings.remark(
            word.place,
            format!("{}, which counts as {read_as}", word.text),
        );
    }
    if status == Status::Input && position == 5 {
        findings.problem(missing_word(line, 5, "the file that is read", FIRST_LINE));
        return Err(Broken);
    }
    Ok((status, position))
}

/// The names of a list `A:B:C`.
fn names(word: Word<'_>, findings: &mut Findings) -> Result<Vec<String>, Broken> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for name in word.text.split(':') {
        good_name(name, word, "field", findings)?;
        if !seen.insert(name) {
            let found = format!("field '{name}' is twice in the list");
            let change = "remove or rename one of the two";
            findings.problem(Problem::new(
                Code::Repeated,
                word.place,
                found,
                "each name once",
                change,
            ));
            return Err(Broken);
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

pub(super) fn good_name(
    name: &str,
    word: Word<'_>,
    of: &str,
    findings: &mut Findings,
) -> Result<(), Broken> {
    if is_good_name(name) {
        return Ok(());
    }
    let expected = format!("1 to {LONGEST_NAME} characters, a letter, a digit or '_' first");
    let change = if name.is_empty() {
        "remove the ':' at the beginning or end, or one of two that follow each other"
    } else {
        "rename it here and in the models"
    };
    let found = format!(
        "'{}' cannot be the name of a {of}",
        Word { text: name, ..word }.shown()
    );
    findings.problem(Problem::new(
        Code::BadName,
        word.place,
        found,
        expected,
        change,
    ));
    Err(Broken)
}

/// Whether a field or grid may have this name.
pub(crate) fn is_good_name(name: &str) -> bool {
    let first = name.chars().next();
    let blank = |letter: char| letter.is_whitespace() || letter.is_control() || letter == ':';
    first.is_some_and(|first| first.is_alphanumeric() || first == '_')
        && name.chars().count() <= LONGEST_NAME
        && !name.contains(blank)
}

/// With a file at the other side there are only the names of one side.
fn one_side(
    status: Status,
    sent: Vec<String>,
    received: Vec<String>,
    line: &Line<'_>,
    findings: &mut Findings,
) -> [Vec<String>; 2] {
    let (names, other) = match status {
        Status::Output => (sent, line.words[1]),
        Status::Input => (received, line.words[0]),
        Status::Exported | Status::Expout => return [sent, received],
    };
    if line.words[0].text != line.words[1].text {
        findings.remark(
            other.place,
            format!("'{}' on the side of the file", other.shown()),
        );
    }
    [names.clone(), names]
}

/// Position of the field in the table of names of earlier versions; 1 is what is written where there is none.
fn label(word: Word<'_>, findings: &mut Findings) {
    match integer(word.text) {
        Some(1) => {}
        Some(_) => findings.remark(word.place, format!("the label {}", word.text)),
        None => {
            let expected = "a whole number; it has no effect";
            findings.problem(wrong_word(word, "the label", expected, "write 1"));
        }
    }
}

fn number_of_transformations(word: Word<'_>, findings: &mut Findings) -> Result<usize, Broken> {
    count(word.text).ok_or_else(|| {
        let expected = "a whole number, 0 or more";
        let change = "write how many transformations the entry has";
        findings.problem(wrong_word(
            word,
            "the number of transformations",
            expected,
            change,
        ));
        Broken
    })
}

/// What only shows when all lines of an entry are known.
fn check(entry: Entry, first: &Line<'_>, findings: &mut Findings) -> Result<Entry, Broken> {
    let Entry { period, lag, .. } = entry;
    if lag > period || lag <= -period {
        findings.problem(Problem::new(
            Code::LagOutside,
            first.place(),
            format!("the lag of this entry is {lag} s, its period {period} s"),
            format!("a lag that is more than -{period} and at most {period}"),
            "shorten LAG= on the line below: what is sent at a date serves the same or a neighbouring exchange",
        ));
        return Err(Broken);
    }
    if lag > 0 && entry.restart.is_none() {
        findings.problem(Problem::new(
            Code::MissingInitial,
            first.place(),
            format!("this entry has a lag of {lag} s, and no restart file"),
            FIRST_LINE,
            "name a restart file before the status: what is received first is read from it",
        ));
        return Err(Broken);
    }
    Ok(entry)
}
