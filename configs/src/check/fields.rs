//! Fields: names that serve as names of arguments, grids that exist, and somebody who exchanges them.

use super::quoted;
use crate::{
    draft::{Draft, DraftExchange, DraftField, Name},
    hint,
    launch::is_identifier,
    namcouple::is_good_name,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for field in draft.fields.iter().flatten() {
        problems.extend(has_a_good_name(draft, field));
        problems.extend(has_a_grid(draft, field));
        problems.extend(grid_exists(draft, field));
        problems.extend(used(draft, field));
    }
}

/// Arguments of a worker's function have the names of fields. Models that find each other by the fields that they define
/// may use any word.
fn has_a_good_name(draft: &Draft, field: &DraftField) -> Option<Problem> {
    let name = &field.name;
    let (is_good, expected, why) = if carried_only_by_open(draft, field) {
        let expected =
            "at most 80 characters, a letter, a digit or '_' first, no blanks and no ':'";
        let change = "rename it here and in the models";
        (is_good_name(&name.text), expected, change)
    } else {
        let why = "rename it: a worker's function has arguments of these names";
        (
            is_identifier(&name.text),
            "letters, digits and '_', no digit first",
            why,
        )
    };
    (!is_good).then(|| {
        let found = format!("'{}' cannot be the name of a field", name.text);
        Problem::new(Code::BadName, name.place, found, expected, why)
    })
}

/// Whether the field is in exchanges that name no component, and in no other.
fn carried_only_by_open(draft: &Draft, field: &DraftField) -> bool {
    let carries = |exchange: &DraftExchange| {
        let mut fields = exchange.all_fields();
        fields.any(|name| name.text == field.name.text)
    };
    draft.only_open(carries)
}

fn has_a_grid(draft: &Draft, field: &DraftField) -> Option<Problem> {
    let name = &field.name;
    (!field.grid.is_present() && !carried_only_by_open(draft, field)).then(|| {
        Problem::new(
            Code::MissingKey,
            name.place,
            format!("'fields.{}' has no 'grid'", name.text),
            "'grid': a text",
            "add 'grid:'. Name of the grid.",
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
        exchange.fields.is_none() || exchange.all_fields().any(may_be_this)
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
