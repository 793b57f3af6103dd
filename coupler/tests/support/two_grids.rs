//! A model with the line of 13 cells that puts A, and one with the grid of 4 x 3 that gets B, on cells dealt out in
//! several ways.
#![allow(dead_code, reason = "each test file uses its part")]

use super::{
    pair::pair_in,
    weights::{SOURCE, TARGET},
};
use halocline_coupler::{Direction, Error, Received, Session, Variable};
use halocline_exchanges::{
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use std::path::Path;

pub const LEVELS: usize = 3;

/// An experiment from the line of 13 cells to the grid of 4 x 3; `remap` is the value of that key.
pub fn experiment(remap: &str, more: &str) -> String {
    format!(
        "time: {{start: 2000-01-01, step: 1 s, length: 6 s}}
grids:
  atmt: {{nx: {}, ny: {}, boundary: {{i: closed, j: closed}}}}
  ocnt: {{nx: {}, ny: {}, boundary: {{i: closed, j: closed}}}}
fields:
  A: {{grid: atmt, units: K}}
  B: {{grid: ocnt, units: K}}
watch: {{warn_after: 1 s, timeout: 5 s}}
exchanges:
  - {{name: heat, fields: [A], receive_fields: [B], period: 2 s, fill: -9.5, remap: {remap}{more}}}
",
        SOURCE[0], SOURCE[1], TARGET[0], TARGET[1]
    )
}

pub fn value(cell: usize, level: usize, date: i64) -> f64 {
    (cell as f64 + 0.7).sqrt() * 10f64.powi(level as i32) + date as f64 / 3.0
}

/// How the cells of a grid are dealt out.
#[derive(Debug, Clone, Copy)]
pub enum Deal {
    Apples,
    EveryNth,
}

/// This rank's cells in the order of its array.
fn cells(session: &Session, [nx, ny]: [usize; 2], deal: Deal) -> Vec<usize> {
    let (rank, size, count) = (session.rank(), session.size(), nx * ny);
    match deal {
        Deal::Apples => (count * rank / size..count * (rank + 1) / size).collect(),
        Deal::EveryNth => (0..count)
            .rev()
            .filter(|cell| cell % size == rank)
            .collect(),
    }
}

fn define(
    session: &mut Session,
    name: &str,
    direction: Direction,
    cells: &[usize],
) -> Result<Variable, Error> {
    let points = Partition::Points(cells.iter().map(|cell| *cell as u64).collect());
    let variable = session.define_variable(name, direction, &points, LEVELS)?;
    Ok(variable.expect("the experiment mentions it"))
}

pub fn puts(deal: Deal) -> impl Fn(&mut Session) -> Result<Vec<(i64, Vec<f64>)>, Error> + Sync {
    move |session| {
        let own = cells(session, SOURCE, deal);
        let heat = define(session, "A", Direction::Send, &own)?;
        session.end_definition()?;
        for date in 0..6 {
            let levels = (0..LEVELS).flat_map(|level| own.iter().map(move |cell| (*cell, level)));
            let values: Vec<f64> = levels
                .map(|(cell, level)| value(cell, level, date))
                .collect();
            let view = View {
                layout: Layout::contiguous([own.len(), 1, LEVELS]),
                elements: Elements::F64(&values),
            };
            session.put(heat, view, date, false)?;
        }
        session.finish()?;
        Ok(Vec::new())
    }
}

/// What the receiver gets, cell by cell of the whole grid: (date, values of all levels) where something was due.
pub fn gets(deal: Deal) -> impl Fn(&mut Session) -> Result<Vec<(i64, Vec<f64>)>, Error> + Sync {
    move |session| {
        let own = cells(session, TARGET, deal);
        let heat = define(session, "B", Direction::Receive, &own)?;
        session.end_definition()?;
        let mut got = Vec::new();
        for date in 0..6 {
            let mut values = vec![f64::NAN; own.len() * LEVELS];
            let view = ViewMut {
                layout: Layout::contiguous([own.len(), 1, LEVELS]),
                elements: ElementsMut::F64(&mut values),
            };
            if session.get(heat, view, date)? == Received::NotDue {
                assert!(values.iter().all(|value| value.is_nan()), "not touched");
                continue;
            }
            let count = TARGET[0] * TARGET[1];
            let mut whole = vec![f64::NAN; count * LEVELS];
            for level in 0..LEVELS {
                for (local, cell) in own.iter().enumerate() {
                    whole[level * count + cell] = values[level * own.len() + local];
                }
            }
            got.push((date, whole));
        }
        session.finish()?;
        Ok(got)
    }
}

/// What all ranks got, put together.
pub fn run(
    folder: &Path,
    text: &str,
    layout: (usize, usize),
    deals: [Deal; 2],
) -> Vec<(i64, Vec<f64>)> {
    let outcomes = pair_in(folder, text, layout, puts(deals[0]), gets(deals[1]));
    let mut outcomes = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}")))
        .skip(layout.0);
    let mut all = outcomes.next().expect("there is a receiver");
    for got in outcomes {
        for ((date, values), (other, more)) in all.iter_mut().zip(got) {
            assert_eq!(*date, other);
            let gaps = values
                .iter_mut()
                .zip(more)
                .filter(|(_, more)| !more.is_nan());
            gaps.for_each(|(value, more)| *value = more);
        }
    }
    all
}
