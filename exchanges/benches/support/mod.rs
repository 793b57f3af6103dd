//! One rank that sends a field to another, on a globe with a fold: sizes, halos and elements of it, and its plan.
#![allow(dead_code, reason = "each bench uses its part")]

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    local::LocalWorld,
    partition::Partition,
    plan::{ExchangePlan, ExchangeShape, FieldShape, PlanRequest, build_plans},
    view::{
        ElementKind::{self, F32, F64},
        Elements, ElementsMut, Layout, View, ViewMut,
    },
};
use std::{fmt, sync::Arc, thread};

/// What is sent.
#[derive(Clone, Copy)]
pub struct Case {
    pub nx: usize,
    pub ny: usize,
    pub levels: usize,
    pub halo: usize,
    /// Elements of the sender's array.
    pub from: ElementKind,
    /// Elements of the wire and of the receiver's block.
    pub to: ElementKind,
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            nx,
            ny,
            levels,
            halo,
            from,
            to,
        } = self;
        write!(out, "{nx}x{ny}x{levels} halo {halo} {from:?}-{to:?}")
    }
}

const fn case(size: [usize; 3], halo: usize, from: ElementKind, to: ElementKind) -> Case {
    let [nx, ny, levels] = size;
    Case {
        nx,
        ny,
        levels,
        halo,
        from,
        to,
    }
}

pub const ORCA1: [usize; 3] = [362, 332, 1];
pub const ORCA025: [usize; 3] = [1442, 1207, 1];
pub const ORCA1_3D: [usize; 3] = [362, 332, 75];

/// Each size without a halo, with one, with a wide one; in double precision, in single, and converted.
pub const CASES: [Case; 15] = [
    case(ORCA1, 0, F64, F64),
    case(ORCA1, 1, F64, F64),
    case(ORCA1, 7, F64, F64),
    case(ORCA1, 1, F64, F32),
    case(ORCA1, 1, F32, F32),
    case(ORCA025, 0, F64, F64),
    case(ORCA025, 1, F64, F64),
    case(ORCA025, 7, F64, F64),
    case(ORCA025, 1, F64, F32),
    case(ORCA025, 1, F32, F32),
    case(ORCA1_3D, 0, F64, F64),
    case(ORCA1_3D, 1, F64, F64),
    case(ORCA1_3D, 7, F64, F64),
    case(ORCA1_3D, 1, F64, F32),
    case(ORCA1_3D, 1, F32, F32),
];

/// Both sides of a plan, and the shape of the exchange.
pub struct Planned {
    pub shape: ExchangeShape,
    pub source: ExchangePlan,
    pub target: ExchangePlan,
}

impl Case {
    pub fn exchange(&self) -> ExchangeShape {
        let edge_j = EdgeJ::NorthFold {
            pivot: Pivot::T,
            row: FoldRow::Mirrored,
        };
        let Self {
            nx,
            ny,
            levels,
            halo,
            to,
            ..
        } = *self;
        let grid = Grid {
            name: "globe".into(),
            nx,
            ny,
            edge_i: EdgeI::Cyclic,
            edge_j,
        };
        let field = FieldShape {
            point: PointKind::U,
            sign: Sign::Vector,
            levels,
        };
        ExchangeShape {
            name: "forth".into(),
            grid: Arc::new(grid),
            fields: vec![field],
            halo,
            wire: to,
        }
    }

    pub fn planned(&self) -> Planned {
        let shape = self.exchange();
        let mut plans = plans(&shape, &[Partition::Serial], &[Partition::Serial]);
        let target = plans.pop().expect("two ranks");
        let source = plans.pop().expect("two ranks");
        Planned {
            shape,
            source,
            target,
        }
    }

    /// Elements of the sender's array.
    pub fn sent(&self) -> usize {
        self.nx * self.ny * self.levels
    }

    /// Elements of the block.
    pub fn shown(&self) -> usize {
        (self.nx + 2 * self.halo) * (self.ny + 2 * self.halo) * self.levels
    }
}

/// Plan one exchange between the ranks of two components; each rank is a thread.
pub fn plans(
    shape: &ExchangeShape,
    source: &[Partition],
    target: &[Partition],
) -> Vec<ExchangePlan> {
    let worlds = LocalWorld::spawn(source.len() + target.len());
    let sides = source
        .iter()
        .map(|one| (one, true))
        .chain(target.iter().map(|one| (one, false)));
    thread::scope(|scope| {
        let ranks: Vec<_> = worlds
            .into_iter()
            .zip(sides)
            .map(|(mut world, (partition, sends))| {
                scope.spawn(move || {
                    let own = partition.own(&shape.grid).expect("the partition fits");
                    let request = PlanRequest {
                        shape,
                        source_component: "ocean",
                        target_component: "worker",
                        source: sends.then_some(&own),
                        target: (!sends).then_some(&own),
                        shares_targets: false,
                    };
                    build_plans(&mut world, &[request])
                        .expect("cells have one owner each")
                        .remove(0)
                })
            })
            .collect();
        ranks
            .into_iter()
            .map(|rank| rank.join().expect("no rank fails"))
            .collect()
    })
}

/// How a sender keeps its array.
#[derive(Clone, Copy, PartialEq)]
pub enum Storage {
    /// i fastest, nothing in between.
    Dense,
    /// The inner part of an array with one more cell on each side: NEMO's.
    Section,
    /// Level fastest, i slowest: arrays (i, j, level) of C and numpy.
    LevelFirst,
}

/// An array of (i, j, level).
pub struct Array {
    pub layout: Layout,
    single: Vec<f32>,
    double: Vec<f64>,
    kind: ElementKind,
}

impl Array {
    pub fn new(shape: [usize; 3], storage: Storage, kind: ElementKind) -> Self {
        let [ni, nj, nk] = shape.map(|extent| extent as isize);
        let (strides, origin) = match storage {
            Storage::Dense => ([1, ni, ni * nj], 0),
            Storage::Section => ([1, ni + 2, (ni + 2) * (nj + 2)], (ni + 2) + 1),
            Storage::LevelFirst => ([nj * nk, nk, 1], 0),
        };
        let size = ((ni + 2) * (nj + 2) * nk) as usize;
        let numbers = (0..size).map(|number| 0.1 + (number % 1000) as f64);
        let (single, double) = match kind {
            ElementKind::F32 => (numbers.map(|number| number as f32).collect(), Vec::new()),
            ElementKind::F64 => (Vec::new(), numbers.collect()),
        };
        let layout = Layout {
            shape,
            strides,
            origin: origin as usize,
        };
        Self {
            layout,
            single,
            double,
            kind,
        }
    }

    pub fn view(&self) -> View<'_> {
        let elements = match self.kind {
            ElementKind::F32 => Elements::F32(&self.single),
            ElementKind::F64 => Elements::F64(&self.double),
        };
        View {
            layout: self.layout,
            elements,
        }
    }

    pub fn view_mut(&mut self) -> ViewMut<'_> {
        let elements = match self.kind {
            ElementKind::F32 => ElementsMut::F32(&mut self.single),
            ElementKind::F64 => ElementsMut::F64(&mut self.double),
        };
        ViewMut {
            layout: self.layout,
            elements,
        }
    }
}

/// Bytes as a message has them, none of them untouched memory.
pub fn message(bytes: usize) -> Vec<u64> {
    vec![0x3ff0_0000_0000_0000; bytes.div_ceil(8)]
}
