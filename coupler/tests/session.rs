//! Sessions of several components over the in-process world: what passes, when, and what errors say.

use halocline_coupler::{Code, Error, Received, Sent, Session, block::Storage};
use halocline_exchanges::{
    local::LocalWorld,
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use std::{path::PathBuf, thread};

const NX: usize = 6;
const NY: usize = 4;

/// An experiment of one ocean and one analyst on a 6 x 4 grid; `exchanges` completes it.
fn experiment(exchanges: &str) -> String {
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

const FORTH: &str =
    "  - {name: forth, from: ocean, to: analyst, fields: [u, v], period: 10, halo: 1, fill: -9}\n";
const BACK: &str = "  - {name: back, from: analyst, to: ocean, fields: [answer], period: 10}\n";

fn write_experiment(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("experiment.yaml");
    std::fs::write(&path, text).expect("a temporary folder can be written");
    path
}

/// Run one function a rank: ocean ranks first, then one analyst; the outcome of each, in rank order.
fn job<T: Send>(
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

fn define_half(session: &mut Session) -> Result<(), Error> {
    let partition = half(session);
    session.define_domain("basin", &partition)?;
    session.end_definition()
}

fn layout() -> Layout {
    Layout {
        shape: [NX, 2, 1],
        strides: [1, NX as isize, (2 * NX) as isize],
        origin: 0,
    }
}

fn send(session: &mut Session, field: &str, base: f64, date: i64) -> Result<Sent, Error> {
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

fn receive(session: &mut Session, field: &str, date: i64) -> Result<(Received, Vec<f64>), Error> {
    let mut values = vec![f64::NAN; 2 * NX];
    let view = ViewMut {
        layout: layout(),
        elements: ElementsMut::F64(&mut values),
    };
    let received = session.receive(field, view, date)?;
    Ok((received, values))
}

fn whole(storage: &Storage) -> Vec<f64> {
    match storage {
        Storage::F64(values) => values.to_vec(),
        Storage::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
    }
}

/// An analyst that answers with `u` of its own cells plus 0.5.
fn answer(session: &mut Session) -> Result<Vec<f64>, Error> {
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

#[test]
fn every_date_goes_out_and_comes_back_with_its_own_values() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(5) {
            let base = 100.0 * date as f64;
            let due = date % 10 == 0;
            assert_eq!(
                send(session, "u", base, date)?,
                if due { Sent::Stored } else { Sent::NotDue }
            );
            assert_eq!(
                send(session, "v", base, date)?,
                if due { Sent::Sent } else { Sent::NotDue }
            );
            let (received, values) = receive(session, "answer", date)?;
            assert_eq!(
                received,
                if due {
                    Received::Received
                } else {
                    Received::NotDue
                }
            );
            let first = (session.rank() * 2 * NX) as f64;
            for (cell, value) in values.iter().enumerate() {
                assert!(if due {
                    *value == base + first + cell as f64 + 0.5
                } else {
                    value.is_nan()
                });
            }
        }
        session.finish()?;
        Ok(Vec::new())
    };
    for outcome in job(&text, 2, ocean, answer) {
        outcome.expect("the job ends well");
    }
}

#[test]
fn a_lent_block_has_its_cyclic_halo_and_the_fill_outside_the_closed_edges() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(10) {
            send(session, "u", 0.0, date)?;
            send(session, "v", 0.0, date)?;
            receive(session, "answer", date)?;
        }
        session.finish()?;
        Ok(Vec::new())
    };
    let outcomes = job(&text, 2, ocean, answer);
    let seen = outcomes[2].as_ref().expect("the analyst ends well");
    let width = NX + 2;
    assert_eq!(seen.len(), 4 * width * (NY + 2));
    assert!(
        seen[..width].iter().all(|value| *value == -9.0),
        "south of the basin"
    );
    assert_eq!(
        seen[width..2 * width],
        [5.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0]
    );
}

#[test]
fn a_lag_delays_by_one_period_and_starts_from_the_initial_value() {
    let back = "  - {name: back, from: analyst, to: ocean, fields: [answer], period: 10, lag: 10, initial: 7}\n";
    let text = experiment(&format!("{FORTH}{back}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(10) {
            send(session, "u", date as f64, date)?;
            send(session, "v", 0.0, date)?;
            let (_, values) = receive(session, "answer", date)?;
            let first = (session.rank() * 2 * NX) as f64;
            let expected = if date == 0 {
                7.0
            } else {
                (date - 10) as f64 + first + 0.5
            };
            assert_eq!(values[0], expected, "at {date} s");
        }
        session.finish()?;
        Ok(Vec::new())
    };
    for outcome in job(&text, 2, ocean, answer) {
        outcome.expect("the job ends well");
    }
}

#[test]
fn overlapping_owners_are_named_and_every_rank_learns_of_it() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        session.define_domain(
            "basin",
            &Partition::Box {
                i: 0,
                j: session.rank(),
                ni: NX,
                nj: 2,
            },
        )?;
        session.end_definition().map(|()| Vec::new())
    };
    let outcomes = job(&text, 2, ocean, answer);
    let errors: Vec<Error> = outcomes
        .into_iter()
        .map(|outcome| outcome.expect_err("all ranks end"))
        .collect();
    assert_eq!(
        errors
            .iter()
            .filter(|error| !error.is_consequence())
            .count(),
        1
    );
    for error in &errors {
        assert!(
            error
                .to_string()
                .contains("ranks 0 and 1 of component 'ocean' both own cell (i, j) = (0, 1)"),
            "{error}"
        );
    }
}

#[test]
fn a_name_that_nobody_knows_gets_the_list_of_those_that_are() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        send(session, "uu", 0.0, 0).map(|_| Vec::new())
    };
    let outcomes = job(&text, 2, ocean, answer);
    let error = outcomes[0].as_ref().expect_err("the name is wrong");
    assert_eq!(error.code, Code::Name);
    assert!(error.to_string().contains("one of: u, v"), "{error}");
    let other = outcomes[2].as_ref().expect_err("the analyst is told");
    assert_eq!(other.code, Code::Ended);
}

#[test]
fn a_field_that_is_never_sent_ends_the_wait_with_its_name() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        send(session, "u", 0.0, 0)?;
        receive(session, "answer", 0).map(|_| Vec::new())
    };
    let outcomes = job(&text, 2, ocean, answer);
    let first = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .find(|error| error.code == Code::Timeout);
    let text = first.expect("somebody waited in vain").to_string();
    assert!(text.contains("waited 2 s for field"), "{text}");
}

#[test]
fn dates_that_skip_repeat_or_leave_the_run_are_refused() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        let outside = send(session, "u", 0.0, 40).expect_err("the run is over");
        assert!(
            outside.to_string().contains("0 <= date < 40 s"),
            "{outside}"
        );
        let skipped = send(session, "u", 0.0, 10).expect_err("0 was skipped");
        assert!(
            skipped.to_string().contains("that for 0 s was skipped"),
            "{skipped}"
        );
        send(session, "u", 0.0, 0)?;
        let again = send(session, "u", 0.0, 0).expect_err("once a date");
        assert!(again.to_string().contains("again"), "{again}");
        let early = send(session, "u", 0.0, 10).expect_err("v of date 0 is missing");
        assert!(
            early.to_string().contains("still lacks v for date 0 s"),
            "{early}"
        );
        let finish = session.finish().expect_err("the run is not over");
        assert!(
            finish
                .to_string()
                .contains("finish before the send of exchange 'forth' for date 0 s"),
            "{finish}"
        );
        Err(finish)
    };
    for outcome in job(&text, 2, ocean, answer) {
        let _: Error = outcome
            .map(|_: Vec<f64>| ())
            .expect_err("nobody waits for ever");
    }
}

#[test]
fn a_wrong_shape_shows_both_sides() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        let values = vec![0.0; 4];
        let layout = Layout {
            shape: [2, 2, 1],
            strides: [1, 2, 4],
            origin: 0,
        };
        session
            .send(
                "u",
                View {
                    layout,
                    elements: Elements::F64(&values),
                },
                0,
            )
            .map(|_| Vec::new())
    };
    let error = job(&text, 2, ocean, answer)
        .swap_remove(0)
        .expect_err("the shape is wrong");
    assert_eq!(error.code, Code::Shape);
    assert!(
        error.to_string().contains("(i, j, level) = (2, 2, 1)")
            && error.to_string().contains("(6, 2, 1)"),
        "{error}"
    );
}

#[test]
fn statics_travel_once_and_are_lent_again_unchanged_by_the_worker() {
    let once = "  - {name: mask, from: ocean, to: analyst, fields: [v], static: true}\n";
    let forth = "  - {name: forth, from: ocean, to: analyst, fields: [u], period: 10}\n";
    let text = experiment(&format!("{once}{forth}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(10) {
            assert_eq!(
                send(session, "v", 3.0, date)?,
                if date == 0 { Sent::Sent } else { Sent::NotDue }
            );
            send(session, "u", 0.0, date)?;
            receive(session, "answer", date)?;
        }
        session.finish()
    };
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        while let Some(step) = session.next_step() {
            assert_eq!(step.inputs.contains(&"v".to_owned()), step.date == 0);
            let mut mask = session
                .lend("v", step.date)?
                .expect("statics are always there");
            assert_eq!(whole(&mask.storage)[0], 3.0, "at {} s", step.date);
            mask.storage = Storage::F64(vec![0.0; NX * NY].into());
            session.give_back(mask);
            let block = session.lend("u", step.date)?.expect("due");
            session.give_back(block);
            let values = vec![0.0; NX * NY];
            let layout = Layout {
                shape: [NX, NY, 1],
                strides: [1, NX as isize, 24],
                origin: 0,
            };
            session.send(
                "answer",
                View {
                    layout,
                    elements: Elements::F64(&values),
                },
                step.date,
            )?;
        }
        session.finish()
    };
    for outcome in job(&text, 2, ocean, analyst) {
        outcome.expect("the job ends well");
    }
}

#[test]
fn the_mask_tells_sent_cells_from_filled_ones() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        let rows = if session.rank() == 0 {
            Partition::Box {
                i: 0,
                j: 0,
                ni: NX,
                nj: 2,
            }
        } else {
            Partition::Empty
        };
        session.define_domain("basin", &rows)?;
        session.end_definition()?;
        Ok(Vec::new())
    };
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        let mut mask = vec![f64::NAN; (NX + 2) * (NY + 2)];
        let layout = Layout {
            shape: [NX + 2, NY + 2, 1],
            strides: [1, (NX + 2) as isize, 0],
            origin: 0,
        };
        session.mask(
            "u",
            ViewMut {
                layout,
                elements: ElementsMut::F64(&mut mask),
            },
        )?;
        Ok(mask)
    };
    let mask = job(&text, 2, ocean, analyst)
        .swap_remove(2)
        .expect("the analyst gets its mask");
    let rows: Vec<f64> = mask.chunks(NX + 2).map(|row| row.iter().sum()).collect();
    // South halo closed, two rows sent (cyclic halo columns included), two rows that nobody owns, north halo closed.
    assert_eq!(rows, [0.0, 8.0, 8.0, 0.0, 0.0, 0.0]);
}

#[test]
fn static_fields_of_one_exchange_may_be_received_at_different_dates() {
    let once = "  - {name: fixed, from: analyst, to: ocean, fields: [answer, v], static: true}\n";
    let forth = "  - {name: forth, from: ocean, to: analyst, fields: [u], period: 10}\n";
    let text = experiment(&format!("{once}{forth}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        send(session, "u", 0.0, 0)?;
        assert_eq!(receive(session, "answer", 0)?.1[0], 4.0);
        send(session, "u", 0.0, 10)?;
        assert_eq!(receive(session, "v", 10)?.1[0], 4.0);
        assert_eq!(receive(session, "v", 10)?.0, Received::NotDue);
        let kept = session
            .lend("answer", 10)?
            .expect("statics stay at hand, whoever took them first");
        assert_eq!(whole(&kept.storage)[0], 4.0);
        send(session, "u", 0.0, 20)?;
        send(session, "u", 0.0, 30)?;
        session.finish()
    };
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        while let Some(step) = session.next_step() {
            let values = vec![4.0; NX * NY];
            let layout = Layout {
                shape: [NX, NY, 1],
                strides: [1, NX as isize, 24],
                origin: 0,
            };
            for name in &step.outputs {
                session.send(
                    name,
                    View {
                        layout,
                        elements: Elements::F64(&values),
                    },
                    step.date,
                )?;
            }
            if let Some(block) = session.lend("u", step.date)? {
                session.give_back(block);
            }
        }
        session.finish()
    };
    for outcome in job(&text, 2, ocean, analyst) {
        outcome.expect("the job ends well");
    }
}
