//! Components: how they are started, whether anything connects them, and tiles.

use super::quoted;
use crate::{
    draft::{Draft, DraftComponent, DraftExchange, DraftGrid, DraftTiles, Key, Name},
    hint,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    problems.extend(needed(draft));
    for component in draft.components.iter().flatten() {
        problems.extend(readable_name(component));
        problems.extend(one_of_command_and_worker(component));
        problems.extend(keys_of_a_worker(component));
        problems.extend(connected(draft, component));
        if let Some(tiles) = &component.tiles {
            tiles_fit(draft, component, tiles, problems);
        }
    }
}

/// Components may be left out where no exchange names one.
fn needed(draft: &Draft) -> Option<Problem> {
    let exchanges = draft.exchanges.as_deref().unwrap_or_default();
    let none_named = !exchanges.is_empty() && exchanges.iter().all(DraftExchange::is_open);
    (!draft.has_components && !none_named).then(|| {
        Problem::new(
            Code::MissingKey,
            draft.place,
            "the file has no 'components'",
            "'components': a map of names",
            "add 'components:'. The programs and workers of the job, by name.",
        )
    })
}

/// Names of components become names of files and of progress bars.
fn readable_name(component: &DraftComponent) -> Option<Problem> {
    let name = &component.name;
    let mut characters = name.text.chars();
    let good = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|other| other.is_ascii_alphanumeric() || matches!(other, '_' | '-'));
    (!good).then(|| {
        Problem::new(
            Code::BadName,
            name.place,
            format!("'{}' cannot be the name of a component", name.text),
            "letters, digits, '_' and '-', a letter first",
            "rename it: files in the run directory are called after it",
        )
    })
}

fn one_of_command_and_worker(component: &DraftComponent) -> Option<Problem> {
    let name = &component.name;
    let problem = |place, found: String, change: &str| {
        Problem::new(
            Code::OneOfTwo,
            place,
            found,
            "exactly one of 'command' and 'worker'",
            change,
        )
    };
    match (component.command, component.worker) {
        (Some(command), Some(worker)) => {
            let found = format!("component '{}' has both 'command' and 'worker'", name.text);
            Some(
                problem(worker, found, "remove one of the two")
                    .beside(command, "'command' is here"),
            )
        }
        (None, None) => {
            let found = format!(
                "component '{}' has neither 'command' nor 'worker'",
                name.text
            );
            Some(problem(
                name.place,
                found,
                "add 'command: ./program' or 'worker: file.py:function'",
            ))
        }
        _ => None,
    }
}

fn keys_of_a_worker(component: &DraftComponent) -> Vec<Problem> {
    if component.worker.is_some() || component.command.is_none() {
        return Vec::new();
    }
    let explain = |key: &Name| {
        Problem::new(
            Code::NotAWorker,
            key.place,
            format!(
                "'{}' is written for '{}', which is started by a command",
                key.text, component.name.text
            ),
            format!("'{}' only beside 'worker'", key.text),
            "remove it, or replace 'command' by 'worker: file.py:function'",
        )
    };
    component.worker_keys.iter().map(explain).collect()
}

fn connected(draft: &Draft, component: &DraftComponent) -> Option<Problem> {
    let name = component.name.text.as_str();
    let known: Vec<&str> = draft
        .components
        .iter()
        .flatten()
        .map(|other| other.name.text.as_str())
        .collect();
    let may_be_this = |side: &Key<String>| match side.value.as_deref() {
        None => true,
        Some(written) => written == name || hint::is_meant_by(name, written, &known),
    };
    let connects = draft
        .exchanges
        .as_ref()?
        .iter()
        .any(|exchange| may_be_this(&exchange.from) || may_be_this(&exchange.to));
    (!connects).then(|| {
        Problem::new(
            Code::UnconnectedComponent,
            component.name.place,
            format!("no exchange connects component '{name}'"),
            "at least one exchange from or to it",
            "add an exchange, or remove the component",
        )
    })
}

/// Grids of the fields that the component exchanges, each once.
fn grids_of<'a>(draft: &'a Draft, component: &str) -> Vec<&'a DraftGrid> {
    let mut grids: Vec<&DraftGrid> = Vec::new();
    for exchange in draft.exchanges.iter().flatten() {
        let sides = [&exchange.from, &exchange.to];
        if !sides
            .iter()
            .any(|side| side.value.as_deref() == Some(component))
        {
            continue;
        }
        for field in exchange.fields.iter().flatten() {
            let grid = draft.grid_of(&field.text).map(|(grid, _)| grid);
            grids.extend(
                grid.filter(|grid| grids.iter().all(|other| other.name.text != grid.name.text)),
            );
        }
    }
    grids
}

fn tiles_fit(
    draft: &Draft,
    component: &DraftComponent,
    tiles: &DraftTiles,
    problems: &mut Vec<Problem>,
) {
    let grids = grids_of(draft, &component.name.text);
    let sizes: Vec<(i64, i64)> = grids
        .iter()
        .filter_map(|grid| Some((grid.nx.value?, grid.ny.value?)))
        .collect();
    if sizes.iter().any(|size| *size != sizes[0]) {
        problems.push(several_sizes(component, &grids));
        return;
    }
    let (Some((nx, ny)), Some(grid)) = (sizes.first(), grids.first()) else {
        return;
    };
    let grid = &grid.name.text;
    problems.extend(too_large("nx", &tiles.nx, *nx, grid));
    problems.extend(too_large("ny", &tiles.ny, *ny, grid));
    problems.extend(idle_ranks(component, tiles, (*nx, *ny)));
}

fn several_sizes(component: &DraftComponent, grids: &[&DraftGrid]) -> Problem {
    let place = component
        .worker_keys
        .iter()
        .find(|key| key.text == "tiles")
        .map_or(component.name.place, |key| key.place);
    let names = quoted(grids.iter().map(|grid| grid.name.text.as_str()));
    Problem::new(
        Code::BadTiles,
        place,
        format!(
            "'{}' has tiles, and its fields are on grids of several sizes: {names}",
            component.name.text
        ),
        "fields on grids of one size",
        "remove 'tiles', or give the fields of the other grid to a worker of its own",
    )
}

fn too_large(axis: &str, tile: &Key<i64>, cells: i64, grid: &str) -> Option<Problem> {
    let (size, place) = tile.both()?;
    (*size > cells).then(|| {
        Problem::new(
            Code::BadTiles,
            place,
            format!("tiles are {size} cells long, and grid '{grid}' has {axis} = {cells}"),
            format!("{axis} of tiles from 1 to {cells}"),
            format!("write {cells} or less"),
        )
    })
}

fn idle_ranks(
    component: &DraftComponent,
    tiles: &DraftTiles,
    (nx, ny): (i64, i64),
) -> Option<Problem> {
    let (tile_nx, tile_ny) = (
        tiles.nx.value.filter(|size| *size > 0)?,
        tiles.ny.value.filter(|size| *size > 0)?,
    );
    let count = (nx + tile_nx - 1) / tile_nx * ((ny + tile_ny - 1) / tile_ny);
    let (ranks, place) = component.ranks.both()?;
    (*ranks > count && tile_nx <= nx && tile_ny <= ny).then(|| {
        Problem::new(
            Code::BadTiles,
            place,
            format!(
                "'{}' has {ranks} ranks, and its grid has {count} tiles of {tile_nx} x {tile_ny}",
                component.name.text
            ),
            format!("at most {count} ranks: a rank computes whole tiles"),
            format!("write {count} or less, or make the tiles smaller"),
        )
    })
}
