//! Operations in time and restart files of sessions that send and receive by name.

mod support;

use halocline_coupler::{Error, Received, Sent, Session};
use support::{NX, define_half, experiment, job, receive, send, whole};

const FORTH: &str = "  - {name: forth, from: ocean, to: analyst, fields: [u], period: 20, halo: 1, fill: -9, accumulate: mean, scale_received: {factor: 2}}
  - {name: also, from: ocean, to: analyst, fields: [v], period: 20}\n";
const BACK: &str = "  - {name: back, from: analyst, to: ocean, fields: [answer], period: 20, lag: 20, restart: first.nc, scale_sent: {offset: 0.5}}\n";

/// An analyst that answers with 1000 + date of each step; the first values of the blocks of `u`, with its halo.
fn analyst(session: &mut Session) -> Result<Vec<f64>, Error> {
    session.end_definition()?;
    let mut seen = Vec::new();
    while let Some(step) = session.next_step() {
        for name in &step.inputs {
            let block = session.lend(name, step.date)?.expect("an input is due");
            if name == "u" {
                let values = whole(&block.storage);
                seen.extend([values[0], values[NX + 3]]);
            }
            session.give_back(block);
        }
        for name in &step.outputs {
            let mut block = session
                .lend_output(name, step.date)?
                .expect("an output is due");
            let values = vec![1000.0 + step.date as f64; block.shape.iter().product()];
            block.storage = halocline_coupler::block::Storage::F64(values.into());
            let sent = session.send_output(&block, step.date)?;
            let expected = if step.date == 20 {
                Sent::ToRestart
            } else {
                Sent::Sent
            };
            assert_eq!(sent, expected);
            session.give_back(block);
        }
    }
    session.finish()?;
    Ok(seen)
}

#[test]
fn sessions_that_send_by_name_have_the_same_operations() {
    let text = experiment(&format!("{FORTH}{BACK}oasis: {{missing_restart: zeros}}\n"));
    let ocean = |session: &mut Session| {
        define_half(session)?;
        for date in (0..40).step_by(10) {
            let due = date % 20 == 0;
            let expected = if due { Sent::Sent } else { Sent::Accumulated };
            assert_eq!(send(session, "u", date as f64, date)?, expected);
            let expected = if due { Sent::Sent } else { Sent::NotDue };
            assert_eq!(send(session, "v", 0.0, date)?, expected);
            let (received, values) = receive(session, "answer", date)?;
            match date {
                0 => assert_eq!((received, values[0]), (Received::Received, 0.5)),
                20 => assert_eq!((received, values[0]), (Received::Received, 1000.5)),
                _ => assert_eq!(received, Received::NotDue),
            }
        }
        session.finish()?;
        Ok(Vec::new())
    };
    let outcomes = job(&text, 2, ocean, analyst);
    let mut seen: Vec<Vec<f64>> = outcomes
        .into_iter()
        .map(|outcome| outcome.expect("the job ends well"))
        .collect();
    // The corner of the halo keeps its fill; cell 0 is twice 0 s, then twice the mean of 10 s and 20 s.
    assert_eq!(seen.pop(), Some(vec![-9.0, 0.0, -9.0, 30.0]));
}
