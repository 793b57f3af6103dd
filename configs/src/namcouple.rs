//! The namcouple, OASIS's own experiment file: read into a [`CouplingSpec`], and written from one.
//!
//! ```text
//! text --sections, settings, entries--> Namcouple --meaning--> CouplingSpec
//! text <--writing-- Namcouple <--wording-- CouplingSpec
//! ```
//!
//! A [`Namcouple`] is what the file says, entry by entry. What it says without effect is remarked in one note.

mod entries;
mod findings;
mod grid_lines;
mod lines;
mod meaning;
mod numbers;
mod scripr;
mod sections;
mod settings;
mod transformations;
mod wording;
mod writing;

use crate::{
    calendar::{Calendar, DateTime},
    problem::Problems,
    spec::{Conserve, CouplingSpec, Linear, Oasis, Remap, Status, TimeOperation},
};
pub(crate) use entries::is_good_name;
use findings::Findings;
use sections::Sections;
use std::path::PathBuf;

/// A namcouple that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it means.
    pub spec: CouplingSpec,
    /// What it says without effect, or with another effect than in OASIS, in one sentence.
    pub note: Option<String>,
}

/// A namcouple that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// The text of the file.
    pub text: String,
    /// What the experiment says and a namcouple cannot say, in one sentence.
    pub note: Option<String>,
}

/// Whether a text is a namcouple: one of its lines begins with a keyword such as `$STRINGS`.
#[must_use]
pub fn is_namcouple(text: &str) -> bool {
    sections::has_keyword(text)
}

/// Read a namcouple; `file_name` is for the messages.
///
/// # Errors
/// All that is wrong with the text, each with its place.
pub fn read(text: &str, file_name: &str) -> Result<Reading, Problems> {
    let mut findings = Findings::default();
    let namcouple = Namcouple::read(text, &mut findings);
    match namcouple {
        Some(namcouple) if findings.problems.is_empty() => Ok(Reading {
            spec: namcouple.meaning(),
            note: findings.note(),
        }),
        _ => Err(Problems::new(file_name, text, findings.problems)),
    }
}

/// Write an experiment as a namcouple.
#[must_use]
pub fn write(spec: &CouplingSpec) -> Writing {
    let (namcouple, lost) = Namcouple::wording(spec);
    let note = (!lost.is_empty()).then(|| format!("a namcouple cannot say: {}", lost.join(", ")));
    Writing {
        text: namcouple.written(),
        note,
    }
}

/// What a namcouple says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Namcouple {
    /// `$JOBNAME`.
    pub(crate) job_name: Option<String>,
    /// `$INIDATE`.
    pub(crate) start: DateTime,
    /// `$CALTYPE`.
    pub(crate) calendar: Calendar,
    /// `$RUNTIME` [s].
    pub(crate) run_seconds: i64,
    /// The rest of the first part.
    pub(crate) oasis: Oasis,
    /// `$STRINGS`.
    pub(crate) entries: Vec<Entry>,
}

/// One entry of `$STRINGS`: fields that go together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) sent: Vec<String>,
    /// One name for each of `sent`.
    pub(crate) received: Vec<String>,
    pub(crate) period: i64,
    pub(crate) restart: Option<PathBuf>,
    pub(crate) status: Status,
    /// Of the source and of the target; none for `INPUT`.
    pub(crate) grids: Option<[GridWords; 2]>,
    pub(crate) lag: i64,
    pub(crate) sequence: Option<u32>,
    pub(crate) accumulate: Option<TimeOperation>,
    pub(crate) scale_sent: Option<Linear>,
    pub(crate) check_sent: bool,
    pub(crate) remap: Option<Remap>,
    pub(crate) conserve: Option<Conserve>,
    pub(crate) scale_received: Option<Linear>,
    pub(crate) check_received: bool,
}

/// What an entry says about one of its grids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GridWords {
    pub(crate) name: String,
    /// Cells along i and j.
    pub(crate) size: Option<[usize; 2]>,
    /// The line of `P` and `R`; none for `OUTPUT`, which has no such line.
    pub(crate) ends: Option<RowEnds>,
}

/// How the rows of a grid end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowEnds {
    /// `P`, and not `R`.
    pub(crate) is_periodic: bool,
    /// Columns that repeat the first ones.
    pub(crate) overlap: usize,
}

/// The first date of a run for which the namcouple names none.
pub(crate) const FIRST_DATE: DateTime = DateTime {
    year: 1,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
};

impl Namcouple {
    /// What a text says; none where the settings cannot be read. Anything that is wrong is among the findings.
    fn read(text: &str, findings: &mut Findings) -> Option<Self> {
        findings::no_control_characters(text, findings);
        let sections = Sections::read(text, findings);
        let settings = settings::read(&sections, findings);
        let run_seconds = settings.as_ref().map(|settings| settings.run_seconds);
        let entries = entries::read(&sections, run_seconds, findings);
        Some(Self {
            entries,
            ..settings?
        })
    }
}
