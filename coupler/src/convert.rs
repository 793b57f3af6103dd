//! What the user wrote, in the words of the plans.

use halocline_configs as written;
use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    view::ElementKind,
};

/// A grid.
#[must_use]
pub fn grid(name: &str, grid: &written::GridSpec) -> Grid {
    let edge_i = match grid.boundary.i {
        written::EdgeI::Closed => EdgeI::Closed,
        written::EdgeI::Cyclic => EdgeI::Cyclic,
    };
    let edge_j = match grid.boundary.j {
        written::EdgeJ::Closed => EdgeJ::Closed,
        written::EdgeJ::Cyclic => EdgeJ::Cyclic,
        written::EdgeJ::NorthFold(about) => EdgeJ::NorthFold {
            pivot: pivot(about),
            row: fold_row(grid.fold_row),
        },
    };
    Grid {
        name: name.to_owned(),
        nx: grid.nx,
        ny: grid.ny,
        edge_i,
        edge_j,
    }
}

fn pivot(pivot: written::Pivot) -> Pivot {
    match pivot {
        written::Pivot::T => Pivot::T,
        written::Pivot::F => Pivot::F,
    }
}

fn fold_row(row: written::FoldRow) -> FoldRow {
    match row {
        written::FoldRow::Mirrored => FoldRow::Mirrored,
        written::FoldRow::Owned => FoldRow::Owned,
    }
}

/// A point of a cell.
#[must_use]
pub const fn point(point: written::PointKind) -> PointKind {
    match point {
        written::PointKind::T => PointKind::T,
        written::PointKind::U => PointKind::U,
        written::PointKind::V => PointKind::V,
        written::PointKind::F => PointKind::F,
    }
}

/// What a fold does to a kind of field.
#[must_use]
pub const fn sign(kind: written::FieldKind) -> Sign {
    match kind {
        written::FieldKind::Scalar => Sign::Scalar,
        written::FieldKind::Vector => Sign::Vector,
    }
}

/// A type of elements.
#[must_use]
pub const fn element(element: written::Element) -> ElementKind {
    match element {
        written::Element::Float32 => ElementKind::F32,
        written::Element::Float64 => ElementKind::F64,
    }
}

/// What cells get that nobody sends: the fill value of an exchange as its receiver's elements have it.
#[must_use]
pub fn fill_value(exchange: &written::ExchangeSpec) -> f64 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the experiment asks for single precision"
    )]
    match element(exchange.receive_element()) {
        ElementKind::F32 => f64::from(exchange.fill as f32),
        ElementKind::F64 => exchange.fill,
    }
}
