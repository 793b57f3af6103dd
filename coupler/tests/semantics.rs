//! What happens to values on their way and between dates, each line of it with numbers of its own.

#[path = "support/pair.rs"]
mod pair;

use halocline_coupler::{Code, Direction, Error, Received, Sent, Session};
use halocline_exchanges::partition::Partition;
use halocline_gridfiles::{FieldFile, Format, Size};
use pair::{
    CELLS, LAYOUTS, define, expect, expect_scaled, experiment, failing_pair, get, pair_in, pairs,
    put, put_with,
};
use std::path::Path;

/// An exchange of A to B with further keys.
fn exchange(keys: &str) -> String {
    format!("  - {{name: heat, fields: [A], receive_fields: [B], {keys}}}\n")
}

/// Write a restart or input file with a value for each cell: `base` + cell / 1000.
fn write_file(path: &Path, name: &str, records: &[(i64, f64)], timed: bool) {
    let size = Size { nx: CELLS, ny: 1 };
    let write = || {
        let mut file = FieldFile::create(path, Format::Offset64)?;
        file.define(name, size, 1, timed)?;
        for (date, base) in records {
            let values: Vec<f64> = (0..CELLS).map(|cell| pair::at(*base, cell)).collect();
            let record = if timed {
                Some(file.begin_record(*date)?)
            } else {
                None
            };
            file.write(name, record, 0, &values)?;
        }
        file.close()
    };
    write().unwrap_or_else(|error| panic!("{error}"));
}

/// First values of all records of a variable of a file.
fn first_values(path: &Path, name: &str) -> Vec<f64> {
    let file = netcdf::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let variable = file
        .variable(name)
        .unwrap_or_else(|| panic!("{} has no {name}", path.display()));
    let all: Vec<f64> = variable.get_values(..).expect("numbers");
    all.iter().step_by(CELLS).copied().collect()
}

/// Run a pair of models on all layouts in folders that `prepare` has made ready, and `look` into them afterwards.
fn on_all_layouts(
    text: &str,
    prepare: impl Fn(&Path),
    sender: impl Fn(&mut Session) -> Result<(), Error> + Sync,
    receiver: impl Fn(&mut Session) -> Result<(), Error> + Sync,
    look: impl Fn(&Path),
) {
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        prepare(folder.path());
        for outcome in pair_in(folder.path(), text, layout, &sender, &receiver) {
            outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}"));
        }
        look(folder.path());
    }
}

/// A model that puts A = 100, 101, ... at each second, and expects these answers.
fn puts_from(
    first: i64,
    length: i64,
    answer: impl Fn(i64) -> Sent + Sync,
) -> impl Fn(&mut Session) -> Result<(), Error> + Sync {
    move |session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        for date in 0..length {
            assert_eq!(
                session.inquire_put(heat, date)?,
                answer(date),
                "at {date} s"
            );
            let sent = put(session, heat, (first + date) as f64, date)?;
            assert_eq!(sent, answer(date), "at {date} s");
        }
        session.finish()
    }
}

/// A model that expects B at the dates of `values`, and nothing at others.
fn gets_at(
    length: i64,
    factor: f64,
    values: &[(i64, f64)],
) -> impl Fn(&mut Session) -> Result<(), Error> + Sync {
    move |session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        for date in 0..length {
            match values.iter().find(|(at, _)| *at == date) {
                Some((_, base)) => expect_scaled(session, heat, *base, factor, date)?,
                None => assert_eq!(get(session, heat, date)?.0, Received::NotDue),
            }
        }
        session.finish()
    }
}

fn nothing(_: &Path) {}

fn accumulated(date: i64) -> Sent {
    if date % 4 == 0 {
        Sent::Sent
    } else {
        Sent::Accumulated
    }
}

#[test]
fn a_mean_takes_the_puts_since_the_last_date() {
    let text = experiment(10, &exchange("period: 4 s, accumulate: mean"));
    let values = [(0, 100.0), (4, 102.5), (8, 106.5)];
    pairs(
        &text,
        puts_from(100, 10, accumulated),
        gets_at(10, 1.0, &values),
    );
}

#[test]
fn a_sum_takes_the_puts_since_the_last_date() {
    let text = experiment(8, &exchange("period: 4 s, accumulate: sum"));
    let sender = puts_from(100, 8, accumulated);
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        expect(session, heat, 100.0, 0)?;
        expect_scaled(session, heat, 410.0, 4.0, 4)?;
        session.finish()
    };
    pairs(&text, sender, receiver);
}

#[test]
fn a_minimum_takes_the_puts_since_the_last_date() {
    let text = experiment(8, &exchange("period: 4 s, accumulate: min"));
    let values = [(0, 100.0), (4, 101.0)];
    pairs(
        &text,
        puts_from(100, 8, accumulated),
        gets_at(8, 1.0, &values),
    );
}

#[test]
fn a_maximum_takes_the_puts_since_the_last_date() {
    let text = experiment(8, &exchange("period: 4 s, accumulate: max"));
    let values = [(0, 100.0), (4, 104.0)];
    pairs(
        &text,
        puts_from(100, 8, accumulated),
        gets_at(8, 1.0, &values),
    );
}

#[test]
fn an_instant_is_the_put_of_the_date_and_nothing_happens_between() {
    let text = experiment(8, &exchange("period: 4 s, accumulate: instant"));
    let answer = |date| {
        if date % 4 == 0 {
            Sent::Sent
        } else {
            Sent::NotDue
        }
    };
    let values = [(0, 100.0), (4, 104.0)];
    pairs(&text, puts_from(100, 8, answer), gets_at(8, 1.0, &values));
}

#[test]
fn a_date_counts_once_in_a_window() {
    let text = experiment(8, &exchange("period: 4 s, accumulate: sum"));
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        put(session, heat, 1.0, 0)?;
        put(session, heat, 1.0, 1)?;
        put(session, heat, 1.0, 1)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 4)?;
        Ok(())
    };
    let errors = failing_pair(&text, sender, receiver);
    assert!(
        errors[0].code == Code::Date
            && errors[0]
                .found
                .starts_with("put for date 1 s after that for 1 s"),
        "{}",
        errors[0]
    );
}

#[test]
fn cells_that_nobody_has_are_zero_in_files_and_do_not_count_in_checks() {
    use halocline_exchanges::view::{Elements, ElementsMut, Layout, View, ViewMut};
    // Cell 3 is land; the last cell of the grid is not, so that its size shows.
    let wet = |session: &Session| -> Vec<u64> {
        let (first, cells) = pair::share(session);
        (first..first + cells)
            .filter(|cell| *cell != 3)
            .map(|cell| cell as u64)
            .collect()
    };
    let text = experiment(
        8,
        &exchange("period: 4 s, status: expout, check_sent: true"),
    );
    let sender = |session: &mut Session| {
        let cells = wet(session);
        let count = cells.len();
        let heat = session
            .define_variable("A", Direction::Send, &Partition::Points(cells), 1)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        let values = vec![5.0; count];
        for date in [0, 4] {
            let view = View {
                layout: Layout::contiguous([count, 1, 1]),
                elements: Elements::F64(&values),
            };
            session.put(heat, view, date, false)?;
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let cells = wet(session);
        let count = cells.len();
        let heat = session
            .define_variable("B", Direction::Receive, &Partition::Points(cells), 1)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        for date in [0, 4] {
            let mut values = vec![0.0; count];
            let view = ViewMut {
                layout: Layout::contiguous([count, 1, 1]),
                elements: ElementsMut::F64(&mut values),
            };
            session.get(heat, view, date)?;
            assert!(values.iter().all(|value| *value == 5.0));
        }
        session.finish()
    };
    on_all_layouts(&text, nothing, sender, receiver, |folder| {
        for (file, field) in [("A_atmos_01.nc", "A"), ("B_ocean_01.nc", "B")] {
            let file = netcdf::open(folder.join(file)).expect("it was written");
            let variable = file.variable(field).expect("the field");
            let values: Vec<f64> = variable.get_values(..).expect("numbers");
            let expected = |number: usize| if number % CELLS == 3 { 0.0 } else { 5.0 };
            assert_eq!(values, (0..2 * CELLS).map(expected).collect::<Vec<f64>>());
        }
    });
}

#[test]
fn a_window_that_the_end_cuts_goes_on_in_the_next_run() {
    let text = experiment(
        8,
        &exchange("period: 4 s, accumulate: mean, restart: windows.nc"),
    );
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = |first: i64, values: [(i64, f64); 2]| {
            let sender = puts_from(first, 8, accumulated);
            let receiver = gets_at(8, 1.0, &values);
            for outcome in pair_in(folder.path(), &text, layout, &sender, &receiver) {
                outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}"));
            }
        };
        run(100, [(0, 100.0), (4, 102.5)]);
        let path = folder.path().join("windows.nc");
        assert_eq!(first_values(&path, "loc000001_A"), [105.0 + 106.0 + 107.0]);
        assert_eq!(first_values(&path, "loc000001_A_cnt"), [3.0]);
        // 105, 106, 107 of the last run and 108 of this.
        run(108, [(0, 106.5), (4, 110.5)]);
    }
}

#[test]
fn a_run_that_ends_with_a_closed_window_leaves_no_window_behind() {
    // Puts at coupling dates only: the window is closed when the run ends, and an older one must not come back.
    let text = experiment(
        8,
        &exchange("period: 4 s, accumulate: sum, restart: windows.nc"),
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |dates: &[i64], expected: f64| {
        let sender = |session: &mut Session| {
            let heat = define(session, "A", Direction::Send)?;
            session.end_definition()?;
            for date in dates {
                put(session, heat, 1.0, *date)?;
            }
            session.finish()
        };
        let receiver = |session: &mut Session| {
            let heat = define(session, "B", Direction::Receive)?;
            session.end_definition()?;
            let (_, values) = get(session, heat, 0)?;
            get(session, heat, 4)?;
            assert_eq!(values[0], expected);
            session.finish()
        };
        for outcome in pair_in(folder.path(), &text, (1, 1), sender, receiver) {
            outcome.expect("the job ends well");
        }
    };
    run(&[0, 4, 5, 6], 1.0);
    run(&[0, 4], 3.0);
    run(&[0, 4], 1.0);
}

fn lagged(date: i64) -> Sent {
    match date {
        0 | 4 => Sent::Sent,
        8 => Sent::ToRestart,
        _ => Sent::NotDue,
    }
}

#[test]
fn a_lag_of_a_period_starts_from_the_restart_file_and_ends_in_it() {
    let text = experiment(12, &exchange("period: 4 s, lag: 4 s, restart: first.nc"));
    on_all_layouts(
        &text,
        |folder| write_file(&folder.join("first.nc"), "A", &[(0, 7.0)], false),
        puts_from(100, 12, lagged),
        gets_at(12, 1.0, &[(0, 7.0), (4, 100.0), (8, 104.0)]),
        |folder| {
            assert_eq!(first_values(&folder.join("first.nc"), "A"), [108.0]);
            assert!(!folder.join("first.nc.new").exists());
        },
    );
}

#[test]
fn the_first_get_of_a_lag_answers_received() {
    let text = experiment(8, &exchange("period: 4 s, lag: 4 s, restart: first.nc"));
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        assert_eq!(get(session, heat, 0)?.0, Received::Received);
        assert_eq!(get(session, heat, 4)?.0, Received::Received);
        session.finish()
    };
    let answer = |date| match date {
        0 => Sent::Sent,
        4 => Sent::ToRestart,
        _ => Sent::NotDue,
    };
    on_all_layouts(
        &text,
        |folder| write_file(&folder.join("first.nc"), "A", &[(0, 7.0)], false),
        puts_from(100, 8, answer),
        receiver,
        nothing,
    );
}

#[test]
fn a_short_lag_shifts_the_dates_of_the_puts() {
    let text = experiment(8, &exchange("period: 4 s, lag: 1 s, restart: first.nc"));
    let answer = |date| match date {
        3 => Sent::Sent,
        7 => Sent::ToRestart,
        _ => Sent::NotDue,
    };
    on_all_layouts(
        &text,
        |folder| write_file(&folder.join("first.nc"), "A", &[(0, 7.0)], false),
        puts_from(100, 8, answer),
        gets_at(8, 1.0, &[(0, 7.0), (4, 103.0)]),
        |folder| assert_eq!(first_values(&folder.join("first.nc"), "A"), [107.0]),
    );
}

#[test]
fn a_negative_lag_serves_a_get_before_the_put() {
    let text = experiment(8, &exchange("period: 4 s, lag: -1 s"));
    let answer = |date| match date {
        1 | 5 => Sent::Sent,
        _ => Sent::NotDue,
    };
    let receiver = gets_at(8, 1.0, &[(0, 101.0), (4, 105.0)]);
    pairs(&text, puts_from(100, 8, answer), receiver);
}

#[test]
fn a_lag_and_a_mean_share_one_restart_file() {
    let text = experiment(
        8,
        &exchange("period: 4 s, lag: 4 s, accumulate: mean, restart: first.nc"),
    );
    let answer = |date| match date {
        0 => Sent::Sent,
        4 => Sent::ToRestart,
        _ => Sent::Accumulated,
    };
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("first.nc");
        write_file(&path, "A", &[(0, 7.0)], false);
        let run = |first: i64, values: [(i64, f64); 2]| {
            let sender = puts_from(first, 8, answer);
            let receiver = gets_at(8, 1.0, &values);
            for outcome in pair_in(folder.path(), &text, layout, &sender, &receiver) {
                outcome.unwrap_or_else(|error| panic!("on {layout:?} ranks: {error}"));
            }
        };
        run(100, [(0, 7.0), (4, 100.0)]);
        assert_eq!(first_values(&path, "A"), [102.5]);
        assert_eq!(first_values(&path, "loc000001_A_cnt"), [3.0]);
        run(108, [(0, 102.5), (4, 106.5)]);
    }
}

#[test]
fn fields_that_share_a_restart_file_are_all_in_it() {
    let exchanges = "  - {name: heat, fields: [A], receive_fields: [B], period: 4 s, lag: 4 s, restart: both.nc}
  - {name: salt, fields: [C], period: 4 s, lag: 4 s, restart: both.nc}\n";
    let text = format!(
        "{}oasis: {{missing_restart: zeros}}\n",
        experiment(8, exchanges)
    );
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        let salt = define(session, "C", Direction::Send)?;
        session.end_definition()?;
        for date in 0..8 {
            put(session, heat, date as f64, date)?;
            put(session, salt, 50.0 + date as f64, date)?;
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        let salt = define(session, "C", Direction::Receive)?;
        session.end_definition()?;
        for date in [0, 4] {
            get(session, heat, date)?;
            get(session, salt, date)?;
        }
        session.finish()
    };
    on_all_layouts(&text, nothing, sender, receiver, |folder| {
        let path = folder.join("both.nc");
        assert_eq!(first_values(&path, "A"), [4.0]);
        assert_eq!(first_values(&path, "C"), [54.0]);
    });
}

#[test]
fn a_missing_restart_file_ends_the_job_with_its_name() {
    let text = experiment(8, &exchange("period: 4 s, lag: 4 s, restart: first.nc"));
    let errors = failing_pair(&text, puts_from(100, 8, lagged), gets_at(8, 1.0, &[]));
    let text = errors[0].to_string();
    assert!(
        errors[0].code == Code::File && text.contains("first.nc") && text.contains("$NNOREST T"),
        "{text}"
    );
}

#[test]
fn a_missing_restart_file_is_zeros_where_that_is_asked_for() {
    let text = experiment(8, &exchange("period: 4 s, lag: 4 s, restart: first.nc"));
    let text = format!("{text}oasis: {{missing_restart: zeros}}\n");
    let answer = |date| match date {
        0 => Sent::Sent,
        4 => Sent::ToRestart,
        _ => Sent::NotDue,
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        let (received, values) = get(session, heat, 0)?;
        assert_eq!(received, Received::Received);
        assert!(values.iter().all(|value| *value == 0.0));
        get(session, heat, 4)?;
        session.finish()
    };
    on_all_layouts(
        &text,
        nothing,
        puts_from(100, 8, answer),
        receiver,
        |folder| {
            assert_eq!(first_values(&folder.join("first.nc"), "A"), [104.0]);
        },
    );
}

#[test]
fn two_components_cannot_share_a_restart_file() {
    let exchanges = "  - {name: forth, fields: [A], period: 4 s, lag: 4 s, restart: both.nc}
  - {name: back, fields: [B], period: 4 s, lag: 4 s, restart: both.nc}\n";
    let both = |session: &mut Session| {
        let (sent, received) = if session.component() == "atmos" {
            ("A", "B")
        } else {
            ("B", "A")
        };
        define(session, sent, Direction::Send)?;
        define(session, received, Direction::Receive)?;
        session.end_definition()
    };
    let errors = failing_pair(&experiment(8, exchanges), both, both);
    assert!(
        errors[0]
            .found
            .contains("have the same restart file both.nc"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_restart_on_demand_is_named_with_the_date() {
    let text = experiment(8, &exchange("period: 4 s, lag: 4 s, restart: first.nc"));
    let text = format!("{text}oasis: {{missing_restart: zeros}}\n");
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        for date in 0..8 {
            put_with(session, heat, date as f64, date, date == 4)?;
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 4)?;
        session.finish()
    };
    on_all_layouts(&text, nothing, sender, receiver, |folder| {
        let dated = folder.join("first_00000004.nc");
        assert_eq!(first_values(&dated, "A"), [4.0]);
    });
}

#[test]
fn both_sides_of_an_exchange_may_write_what_they_see() {
    let text = experiment(8, &exchange("period: 4 s, status: expout"));
    let answer = |date| {
        if date % 4 == 0 {
            Sent::SentAndOutput
        } else {
            Sent::NotDue
        }
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        for date in [0, 4] {
            assert_eq!(get(session, heat, date)?.0, Received::ReceivedAndOutput);
        }
        session.finish()
    };
    on_all_layouts(
        &text,
        nothing,
        puts_from(100, 8, answer),
        receiver,
        |folder| {
            for (file, field) in [("A_atmos_01.nc", "A"), ("B_ocean_01.nc", "B")] {
                let path = folder.join(file);
                assert_eq!(first_values(&path, field), [100.0, 104.0], "{file}");
                let file = netcdf::open(&path).expect("it was just read");
                let time: Vec<f64> = file
                    .variable("time")
                    .expect("a time axis")
                    .get_values(..)
                    .expect("numbers");
                assert_eq!(time, [0.0, 4.0]);
                let values: Vec<f64> = file
                    .variable(field)
                    .expect("it was just read")
                    .get_values((1, .., ..))
                    .expect("numbers");
                let expected: Vec<f64> = (0..CELLS).map(|cell| pair::at(104.0, cell)).collect();
                assert_eq!(values, expected);
            }
        },
    );
}

#[test]
fn an_output_goes_to_a_file_and_to_nobody() {
    let exchanges = format!(
        "{}  - {{name: kept, fields: [C], period: 2 s, accumulate: sum, status: output}}\n",
        exchange("period: 4 s")
    );
    let text = experiment(8, &exchanges);
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        let kept = define(session, "C", Direction::Send)?;
        session.end_definition()?;
        for date in 0..8 {
            put(session, heat, 0.0, date)?;
            let expected = if date % 2 == 0 {
                Sent::Output
            } else {
                Sent::Accumulated
            };
            assert_eq!(session.inquire_put(kept, date)?, expected);
            assert_eq!(put(session, kept, date as f64, date)?, expected);
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 4)?;
        session.finish()
    };
    on_all_layouts(&text, nothing, sender, receiver, |folder| {
        let values = first_values(&folder.join("C_atmos_02.nc"), "C");
        assert_eq!(values, [0.0, 1.0 + 2.0, 3.0 + 4.0, 5.0 + 6.0]);
    });
}

#[test]
fn an_input_stands_in_for_a_missing_partner() {
    let exchanges = "  - {name: wind, fields: [A], receive_fields: [B], period: 4 s, status: input, restart: wind.nc, scale_received: {factor: 2}}\n";
    let text = experiment(8, exchanges);
    let records = [(0, 10.0), (4, 14.0)];
    let bystander = |session: &mut Session| {
        session.end_definition()?;
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let wind = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        for date in 0..8 {
            let (received, values) = get(session, wind, date)?;
            if date % 4 == 0 {
                assert_eq!(received, Received::Input);
                let (first, _) = pair::share(session);
                let expected = 2.0 * pair::at(10.0 + date as f64, first);
                assert_eq!(values[0], expected, "at {date} s");
            } else {
                assert_eq!(received, Received::NotDue);
            }
        }
        session.finish()
    };
    on_all_layouts(
        &text,
        |folder| write_file(&folder.join("wind.nc"), "B", &records, true),
        bystander,
        receiver,
        nothing,
    );
}

#[test]
fn an_input_without_the_date_names_file_and_date() {
    let exchanges = "  - {name: wind, fields: [A], receive_fields: [B], period: 4 s, status: input, restart: wind.nc}\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_file(&folder.path().join("wind.nc"), "B", &[(0, 1.0)], true);
    let bystander = |session: &mut Session| session.end_definition();
    let receiver = |session: &mut Session| {
        let wind = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, wind, 0)?;
        get(session, wind, 4)?;
        Ok(())
    };
    let text = experiment(8, exchanges);
    let outcomes = pair_in(folder.path(), &text, (1, 1), bystander, receiver);
    let error = outcomes[1].as_ref().expect_err("no record for 4 s");
    let text = error.to_string();
    assert!(
        text.contains("wind.nc") && text.contains("not 4 s"),
        "{text}"
    );
}

#[test]
fn values_are_scaled_by_the_sender_and_by_the_receiver() {
    let keys = "period: 4 s, accumulate: mean, scale_sent: {factor: 10, offset: 1}, scale_received: {factor: 0.5, offset: -3}, check_sent: true, check_received: true";
    let text = experiment(8, &exchange(keys));
    let scaled = |value: f64| (10.0 * value + 1.0) * 0.5 - 3.0;
    let values = [(0, scaled(100.0)), (4, scaled(102.5))];
    pairs(
        &text,
        puts_from(100, 8, accumulated),
        gets_at(8, 5.0, &values),
    );
}

#[test]
fn restart_files_hold_values_before_they_are_scaled() {
    let text = experiment(
        8,
        &exchange("period: 4 s, lag: 4 s, restart: first.nc, scale_sent: {factor: 10}"),
    );
    let answer = |date| match date {
        0 => Sent::Sent,
        4 => Sent::ToRestart,
        _ => Sent::NotDue,
    };
    on_all_layouts(
        &text,
        |folder| write_file(&folder.join("first.nc"), "A", &[(0, 7.0)], false),
        puts_from(100, 8, answer),
        gets_at(8, 10.0, &[(0, 70.0), (4, 1000.0)]),
        |folder| assert_eq!(first_values(&folder.join("first.nc"), "A"), [104.0]),
    );
}

#[test]
fn calls_out_of_sequence_are_refused() {
    let exchanges = "  - {name: first, fields: [A], period: 4 s, sequence: 1}
  - {name: second, fields: [B], period: 4 s, sequence: 2}\n";
    let sender = |session: &mut Session| {
        let first = define(session, "A", Direction::Send)?;
        let second = define(session, "B", Direction::Send)?;
        session.end_definition()?;
        put(session, first, 0.0, 0)?;
        put(session, second, 0.0, 0)?;
        put(session, second, 0.0, 4)?;
        put(session, first, 0.0, 4)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        let first = define(session, "A", Direction::Receive)?;
        let second = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, first, 0)?;
        get(session, second, 0)?;
        get(session, second, 4)?;
        Ok(())
    };
    let errors = failing_pair(&experiment(8, exchanges), sender, receiver);
    let wrong = errors.iter().find(|error| error.code == Code::Order);
    let text = wrong.expect("an error of order").to_string();
    assert!(text.contains("'first' has `sequence: 1`"), "{text}");
}

#[test]
fn bundles_keep_their_levels_in_files() {
    let exchanges = "  - {name: heat, fields: [A], receive_fields: [B], period: 4 s, lag: 4 s, restart: first.nc, status: expout}\n";
    let text = format!(
        "{}oasis: {{missing_restart: zeros}}\n",
        experiment(8, exchanges)
    );
    let bundle = |session: &Session| {
        let (offset, cells) = pair::share(session);
        (Partition::Apple { offset, cells }, cells)
    };
    let sender = |session: &mut Session| {
        use halocline_exchanges::view::{Elements, Layout, View};
        let (partition, cells) = bundle(session);
        let heat = session
            .define_variable("A", Direction::Send, &partition, 2)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        let values: Vec<f32> = (0..2 * cells)
            .map(|value| if value < cells { 1.0 } else { 2.0 })
            .collect();
        for (date, expected) in [(0, Sent::SentAndOutput), (4, Sent::ToRestartAndOutput)] {
            let view = View {
                layout: Layout::contiguous([cells, 1, 2]),
                elements: Elements::F32(&values),
            };
            assert_eq!(session.put(heat, view, date, false)?, expected);
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        use halocline_exchanges::view::{ElementsMut, Layout, ViewMut};
        let (partition, cells) = bundle(session);
        let heat = session
            .define_variable("B", Direction::Receive, &partition, 2)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        for date in [0, 4] {
            let mut values = vec![-1.0; 2 * cells];
            let view = ViewMut {
                layout: Layout::contiguous([cells, 1, 2]),
                elements: ElementsMut::F64(&mut values),
            };
            session.get(heat, view, date)?;
            let expected = if date == 0 { [0.0, 0.0] } else { [1.0, 2.0] };
            assert_eq!([values[0], values[2 * cells - 1]], expected);
        }
        session.finish()
    };
    on_all_layouts(&text, nothing, sender, receiver, |folder| {
        assert_eq!(first_values(&folder.join("first.nc"), "A"), [1.0, 2.0]);
        let seen = first_values(&folder.join("B_ocean_01.nc"), "B");
        assert_eq!(seen, [0.0, 0.0, 1.0, 2.0]);
    });
}
