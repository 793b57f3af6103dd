//! The dates at which a worker acts, and what is due at each.

use crate::{clock::Clock, incoming::Incoming, outgoing::Outgoing, sending::Sending};

/// One date of a worker: what comes in and what is to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Date [s since the start of the run].
    pub date: i64,
    /// Fields that arrive at this date, in the order of the experiment file.
    pub inputs: Vec<String>,
    /// Fields that must be sent at this date, in the order of the experiment file.
    pub outputs: Vec<String>,
}

/// The step that follows date `after`, or the first; `None` at the end of the run.
///
/// Static fields belong to the first step.
pub(crate) fn next(
    incoming: &[Incoming],
    outgoing: &[Outgoing],
    sendings: &[Sending],
    after: Option<i64>,
    end: i64,
) -> Option<Step> {
    let gets = incoming
        .iter()
        .filter_map(|exchange| exchange.clock.next_get(after, end));
    let puts = outgoing
        .iter()
        .zip(sendings)
        .filter_map(|(exchange, sending)| {
            if sending.carries() {
                exchange.clock.next_put_or_carried(after, end)
            } else {
                exchange.clock.next_put(after, end)
            }
        });
    let only_statics = (after.is_none() && end > 0)
        .then_some(0)
        .filter(|_| has_static(incoming, outgoing));
    let date = gets.chain(puts).chain(only_statics).min()?;
    let acts = |clock: Clock, acts_at_date: bool| match clock {
        Clock::Once => after.is_none(),
        Clock::Every { .. } => acts_at_date,
    };
    let inputs = incoming
        .iter()
        .filter(|exchange| acts(exchange.clock, exchange.clock.get(date)));
    let outputs = outgoing.iter().zip(sendings).filter(|(exchange, sending)| {
        let acts_at_date =
            exchange.clock.put(date, end).is_some() || sending.carries_over(date, end);
        acts(exchange.clock, acts_at_date)
    });
    Some(Step {
        date,
        inputs: inputs
            .flat_map(|exchange| exchange.fields.iter().map(|field| field.name.clone()))
            .collect(),
        outputs: outputs
            .flat_map(|(exchange, _)| exchange.fields.iter().cloned())
            .collect(),
    })
}

fn has_static(incoming: &[Incoming], outgoing: &[Outgoing]) -> bool {
    incoming
        .iter()
        .any(|exchange| exchange.clock == Clock::Once)
        || outgoing
            .iter()
            .any(|exchange| exchange.clock == Clock::Once)
}
