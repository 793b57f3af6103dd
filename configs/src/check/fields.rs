//! Fields: names that serve as names of arguments, grids that exist, and somebody who exchanges them.

use super::quoted;
use crate::{
    draft::{Draft, DraftExchange, DraftField, Name},
    hint,
    launch::is_identifier,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for field in draft.fields.iter().flatten() {
        problems.extend(is_an_identifier(field));
        problems.extend(grid_exists(draft, field));
        problems.extend(used(draft, field));
    }
}

fn is_an_identifier(field: &DraftField) -> Option<Problem> {
    let name = &field.name;
    (!is_identifier(&name.text)).then(|| {
        Problem::new(
            Code::BadName,
            name.place,
            format!("'{}' cannot be the name of a field", name.text),
            "letters, digits and '_', no digit first",
            "rename it: a worker's function has arguments of these names",
        )
    })
}

fn grid_exists(draft: &Draft, field: &DraftField) -> Option<Problem> {
    let grids = draft.grids.as_ref()?;
    let (grid, place) = field.grid.both()?;
    let known = || grids.iter().map(|grid| grid.name.text.as_str());
    (!known().any(|name| name == grid)).then(|| {
        Problem::new(
            Code::UnknownGrid,
            place,
            format!(
                "field '{}' is on grid '{grid}', which is not in 'grids'",
                field.name.text
            ),
            format!("a grid among {}", quoted(known())),
            hint::change_to(grid, known(), "correct the name, or add the grid"),
        )
    })
}

fn used(draft: &Draft, field: &DraftField) -> Option<Problem> {
    let name = &field.name;
    let known: Vec<&str> = draft
        .fields
        .iter()
        .flatten()
        .map(|other| other.name.text.as_str())
        .collect();
    let may_be_this = |other: &Name| {
        other.text == name.text || hint::is_meant_by(&name.text, &other.text, &known)
    };
    let carries = |exchange: &DraftExchange| {
        exchange
            .fields
            .as_ref()
            .is_none_or(|fields| fields.iter().any(may_be_this))
    };
    (!draft.exchanges.as_ref()?.iter().any(carries)).then(|| {
        Problem::new(
            Code::UnusedField,
            name.place,
            format!("no exchange carries field '{}'", name.text),
            "each field in at least one exchange",
            "add it to an exchange, or remove it",
        )
    })
}
