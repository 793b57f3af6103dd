//! Exchanges of which one side is a file: they have dates and fields as others, and no messages.

use crate::{
    convert,
    incoming::{Incoming, IncomingField},
    outgoing::Outgoing,
    resolve::clock,
    rest::Rest,
    route::Route,
};
use halocline_exchanges::{partition::OwnedCells, plan::BlockShape};
use std::sync::Arc;

/// The sending side of an exchange that ends in a file.
pub(crate) fn outgoing(route: &Route, own: &OwnedCells) -> Outgoing {
    let exchange = &route.exchange;
    let mut outgoing = Outgoing::new(
        exchange.name.clone(),
        "a file".to_owned(),
        route
            .fields
            .iter()
            .map(|field| field.sent.clone())
            .collect(),
        route.own_levels(own),
        clock(exchange),
        convert::element(exchange.wire),
        own.local_shape(),
        Vec::new(),
        1,
    );
    if exchange.lag.get() > 0 {
        // Date 0 has no put, and no reader that would want a first value.
        outgoing.served(0);
    }
    outgoing
}

/// The receiving side of an exchange that begins in a file.
pub(crate) fn incoming(route: &Route, own: &OwnedCells) -> Incoming {
    let exchange = &route.exchange;
    let [ni, nj] = own.local_shape();
    let fields = route.fields.iter().zip(route.own_levels(own));
    let fields = fields.map(|(field, levels)| {
        IncomingField::new(field.received.clone(), levels, Arc::new([]), Vec::new())
    });
    Incoming {
        name: exchange.name.clone(),
        source: "a file".to_owned(),
        fields: fields.collect(),
        clock: clock(exchange),
        hold: exchange.hold,
        wire: convert::element(exchange.wire),
        receive_as: convert::element(exchange.receive_element()),
        fill: convert::fill_value(exchange),
        threads: 1,
        block: BlockShape { ni, nj, halo: 0 },
        remapping: None,
        returning: None,
        messages: Vec::new(),
        memory: None,
        rest: Rest::default(),
        open: None,
        done: None,
    }
}
