//! What the tests of sessions share: an experiment, its job over the in-process world, the two programs in it.
#![allow(dead_code, reason = "each test file uses its part")]

use halocline_coupler::{Error, Received, Sent, Session, block::Storage};
use halocline_exchanges::{
    local::LocalWorld,
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use std::{path::PathBuf, thread};

pub const NX: usize = 6;
pub const NY: usize = 4;

/// An experiment of one ocean and one analyst on a 6 x 4 grid; `exchanges` completes it.
pub fn experiment(exchanges: &str) -> String {
    format!(
        "time: {{start: 2000-01-01, step: 10, length: 40}}
components:
  ocean: {{ranks: 2, command: ./ocean}}
  analyst: {{ranks: 1, worker: 'analyst.py:analyse'}}
grids:
  basin: {{nx: {NX}, ny: {NY}, boundary: {{i: cyclic, j: closed}}}}
fields:
  u: {{units: m/s, grid: basin, point: T, levels: 1}}
  v: {{units: m/s, grid: basin, point: T, levels: 1}}
  answer: {{units: m/s2, grid: basin, point: T, levels: 1}}
watch: {{warn_after: 1 s, timeout: 2 s}}
exchanges:
{exchanges}
"
    )
}

pub const FORTH: &str =
    "  - {name: forth, from: ocean, to: analyst, fields: [u, v], period: 10, halo: 1, fill: -9}\n";
pub const BACK: &str = "  - {name: back, from: analyst, to: ocean, fields: [answer], period: 10}\n";

fn write_experiment(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("experiment.yaml");
    std::fs::write(&path, text).expect("a temporary folder can be written");
    path
}

/// Run one function a rank: ocean ranks first, then one analyst; the outcome of each, in rank order.
pub fn job<T: Send>(
    text: &str,
    oceans: usize,
    ocean: impl Fn(&mut Session) -> Result<T, Error> + Sync,
    analyst: impl Fn(&mut Session) -> Result<T, Error> + Sync,
) -> Vec<Result<T, Error>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = write_experiment(&folder, text);
    let worlds = LocalWorld::spawn(oceans + 1);
    thread::scope(|scope| {
        let ranks: Vec<_> = worlds
            .into_iter()
            .enumerate()
            .map(|(rank, world)| {
                let (path, ocean, analyst) = (&path, &ocean, &analyst);
                scope.spawn(move || {
                    let name = if rank < oceans { "ocean" } else { "analyst" };
                    let mut session = Session::begin(Box::new(world), name, Some(path))?;
                    if rank < oceans {
                        ocean(&mut session)
                    } else {
                        analyst(&mut session)
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

/// Rows `[2, 2)` of the basin for each of two ocean ranks.
fn half(session: &Session) -> Partition {
    Partition::Box {
        i: 0,
        j: 2 * session.rank(),
        ni: NX,
        nj: 2,
    }
}

/// Define the half and end the definition phase.
pub fn define_half(session: &mut Session) -> Result<(), Error> {
    let partition = half(session);
    session.define_domain("basin", &partition)?;
    session.end_definition()
}

/// Axes of one ocean rank's half of the basin.
pub fn layout() -> Layout {
    Layout {
        shape: [NX, 2, 1],
        strides: [1, NX as isize, (2 * NX) as isize],
        origin: 0,
    }
}

/// Send base plus the number of the cell, counted over the whole basin, from one ocean rank.
pub fn send(session: &mut Session, field: &str, base: f64, date: i64) -> Result<Sent, Error> {
    let first = (session.rank() * 2 * NX) as f64;
    let values: Vec<f64> = (0..2 * NX).map(|cell| base + first + cell as f64).collect();
    session.send(
        field,
        View {
            layout: layout(),
            elements: Elements::F64(&values),
        },
        date,
    )
}

/// Receive into own cells; what is not due stays NaN.
pub fn receive(
    session: &mut Session,
    field: &str,
    date: i64,
) -> Result<(Received, Vec<f64>), Error> {
    let mut values = vec![f64::NAN; 2 * NX];
    let view = ViewMut {
        layout: layout(),
        elements: ElementsMut::F64(&mut values),
    };
    let received = session.receive(field, view, date)?;
    Ok((received, values))
}

/// All values of a block, halo included.
pub fn whole(storage: &Storage) -> Vec<f64> {
    match storage.elements() {
        Elements::F64(values) => values.to_vec(),
        Elements::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
    }
}

/// An analyst that answers with `u` of its own cells plus 0.5.
pub fn answer(session: &mut Session) -> Result<Vec<f64>, Error> {
    session.end_definition()?;
    let mut seen = Vec::new();
    while let Some(step) = session.next_step() {
        let mut own = vec![0.5; NX * NY];
        for name in &step.inputs {
            let block = session
                .lend(name, step.date)?
                .expect("an input of the step is due");
            let values = whole(&block.storage);
            if name == "u" {
                for (cell, value) in own.iter_mut().enumerate() {
                    *value += values[(cell / NX + 1) * (NX + 2) + cell % NX + 1];
                }
                seen.extend(values);
            }
            session.give_back(block);
        }
        for name in &step.outputs {
            let layout = Layout {
                shape: [NX, NY, 1],
                strides: [1, NX as isize, (NX * NY) as isize],
                origin: 0,
            };
            session.send(
                name,
                View {
                    layout,
                    elements: Elements::F64(&own),
                },
                step.date,
            )?;
        }
    }
    session.finish()?;
    Ok(seen)
}
