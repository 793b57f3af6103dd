//! Periods, lags, initial values, and exchanges that happen once.

use super::{quoted, time};
use crate::{
    draft::{Draft, DraftExchange},
    duration::Seconds,
    place::Place,
    problem::{Code, Problem},
};

pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for exchange in draft.exchanges.iter().flatten() {
        if exchange.is_static.value == Some(true) {
            problems.extend(static_without_times(exchange));
            continue;
        }
        problems.extend(has_period(exchange));
        problems.extend(time::positive("period", &exchange.period));
        problems.extend(multiple(draft, exchange, "period"));
        problems.extend(multiple(draft, exchange, "lag"));
        // Models coupled through OASIS have always been free to be stopped early: they run, with fewer dates.
        if !exchange.is_open() {
            problems.extend(run_long_enough(draft, exchange));
            problems.extend(last_put_within_run(draft, exchange));
        }
        problems.extend(lag_within_period(exchange));
        problems.extend(has_initial(exchange));
    }
}

fn static_without_times(exchange: &DraftExchange) -> Vec<Problem> {
    let written = [
        ("period", exchange.period.place),
        ("lag", exchange.lag.place),
        ("initial", exchange.initial),
        ("restart", exchange.restart),
    ];
    let present = written
        .into_iter()
        .filter_map(|(key, place)| Some((key, place?)));
    let explain = |(key, place)| {
        let problem = Problem::new(
            Code::StaticWithTimes,
            place,
            format!("exchange '{}' is static, and has '{key}'", exchange.title()),
            format!("no '{key}': static fields are sent once, before anything else"),
            format!("remove '{key}', or 'static: true'"),
        );
        match exchange.is_static.place {
            Some(place) => problem.beside(place, "static here"),
            None => problem,
        }
    };
    present.map(explain).collect()
}

fn has_period(exchange: &DraftExchange) -> Option<Problem> {
    let unreadable = exchange.is_static.is_present() && exchange.is_static.value.is_none();
    (!exchange.period.is_present() && !unreadable).then(|| {
        Problem::new(
            Code::MissingPeriod,
            exchange.place,
            format!("exchange '{}' has no 'period'", exchange.title()),
            "the time between two exchanges, or 'static: true'",
            "add 'period: 20 min', or 'static: true' for fields that are sent once",
        )
    })
}

fn multiple(draft: &Draft, exchange: &DraftExchange, key: &str) -> Option<Problem> {
    let written = if key == "lag" {
        &exchange.lag
    } else {
        &exchange.period
    };
    let ((found, place), (step, step_place)) = (written.both()?, draft.time.step.both()?);
    time::multiple_of_step(key, *found, place, *step, step_place)
}

/// Length of the run and where it is written.
fn run(draft: &Draft) -> Option<(Seconds, Place)> {
    let time = &draft.time;
    match (time.length.both(), time.steps.both()) {
        (Some((length, place)), None) => Some((*length, place)),
        (None, Some((steps, place))) => {
            let length = Seconds(steps.checked_mul(time.step.value?.get())?);
            Some((length, place))
        }
        _ => None,
    }
}

fn run_long_enough(draft: &Draft, exchange: &DraftExchange) -> Option<Problem> {
    let (period, place) = exchange.period.both()?;
    let (length, length_place) = run(draft)?;
    (length.get() > 0 && *period > length).then(|| {
        Problem::new(
            Code::RunTooShort,
            place,
            format!("the period of exchange '{}' is {period}, longer than the run of {length}", exchange.title()),
            format!("a period of at most {length}"),
            "shorten the period, or lengthen the run; for one exchange at the start write 'static: true'",
        )
        .beside(length_place, "the run")
    })
}

/// With a negative lag the put comes after the get it serves; that of the last get must lie within the run.
fn last_put_within_run(draft: &Draft, exchange: &DraftExchange) -> Option<Problem> {
    let ((lag, place), (period, _)) = (exchange.lag.both()?, exchange.period.both()?);
    let (length, length_place) = run(draft)?;
    if lag.get() >= 0 || lag.get() <= -period.get() || length < *period {
        return None;
    }
    let last_get = Seconds((length.get() - 1) / period.get() * period.get());
    let put = Seconds(last_get.get() - lag.get());
    (put >= length).then(|| {
        Problem::new(
            Code::LagOutside,
            place,
            format!("with a lag of {lag} the last values of exchange '{}', due after {last_get}, would be sent after {put}", exchange.title()),
            format!("a date within the run of {length}"),
            "lengthen the run to a multiple of the period, or take a lag of 0 or more",
        )
        .beside(length_place, "the run")
    })
}

fn lag_within_period(exchange: &DraftExchange) -> Option<Problem> {
    let ((lag, place), (period, period_place)) = (exchange.lag.both()?, exchange.period.both()?);
    let outside = period.get() > 0 && (lag.get() > period.get() || lag.get() <= -period.get());
    outside.then(|| {
        let problem = Problem::new(
            Code::LagOutside,
            place,
            format!(
                "the lag of exchange '{}' is {lag}, its period {period}",
                exchange.title()
            ),
            format!("a lag that is more than -{period} and at most {period}"),
            "shorten the lag: what is sent at a date serves the same or a neighbouring exchange",
        );
        problem.beside(period_place, "the period")
    })
}

fn has_initial(exchange: &DraftExchange) -> Option<Problem> {
    let title = exchange.title();
    if let (Some(initial), Some(restart)) = (exchange.initial, exchange.restart) {
        let found = format!("exchange '{title}' has both 'initial' and 'restart'");
        let expected = "at most one of 'initial' and 'restart'";
        let problem = Problem::new(
            Code::OneOfTwo,
            restart,
            found,
            expected,
            "remove one of the two",
        );
        return Some(problem.beside(initial, "'initial' is here"));
    }
    let (lag, place) = exchange.lag.both()?;
    if lag.get() <= 0 || exchange.restart.is_some() {
        return None;
    }
    let Some(initial) = exchange.initial else {
        let found = format!("exchange '{title}' has a lag of {lag}, and no 'initial'");
        let expected =
            "'initial', because nothing has been sent yet when the first values are received";
        let change = "add 'initial: 0.0', or a file and a variable: 'initial: {file: first.nc, variable: u}'";
        return Some(Problem::new(
            Code::MissingInitial,
            place,
            found,
            expected,
            change,
        ));
    };
    let (given, fields) = (exchange.initial_fields.as_ref()?, exchange.fields.as_ref()?);
    let has = |name: &str| given.iter().any(|other| other.text == name);
    let missing: Vec<&str> = fields
        .iter()
        .map(|field| field.text.as_str())
        .filter(|name| !has(name))
        .collect();
    (!missing.is_empty()).then(|| {
        Problem::new(
            Code::MissingInitial,
            initial,
            format!(
                "'initial' of exchange '{title}' says nothing about {}",
                quoted(missing.iter().copied())
            ),
            "a value for each field of the exchange",
            "add the fields to the map, or write one value for all",
        )
    })
}
