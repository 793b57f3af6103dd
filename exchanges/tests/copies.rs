//! How often each byte is written on its way, counted where it is written. One test: the counts are of the process.

mod support;

use halocline_exchanges::{
    copies::written,
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    pack::pack,
    partition::Partition,
    place::{BlockMemory, Placing, Stores, join, place},
    plan::{ExchangeShape, FieldShape},
    unpack::{fill, unpack},
    view::ElementKind,
    window::copy_window,
};
use std::sync::Arc;
use support::{
    arrays::{Array, Storage},
    job::{Host, Job},
};

/// A block of double precision.
struct Memory(Vec<f64>);

impl BlockMemory for Memory {
    fn row_mut<T: bytemuck::Pod>(&mut self, _: usize, start: usize, len: usize) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.0)[start..start + len]
    }
}

const LEVELS: usize = 3;

/// A globe of 300 x 4 cells with a fold, from one rank to another, with a halo of 2.
fn globe() -> Job {
    let edge_j = EdgeJ::NorthFold {
        pivot: Pivot::T,
        row: FoldRow::Mirrored,
    };
    let grid = Grid {
        name: "globe".into(),
        nx: 300,
        ny: 4,
        edge_i: EdgeI::Cyclic,
        edge_j,
    };
    let grid = Arc::new(grid);
    let field = FieldShape {
        point: PointKind::V,
        sign: Sign::Vector,
        levels: LEVELS,
    };
    let shape = |name: &str, halo| ExchangeShape {
        name: name.into(),
        grid: Arc::clone(&grid),
        fields: vec![field],
        halo,
        wire: ElementKind::F64,
    };
    let array = (Storage::Section, ElementKind::F64);
    Job {
        partitions: [vec![Partition::Serial], vec![Partition::Serial]],
        forth: shape("forth", 2),
        back: shape("back", 0),
        host: Host {
            send: array,
            receive: array,
            own_cells_only: true,
        },
        grid,
    }
}

#[test]
fn placing_writes_each_byte_once_and_a_message_twice() {
    let job = globe();
    let plans = job.plans();
    let (send, message) = (&plans[0][0].send[0].fields[0], &plans[1][0].receive[0]);
    let receive = &message.fields[0];
    let block = plans[1][0].block.expect("a receiver has a block");
    let (array, local_shape) = job.sent(0, 0, 0);
    // A block of 304 x 8 cells of 8 bytes; its two rows in the south lie outside the grid.
    let outside = 304 * 2 * LEVELS as u64 * 8;
    let sent = 304 * 6 * LEVELS as u64 * 8;
    let own = 300 * 4 * LEVELS as u64 * 8;

    let placing = Placing {
        runs: join(&send.runs, &receive.runs).into(),
        from_levels: send.levels.clone(),
        to_level: 0,
        base: 0,
        cells: block.cells(),
        kind: ElementKind::F64,
    };
    let mut memory = Memory(vec![0.0; block.cells() * LEVELS]);
    for stores in [Stores::Cached, Stores::Streaming] {
        let before = written();
        place(
            &array.view(),
            local_shape,
            &placing,
            ElementKind::F64,
            stores,
            &mut memory,
        );
        let after = written();
        assert_eq!(after.placed - before.placed, sent);
        assert_eq!(
            (after.packed, after.unpacked, after.copied, after.filled),
            (0, 0, 0, 0)
        );
    }

    let mut letter = vec![0u64; message.bytes / 8];
    let letter: &mut [u8] = bytemuck::cast_slice_mut(&mut letter);
    let letter = &mut letter[send.offset..];
    pack(
        &array.view(),
        local_shape,
        &send.runs,
        send.levels.clone(),
        ElementKind::F64,
        letter,
    );
    let mut shown = Array::new([304, 8, LEVELS], Storage::Dense, ElementKind::F64);
    fill(
        &plans[1][0].gaps[0],
        0..LEVELS,
        block,
        -1.0,
        &mut shown.view_mut(),
    );
    let wire = ElementKind::F64;
    unpack(
        letter,
        wire,
        &receive.runs,
        receive.levels.clone(),
        block,
        &mut shown.view_mut(),
    );
    let mut host = Array::new([300, 4, LEVELS], Storage::Section, ElementKind::F64);
    copy_window(shown.view().elements, block, &mut host.view_mut());
    let all = written();
    assert_eq!(
        (all.packed, all.unpacked, all.filled, all.copied),
        (sent, sent, outside, own)
    );
}
