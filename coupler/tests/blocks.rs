//! What a receiver finds around and between the cells that were sent to it.

mod support;

use halocline_coupler::Session;
use halocline_exchanges::{
    partition::Partition,
    view::{ElementsMut, Layout, ViewMut},
};
use support::{BACK, FORTH, NX, NY, answer, define_half, experiment, job, receive, send};

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
fn a_program_may_ask_for_the_box_that_a_worker_rank_would_get() {
    let text = experiment(&format!("{FORTH}{BACK}"));
    let ocean = |session: &mut Session| {
        let unknown = session.define_worker_box("basim").expect_err("a typo");
        assert!(
            unknown.to_string().contains("did you mean 'basin'"),
            "{unknown}"
        );
        session.define_worker_box("basin")?;
        let again = session.define_worker_box("basin").expect_err("once a grid");
        assert!(again.to_string().contains("a second domain"), "{again}");
        session.end_definition()?;
        Ok(session.domain("basin").and_then(|own| own.rectangle()))
    };
    let analyst = |session: &mut Session| session.end_definition().map(|()| None);
    let own: Vec<_> = job(&text, 2, ocean, analyst)
        .into_iter()
        .take(2)
        .map(|outcome| outcome.expect("the domain fits").expect("a box"))
        .collect();
    // The longer axis is cut.
    let corners = [&own[0], &own[1]].map(|own| [own.i, own.j, own.ni, own.nj]);
    assert_eq!(corners, [[0, 0, NX / 2, NY], [NX / 2, 0, NX / 2, NY]]);
}

#[test]
fn a_field_that_goes_both_ways_has_a_shape_for_each() {
    let back =
        "  - {name: back, from: analyst, to: ocean, fields: [u, answer], period: 10, halo: 1}\n";
    let text = experiment(&format!("{FORTH}{back}"));
    let ocean = |session: &mut Session| {
        let rows = Partition::Apple {
            offset: 2 * NX * session.rank(),
            cells: 2 * NX,
        };
        session.define_domain("basin", &rows)?;
        session.end_definition()?;
        Ok([
            (session.sent_shape("u"), session.received_shape("u")),
            (session.sent_shape("v"), session.received_shape("v")),
        ])
    };
    let analyst = |session: &mut Session| {
        session.end_definition()?;
        Ok([(None, None), (None, None)])
    };
    let shapes = job(&text, 2, ocean, analyst).swap_remove(0);
    let row = Some([2 * NX, 1, 1]);
    let block = Some(([NX, 2, 1], 1));
    assert_eq!(shapes.expect("a plan"), [(row, block), (row, None)]);
}
