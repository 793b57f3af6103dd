//! Check an experiment before it runs: the file, and what it needs on this machine.

use crate::{error::Error, files, job::Job};
use halocline_configs::CouplingSpec;
use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
};

/// An experiment file that is right.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// The file, as given.
    pub file: PathBuf,
    /// What it says.
    pub spec: CouplingSpec,
    /// What the file says without effect: a namcouple may hold much that is of earlier times.
    pub remark: Option<String>,
    /// What a run on this machine would still miss, programs that are not built for example.
    pub notes: Vec<String>,
}

/// Check an experiment file, and the files that it names.
///
/// # Errors
/// All problems of the file.
pub fn check(path: &Path) -> Result<CheckReport, Error> {
    let text = halocline_configs::read_text(path)?;
    let (spec, remark) = halocline_configs::parse_noting(&text, &path.display().to_string())?;
    files::check(&spec, path)?;
    let notes = match Job::new(&spec, path) {
        Ok(job) => job
            .missing_programs()
            .iter()
            .map(ToString::to_string)
            .collect(),
        Err(error) => vec![error.to_string()],
    };
    Ok(CheckReport {
        file: path.to_path_buf(),
        spec,
        remark,
        notes,
    })
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: right: {}", self.file.display(), summary(&self.spec))?;
        if let Some(remark) = &self.remark {
            write!(f, "\n  note: {remark}")?;
        }
        for note in &self.notes {
            write!(f, "\n  note, before a run: {}", note.replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

/// `2 components on 3 ranks, 4 fields in 2 exchanges, 720 steps of 20 min from 2000-01-01 to 2000-01-11`.
pub(crate) fn summary(spec: &CouplingSpec) -> String {
    let fields: HashSet<&String> = spec
        .exchanges
        .iter()
        .flat_map(|exchange| &exchange.fields)
        .collect();
    format!(
        "{}, {} in {}, {}",
        components(spec),
        count(fields.len(), "field"),
        count(spec.exchanges.len(), "exchange"),
        span(spec)
    )
}

/// `2 components on 3 ranks`.
fn components(spec: &CouplingSpec) -> String {
    if spec.components.is_empty() {
        return "components as they start".to_owned();
    }
    let ranks = spec
        .components
        .values()
        .map(|component| component.ranks)
        .sum();
    format!(
        "{} on {}",
        count(spec.components.len(), "component"),
        count(ranks, "rank")
    )
}

/// `720 steps of 20 min, from 2000-01-01 to 2000-01-11`.
pub(crate) fn span(spec: &CouplingSpec) -> String {
    let time = &spec.time;
    let (start, end) = (time.start, time.date_at(time.length_seconds()));
    // A namcouple knows no step: its dates are any second.
    if time.step.get() == 1 {
        let length = halocline_configs::Seconds(time.length_seconds());
        return format!("{length}, from {start} to {end}");
    }
    let steps = usize::try_from(time.number_of_steps()).unwrap_or(0);
    format!(
        "{} of {}, from {start} to {end}",
        count(steps, "step"),
        time.step
    )
}

/// `1 rank`, `3 ranks`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}
