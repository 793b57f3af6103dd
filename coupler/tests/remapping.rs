//! Exchanges between two grids, with weights from files of SCRIP and of ESMF.

#[path = "support/pair.rs"]
mod pair;
#[path = "support/weights.rs"]
mod weights;

use halocline_coupler::{Code, Direction, Error, Received, Session, Variable};
use halocline_exchanges::{
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use pair::{LAYOUTS, pair_in};
use std::path::Path;
use weights::{SOURCE, TARGET, links, remapped, write_esmf, write_scrip};

const LEVELS: usize = 3;

/// An experiment from the line of 13 cells to the grid of 4 x 3; `remap` is the value of that key.
fn experiment(remap: &str, more: &str) -> String {
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

fn value(cell: usize, level: usize, date: i64) -> f64 {
    (cell as f64 + 0.7).sqrt() * 10f64.powi(level as i32) + date as f64 / 3.0
}

/// How the cells of a grid are dealt out.
#[derive(Debug, Clone, Copy)]
enum Deal {
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

fn puts(deal: Deal) -> impl Fn(&mut Session) -> Result<Vec<(i64, Vec<f64>)>, Error> + Sync {
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
fn gets(deal: Deal) -> impl Fn(&mut Session) -> Result<Vec<(i64, Vec<f64>)>, Error> + Sync {
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
fn run(
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

/// What one rank alone would sum.
fn serial(date: i64) -> Vec<f64> {
    let level = |level| remapped(&links(), |cell| value(cell, level, date), -9.5);
    (0..LEVELS).flat_map(level).collect()
}

fn check(folder: &Path, text: &str) {
    use Deal::{Apples, EveryNth};
    for layout in LAYOUTS {
        for deals in [
            [Apples, Apples],
            [EveryNth, Apples],
            [Apples, EveryNth],
            [EveryNth; 2],
        ] {
            let got = run(folder, text, layout, deals);
            let dates: Vec<i64> = got.iter().map(|(date, _)| *date).collect();
            assert_eq!(dates, [0, 2, 4]);
            for (date, values) in got {
                let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
                let (found, expected): (Vec<u64>, Vec<u64>) = (bits(&values), bits(&serial(date)));
                assert_eq!(
                    found, expected,
                    "{layout:?} {deals:?} at {date} s: {values:?}"
                );
            }
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn values_are_weighted_sums_with_the_same_bits_on_any_layout() {
    let folder = folder();
    write_esmf(&folder.path().join("weights.nc"), &links());
    check(folder.path(), &experiment("{weights: weights.nc}", ""));
}

#[test]
fn either_side_and_any_order_give_the_same_bits() {
    let folder = folder();
    write_esmf(&folder.path().join("weights.nc"), &links());
    for (side, order) in [("target", "bfb"), ("source", "sum"), ("target", "opt")] {
        let remap = format!("{{weights: weights.nc, side: {side}, order: {order}}}");
        check(folder.path(), &experiment(&remap, ""));
    }
}

#[test]
fn weights_that_scrip_left_behind_are_found_by_their_name() {
    let folder = folder();
    let name = "rmp_atmt_to_ocnt_CONSERV_FRACNNEI.nc";
    write_scrip(&folder.path().join(name), &links(), 3);
    let remap = "{scrip: {method: conserv, normalisation: fracnnei, order: first}}";
    check(folder.path(), &experiment(remap, ""));
}

/// What the job says that fails.
fn refusal(folder: &Path, text: &str) -> Error {
    let outcomes = pair_in(folder, text, (2, 2), puts(Deal::Apples), gets(Deal::Apples));
    let errors: Vec<Error> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 4, "all ranks end");
    let cause = errors.into_iter().find(|error| !error.is_consequence());
    cause.expect("one of them knows why")
}

#[test]
fn weights_that_nobody_made_end_the_job_and_say_how_to_make_them() {
    let folder = folder();
    write_scrip(
        &folder.path().join("rmp_atmt_to_ocnt_DISTWGT.nc"),
        &links(),
        1,
    );
    let error = refusal(
        folder.path(),
        &experiment("{scrip: {method: bilinear}}", ""),
    );
    assert_eq!(error.code, Code::File);
    let body = error
        .body()
        .replace(&format!("{}/", folder.path().display()), "");
    assert_eq!(
        body,
        "exchange 'heat' has no weights: there is no file rmp_atmt_to_ocnt_BILINEAR.nc (but rmp_atmt_to_ocnt_DISTWGT.nc)
  expected: weights that were made before the run: Halocline applies weights and does not compute them
  change: make rmp_atmt_to_ocnt_BILINEAR.nc once, from the two grids as ESMF reads them: `ESMF_RegridWeightGen -s \
         SOURCE.nc -d TARGET.nc -m bilinear -w rmp_atmt_to_ocnt_BILINEAR.nc`, or keep the file that a run of OASIS3-MCT \
         with the same SCRIPR entry left behind; or name another file: `remap: {weights: FILE}` (MAPPING in a namcouple)"
    );
}

#[test]
fn wrong_weights_end_the_job_unless_they_are_to_be_left_out() {
    let folder = folder();
    let mut wrong = links();
    wrong[1].1 = 13;
    write_esmf(&folder.path().join("weights.nc"), &wrong);
    let text = experiment("{weights: weights.nc}", "");
    let error = refusal(folder.path(), &text);
    assert_eq!(error.code, Code::File);
    assert!(
        error
            .found
            .ends_with("'row' of link 2, counted from 1, is 14"),
        "{error}"
    );
    wrong.remove(1);
    let left_out = format!("oasis: {{bad_weights: ignore}}\n{text}");
    let got = run(folder.path(), &left_out, (2, 2), [Deal::Apples; 2]);
    let expected = remapped(&wrong, |cell| value(cell, 0, 0), -9.5);
    assert_eq!(got[0].1[..expected.len()], expected);
}

#[test]
fn gradients_and_halos_are_refused() {
    let folder = folder();
    let error = refusal(folder.path(), &experiment("{scrip: {method: bicubic}}", ""));
    assert!(
        error.found.contains("remaps with gradients (BICUBIC)"),
        "{error}"
    );
    let error = refusal(
        folder.path(),
        &experiment("{weights: weights.nc}", ", halo: 1"),
    );
    assert!(error.found.contains("has a halo of 1"), "{error}");
}
