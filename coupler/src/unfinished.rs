//! Keys of the experiment file that the coupler does not act on yet: refused, never passed over in silence.

use crate::{code::Code, error::Error, route::Route};
use halocline_configs::{ExchangeSpec, Status};

/// The same routes, unless one of them asks for what is not there yet.
///
/// # Errors
/// The first exchange with such a key, and the key.
pub(crate) fn refuse(routes: Vec<Route>) -> Result<Vec<Route>, Error> {
    for route in &routes {
        if let Some((key, entry)) = unfinished(&route.exchange) {
            return Err(Error::new(
                Code::Experiment,
                format!(
                    "exchange '{}' has `{key}` ({entry} in a namcouple), which this version cannot do yet",
                    route.exchange.name
                ),
                "exchanges without it",
                "take it out of the exchange",
            ));
        }
    }
    Ok(routes)
}

fn unfinished(exchange: &ExchangeSpec) -> Option<(&'static str, &'static str)> {
    let keys = [
        (exchange.conserve.is_some(), "conserve", "CONSERV"),
        (
            exchange.status != Status::Exported,
            "status",
            "EXPOUT, OUTPUT, INPUT",
        ),
        (exchange.accumulate.is_some(), "accumulate", "LOCTRANS"),
        (
            exchange.lag.get() > 0 && exchange.initial.is_none() && exchange.restart.is_some(),
            "restart",
            "LAG",
        ),
        (exchange.scale_sent.is_some(), "scale_sent", "BLASOLD"),
        (
            exchange.scale_received.is_some(),
            "scale_received",
            "BLASNEW",
        ),
        (exchange.check_sent, "check_sent", "CHECKIN"),
        (exchange.check_received, "check_received", "CHECKOUT"),
        (exchange.sequence.is_some(), "sequence", "SEQ"),
    ];
    let (_, key, entry) = keys.into_iter().find(|(is_there, ..)| *is_there)?;
    Some((key, entry))
}
