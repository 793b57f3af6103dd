//! How fast fields are packed, unpacked, placed, filled and copied, beside memcpy of the bytes that are written.
//!
//! `cargo bench -p halocline-exchanges --bench copies`; a case in the arguments picks cases, `--help` says more.

mod support;

use divan::{Bencher, counter::BytesCount};
use halocline_exchanges::{
    pack::pack,
    place::{BlockMemory, Placing, Stores, join, place},
    plan::{BlockRun, HEADER_BYTES},
    unpack::{fill, unpack},
    window::copy_window,
};
use support::{Array, CASES, Case, Planned, Storage, message};

fn main() {
    divan::main();
}

fn written(elements: usize, case: &Case) -> BytesCount {
    BytesCount::new(elements * case.to.size())
}

#[divan::bench(args = CASES)]
fn memcpy(bencher: Bencher<'_, '_>, case: &Case) {
    let from = message(case.sent() * case.to.size());
    let mut to = from.clone();
    bencher
        .counter(written(case.sent(), case))
        .bench_local(|| divan::black_box(&mut to).copy_from_slice(divan::black_box(&from)));
}

fn pack_from(storage: Storage, bencher: Bencher<'_, '_>, case: &Case) {
    let Planned { source, .. } = case.planned();
    let (send, field) = (&source.send[0], &source.send[0].fields[0]);
    let array = Array::new([case.nx, case.ny, case.levels], storage, case.from);
    let mut letter = message(send.bytes);
    bencher
        .counter(BytesCount::new(send.bytes))
        .bench_local(|| {
            let letter = &mut bytemuck::cast_slice_mut(&mut letter)[HEADER_BYTES..];
            let levels = field.levels.clone();
            pack(
                &array.view(),
                [case.nx, case.ny],
                &field.runs,
                levels,
                case.to,
                letter,
            );
        });
}

#[divan::bench(args = CASES)]
fn pack_dense(bencher: Bencher<'_, '_>, case: &Case) {
    pack_from(Storage::Dense, bencher, case);
}

#[divan::bench(args = CASES)]
fn pack_section(bencher: Bencher<'_, '_>, case: &Case) {
    pack_from(Storage::Section, bencher, case);
}

#[divan::bench(args = CASES.iter().filter(|case| case.levels > 1))]
fn pack_level_first(bencher: Bencher<'_, '_>, case: &Case) {
    pack_from(Storage::LevelFirst, bencher, case);
}

fn unpack_to(shape: [usize; 3], storage: Storage, bencher: Bencher<'_, '_>, case: &Case) {
    let Planned { target, .. } = case.planned();
    let (receive, field) = (&target.receive[0], &target.receive[0].fields[0]);
    let letter = message(receive.bytes);
    let mut array = Array::new(shape, storage, case.from);
    let block = target.block.expect("a receiver has a block");
    bencher
        .counter(BytesCount::new(receive.bytes))
        .bench_local(|| {
            let letter = &bytemuck::cast_slice(&letter)[HEADER_BYTES..];
            let levels = field.levels.clone();
            unpack(
                letter,
                case.to,
                &field.runs,
                levels,
                block,
                &mut array.view_mut(),
            );
        });
}

#[divan::bench(args = CASES)]
fn unpack_block(bencher: Bencher<'_, '_>, case: &Case) {
    let extent = [
        case.nx + 2 * case.halo,
        case.ny + 2 * case.halo,
        case.levels,
    ];
    unpack_to(extent, Storage::Dense, bencher, case);
}

#[divan::bench(args = CASES)]
fn unpack_own_section(bencher: Bencher<'_, '_>, case: &Case) {
    unpack_to(
        [case.nx, case.ny, case.levels],
        Storage::Section,
        bencher,
        case,
    );
}

#[divan::bench(args = CASES.iter().filter(|case| case.levels > 1))]
fn unpack_own_level_first(bencher: Bencher<'_, '_>, case: &Case) {
    unpack_to(
        [case.nx, case.ny, case.levels],
        Storage::LevelFirst,
        bencher,
        case,
    );
}

/// A block that nobody else writes.
struct Memory(Vec<u64>);

impl BlockMemory for Memory {
    fn row_mut<T: bytemuck::Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T] {
        let field: &mut [T] = bytemuck::cast_slice_mut(&mut self.0[base / 8..]);
        &mut field[start..start + len]
    }
}

fn place_from(storage: Storage, stores: Stores, bencher: Bencher<'_, '_>, case: &Case) {
    let Planned { source, target, .. } = case.planned();
    let (send, receive) = (&source.send[0].fields[0], &target.receive[0].fields[0]);
    let placing = Placing {
        runs: join(&send.runs, &receive.runs).into(),
        from_levels: send.levels.clone(),
        to_level: receive.levels.start,
        base: 0,
        cells: target.block.expect("a receiver has a block").cells(),
        kind: case.to,
    };
    let array = Array::new([case.nx, case.ny, case.levels], storage, case.from);
    let mut memory = Memory(message(case.shown() * case.to.size()));
    bencher
        .counter(written(case.shown(), case))
        .bench_local(|| {
            place(
                &array.view(),
                [case.nx, case.ny],
                &placing,
                case.to,
                stores,
                &mut memory,
            );
        });
}

#[divan::bench(args = CASES)]
fn place_dense(bencher: Bencher<'_, '_>, case: &Case) {
    place_from(Storage::Dense, Stores::Cached, bencher, case);
}

#[divan::bench(args = CASES)]
fn place_section(bencher: Bencher<'_, '_>, case: &Case) {
    place_from(Storage::Section, Stores::Cached, bencher, case);
}

#[divan::bench(args = CASES.iter().filter(|case| case.levels > 1))]
fn place_level_first(bencher: Bencher<'_, '_>, case: &Case) {
    place_from(Storage::LevelFirst, Stores::Cached, bencher, case);
}

/// What streaming costs where memory only copies: the conversion into short parts.
#[divan::bench(args = CASES)]
fn place_in_parts(bencher: Bencher<'_, '_>, case: &Case) {
    place_from(Storage::Dense, Stores::Streaming, bencher, case);
}

#[divan::bench(args = CASES)]
fn fill_block(bencher: Bencher<'_, '_>, case: &Case) {
    let block = case.planned().target.block.expect("a receiver has a block");
    let [ni, nj] = block.extent();
    let mut array = Array::new([ni, nj, case.levels], Storage::Dense, case.to);
    let whole = BlockRun {
        start: 0,
        len: block.cells(),
        step: 1,
        flip: false,
    };
    bencher
        .counter(written(case.shown(), case))
        .bench_local(|| fill(&[whole], 0..case.levels, block, 1.0, &mut array.view_mut()));
}

#[divan::bench(args = CASES)]
fn fill_gaps(bencher: Bencher<'_, '_>, case: &Case) {
    let Planned { target, .. } = case.planned();
    let (block, gaps) = (
        target.block.expect("a receiver has a block"),
        &target.gaps[0],
    );
    let [ni, nj] = block.extent();
    let mut array = Array::new([ni, nj, case.levels], Storage::Dense, case.to);
    bencher.bench_local(|| fill(gaps, 0..case.levels, block, 1.0, &mut array.view_mut()));
}

/// From a block of the wire's elements to the own cells of the host's.
#[divan::bench(args = CASES)]
fn window_own_section(bencher: Bencher<'_, '_>, case: &Case) {
    let block = case.planned().target.block.expect("a receiver has a block");
    let [ni, nj] = block.extent();
    let shown = Array::new([ni, nj, case.levels], Storage::Dense, case.to);
    let mut host = Array::new([case.nx, case.ny, case.levels], Storage::Section, case.from);
    bencher
        .counter(BytesCount::new(case.sent() * case.from.size()))
        .bench_local(|| copy_window(shown.view().elements, block, &mut host.view_mut()));
}
