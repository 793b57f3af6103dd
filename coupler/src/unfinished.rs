//! Combinations of keys that the coupler cannot act on: refused, never passed over in silence.

use crate::{code::Code, error::Error, gather, route::Route};
use halocline_configs::{ExchangeSpec, Status};
use halocline_exchanges::partition::OwnedCells;
use std::sync::Arc;

/// The same routes, unless one of them asks for what cannot be done.
///
/// # Errors
/// The first such exchange.
pub(crate) fn refuse(routes: Vec<Route>) -> Result<Vec<Route>, Error> {
    for route in &routes {
        check_input(&route.exchange)?;
        check_levels(route)?;
    }
    Ok(routes)
}

/// A file that stands in for a partner has own cells only.
fn check_input(exchange: &ExchangeSpec) -> Result<(), Error> {
    if exchange.status != Status::Input || exchange.restart.is_some() && exchange.halo == 0 {
        return Ok(());
    }
    let found = if exchange.halo > 0 {
        format!(
            "exchange '{}' comes from a file, and wants a halo",
            exchange.name
        )
    } else {
        format!(
            "exchange '{}' comes from a file, and does not say which",
            exchange.name
        )
    };
    Err(Error::new(
        Code::Experiment,
        found,
        "the file in `restart:`, and no halo",
        "correct the exchange in the experiment file",
    ))
}

/// Fields of which a rank has some levels only cannot be brought together yet.
fn check_levels(route: &Route) -> Result<(), Error> {
    let is_part = |own: &OwnedCells| {
        let mut fields = route.fields.iter();
        fields.any(|field| own.own_levels(field.shape.levels) != (0..field.shape.levels))
    };
    let sides = [
        (&route.source, gather::wants_source(route)),
        (&route.target, gather::wants_target(route)),
    ];
    let is_cut = |(own, wants): &(&Option<Arc<OwnedCells>>, bool)| {
        *wants && own.as_deref().is_some_and(is_part)
    };
    if !sides.iter().any(is_cut) {
        return Ok(());
    }
    Err(Error::new(
        Code::Experiment,
        format!(
            "exchange '{}' writes files or looks at all values, and a rank has some of the levels only (a cube)",
            route.exchange.name
        ),
        "all levels on each rank where fields go to files",
        "define boxes with all levels, or take restart, status and checks out of the exchange",
    ))
}
