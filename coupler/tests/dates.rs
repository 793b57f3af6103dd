//! Sessions of several components over the in-process world: what passes at which date.

mod support;

use halocline_coupler::{Received, Sent, Session, block::Storage};
use halocline_exchanges::view::{Elements, Layout, View};
use support::{BACK, FORTH, NX, NY, answer, define_half, experiment, job, receive, send, whole};

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
