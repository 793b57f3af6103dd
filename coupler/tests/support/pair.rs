//! Two models that define variables of their own, as OASIS hosts do, on a grid that only they know.
#![allow(dead_code, reason = "each test file uses its part")]

use halocline_coupler::{Direction, Error, Received, Sent, Session, Variable};
use halocline_exchanges::{
    local::LocalWorld,
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use std::{path::Path, thread};

/// Ranks of the sender and of the receiver.
pub const LAYOUTS: [(usize, usize); 3] = [(1, 1), (2, 1), (3, 2)];

/// Cells of the grid: not divisible by the numbers of ranks.
pub const CELLS: usize = 11;

/// An experiment of `length` seconds without components; `exchanges` completes it.
pub fn experiment(length: i64, exchanges: &str) -> String {
    let used = |name: &&str| {
        exchanges.contains(&format!("[{name}")) || exchanges.contains(&format!(", {name}]"))
    };
    let fields: Vec<String> = ["A", "B", "C"]
        .into_iter()
        .filter(used)
        .map(|name| format!("  {name}: {{units: K}}\n"))
        .collect();
    let fields = fields.concat();
    format!(
        "time: {{start: 2000-01-01, step: 1 s, length: {length} s}}
grids: {{}}
fields:
{fields}watch: {{warn_after: 1 s, timeout: 3 s}}
exchanges:
{exchanges}
"
    )
}

/// Consecutive cells of this rank: (first, count).
pub fn share(session: &Session) -> (usize, usize) {
    let (rank, size) = (session.rank(), session.size());
    let first = CELLS * rank / size;
    (first, CELLS * (rank + 1) / size - first)
}

pub fn partition(session: &Session) -> Partition {
    let (offset, cells) = share(session);
    Partition::Apple { offset, cells }
}

/// Run the two models on one layout in `folder`; the outcome of each rank, senders first.
pub fn pair_in<T: Send>(
    folder: &Path,
    text: &str,
    (senders, receivers): (usize, usize),
    sender: impl Fn(&mut Session) -> Result<T, Error> + Sync,
    receiver: impl Fn(&mut Session) -> Result<T, Error> + Sync,
) -> Vec<Result<T, Error>> {
    let path = folder.join("experiment.yaml");
    std::fs::write(&path, text).expect("a temporary folder can be written");
    let worlds = LocalWorld::spawn(senders + receivers);
    thread::scope(|scope| {
        let ranks: Vec<_> = worlds
            .into_iter()
            .enumerate()
            .map(|(rank, world)| {
                let (path, sender, receiver) = (&path, &sender, &receiver);
                scope.spawn(move || {
                    let is_sender = rank < senders;
                    let name = if is_sender { "atmos" } else { "ocean" };
                    let mut session = Session::begin(Box::new(world), name, Some(path))?;
                    if is_sender {
                        sender(&mut session)
                    } else {
                        receiver(&mut session)
                    }
                })
            })
            .collect();
        ranks
            .into_iter()
            .map(|rank| rank.join().expect("no rank panics"))
            .collect()
    })
}

/// As [`pair_in`], in a folder of its own, on all layouts; every rank must end well.
pub fn pairs(
    text: &str,
    sender: impl Fn(&mut Session) -> Result<(), Error> + Sync,
    receiver: impl Fn(&mut Session) -> Result<(), Error> + Sync,
) {
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for outcome in pair_in(folder.path(), text, layout, &sender, &receiver) {
            outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}"));
        }
    }
}

/// As [`pairs`] on one rank each, where something must go wrong; the errors that are no consequence of others.
pub fn failing_pair(
    text: &str,
    sender: impl Fn(&mut Session) -> Result<(), Error> + Sync,
    receiver: impl Fn(&mut Session) -> Result<(), Error> + Sync,
) -> Vec<Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcomes = pair_in(folder.path(), text, (1, 1), sender, receiver);
    let errors = outcomes.into_iter().filter_map(Result::err);
    errors.filter(|error| !error.is_consequence()).collect()
}

pub fn define(session: &mut Session, name: &str, direction: Direction) -> Result<Variable, Error> {
    let partition = partition(session);
    let variable = session.define_variable(name, direction, &partition, 1)?;
    Ok(variable.expect("the experiment mentions it"))
}

/// Put base + cell / 1000, cells counted over the whole grid.
pub fn put(session: &mut Session, variable: Variable, base: f64, date: i64) -> Result<Sent, Error> {
    put_with(session, variable, base, date, false)
}

pub fn put_with(
    session: &mut Session,
    variable: Variable,
    base: f64,
    date: i64,
    write_restart: bool,
) -> Result<Sent, Error> {
    let (first, cells) = share(session);
    let values: Vec<f64> = (first..first + cells).map(|cell| at(base, cell)).collect();
    let view = View {
        layout: Layout::contiguous([cells, 1, 1]),
        elements: Elements::F64(&values),
    };
    session.put(variable, view, date, write_restart)
}

/// What [`put`] puts.
pub fn at(base: f64, cell: usize) -> f64 {
    base + cell as f64 / 1000.0
}

/// Get own cells; what is not due stays NaN.
pub fn get(
    session: &mut Session,
    variable: Variable,
    date: i64,
) -> Result<(Received, Vec<f64>), Error> {
    let (_, cells) = share(session);
    let mut values = vec![f64::NAN; cells];
    let view = ViewMut {
        layout: Layout::contiguous([cells, 1, 1]),
        elements: ElementsMut::F64(&mut values),
    };
    let received = session.get(variable, view, date)?;
    Ok((received, values))
}

/// Get, and expect `base` + cell / 1000 within rounding.
pub fn expect(
    session: &mut Session,
    variable: Variable,
    base: f64,
    date: i64,
) -> Result<(), Error> {
    expect_scaled(session, variable, base, 1.0, date)
}

/// Get, and expect `base` + `factor` * cell / 1000 within rounding.
pub fn expect_scaled(
    session: &mut Session,
    variable: Variable,
    base: f64,
    factor: f64,
    date: i64,
) -> Result<(), Error> {
    let (received, values) = get(session, variable, date)?;
    assert_ne!(received, Received::NotDue, "at {date} s");
    let (first, _) = share(session);
    for (cell, value) in values.iter().enumerate() {
        let expected = base + factor * (first + cell) as f64 / 1000.0;
        assert!(
            (value - expected).abs() < 1e-9,
            "at {date} s cell {}: {value}, expected {expected}",
            first + cell
        );
    }
    Ok(())
}
