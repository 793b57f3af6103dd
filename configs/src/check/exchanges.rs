//! Exchanges: components and fields that exist, one source for each, all fields on one grid.

use super::quoted;
use crate::{
    draft::{Draft, DraftExchange, Key, Name},
    hint,
    place::Place,
    problem::{Code, Problem},
    spec::Status,
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for exchange in draft.exchanges.iter().flatten() {
        problems.extend(has_both_sides(exchange));
        problems.extend(component_exists(draft, exchange, &exchange.from, "from"));
        problems.extend(component_exists(draft, exchange, &exchange.to, "to"));
        problems.extend(between_two(exchange));
        problems.extend(fields_exist(draft, exchange));
        problems.extend(fields_once(exchange.fields.as_deref()));
        problems.extend(fields_once(exchange.receive_fields.as_deref()));
        problems.extend(one_grid(draft, exchange.fields.as_deref(), &exchange.grid));
        let received = exchange.receive_fields.as_deref();
        problems.extend(one_grid(draft, received, &exchange.receive_grid));
        problems.extend(grids_exist(draft, exchange));
        problems.extend(as_many_received(exchange));
        problems.extend(file_to_read(exchange));
        problems.extend(weights_named(exchange));
        problems.extend(initial_fields_exist(exchange));
    }
    names_once(draft, problems);
    one_source(draft, problems);
}

fn component_exists(
    draft: &Draft,
    exchange: &DraftExchange,
    side: &Key<String>,
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

/// Both components are named, or neither; with files, only the one that there is.
fn has_both_sides(exchange: &DraftExchange) -> Option<Problem> {
    let status = exchange.status.or(Status::default())?;
    let (from, to) = (&exchange.from, &exchange.to);
    let superfluous = match status {
        Status::Output => to.place.map(|place| ("to", place)),
        Status::Input => from.place.map(|place| ("from", place)),
        Status::Exported | Status::Expout => None,
    };
    if let Some((key, place)) = superfluous {
        let status = format!("{status:?}").to_lowercase();
        let found = format!(
            "exchange '{}' has 'status: {status}', and '{key}'",
            exchange.title()
        );
        let expected = format!("no '{key}': there is a file on that side");
        let change = format!("remove '{key}', or choose another status");
        return Some(Problem::new(
            Code::WrongValue,
            place,
            found,
            expected,
            change,
        ));
    }
    let missing = match (from.is_present(), to.is_present(), status) {
        (true, false, Status::Exported | Status::Expout) => ("to", "The component that receives."),
        (false, true, Status::Exported | Status::Expout) => ("from", "The component that sends."),
        _ => return None,
    };
    let (key, meaning) = missing;
    Some(Problem::new(
        Code::MissingKey,
        exchange.place,
        format!("'exchanges[{}]' has no '{key}'", exchange.position),
        format!("'{key}': a text"),
        format!("add '{key}:'. {meaning}"),
    ))
}

fn grids_exist(draft: &Draft, exchange: &DraftExchange) -> Vec<Problem> {
    let Some(grids) = &draft.grids else {
        return Vec::new();
    };
    let known = || grids.iter().map(|grid| grid.name.text.as_str());
    let written = [&exchange.grid, &exchange.receive_grid];
    let written = written.into_iter().filter_map(Key::both);
    let unknown = written.filter(|(name, _)| !known().any(|other| other == name.as_str()));
    unknown
        .map(|(name, place)| {
            Problem::new(
                Code::UnknownGrid,
                place,
                format!(
                    "exchange '{}' is on grid '{name}', which is not in 'grids'",
                    exchange.title()
                ),
                format!("a grid among {}", quoted(known())),
                hint::change_to(name, known(), "correct the name, or add the grid"),
            )
        })
        .collect()
}

fn as_many_received(exchange: &DraftExchange) -> Option<Problem> {
    let (sent, received) = (exchange.fields.as_ref()?, exchange.receive_fields.as_ref()?);
    let place = received.first()?.place;
    (sent.len() != received.len()).then(|| {
        Problem::new(
            Code::WrongValue,
            place,
            format!(
                "exchange '{}' sends {} fields, and receives {}",
                exchange.title(),
                sent.len(),
                received.len()
            ),
            "a name in 'receive_fields' for each of 'fields', in their order",
            "add or remove names",
        )
    })
}

/// `input` reads a file.
fn file_to_read(exchange: &DraftExchange) -> Option<Problem> {
    let (status, place) = exchange.status.both()?;
    (*status == Status::Input && exchange.restart.is_none()).then(|| {
        Problem::new(
            Code::MissingKey,
            place,
            format!(
                "exchange '{}' has 'status: input', and no 'restart'",
                exchange.title()
            ),
            "'restart': the netCDF file that is read",
            "add 'restart: fields.nc'",
        )
    })
}

fn weights_named(exchange: &DraftExchange) -> Option<Problem> {
    let remap = exchange.remap.as_ref()?;
    (!remap.has_weights && !remap.has_scrip).then(|| {
        Problem::new(
            Code::MissingKey,
            remap.place,
            format!(
                "the remapping of exchange '{}' has neither 'weights' nor 'scrip'",
                exchange.title()
            ),
            "a file of weights, or how SCRIP computes them",
            "add 'weights: weights.nc'",
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
        .all_fields()
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

fn fields_once(fields: Option<&[Name]>) -> Vec<Problem> {
    let fields = fields.unwrap_or_default();
    let again = fields.iter().enumerate().filter_map(|(position, name)| {
        let first = fields[..position]
            .iter()
            .find(|other| other.text == name.text)?;
        Some((name, first.place))
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

fn one_grid(draft: &Draft, fields: Option<&[Name]>, own_grid: &Key<String>) -> Option<Problem> {
    if own_grid.is_present() {
        return None;
    }
    let mut on_grids = fields?
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
        for name in exchange.received_fields().unwrap_or_default() {
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
