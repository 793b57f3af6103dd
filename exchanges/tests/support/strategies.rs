//! Any grid, any partitions, any halo, any arrays.

use super::{
    arrays::Storage,
    job::{Host, Job},
    partitions::{Choices, Cut, partitions},
};
use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    plan::{ExchangeShape, FieldShape},
    view::ElementKind,
};
use proptest::prelude::*;
use std::sync::Arc;

fn element_kind() -> impl Strategy<Value = ElementKind> {
    prop_oneof![Just(ElementKind::F64), Just(ElementKind::F32)]
}

fn storage() -> impl Strategy<Value = Storage> {
    prop_oneof![
        Just(Storage::Dense),
        Just(Storage::Section),
        Just(Storage::LevelFirst),
        Just(Storage::Backwards)
    ]
}

fn edge_j() -> impl Strategy<Value = EdgeJ> {
    let fold = |pivot, row| EdgeJ::NorthFold { pivot, row };
    prop_oneof![
        Just(EdgeJ::Closed),
        Just(EdgeJ::Cyclic),
        Just(fold(Pivot::T, FoldRow::Mirrored)),
        Just(fold(Pivot::T, FoldRow::Owned)),
        Just(fold(Pivot::F, FoldRow::Mirrored)),
        Just(fold(Pivot::F, FoldRow::Owned)),
        Just(EdgeJ::SouthFold { pivot: Pivot::T }),
        Just(EdgeJ::SouthFold { pivot: Pivot::F }),
    ]
}

fn grid() -> impl Strategy<Value = Grid> {
    let edge_i = prop_oneof![Just(EdgeI::Cyclic), Just(EdgeI::Closed)];
    (1..=14usize, 1..=12usize, edge_i, edge_j()).prop_map(|(nx, ny, edge_i, edge_j)| Grid {
        name: "globe".into(),
        nx,
        ny,
        edge_i,
        edge_j,
    })
}

fn field() -> impl Strategy<Value = FieldShape> {
    let point = prop_oneof![
        Just(PointKind::T),
        Just(PointKind::U),
        Just(PointKind::V),
        Just(PointKind::F)
    ];
    let sign = prop_oneof![Just(Sign::Scalar), Just(Sign::Vector)];
    (point, sign, 1..=3usize).prop_map(|(point, sign, levels)| FieldShape {
        point,
        sign,
        levels,
    })
}

fn fields() -> impl Strategy<Value = Vec<FieldShape>> {
    prop::collection::vec(field(), 1..=3)
}

/// Cuts of a side whose ranks want a halo around a rectangle.
pub fn rectangular() -> impl Strategy<Value = Cut> {
    prop_oneof![
        Just(Cut::OneSerial),
        Just(Cut::Boxes),
        Just(Cut::Boxes),
        Just(Cut::Cubes)
    ]
}

pub fn any_cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        rectangular(),
        Just(Cut::Apples),
        Just(Cut::Oranges),
        Just(Cut::Points)
    ]
}

/// A side: how it is cut, how many ranks it has, numbers to choose with.
fn side(cut: impl Strategy<Value = Cut>) -> impl Strategy<Value = (Cut, usize, Vec<u16>)> {
    (cut, 1..=6usize, prop::collection::vec(any::<u16>(), 97))
}

fn host() -> impl Strategy<Value = Host> {
    let array = || (storage(), element_kind());
    (array(), array(), any::<bool>()).prop_map(|(send, receive, own_cells_only)| Host {
        send,
        receive,
        own_cells_only,
    })
}

pub fn job(
    halo: std::ops::RangeInclusive<usize>,
    receivers: impl Strategy<Value = Cut>,
) -> impl Strategy<Value = Job> {
    let exchanges = (fields(), element_kind(), fields(), element_kind(), halo);
    (grid(), side(any_cut()), side(receivers), exchanges, host()).prop_map(
        |(grid, source, target, (forth, forth_wire, back, back_wire, halo), host)| {
            let grid = Arc::new(grid);
            let cut = |(cut, ranks, raw): &(Cut, usize, Vec<u16>)| {
                partitions(*cut, &grid, *ranks, 3, &mut Choices::new(raw))
            };
            let shape = |name: &str, fields, halo: usize, wire| {
                let halo = halo.min(grid.nx).min(grid.ny);
                ExchangeShape {
                    name: name.into(),
                    grid: Arc::clone(&grid),
                    fields,
                    halo,
                    wire,
                }
            };
            Job {
                partitions: [cut(&source), cut(&target)],
                forth: shape("forth", forth, halo, forth_wire),
                back: shape("back", back, 0, back_wire),
                host,
                grid: Arc::clone(&grid),
            }
        },
    )
}
