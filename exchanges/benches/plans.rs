//! How long plans and the fold take: the definition phase, without the messages of MPI.
//!
//! All ranks are threads of one process, so that the time is about the sum over the ranks.

mod support;

use divan::Bencher;
use halocline_exchanges::{
    grid::{Grid, Pivot, PointKind},
    north_fold::NorthFold,
    partition::Partition,
    view::ElementKind,
};
use support::{Case, ORCA1, ORCA025, plans};

fn main() {
    divan::main();
}

/// Parts of a grid: `px` along i, `py` along j.
fn boxes(grid: &Grid, px: usize, py: usize) -> Vec<Partition> {
    let cut =
        |size: usize, parts: usize, part: usize| part * size / parts..(part + 1) * size / parts;
    let part = |rank: usize| {
        let (i, j) = (cut(grid.nx, px, rank % px), cut(grid.ny, py, rank / px));
        Partition::Box {
            i: i.start,
            j: j.start,
            ni: i.len(),
            nj: j.len(),
        }
    };
    (0..px * py).map(part).collect()
}

/// Senders along (i, j), then receivers.
const CUTS: [[usize; 4]; 5] = [
    [1, 1, 1, 1],
    [2, 1, 1, 2],
    [1, 8, 1, 1],
    [4, 2, 1, 1],
    [8, 1, 1, 8],
];

fn plan(bencher: Bencher<'_, '_>, size: [usize; 3], halo: usize, cuts: [usize; 4]) {
    let [nx, ny, levels] = size;
    let kind = ElementKind::F64;
    let shape = Case {
        nx,
        ny,
        levels,
        halo,
        from: kind,
        to: kind,
    }
    .exchange();
    let source = boxes(&shape.grid, cuts[0], cuts[1]);
    let target = boxes(&shape.grid, cuts[2], cuts[3]);
    bencher.bench_local(|| plans(&shape, &source, &target));
}

#[divan::bench(args = CUTS, consts = [0, 1, 7])]
fn plan_362x332<const HALO: usize>(bencher: Bencher<'_, '_>, cuts: &[usize; 4]) {
    plan(bencher, ORCA1, HALO, *cuts);
}

#[divan::bench(args = CUTS, consts = [0, 1, 7])]
fn plan_1442x1207<const HALO: usize>(bencher: Bencher<'_, '_>, cuts: &[usize; 4]) {
    plan(bencher, ORCA025, HALO, *cuts);
}

/// Scattered points: a run for each cell.
#[divan::bench]
fn plan_362x332_points(bencher: Bencher<'_, '_>) {
    let kind = ElementKind::F64;
    let [nx, ny, levels] = ORCA1;
    let shape = Case {
        nx,
        ny,
        levels,
        halo: 0,
        from: kind,
        to: kind,
    }
    .exchange();
    let cells = (nx * ny) as u64;
    // 7919 is prime and divides neither extent: each cell once, no two neighbours one after the other.
    let points: Vec<u64> = (0..cells).map(|number| number * 7919 % cells).collect();
    let source = [Partition::Points(points)];
    bencher.bench_local(|| plans(&shape, &source, &[Partition::Serial]));
}

/// Where the columns and rows of a halo of seven beyond the fold come from.
#[divan::bench(args = [PointKind::T, PointKind::U, PointKind::V, PointKind::F])]
fn fold_map(bencher: Bencher<'_, '_>, point: PointKind) {
    let [nx, ny, _] = ORCA025.map(usize::cast_signed);
    let fold = NorthFold::new(Pivot::T, point, ORCA025[0], ORCA025[1]);
    bencher.bench_local(|| {
        let mut sum = 0;
        for j in ny..ny + 7 {
            for i in 0..nx {
                sum +=
                    fold.row(divan::black_box(j)) + fold.column(divan::black_box(i)).cast_signed();
            }
        }
        sum
    });
}
