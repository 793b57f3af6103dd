//! What the user wrote: the experiment file, its types, its checks and its messages.
#![forbid(unsafe_code)]

pub mod calendar;
pub mod duration;
pub mod grid;
pub mod hint;
pub mod launch;
pub mod problem;
pub mod spec;
pub mod text;

pub use calendar::{Calendar, DateTime};
pub use duration::Seconds;
pub use grid::{Boundary, EdgeI, EdgeJ, FoldRow, GridSpec, Pivot, PointFiles, Points};
pub use launch::{Command, Device, WorkerFunction};
pub use problem::{Problem, Problems};
pub use spec::{
    Arrays, Component, CouplingSpec, Element, ExchangeSpec, FieldKind, FieldSpec, FileVariable, Initial, InitialValue,
    PointKind, Tiles, Time, Watch,
};

use std::path::Path;

/// Read an experiment from the text of its file; `file_name` is for the messages.
///
/// # Errors
/// All that is wrong with the text, each with its place.
pub fn parse(text: &str, file_name: &str) -> Result<CouplingSpec, Problems> {
    let mut spec: CouplingSpec = serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location();
        let problem = Problem {
            message: error.to_string(),
            help: "correct the file".into(),
            line: place.map_or(1, |place| usize::try_from(place.line()).unwrap_or(1)),
            column: place.map_or(1, |place| usize::try_from(place.column()).unwrap_or(1)),
        };
        Problems { file: file_name.to_owned(), problems: vec![problem] }
    })?;
    for (position, exchange) in spec.exchanges.iter_mut().enumerate() {
        if exchange.name.is_empty() {
            exchange.name = format!("{}->{}[{position}]", exchange.from, exchange.to);
        }
    }
    Ok(spec)
}

/// Read an experiment from its file.
///
/// # Errors
/// All that is wrong with the file, each with its place.
pub fn load(path: &Path) -> Result<CouplingSpec, Problems> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let problem = Problem {
            message: format!("cannot read {file}: {error}"),
            help: "give the path of an experiment file".into(),
            line: 1,
            column: 1,
        };
        Problems { file: file.clone(), problems: vec![problem] }
    })?;
    parse(&text, &file)
}
