//! Components with domains on the grids of the experiment file: a worker is lent remapped blocks.

#[path = "support/pair.rs"]
mod pair;
#[path = "support/weights.rs"]
mod weights;

use halocline_coupler::{Block, Error, Session};
use halocline_exchanges::{
    partition::{OwnedCells, Partition},
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use pair::pairs;
use std::path::Path;
use weights::{SOURCE, TARGET, links, remapped, write_esmf};

const FILL: f64 = -9.5;

fn experiment(weights: &Path, more: &str) -> String {
    format!(
        "time: {{start: 2000-01-01, step: 1 s, length: 6 s}}
components:
  atmos: {{ranks: 1, command: ./atmos}}
  ocean: {{ranks: 1, worker: 'ocean.py:step'}}
grids:
  atmt: {{nx: {}, ny: {}, boundary: {{i: closed, j: closed}}}}
  ocnt: {{nx: {}, ny: {}, boundary: {{i: closed, j: closed}}}}
fields:
  A: {{grid: atmt, units: K, levels: 2}}
  B: {{grid: ocnt, units: K, levels: 2}}
watch: {{warn_after: 1 s, timeout: 5 s}}
exchanges:
  - {{name: heat, from: atmos, to: ocean, fields: [A], receive_fields: [B], period: 2 s, fill: {FILL},
     remap: {{weights: {}}}{more}}}
",
        SOURCE[0],
        SOURCE[1],
        TARGET[0],
        TARGET[1],
        weights.display()
    )
}

fn value(cell: usize, level: usize, date: i64) -> f64 {
    (cell as f64 + 0.7).sqrt() * 10f64.powi(level as i32) + date as f64 / 3.0
}

fn cells(own: &OwnedCells) -> Vec<usize> {
    let runs = own.runs().iter();
    runs.flat_map(|run| run.start..run.end()).collect()
}

fn atmos(session: &mut Session) -> Result<(), Error> {
    let (rank, size, count) = (session.rank(), session.size(), SOURCE[0]);
    let offset = count * rank / size;
    let partition = Partition::Apple {
        offset,
        cells: count * (rank + 1) / size - offset,
    };
    session.define_domain("atmt", &partition)?;
    session.end_definition()?;
    let own = cells(session.domain("atmt").expect("it was defined"));
    for date in (0..6).step_by(2) {
        let levels = (0..2).flat_map(|level| own.iter().map(move |cell| (*cell, level)));
        let values: Vec<f64> = levels
            .map(|(cell, level)| value(cell, level, date))
            .collect();
        let view = View {
            layout: Layout::contiguous([own.len(), 1, 2]),
            elements: Elements::F64(&values),
        };
        session.send("A", view, date)?;
    }
    session.finish()
}

/// What own cells must hold, level after level.
fn expected(own: &[usize], date: i64) -> Vec<f64> {
    let levels = (0..2).map(|level| remapped(&links(), |cell| value(cell, level, date), FILL));
    levels
        .flat_map(|whole| own.iter().map(|cell| whole[*cell]).collect::<Vec<_>>())
        .collect()
}

fn check(session: &Session, block: &Block, own: &[usize], date: i64) {
    let ([ni, nj, levels], halo) = session.received_shape("B").expect("it is received");
    assert_eq!((ni * nj, levels, halo), (own.len(), 2, 0));
    assert_eq!(block.shape, [2, nj, ni]);
    let Elements::F64(values) = block.view().elements else {
        panic!("the wire is of doubles");
    };
    assert_eq!(values, expected(own, date), "at {date} s");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_esmf(&folder.path().join("weights.nc"), &links());
    folder
}

#[test]
fn a_worker_is_lent_remapped_blocks_of_its_box() {
    let folder = folder();
    let ocean = |session: &mut Session| {
        session.end_definition()?;
        let own = cells(session.domain("ocnt").expect("a box was chosen"));
        let mut dates = Vec::new();
        while let Some(step) = session.next_step() {
            let block = session.lend("B", step.date)?.expect("due");
            check(session, &block, &own, step.date);
            session.give_back(block);
            dates.push(step.date);
        }
        assert_eq!(dates, [0, 2, 4]);
        session.finish()
    };
    let text = experiment(&folder.path().join("weights.nc"), "");
    pairs(&text, atmos, ocean);
}

#[test]
fn held_values_are_remapped_again_from_what_came() {
    let folder = folder();
    let ocean = |session: &mut Session| {
        session.end_definition()?;
        let own = cells(session.domain("ocnt").expect("a box was chosen"));
        for date in 0..6 {
            let block = session.lend("B", date)?.expect("held");
            check(session, &block, &own, date / 2 * 2);
            session.give_back(block);
        }
        session.finish()
    };
    let text = experiment(&folder.path().join("weights.nc"), ", hold: true");
    pairs(&text, atmos, ocean);
}

#[test]
fn the_mask_tells_where_links_lead() {
    let folder = folder();
    let ocean = |session: &mut Session| {
        session.end_definition()?;
        let own = cells(session.domain("ocnt").expect("a box was chosen"));
        let mut mask = vec![f64::NAN; own.len() * 2];
        let view = ViewMut {
            layout: Layout::contiguous([own.len(), 1, 2]),
            elements: ElementsMut::F64(&mut mask),
        };
        session.mask("B", view)?;
        let has_links = |cell: &usize| f64::from(u8::from(*cell != 5 && *cell != 10));
        let expected: Vec<f64> = own.iter().chain(&own).map(has_links).collect();
        assert_eq!(mask, expected);
        for date in (0..6).step_by(2) {
            let block = session.lend("B", date)?.expect("due");
            session.give_back(block);
        }
        session.finish()
    };
    let text = experiment(&folder.path().join("weights.nc"), "");
    pairs(&text, atmos, ocean);
}
