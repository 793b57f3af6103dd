//! Receivers that ask for a halo with their variable: what a namcouple does not say.

#[path = "support/pair.rs"]
mod pair;

use halocline_coupler::{Code, Direction, Error, Session, Variable, Wish};
use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, Pivot, PointKind, Sign},
    partition::Partition,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};
use pair::{experiment, failing_pair, pair_in, pairs};

const PLAIN: &str = "  - {name: heat, fields: [A], receive_fields: [B], period: 4 s}\n";
const NX: usize = 6;
const NY: usize = 5;

fn wish(edge_j: EdgeJ, sign: Sign) -> Wish {
    Wish {
        nx: NX,
        ny: NY,
        edge_i: EdgeI::Cyclic,
        edge_j,
        halo: 2,
        point: PointKind::T,
        sign,
    }
}

fn rows(session: &Session) -> (usize, usize) {
    let first = NY * session.rank() / session.size();
    (first, NY * (session.rank() + 1) / session.size() - first)
}

/// Put the numbers of the cells plus the date, in whole rows; cells count from 0.
fn sender(session: &mut Session) -> Result<(), Error> {
    let (first, count) = rows(session);
    let partition = Partition::Apple {
        offset: first * NX,
        cells: count * NX,
    };
    let heat = session.define_variable_on("A", Direction::Send, &partition, 1, Some(NX * NY))?;
    session.end_definition()?;
    let heat = heat.expect("the experiment mentions it");
    for date in 0..12 {
        let values: Vec<f64> = (first * NX..(first + count) * NX)
            .map(|cell| (cell + date) as f64)
            .collect();
        let view = View {
            layout: Layout::contiguous([values.len(), 1, 1]),
            elements: Elements::F64(&values),
        };
        session.put(heat, view, date as i64, false)?;
    }
    session.finish()
}

fn define(session: &mut Session, wish: Wish) -> Result<Variable, Error> {
    let (j, nj) = rows(session);
    let (i, ni) = (0, NX);
    let partition = Partition::Box { i, j, ni, nj };
    let variable = session.define_received("B", &partition, 1, wish)?;
    Ok(variable.expect("the experiment mentions it"))
}

/// What is shown beyond the edges, cell by cell, by the rules of a fold about a T point.
fn expected(i: isize, j: isize, edge_j: EdgeJ, date: f64) -> f64 {
    let (nx, ny) = (NX as isize, NY as isize);
    let (i, j, sign) = match edge_j {
        EdgeJ::SouthFold { .. } if j < 0 => (-i, -j, 1.0),
        EdgeJ::NorthFold { .. } if j >= ny => (-i, 2 * (ny - 1) - j, -1.0),
        _ => (i, j, 1.0),
    };
    if (0..ny).contains(&j) {
        sign * ((j * nx + i.rem_euclid(nx)) as f64 + date)
    } else {
        0.0
    }
}

fn receives(edge_j: EdgeJ, sign: Sign) -> impl Fn(&mut Session) -> Result<(), Error> + Sync {
    move |session| {
        let heat = define(session, wish(edge_j, sign))?;
        session.end_definition()?;
        let (first, count) = rows(session);
        for date in 0..12_i64 {
            let Some(block) = session.lend_variable(heat, date)? else {
                assert_ne!(date % 4, 0, "{date}");
                continue;
            };
            assert_eq!(block.shape, [1, count + 4, NX + 4]);
            let Elements::F64(values) = block.view().elements else {
                panic!("double precision, unless somebody says otherwise")
            };
            for row in 0..count + 4 {
                for column in 0..NX + 4 {
                    let (i, j) = (column as isize - 2, (first + row) as isize - 2);
                    // Own cells of the last row stay what they are where the fold keeps them.
                    if matches!(edge_j, EdgeJ::NorthFold { .. }) && j == NY as isize - 1 {
                        continue;
                    }
                    let found = values[row * (NX + 4) + column];
                    let wanted = expected(i, j, edge_j, date as f64);
                    assert_eq!(found, wanted, "cell ({i}, {j}) at {date} s");
                }
            }
            session.give_back(block);
        }
        session.finish()
    }
}

#[test]
fn a_receiver_gets_the_fold_and_the_halo_that_it_asks_for() {
    let text = experiment(12, PLAIN);
    let pivot = Pivot::T;
    let row = halocline_exchanges::grid::FoldRow::Owned;
    pairs(&text, sender, receives(EdgeJ::Closed, Sign::Scalar));
    pairs(
        &text,
        sender,
        receives(EdgeJ::SouthFold { pivot }, Sign::Scalar),
    );
    pairs(
        &text,
        sender,
        receives(EdgeJ::NorthFold { pivot, row }, Sign::Vector),
    );
}

#[test]
fn ranks_of_a_receiver_may_have_cells_in_common() {
    // As scripts do that ask for their halo in segments: every rank has all cells.
    let receiver = |session: &mut Session| {
        let partition = Partition::Orange(vec![(0, NX), (NX, NX * (NY - 1))]);
        let heat =
            session.define_variable_on("B", Direction::Receive, &partition, 1, Some(NX * NY))?;
        session.end_definition()?;
        for date in (0..12_i64).step_by(4) {
            let mut values = vec![f64::NAN; NX * NY];
            let view = ViewMut {
                layout: Layout::contiguous([NX * NY, 1, 1]),
                elements: ElementsMut::F64(&mut values),
            };
            session.get(heat.expect("the experiment mentions it"), view, date)?;
            for (cell, value) in values.iter().enumerate() {
                assert_eq!(*value, (cell as i64 + date) as f64, "cell {cell}");
            }
        }
        session.finish()
    };
    pairs(&experiment(12, PLAIN), sender, receiver);
}

#[test]
fn a_receiver_with_another_grid_than_the_sender_is_told_both_sizes() {
    let receiver = |session: &mut Session| {
        let wish = Wish {
            ny: NY - 1,
            ..wish(EdgeJ::Closed, Sign::Scalar)
        };
        session.define_received("B", &Partition::Serial, 1, wish)?;
        session.end_definition()
    };
    let errors = failing_pair(&experiment(12, PLAIN), sender, receiver);
    assert!(!errors.is_empty());
    for error in errors {
        assert_eq!(error.code, Code::Partition);
        assert!(error.to_string().contains("6 x 4 cells"), "{error}");
        assert!(error.to_string().contains("30 cells"), "{error}");
    }
}

#[test]
fn cells_in_common_are_refused_where_the_receiver_sends_from_them() {
    let exchanges = format!("{PLAIN}  - {{name: back, fields: [C], period: 4 s}}\n");
    let whole = Partition::Apple {
        offset: 0,
        cells: NX * NY,
    };
    let all = Partition::Orange(vec![(0, NX), (NX, NX * (NY - 1))]);
    let atmosphere = |session: &mut Session| {
        session.define_variable_on("A", Direction::Send, &whole, 1, Some(NX * NY))?;
        session.define_variable_on("C", Direction::Receive, &whole, 1, Some(NX * NY))?;
        session.end_definition()
    };
    let ocean = |session: &mut Session| {
        session.define_variable_on("B", Direction::Receive, &all, 1, Some(NX * NY))?;
        session.define_variable_on("C", Direction::Send, &all, 1, Some(NX * NY))?;
        session.end_definition()
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = experiment(12, &exchanges);
    for outcome in pair_in(folder.path(), &text, (1, 2), atmosphere, ocean) {
        let error = outcome.expect_err("two ranks of the ocean send all cells");
        assert!(error.to_string().contains("both own cell"), "{error}");
    }
}
