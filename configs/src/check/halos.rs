//! Halos that fit into the domain.

use crate::{
    draft::{Draft, DraftExchange, DraftGrid},
    grid::{EdgeJ, Pivot},
    problem::{Code, Problem},
    spec::PointKind,
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for exchange in draft.exchanges.iter().flatten() {
        problems.extend(fits(draft, exchange));
    }
}

fn fits(draft: &Draft, exchange: &DraftExchange) -> Option<Problem> {
    let (halo, place) = exchange.halo.both()?;
    let limits = exchange.fields.iter().flatten().filter_map(|name| {
        let (grid, point) = draft.grid_of(&name.text)?;
        Some((widest(grid, point)?, grid))
    });
    let (limit, grid) = limits.min_by_key(|(limit, _)| *limit)?;
    (*halo > limit).then(|| {
        let (nx, ny) = (grid.nx.value.unwrap_or(0), grid.ny.value.unwrap_or(0));
        Problem::new(
            Code::HaloTooWide,
            place,
            format!(
                "exchange '{}' wants a halo of {halo} cells on grid '{}' of {nx} x {ny}",
                exchange.title(),
                grid.name.text
            ),
            format!("at most {limit} cells: the halo must lie within the domain"),
            format!("write {limit} or less"),
        )
        .beside(grid.name.place, format!("{nx} x {ny} cells"))
    })
}

/// The widest halo whose cells all lie in the domain, once folded and wrapped [cells].
///
/// Row `ny - 1 + h` beyond the last mirrors a row of the domain, which must not be below row 0.
fn widest(grid: &DraftGrid, point: PointKind) -> Option<i64> {
    let (nx, ny) = (grid.nx.value?, grid.ny.value?);
    let northern = matches!(point, PointKind::V | PointKind::F);
    let rows = match grid.edge_j.value? {
        EdgeJ::NorthFold(Pivot::T) if northern => ny - 2,
        EdgeJ::NorthFold(Pivot::F) if !northern => ny,
        EdgeJ::NorthFold(_) => ny - 1,
        EdgeJ::Closed | EdgeJ::Cyclic => ny,
    };
    Some(nx.min(rows).max(0))
}
