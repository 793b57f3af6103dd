//! Models that define variables of their own: who is found on the other side, and what passes when.

#[path = "support/pair.rs"]
mod pair;

use halocline_coupler::{Code, Direction, Error, Received, Sent, Session};
use halocline_exchanges::{
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use pair::{at, define, expect, experiment, failing_pair, get, pairs, partition, put, share};

const PLAIN: &str = "  - {name: heat, fields: [A], receive_fields: [B], period: 4 s}\n";

/// A model that puts A at each date of a run of `length`.
fn puts(length: i64) -> impl Fn(&mut Session) -> Result<(), Error> + Sync {
    move |session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        for date in 0..length {
            put(session, heat, date as f64, date)?;
        }
        session.finish()
    }
}

/// A model that gets B at each date of a run of `length`.
fn gets(length: i64) -> impl Fn(&mut Session) -> Result<(), Error> + Sync {
    move |session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        for date in 0..length {
            get(session, heat, date)?;
        }
        session.finish()
    }
}

#[test]
fn the_components_are_those_that_define_the_fields() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        assert_eq!(session.periods(heat), [4]);
        for date in 0..10 {
            let due = date % 4 == 0;
            let expected = if due { Sent::Sent } else { Sent::NotDue };
            assert_eq!(session.inquire_put(heat, date)?, expected);
            assert_eq!(put(session, heat, date as f64, date)?, expected);
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        for date in 0..10 {
            if date % 4 == 0 {
                expect(session, heat, date as f64, date)?;
            } else {
                let (received, values) = get(session, heat, date)?;
                assert_eq!(received, Received::NotDue);
                assert!(values.iter().all(|value| value.is_nan()), "not touched");
            }
        }
        session.finish()
    };
    pairs(&experiment(10, PLAIN), sender, receiver);
}

#[test]
fn names_that_the_experiment_does_not_mention_have_no_variable() {
    let sender = |session: &mut Session| {
        let cells = partition(session);
        let stranger = session.define_variable("Z", Direction::Send, &cells, 1)?;
        assert_eq!(stranger, None);
        assert_eq!(
            session.define_variable("A", Direction::Receive, &cells, 1)?,
            None,
            "A is only sent"
        );
        puts(8)(session)
    };
    pairs(&experiment(8, PLAIN), sender, gets(8));
}

#[test]
fn a_field_that_nobody_defines_on_the_other_side_is_never_due() {
    let exchanges = format!("{PLAIN}  - {{name: lonely, fields: [C], period: 1 s}}\n");
    let sender = |session: &mut Session| {
        let lonely = define(session, "C", Direction::Send)?;
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        assert!(session.periods(lonely).is_empty());
        for date in 0..8 {
            assert_eq!(put(session, lonely, 0.0, date)?, Sent::NotDue);
            put(session, heat, 0.0, date)?;
        }
        session.finish()
    };
    pairs(&experiment(8, &exchanges), sender, gets(8));
}

#[test]
fn a_list_of_fields_travels_as_one_message() {
    let list = "  - {name: both, fields: [A, C], period: 2 s}\n";
    let sender = |session: &mut Session| {
        let fields = [
            define(session, "A", Direction::Send)?,
            define(session, "C", Direction::Send)?,
        ];
        session.end_definition()?;
        for date in (0..8).step_by(2) {
            let base = date as f64;
            assert_eq!(session.inquire_put(fields[0], date)?, Sent::Stored);
            assert_eq!(put(session, fields[0], base, date)?, Sent::Stored);
            assert_eq!(session.inquire_put(fields[1], date)?, Sent::Sent);
            assert_eq!(put(session, fields[1], base + 0.5, date)?, Sent::Sent);
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let fields = [
            define(session, "A", Direction::Receive)?,
            define(session, "C", Direction::Receive)?,
        ];
        session.end_definition()?;
        for date in (0..8).step_by(2) {
            expect(session, fields[0], date as f64, date)?;
            expect(session, fields[1], date as f64 + 0.5, date)?;
        }
        session.finish()
    };
    pairs(&experiment(8, list), sender, receiver);
}

#[test]
fn one_source_serves_several_targets_at_their_own_periods() {
    let several = "  - {name: often, fields: [A], receive_fields: [B], period: 1 s}
  - {name: seldom, fields: [A], receive_fields: [C], period: 4 s}\n";
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        assert_eq!(session.periods(heat), [1, 4]);
        for date in 0..8 {
            assert_eq!(put(session, heat, date as f64, date)?, Sent::Sent);
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let often = define(session, "B", Direction::Receive)?;
        let seldom = define(session, "C", Direction::Receive)?;
        session.end_definition()?;
        for date in 0..8 {
            expect(session, often, date as f64, date)?;
            if date % 4 == 0 {
                expect(session, seldom, date as f64, date)?;
            }
        }
        session.finish()
    };
    pairs(&experiment(8, several), sender, receiver);
}

#[test]
fn a_component_may_exchange_with_itself_on_other_cells() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        // The same cells, shared out in the other direction.
        let (rank, size) = (session.rank(), session.size());
        let mine: Vec<u64> = (0..pair::CELLS as u64)
            .rev()
            .filter(|cell| *cell as usize % size == rank)
            .collect();
        let back = session
            .define_variable("B", Direction::Receive, &Partition::Points(mine.clone()), 1)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        for date in (0..8).step_by(4) {
            put(session, heat, 7.0, date)?;
            let mut values = vec![0.0; mine.len()];
            let view = ViewMut {
                layout: Layout::contiguous([mine.len(), 1, 1]),
                elements: ElementsMut::F64(&mut values),
            };
            assert_eq!(session.get(back, view, date)?, Received::Received);
            let expected: Vec<f64> = mine.iter().map(|cell| at(7.0, *cell as usize)).collect();
            assert_eq!(values, expected);
        }
        session.finish()
    };
    let bystander = |session: &mut Session| {
        session.end_definition()?;
        session.finish()
    };
    pairs(&experiment(8, PLAIN), sender, bystander);
}

#[test]
fn bundles_and_sections_of_two_dimensions_keep_their_places() {
    // The sender has boxes of a grid of 6 columns as segments, and passes sections of arrays with a halo of 1.
    let text = experiment(8, PLAIN);
    let (nx, ny, levels) = (6, 4, 3);
    let sender = |session: &mut Session| {
        let ni = nx / session.size();
        let first = ni * session.rank();
        let rows = (0..ny).map(|row| (row * nx + first, ni)).collect();
        let heat = session
            .define_variable("A", Direction::Send, &Partition::Orange(rows), levels)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        let (wide, high) = (ni + 2, ny + 2);
        let mut array = vec![-1.0; wide * high * levels];
        for level in 0..levels {
            for j in 0..ny {
                for i in 0..ni {
                    let cell = j * nx + first + i;
                    array[(level * high + j + 1) * wide + i + 1] = (100 * level + cell) as f64;
                }
            }
        }
        let layout = Layout {
            shape: [ni, ny, levels],
            strides: [1, wide as isize, (wide * high) as isize],
            origin: wide + 1,
        };
        for date in (0..8).step_by(4) {
            let elements = Elements::F64(&array);
            session.put(heat, View { layout, elements }, date, false)?;
        }
        session.finish()
    };
    let receiver = |session: &mut Session| {
        let (first, count) = (24 * session.rank() / session.size(), 24 / session.size());
        let cells = Partition::Apple {
            offset: first,
            cells: count,
        };
        let heat = session
            .define_variable("B", Direction::Receive, &cells, levels)?
            .expect("the experiment mentions it");
        session.end_definition()?;
        for date in (0..8).step_by(4) {
            let mut values = vec![0.0_f32; count * levels];
            let view = ViewMut {
                layout: Layout::contiguous([2, count / 2, levels]),
                elements: ElementsMut::F32(&mut values),
            };
            session.get(heat, view, date)?;
            for level in 0..levels {
                for cell in 0..count {
                    let expected = (100 * level + first + cell) as f32;
                    assert_eq!(values[level * count + cell], expected);
                }
            }
        }
        session.finish()
    };
    pairs(&text, sender, receiver);
}

#[test]
fn a_date_at_the_end_of_the_run_is_refused() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        put(session, heat, 0.0, 0)?;
        put(session, heat, 0.0, 8)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 4)?;
        Ok(())
    };
    let errors = failing_pair(&experiment(8, PLAIN), sender, receiver);
    assert!(
        errors[0].code == Code::Date && errors[0].found.contains("8 s is outside the run"),
        "{}",
        errors[0]
    );
}

#[test]
fn dates_that_go_backwards_are_refused_even_where_nothing_is_due() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        put(session, heat, 0.0, 0)?;
        put(session, heat, 0.0, 3)?;
        put(session, heat, 0.0, 2)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 3)?;
        let error = get(session, heat, 1).expect_err("backwards");
        assert_eq!(error.code, Code::Date);
        Err(error)
    };
    let errors = failing_pair(&experiment(8, PLAIN), sender, receiver);
    assert!(
        errors[0].code == Code::Date && errors[0].found == "date 2 s comes after date 3 s",
        "{}",
        errors[0]
    );
}

#[test]
fn a_skipped_coupling_date_is_refused() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        put(session, heat, 0.0, 0)?;
        put(session, heat, 0.0, 8)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        let heat = define(session, "B", Direction::Receive)?;
        session.end_definition()?;
        get(session, heat, 0)?;
        get(session, heat, 4)?;
        Ok(())
    };
    let errors = failing_pair(&experiment(12, PLAIN), sender, receiver);
    assert!(
        errors[0].code == Code::Date && errors[0].found.contains("that for 4 s was skipped"),
        "{}",
        errors[0]
    );
}

#[test]
fn levels_that_differ_between_the_sides_are_refused_by_name() {
    let define_levels = |session: &mut Session, name: &str, direction, levels| {
        let cells = partition(session);
        session.define_variable(name, direction, &cells, levels)?;
        session.end_definition()
    };
    let errors = failing_pair(
        &experiment(8, PLAIN),
        |session| define_levels(session, "A", Direction::Send, 2),
        |session| define_levels(session, "B", Direction::Receive, 3),
    );
    assert!(
        errors[0].code == Code::Mismatch
            && errors[0]
                .found
                .contains("its sender defines 2 levels, its receiver defines 3"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_field_that_both_components_send_is_refused() {
    let both = |session: &mut Session| {
        define(session, "A", Direction::Send)?;
        if session.component() == "ocean" {
            define(session, "B", Direction::Receive)?;
        }
        session.end_definition()
    };
    let errors = failing_pair(&experiment(8, PLAIN), both, both);
    assert!(
        errors[0]
            .found
            .contains("'atmos' and 'ocean' both define the field"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_put_with_nothing_due_looks_at_no_array() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        put(session, heat, 0.0, 0)?;
        // An array that is not there: to touch it would be a panic, to look at its size an error.
        let nowhere = View {
            layout: Layout::contiguous([7, 5, 3]),
            elements: Elements::F64(&[]),
        };
        for date in 1..4 {
            assert_eq!(session.put(heat, nowhere, date, true)?, Sent::NotDue);
        }
        put(session, heat, 4.0, 4)?;
        session.finish()
    };
    pairs(&experiment(8, PLAIN), sender, gets(8));
}

#[test]
fn models_may_end_before_the_run_does() {
    // 16 s in the experiment, 8 s in the models.
    pairs(&experiment(16, PLAIN), puts(8), gets(8));
}

#[test]
fn an_array_of_another_size_is_refused_with_the_size_that_fits() {
    let sender = |session: &mut Session| {
        let heat = define(session, "A", Direction::Send)?;
        session.end_definition()?;
        let (_, cells) = share(session);
        let values = vec![0.0; cells + 1];
        let view = View {
            layout: Layout::contiguous([cells + 1, 1, 1]),
            elements: Elements::F64(&values),
        };
        session.put(heat, view, 0, false)?;
        Ok(())
    };
    let receiver = |session: &mut Session| {
        define(session, "B", Direction::Receive)?;
        session.end_definition()
    };
    let errors = failing_pair(&experiment(8, PLAIN), sender, receiver);
    assert!(
        errors[0].code == Code::Shape && errors[0].expected.contains("11 own cells on 1 levels"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_field_that_comes_from_two_fields_of_another_component_is_refused() {
    let twice = "  - {name: one, fields: [A], receive_fields: [B], period: 4 s}
  - {name: other, fields: [C], receive_fields: [B], period: 4 s}\n";
    let sender = |session: &mut Session| {
        define(session, "A", Direction::Send)?;
        define(session, "C", Direction::Send)?;
        session.end_definition()
    };
    let receiver = |session: &mut Session| {
        define(session, "B", Direction::Receive)?;
        session.end_definition()
    };
    let errors = failing_pair(&experiment(8, twice), sender, receiver);
    assert!(!errors.is_empty());
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("'one'") && text.contains("'other'"), "{text}");
    }
}

#[test]
fn grids_of_different_sizes_need_a_remapping() {
    let text = experiment(
        8,
        "  - {name: heat, fields: [A], grid: fine, receive_fields: [B], receive_grid: coarse, period: 4 s}\n",
    );
    let grids = "grids:
  fine: {nx: 11, ny: 1, boundary: {i: closed, j: closed}}
  coarse: {nx: 5, ny: 1, boundary: {i: closed, j: closed}}
";
    let text = text.replace("grids: {}\n", grids);
    let errors = failing_pair(&text, puts(8), gets(8));
    assert!(!errors.is_empty());
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("11 x 1") && text.contains("5 x 1"), "{text}");
        assert!(text.contains("remap"), "{text}");
    }
}
