//! Two models and a namcouple as OASIS hosts have it, from the first line to the restart file.

#[path = "support/pair.rs"]
mod pair;

use halocline_coupler::{Direction, Error, Received, Sent, Session};
use pair::{LAYOUTS, define, expect, get, pair_in, put};

/// A and C go together and are averaged, B comes back a step later; the numbers of line 2 are those of nobody's grid.
const NAMCOUPLE: &str = "# a pair of models
$NFIELDS
2
$END
$RUNTIME
8
$END
$NLOGPRT
0 0
$END
$NNOREST
T
$END
$STRINGS
A:C A:C 1 4 1 forth.nc EXPORTED
3 2 3 2 torc lmdz SEQ=1
P 0 P 0
LOCTRANS
AVERAGE
B B 1 4 0 back.nc EXPOUT
3 2 3 2 lmdz torc LAG=4 SEQ=2
P 0 P 0
$END
";

#[test]
fn a_namcouple_couples_two_models() {
    let atmosphere = |session: &mut Session| {
        let sent = [
            define(session, "A", Direction::Send)?,
            define(session, "C", Direction::Send)?,
        ];
        let back = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        assert_eq!(session.length_seconds(), 8);
        for date in 0..8 {
            let due = date % 4 == 0;
            let answers = if due {
                [Sent::Stored, Sent::Sent]
            } else {
                [Sent::Accumulated; 2]
            };
            for (variable, answer) in sent.into_iter().zip(answers) {
                assert_eq!(put(session, variable, 100.0 + date as f64, date)?, answer);
            }
            let (received, values) = get(session, back, date)?;
            match date {
                0 => assert_eq!((received, values[0]), (Received::ReceivedAndOutput, 0.0)),
                4 => assert_eq!(received, Received::ReceivedAndOutput),
                _ => assert_eq!(received, Received::NotDue),
            }
        }
        session.finish()
    };
    let ocean = |session: &mut Session| {
        let received = [
            define(session, "A", Direction::Receive)?,
            define(session, "C", Direction::Receive)?,
        ];
        let back = define(session, "B", Direction::Send)?;
        session.end_definition()?;
        for (date, mean, answer) in [
            (0, 100.0, Sent::SentAndOutput),
            (4, 102.5, Sent::ToRestartAndOutput),
        ] {
            for variable in received {
                expect(session, variable, mean, date)?;
            }
            assert_eq!(session.inquire_put(back, date)?, answer);
            assert_eq!(put(session, back, date as f64, date)?, answer);
        }
        session.finish()
    };
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let outcomes: Vec<Result<(), Error>> =
            pair_in(folder.path(), NAMCOUPLE, layout, atmosphere, ocean);
        for outcome in outcomes {
            outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}"));
        }
        for file in ["forth.nc", "back.nc", "B_ocean_02.nc", "B_atmos_02.nc"] {
            assert!(
                folder.path().join(file).exists(),
                "{file} on {layout:?} ranks"
            );
        }
    }
}
