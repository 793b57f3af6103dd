//! Problems as a person reads them: the text underlined, with miette.

use crate::{
    place::Place,
    problem::{Colour, Problem, Problems},
};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use std::fmt;

/// Columns of a report; fixed, so that logs and snapshots agree on all terminals.
const WIDTH: usize = 110;

/// A problem beside the text it is about.
#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    source: &'a NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.found)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.problem.change))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |place: &Place, text: String| {
            LabeledSpan::new(Some(text), place.start, place.end - place.start)
        };
        let Problem {
            place, expected, ..
        } = self.problem;
        let main = LabeledSpan::new_primary_with_span(
            Some(format!("expected {expected}")),
            (place.start, place.end - place.start),
        );
        let others = self
            .problem
            .related
            .iter()
            .map(move |(place, why)| label(place, why.clone()));
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

pub(crate) fn report(problems: &Problems, colour: Colour) -> String {
    let source = NamedSource::new(&problems.file, problems.text.clone());
    let handler = GraphicalReportHandler::new_themed(theme(colour))
        .with_width(WIDTH)
        .with_context_lines(1);
    let mut text = String::new();
    for problem in &problems.problems {
        handler
            .render_report(
                &mut text,
                &Shown {
                    problem,
                    source: &source,
                },
            )
            .expect("writing to a string succeeds");
        text.push('\n');
    }
    let count = problems.problems.len();
    text + &format!(
        "{count} {} in {}\n",
        if count == 1 { "problem" } else { "problems" },
        problems.file
    )
}

fn theme(colour: Colour) -> GraphicalTheme {
    match colour {
        Colour::Yes => GraphicalTheme::unicode(),
        Colour::No => GraphicalTheme::unicode_nocolor(),
    }
}
