//! Blocks that their borrower holds on to while it asks for others.

mod support;

use halocline_coupler::{Block, Code, Session, block::Storage};
use support::{BACK, NX, NY, define_half, experiment, job, send};

/// Two exchanges from the same ranks, the answer to which nobody waits for.
fn two_exchanges() -> String {
    experiment(&format!(
        "  - {{name: first, from: ocean, to: analyst, fields: [u], period: 10}}
  - {{name: second, from: ocean, to: analyst, fields: [v], period: 10}}
{BACK}"
    ))
}

/// Send both fields at each date, `u` first, without waiting for answers.
fn ocean(session: &mut Session) -> Result<Vec<f64>, halocline_coupler::Error> {
    define_half(session)?;
    for date in (0..40).step_by(10) {
        send(session, "u", date as f64, date)?;
        send(session, "v", -(date as f64), date)?;
    }
    for date in (0..40).step_by(10) {
        support::receive(session, "answer", date)?;
    }
    session.finish()?;
    Ok(Vec::new())
}

fn send_answer(session: &mut Session, date: i64) -> Result<(), halocline_coupler::Error> {
    let output = session.lend_output("answer", date)?.expect("due");
    session.send_output(&output, date)?;
    session.give_back(output);
    Ok(())
}

fn first_value(block: &Block) -> f64 {
    match block.view().elements {
        halocline_exchanges::view::Elements::F64(values) => values[0],
        halocline_exchanges::view::Elements::F32(_) => panic!("the wire is of doubles"),
    }
}

#[test]
fn a_block_held_until_the_next_date_holds_up_no_other_exchange() {
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        let mut before: Option<Block> = None;
        let mut seen = Vec::new();
        while let Some(step) = session.next_step() {
            let second = session.lend("v", step.date)?.expect("due");
            let first = session.lend("u", step.date)?.expect("due");
            if let Some(before) = &before {
                seen.push(first_value(&first) - first_value(before));
            }
            assert!(
                matches!(first.storage, Storage::SharedF64(_)),
                "on one node"
            );
            // The one of the date before is let go only now, and without a word to the session.
            before = Some(first);
            session.give_back(second);
            send_answer(session, step.date)?;
        }
        session.finish()?;
        Ok(seen)
    };
    let outcomes = job(&two_exchanges(), 2, ocean, analyst);
    let seen = outcomes[2].as_ref().expect("nobody waits for ever");
    assert_eq!(*seen, [10.0, 10.0, 10.0]);
}

#[test]
fn a_block_held_for_two_dates_is_an_error_that_says_so() {
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        let mut kept = Vec::new();
        while let Some(step) = session.next_step() {
            kept.push(session.lend("u", step.date)?.expect("due"));
            let second = session.lend("v", step.date)?.expect("due");
            assert_eq!(second.shape, [1, NY, NX]);
            session.give_back(second);
            send_answer(session, step.date)?;
        }
        Ok(Vec::new())
    };
    let outcomes = job(&two_exchanges(), 2, ocean, analyst);
    let error = outcomes[2]
        .as_ref()
        .expect_err("two blocks are all there are");
    assert_eq!(error.code, Code::Order, "{error}");
    assert!(error.to_string().contains("still lent"), "{error}");
}
