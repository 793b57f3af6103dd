//! Exchanges: components and fields that exist, one source for each, all fields on one grid.

use super::quoted;
use crate::{
    draft::{Draft, DraftExchange, Name},
    hint,
    place::Place,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for exchange in draft.exchanges.iter().flatten() {
        problems.extend(component_exists(draft, exchange, &exchange.from, "from"));
        problems.extend(component_exists(draft, exchange, &exchange.to, "to"));
        problems.extend(between_two(exchange));
        problems.extend(fields_exist(draft, exchange));
        problems.extend(fields_once(exchange));
        problems.extend(one_grid(draft, exchange));
        problems.extend(initial_fields_exist(exchange));
    }
    names_once(draft, problems);
    one_source(draft, problems);
}

fn component_exists(
    draft: &Draft,
    exchange: &DraftExchange,
    side: &crate::draft::Key<String>,
    key: &str,
) -> Option<Problem> {
    let components = draft.components.as_ref()?;
    let (name, place) = side.both()?;
    let known = || {
        components
            .iter()
            .map(|component| component.name.text.as_str())
    };
    (!known().any(|other| other == name)).then(|| {
        Problem::new(
            Code::UnknownComponent,
            place,
            format!(
                "exchange '{}' is {key} '{name}', which is not in 'components'",
                exchange.title()
            ),
            format!("a component among {}", quoted(known())),
            hint::change_to(name, known(), "correct the name, or add the component"),
        )
    })
}

fn between_two(exchange: &DraftExchange) -> Option<Problem> {
    let ((from, from_place), (to, place)) = (exchange.from.both()?, exchange.to.both()?);
    (from == to).then(|| {
        Problem::new(
            Code::SentToItself,
            place,
            format!(
                "exchange '{}' goes from '{from}' to itself",
                exchange.title()
            ),
            "two different components",
            "correct 'from' or 'to'",
        )
        .beside(from_place, "sent by the same component")
    })
}

fn fields_exist(draft: &Draft, exchange: &DraftExchange) -> Vec<Problem> {
    let Some(fields) = &draft.fields else {
        return Vec::new();
    };
    let known = || fields.iter().map(|field| field.name.text.as_str());
    let unknown = exchange
        .fields
        .iter()
        .flatten()
        .filter(|name| !known().any(|other| other == name.text));
    let explain = |name: &Name| {
        Problem::new(
            Code::UnknownField,
            name.place,
            format!(
                "exchange '{}' carries field '{}', which is not in 'fields'",
                exchange.title(),
                name.text
            ),
            format!("a field among {}", quoted(known())),
            hint::change_to(&name.text, known(), "correct the name, or add the field"),
        )
    };
    unknown.map(explain).collect()
}

fn fields_once(exchange: &DraftExchange) -> Vec<Problem> {
    let fields: Vec<&Name> = exchange.fields.iter().flatten().collect();
    let again = fields.iter().enumerate().filter_map(|(position, name)| {
        let first = fields[..position]
            .iter()
            .find(|other| other.text == name.text)?;
        Some((*name, first.place))
    });
    again
        .map(|(name, first)| {
            repeated(
                name.place,
                first,
                &format!("field '{}' is twice in the exchange", name.text),
            )
        })
        .collect()
}

fn repeated(place: Place, first: Place, found: &str) -> Problem {
    Problem::new(
        Code::Repeated,
        place,
        found,
        "each name once",
        "remove or rename one of the two",
    )
    .beside(first, "first here")
}

fn names_once(draft: &Draft, problems: &mut Vec<Problem>) {
    let mut names: Vec<(&str, Place)> = Vec::new();
    for exchange in draft.exchanges.iter().flatten() {
        let Some((name, place)) = exchange.name.both() else {
            continue;
        };
        match names.iter().find(|(other, _)| other == name) {
            Some((_, first)) => problems.push(repeated(
                place,
                *first,
                &format!("two exchanges have the name '{name}'"),
            )),
            None => names.push((name, place)),
        }
    }
}

fn one_grid(draft: &Draft, exchange: &DraftExchange) -> Option<Problem> {
    let fields = exchange.fields.as_ref()?;
    let mut on_grids = fields
        .iter()
        .filter_map(|name| Some((name, draft.grid_name_of(&name.text)?)));
    let (first, first_grid) = on_grids.next()?;
    let (other, grid) = on_grids.find(|(_, grid)| *grid != first_grid)?;
    let problem = Problem::new(
        Code::SeveralGrids,
        other.place,
        format!(
            "field '{}' is on grid '{grid}', and '{}' of the same exchange on '{first_grid}'",
            other.text, first.text
        ),
        "all fields of an exchange on one grid",
        "make two exchanges of it, one for each grid",
    );
    Some(problem.beside(first.place, format!("on grid '{first_grid}'")))
}

fn initial_fields_exist(exchange: &DraftExchange) -> Vec<Problem> {
    let Some(fields) = &exchange.fields else {
        return Vec::new();
    };
    let known = || fields.iter().map(|field| field.text.as_str());
    let unknown = exchange
        .initial_fields
        .iter()
        .flatten()
        .filter(|name| !known().any(|other| other == name.text));
    let explain = |name: &Name| {
        Problem::new(
            Code::UnknownField,
            name.place,
            format!(
                "'initial' has a value for '{}', which exchange '{}' does not carry",
                name.text,
                exchange.title()
            ),
            format!("a field among {}", quoted(known())),
            hint::change_to(&name.text, known(), "correct the name, or remove it"),
        )
    };
    unknown.map(explain).collect()
}

/// No component gets a field from two exchanges.
fn one_source(draft: &Draft, problems: &mut Vec<Problem>) {
    let mut sources: Vec<(&str, &str, Place, String)> = Vec::new();
    for exchange in draft.exchanges.iter().flatten() {
        let Some(to) = exchange.to.value.as_deref() else {
            continue;
        };
        let known = sources.len();
        for name in exchange.fields.iter().flatten() {
            let first = sources[..known]
                .iter()
                .find(|(field, target, ..)| *field == name.text && *target == to);
            if let Some((.., place, title)) = first {
                problems.push(two_sources(name, to, &exchange.title(), *place, title));
            }
            sources.push((&name.text, to, name.place, exchange.title()));
        }
    }
}

fn two_sources(name: &Name, to: &str, title: &str, first: Place, first_title: &str) -> Problem {
    Problem::new(
        Code::TwoSources,
        name.place,
        format!(
            "'{to}' gets field '{}' from two exchanges, '{first_title}' and '{title}'",
            name.text
        ),
        "one source for a field at each component",
        "remove it from one of the two, or make a second field of another name",
    )
    .beside(first, format!("also in '{first_title}'"))
}
