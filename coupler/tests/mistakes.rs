//! What errors of a program say, and that no other rank waits for ever.

mod support;

use halocline_coupler::{Code, Error, Session};
use halocline_exchanges::{
    partition::Partition,
    view::{Elements, Layout, View},
};
use support::{BACK, FORTH, NX, answer, define_half, experiment, job, receive, send};

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
            error.to_string().contains(
                "ranks 0 and 1 of component 'ocean' both own cell (i, j) = (0, 1), counted from 0"
            ),
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
        let text = finish.to_string();
        for part in [
            "finish before the send of exchange 'forth' for date 0 s",
            "the last is 30 s",
            "call send for u, v at each of them",
        ] {
            assert!(text.contains(part), "{text}");
        }
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
fn a_finish_without_its_receives_says_which_calls_are_missing() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(10) {
            send(session, "u", 0.0, date)?;
            send(session, "v", 0.0, date)?;
        }
        session.finish().map(|()| Vec::new())
    };
    let error = job(&text, 2, ocean, answer)
        .swap_remove(0)
        .expect_err("nothing was received");
    assert_eq!(
        error.body(),
        "finish before the receive of exchange 'back' for date 0 s\n  \
         expected: a receive for every coupling date of the exchange, the last is 30 s\n  \
         change: call receive for answer at each of them before finish; if the run shall end earlier, shorten \
         `time:` in the experiment file"
    );
}
