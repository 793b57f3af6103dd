//! A namcouple as sections: a keyword `$...` and the lines below it, up to `$END` or the next keyword.

use super::{
    findings::Findings,
    lines::{Line, Word, lines},
};
use crate::{
    hint,
    place::Place,
    problem::{Code, Problem},
};

/// Keywords that have an effect.
const READ: [&str; 10] = [
    "$NFIELDS", "$RUNTIME", "$NLOGPRT", "$NNOREST", "$NWGTOPT", "$NCDFTYP", "$INIDATE", "$CALTYPE",
    "$JOBNAME", "$STRINGS",
];
/// Keywords that OASIS has, or had, and that have no effect here.
const WITHOUT_EFFECT: [&str; 7] = [
    "$NBMODEL", "$CHANNEL", "$SEQMODE", "$MODINFO", "$NUNITNO", "$NMAPDEC", "$NMATXRD",
];
const END: &str = "$END";

/// Whether a text is a namcouple: one of its lines begins with a keyword.
pub(super) fn has_keyword(text: &str) -> bool {
    let known = |word: &str| {
        let word = word.to_ascii_uppercase();
        READ.contains(&word.as_str()) || WITHOUT_EFFECT.contains(&word.as_str())
    };
    text.lines()
        .filter_map(|line| {
            line.trim_start_matches('\u{feff}')
                .split_whitespace()
                .next()
        })
        .any(|word| word.starts_with('$') && known(word))
}

/// A keyword and the lines below it.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) keyword: Word<'a>,
    pub(super) lines: Vec<Line<'a>>,
}

/// The sections that have an effect.
#[derive(Debug)]
pub(super) struct Sections<'a> {
    known: Vec<(&'static str, Section<'a>)>,
    /// Keywords that OASIS does not have.
    unknown: Vec<Word<'a>>,
}

impl<'a> Sections<'a> {
    /// Cut a text into its sections; what is in none of them is remarked.
    pub(super) fn read(text: &'a str, findings: &mut Findings) -> Self {
        let mut sections = Self {
            known: Vec::new(),
            unknown: Vec::new(),
        };
        let mut open: Option<Section<'a>> = None;
        for line in lines(text) {
            if line.is_keyword() {
                sections.close(open.take(), findings);
                open = begun(&line, findings);
            } else if let Some(section) = &mut open {
                section.lines.push(line);
            } else {
                findings.remark(
                    line.place(),
                    format!("'{}' outside all sections", line.first().shown()),
                );
            }
        }
        sections.close(open, findings);
        sections
    }

    fn close(&mut self, section: Option<Section<'a>>, findings: &mut Findings) {
        let Some(section) = section else {
            return;
        };
        let (name, place) = (section.keyword.capitals(), section.keyword.place);
        if let Some(keyword) = READ.iter().find(|keyword| **keyword == name) {
            match self.get(keyword) {
                Some(first) => findings.problem(written_twice(&section, first)),
                None => self.known.push((keyword, section)),
            }
        } else if WITHOUT_EFFECT.contains(&name.as_str()) {
            findings.remark(place, section.keyword.text);
        } else {
            let near = hint::nearest(&name, READ.iter().chain(&WITHOUT_EFFECT).copied());
            let near = near.map_or(String::new(), |near| format!(", did you mean '{near}'?"));
            findings.remark(
                place,
                format!("{}, an unknown keyword{near}", section.keyword.shown()),
            );
            self.unknown.push(section.keyword);
        }
    }

    /// The section of a keyword.
    pub(super) fn get(&self, keyword: &str) -> Option<&Section<'a>> {
        let mut all = self.known.iter();
        all.find(|(known, _)| *known == keyword)
            .map(|(_, section)| section)
    }

    /// The problem that a keyword is missing, at one that may have been meant to be it.
    pub(super) fn missing(&self, keyword: &str, holds: &str) -> Problem {
        let is_meant = |word: &&Word<'a>| hint::nearest(&word.capitals(), [keyword]).is_some();
        let meant = self.unknown.iter().find(is_meant);
        let place = meant.map_or(Place::beginning(), |word| word.place);
        let change = match meant {
            Some(word) => format!("did you mean '{keyword}' by '{}'?", word.shown()),
            None => format!("add a line with {keyword}, and below it {holds}"),
        };
        Problem::new(
            Code::MissingKey,
            place,
            format!("the namcouple has no {keyword}"),
            format!("{keyword}, and below it {holds}"),
            change,
        )
    }
}

/// The section that a line with a keyword begins; none for `$END`.
fn begun<'a>(line: &Line<'a>, findings: &mut Findings) -> Option<Section<'a>> {
    let keyword = line.first();
    let name = keyword.capitals();
    if line.words.len() > 1 && name != END && READ.contains(&name.as_str()) {
        findings.problem(Problem::new(
            Code::WrongValue,
            line.words[1].place,
            format!("'{}' stands on the line of {name}", line.words[1].shown()),
            "the value on the line below its keyword",
            "put it on a line of its own, or '#' before it if it is a comment",
        ));
    }
    (name != END).then(|| Section {
        keyword,
        lines: Vec::new(),
    })
}

fn written_twice(section: &Section<'_>, first: &Section<'_>) -> Problem {
    Problem::new(
        Code::DuplicateKey,
        section.keyword.place,
        format!("{} is written twice", section.keyword.capitals()),
        "each keyword once",
        format!(
            "remove one of the two; the first is on line {}",
            first.keyword.place.line
        ),
    )
    .beside(first.keyword.place, "first here")
}
