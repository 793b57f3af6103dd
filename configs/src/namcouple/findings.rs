//! What the reader of a namcouple has to say: problems, and what has no effect.

use super::lines::{Line, Word};
use crate::{
    hint,
    place::Place,
    problem::{Code, Problem},
};

/// Problems that are kept: a file that is no namcouple would otherwise give one for each of its words.
const MOST_PROBLEMS: usize = 50;
/// Words that the note names.
const MOST_NAMED: usize = 40;

/// Problems and remarks, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    remarks: Vec<String>,
    remarks_left_out: usize,
}

impl Findings {
    pub(super) fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Say of something that it has no effect, or another one than its writer may think.
    pub(super) fn remark(&mut self, place: Place, what: impl std::fmt::Display) {
        if self.remarks.len() < MOST_NAMED {
            self.remarks.push(format!("{what} (line {})", place.line));
        } else {
            self.remarks_left_out += 1;
        }
    }

    /// Words at the end of a line, from a position on, that nothing reads.
    pub(super) fn surplus(&mut self, line: &Line<'_>, from: usize) {
        let Some(first) = line.words.get(from) else {
            return;
        };
        let words: Vec<String> = line.words[from..].iter().take(4).map(Word::shown).collect();
        let more = if line.words.len() > from + 4 {
            " ..."
        } else {
            ""
        };
        self.remark(first.place, format!("'{}{more}'", words.join(" ")));
    }

    /// All remarks as one note, if there are any.
    pub(super) fn note(&self) -> Option<String> {
        if self.remarks.is_empty() {
            return None;
        }
        let more = match self.remarks_left_out {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        Some(format!(
            "without effect, or read differently from OASIS: {}{more}",
            self.remarks.join(", ")
        ))
    }
}

/// A word that is none of those that may stand here.
pub(super) fn unknown_word(word: Word<'_>, what: &str, known: &[&str]) -> Problem {
    let list = known.join(", ");
    Problem::new(
        Code::WrongValue,
        word.place,
        format!("'{}' is not {what}", word.shown()),
        format!("one of {list}"),
        hint::change_to(
            word.text,
            known.iter().copied(),
            &format!("write one of {list}"),
        ),
    )
}

/// A word that is missing at the end of a line.
pub(super) fn missing_word(line: &Line<'_>, position: usize, what: &str, layout: &str) -> Problem {
    Problem::new(
        Code::MissingKey,
        line.place_of(position),
        format!("the line ends before {what}"),
        layout,
        format!("add {what} as word {} of the line", position + 1),
    )
}

/// A word that is not a value of its kind.
pub(super) fn wrong_word(word: Word<'_>, what: &str, expected: &str, change: &str) -> Problem {
    Problem::new(
        Code::WrongValue,
        word.place,
        format!("{what} is '{}'", word.shown()),
        expected,
        change,
    )
}

/// Control characters are no part of any name, and no file that holds them is a text.
pub(super) fn no_control_characters(text: &str, findings: &mut Findings) {
    let is_wrong = |letter: char| {
        letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{85}' | '\u{b}' | '\u{c}')
    };
    let Some((start, letter)) = text.char_indices().find(|(_, letter)| is_wrong(*letter)) else {
        return;
    };
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let place = Place {
        start,
        end: start + letter.len_utf8(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    };
    findings.problem(Problem::new(
        Code::Syntax,
        place,
        format!("the control character U+{:04X}", u32::from(letter)),
        "a text file",
        "remove it, or give the namcouple itself if this is another file",
    ));
}
