//! What is wrong with an experiment file: all of it, each with its place.

use crate::place::Place;
use std::fmt;

/// Which rule a problem breaks. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The file cannot be read.
    File,
    /// The text is not YAML.
    Syntax,
    /// A key is written twice in one map.
    DuplicateKey,
    /// A key that the file does not have.
    UnknownKey,
    /// A key that is needed is not there.
    MissingKey,
    /// A list where a number belongs, and the like.
    WrongType,
    /// A value of the right type that means nothing.
    WrongValue,
    /// A name with characters that names cannot have.
    BadName,
    /// Both or neither of two keys, of which one is needed.
    OneOfTwo,
    /// A day that the calendar does not have.
    NoSuchDate,
    /// A time that must be a multiple of another.
    NotAMultiple,
    /// A time that must be positive.
    NotPositive,
    /// A component that is not in the file.
    UnknownComponent,
    /// A grid that is not in the file.
    UnknownGrid,
    /// A field that is not in the file.
    UnknownField,
    /// A field that no exchange carries.
    UnusedField,
    /// A grid that no field is on.
    UnusedGrid,
    /// A component that no exchange connects.
    UnconnectedComponent,
    /// A component that sends to itself.
    SentToItself,
    /// A field that reaches one component from two exchanges.
    TwoSources,
    /// A field written twice in one exchange, or an exchange's name used twice.
    Repeated,
    /// Fields of one exchange on several grids.
    SeveralGrids,
    /// An exchange without period.
    MissingPeriod,
    /// A period longer than the run.
    RunTooShort,
    /// A lag outside (-period, period].
    LagOutside,
    /// A positive lag without initial values.
    MissingInitial,
    /// Times for an exchange that happens once.
    StaticWithTimes,
    /// A halo wider than the domain.
    HaloTooWide,
    /// A north fold on a grid that cannot have one.
    BadFold,
    /// A worker's key on a component that is not a worker.
    NotAWorker,
    /// Tiles that do not suit the grid.
    BadTiles,
    /// A file that the experiment names is missing, or does not hold what the experiment needs of it.
    NamedFile,
    /// A worker's file that Python cannot read.
    PythonSyntax,
    /// A function that the worker's file does not define.
    UnknownFunction,
}

impl fmt::Display for Code {
    /// The stable name: `halo-too-wide`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (position, letter) in name.char_indices() {
            if letter.is_ascii_uppercase() && position > 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which rule is broken.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What was found, as a sentence.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// What to change.
    pub change: String,
    /// Other places that matter, and why.
    pub related: Vec<(Place, String)>,
}

impl Problem {
    /// A problem from its code, its place and its three parts.
    #[must_use]
    pub fn new(
        code: Code,
        place: Place,
        found: impl Into<String>,
        expected: impl Into<String>,
        change: impl Into<String>,
    ) -> Self {
        Self {
            code,
            place,
            found: found.into(),
            expected: expected.into(),
            change: change.into(),
            related: Vec::new(),
        }
    }

    /// Show another place too.
    pub(crate) fn beside(mut self, place: Place, why: impl Into<String>) -> Self {
        self.related.push((place, why.into()));
        self
    }
}

impl fmt::Display for Problem {
    /// One line: `34:13: found; expected ...; change`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            found,
            expected,
            change,
            ..
        } = self;
        write!(
            f,
            "{}:{}: {found}; expected {expected}; {change}",
            place.line, place.column
        )
    }
}

/// Whether a report uses the colours of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// ANSI colours.
    Yes,
    /// Plain text.
    No,
}

/// All that is wrong with an experiment file; at least one problem.
#[derive(Debug, Clone)]
pub struct Problems {
    /// Name of the file.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The problems, in the order of their places.
    pub problems: Vec<Problem>,
}

impl Problems {
    /// Put problems in the order of their places, each once.
    pub(crate) fn new(file: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.place, problem.code));
        problems.dedup();
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            problems,
        }
    }

    /// The complete report: for each problem its code, the text underlined, what was expected and what to change.
    #[must_use]
    pub fn report(&self, colour: Colour) -> String {
        crate::report::report(self, colour)
    }

    /// One line per problem, `file:line:column: ...`, as compilers write them.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.problems
            .iter()
            .map(|problem| format!("{}:{problem}", self.file))
            .collect()
    }
}

impl fmt::Display for Problems {
    /// The complete report, without colour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report(Colour::No))
    }
}

impl std::error::Error for Problems {}
