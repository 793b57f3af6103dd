//! Grids: folds that close, and grids that no field is on.

use crate::{
    draft::{Draft, DraftExchange, DraftField, DraftGrid},
    grid::{EdgeI, Pivot},
    hint,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for grid in draft.grids.iter().flatten() {
        problems.extend(used(draft, grid));
        problems.extend(has_size(draft, grid));
        problems.extend(fold_row_with_fold(grid));
        let pivot = grid.edge_j.value.and_then(crate::EdgeJ::pivot);
        if let Some(pivot) = pivot {
            problems.extend(fold_is_cyclic(grid));
            problems.extend(fold_is_even(grid, pivot));
        }
    }
}

fn used(draft: &Draft, grid: &DraftGrid) -> Option<Problem> {
    let name = &grid.name;
    let known: Vec<&str> = draft
        .grids
        .iter()
        .flatten()
        .map(|other| other.name.text.as_str())
        .collect();
    let uses = |field: &DraftField| match field.grid.value.as_deref() {
        None => true,
        Some(written) => written == name.text || hint::is_meant_by(&name.text, written, &known),
    };
    let in_exchanges = draft.exchanges.iter().flatten();
    let mut named = in_exchanges.flat_map(|exchange| [&exchange.grid, &exchange.receive_grid]);
    let is_named = named.any(|key| key.value.as_deref() == Some(name.text.as_str()));
    (!is_named && !draft.fields.as_ref()?.iter().any(uses)).then(|| {
        Problem::new(
            Code::UnusedGrid,
            name.place,
            format!("no field is on grid '{}'", name.text),
            "at least one field on each grid",
            format!(
                "remove the grid, or write 'grid: {}' for the fields that are on it",
                name.text
            ),
        )
    })
}

/// Sizes may be left out where the components that define the fields know them.
fn has_size(draft: &Draft, grid: &DraftGrid) -> Vec<Problem> {
    let name = grid.name.text.as_str();
    let both_absent = !grid.nx.is_present() && !grid.ny.is_present();
    let uses = |exchange: &DraftExchange| draft.grids_of(exchange).any(|other| other == name);
    if both_absent && !grid.has_files && draft.only_open(uses) {
        return Vec::new();
    }
    let keys = [("nx", "i", &grid.nx), ("ny", "j", &grid.ny)];
    let missing = keys.into_iter().filter(|(_, _, key)| !key.is_present());
    missing
        .map(|(key, direction, _)| {
            Problem::new(
                Code::MissingKey,
                grid.name.place,
                format!("'grids.{name}' has no '{key}'"),
                format!("'{key}': a whole number, at least 1"),
                format!("add '{key}:'. Number of cells along {direction}."),
            )
        })
        .collect()
}

fn fold_row_with_fold(grid: &DraftGrid) -> Option<Problem> {
    let place = grid.fold_row?;
    let edge = grid.edge_j.value?;
    edge.pivot().is_none().then(|| {
        Problem::new(
            Code::BadFold,
            place,
            format!(
                "grid '{}' has 'fold_row', and no north fold",
                grid.name.text
            ),
            "'fold_row' only with 'boundary.j: {north_fold: T}' or '{north_fold: F}'",
            "remove 'fold_row', or write the fold",
        )
    })
}

fn fold_is_cyclic(grid: &DraftGrid) -> Option<Problem> {
    let (edge, place) = grid.edge_i.both()?;
    (*edge != EdgeI::Cyclic).then(|| {
        Problem::new(
            Code::BadFold,
            place,
            format!(
                "grid '{}' has a north fold, and is closed along i",
                grid.name.text
            ),
            "i: cyclic, because the fold joins the western half of the last row to the eastern one",
            "write 'i: cyclic', or 'j: closed'",
        )
    })
}

fn fold_is_even(grid: &DraftGrid, pivot: Pivot) -> Option<Problem> {
    let (nx, place) = grid.nx.both()?;
    (nx % 2 != 0).then(|| {
        Problem::new(
            Code::BadFold,
            place,
            format!("grid '{}' has a north fold about {pivot:?} points, and nx = {nx} is odd", grid.name.text),
            format!("an even nx: the two {pivot:?} points of the fold are nx/2 cells apart"),
            "give nx without the duplicate columns of the halo (NEMO before 4.2 counts two of them)",
        )
    })
}
