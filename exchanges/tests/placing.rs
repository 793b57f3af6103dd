//! Cells that are placed straight into a block have the bits of those that travel in a message.

mod support;

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    pack::pack,
    partition::Partition,
    place::{BlockMemory, PlaceRun, Placing, Stores, join, place},
    plan::{
        BlockRun, BlockShape, ExchangePlan, ExchangeShape, FieldReceive, FieldSend, FieldShape,
        LocalRun,
    },
    unpack::{fill, unpack},
    view::ElementKind,
    window::copy_window,
};
use proptest::prelude::*;
use std::sync::Arc;
use support::{
    arrays::{Array, Storage, rounded},
    job::{FILL, Host, Job},
    strategies::{any_cut, job, rectangular},
};

/// Bytes before and behind the field.
const MARGIN: usize = 24;

/// Memory of one field; knows how often each byte was handed out.
struct Memory {
    words: Vec<u64>,
    writes: Vec<u8>,
    streamed: usize,
}

impl Memory {
    fn new(field: &[u8]) -> Self {
        let bytes = (field.len() + 2 * MARGIN).next_multiple_of(8);
        let mut words = vec![0; bytes / 8];
        let all: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        all[MARGIN..MARGIN + field.len()].copy_from_slice(field);
        Self {
            words,
            writes: vec![0; bytes],
            streamed: 0,
        }
    }
}

impl BlockMemory for Memory {
    fn row_mut<T: bytemuck::Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T] {
        let first = base + start * size_of::<T>();
        let bytes = first..first + len * size_of::<T>();
        self.writes[bytes.clone()]
            .iter_mut()
            .for_each(|count| *count += 1);
        bytemuck::cast_slice_mut(&mut bytemuck::cast_slice_mut::<u64, u8>(&mut self.words)[bytes])
    }

    fn stream<T: bytemuck::Pod>(&mut self, base: usize, start: usize, values: &[T]) {
        self.streamed += size_of_val(values);
        self.row_mut(base, start, values.len())
            .copy_from_slice(values);
    }
}

/// Values whose bits a careless conversion would lose.
const SPECIAL: [f64; 6] = [-0.0, f64::NAN, f64::NEG_INFINITY, 1e300, 1e-40, -1e-310];

fn sent(job: &Job, side: usize, rank: usize, field: usize) -> (Array, [usize; 2]) {
    let (mut array, local_shape) = job.sent(side, rank, field);
    let [ni, nj, levels] = array.shape();
    for number in (3..ni * nj * levels).step_by(7) {
        let place = [number % ni, number / ni % nj, number / ni / nj];
        array.set(place, SPECIAL[number % SPECIAL.len()]);
    }
    (array, local_shape)
}

/// One rank that sends two levels of a long-rowed globe with a fold to another, whose block has a halo.
fn long_rows(storage: Storage, kinds: [ElementKind; 2], wire: ElementKind) -> Job {
    let fold = EdgeJ::NorthFold {
        pivot: Pivot::T,
        row: FoldRow::Mirrored,
    };
    let grid = Grid {
        name: "globe".into(),
        nx: 1400,
        ny: 4,
        edge_i: EdgeI::Cyclic,
        edge_j: fold,
    };
    let grid = Arc::new(grid);
    let field = FieldShape {
        point: PointKind::U,
        sign: Sign::Vector,
        levels: 2,
    };
    let shape = |name: &str, halo| ExchangeShape {
        name: name.into(),
        grid: Arc::clone(&grid),
        fields: vec![field],
        halo,
        wire,
    };
    Job {
        partitions: [vec![Partition::Serial], vec![Partition::Serial]],
        forth: shape("forth", 2),
        back: shape("back", 0),
        host: Host {
            send: (storage, kinds[0]),
            receive: (storage, kinds[1]),
            own_cells_only: true,
        },
        grid,
    }
}

#[test]
fn long_rows_are_streamed_with_the_bits_of_messages() {
    let kinds = [ElementKind::F32, ElementKind::F64];
    for storage in [
        Storage::Dense,
        Storage::Section,
        Storage::LevelFirst,
        Storage::Backwards,
    ] {
        for (from, to, wire) in [(0, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)] {
            let job = long_rows(storage, [kinds[from], kinds[to]], kinds[wire]);
            check(&job);
            job.run();
        }
    }
}

#[test]
fn whole_planes_change_sign_where_their_run_says_so() {
    let placing = Placing {
        runs: [PlaceRun {
            from: 0,
            to: 0,
            len: 6,
            step: 1,
            flip: true,
        }]
        .into(),
        from_levels: 0..2,
        to_level: 0,
        base: 0,
        cells: 6,
        kind: ElementKind::F64,
    };
    let mut array = Array::new([3, 2, 2], Storage::Dense, ElementKind::F64);
    for number in 0..12 {
        let place = [number % 3, number / 3 % 2, number / 6];
        array.set(place, number as f64);
    }
    let mut memory = Memory::new(&[0; 96]);
    let (view, wire) = (array.view(), ElementKind::F64);
    place(&view, [3, 2], &placing, wire, Stores::Cached, &mut memory);
    let placed: &[f64] = bytemuck::cast_slice(&memory.words[..12]);
    let expected: Vec<f64> = (0..12).map(|number| -f64::from(number)).collect();
    assert_eq!(placed, expected);
}

#[test]
fn runs_that_are_contiguous_on_both_sides_are_joined() {
    let local = [
        LocalRun { start: 4, len: 2 },
        LocalRun { start: 6, len: 3 },
        LocalRun { start: 20, len: 4 },
    ];
    let run = |start, len, step, flip| BlockRun {
        start,
        len,
        step,
        flip,
    };
    let block = [
        run(10, 1, 1, false),
        run(11, 3, 1, false),
        run(30, 3, -1, false),
        run(27, 1, -1, true),
        run(26, 1, 1, true),
    ];
    let run = |from, to, len, step, flip| PlaceRun {
        from,
        to,
        len,
        step,
        flip,
    };
    let joined = [
        run(4, 10, 4, 1, false),
        run(8, 30, 1, -1, false),
        run(20, 29, 2, -1, false),
        run(22, 27, 1, -1, true),
        run(23, 26, 1, 1, true),
    ];
    assert_eq!(join(&local, &block), joined);
}

#[test]
#[should_panic(
    expected = "a sender has 2 cells of a message of which the receiver's block shows 3"
)]
fn runs_of_two_messages_are_not_joined() {
    let block = [BlockRun {
        start: 0,
        len: 3,
        step: 1,
        flip: false,
    }];
    let _ = join(&[LocalRun { start: 0, len: 2 }], &block);
}

fn placing(
    send: &FieldSend,
    receive: &FieldReceive,
    block: BlockShape,
    kind: ElementKind,
) -> Placing {
    Placing {
        runs: join(&send.runs, &receive.runs).into(),
        from_levels: send.levels.clone(),
        to_level: receive.levels.start,
        base: MARGIN,
        cells: block.cells(),
        kind,
    }
}

/// Compare one field of one receiver's block, sent both ways.
fn check_field(job: &Job, plans: &[Vec<ExchangePlan>], side: usize, rank: usize, field: usize) {
    let forth = side == 1;
    let exchange = usize::from(!forth);
    let (first_source, first_target) = if forth {
        (0, job.partitions[0].len())
    } else {
        (job.partitions[0].len(), 0)
    };
    let plan = &plans[first_target + rank][exchange];
    let shape = job.exchange(forth);
    let block = plan.block.expect("a receiver has a block");
    let [ni, nj] = block.extent();
    let own = job.partitions[side][rank].own(&job.grid).expect("it fits");
    let levels = own.own_levels(shape.fields[field].levels).len();
    let kind = job.host.receive.1;
    let mut array = Array::new([ni, nj, levels], Storage::Dense, kind);
    fill(
        &plan.gaps[field],
        0..levels,
        block,
        FILL,
        &mut array.view_mut(),
    );
    let mut memory = Memory::new(array.bytes());
    let mut past_caches = Memory::new(array.bytes());
    let mut sent_elements = 0;
    for message in &plan.receive {
        let sender = &plans[message.from][exchange];
        let send = sender
            .send
            .iter()
            .find(|send| send.to == first_target + rank)
            .expect("both sides know it");
        let (send, receive) = (&send.fields[field], &message.fields[field]);
        let (from, local_shape) = sent(job, 1 - side, message.from - first_source, field);
        let mut letter = vec![0u64; message.bytes / 8];
        let letter: &mut [u8] = bytemuck::cast_slice_mut(&mut letter);
        let part = &mut letter[send.offset..];
        pack(
            &from.view(),
            local_shape,
            &send.runs,
            send.levels.clone(),
            shape.wire,
            part,
        );
        unpack(
            part,
            shape.wire,
            &receive.runs,
            receive.levels.clone(),
            block,
            &mut array.view_mut(),
        );
        let placing = placing(send, receive, block, kind);
        place(
            &from.view(),
            local_shape,
            &placing,
            shape.wire,
            Stores::Cached,
            &mut memory,
        );
        place(
            &from.view(),
            local_shape,
            &placing,
            shape.wire,
            Stores::Streaming,
            &mut past_caches,
        );
        sent_elements += send.levels.len() * send.runs.iter().map(|run| run.len).sum::<usize>();
    }
    check_window(job, &array, block);
    let end = MARGIN + array.bytes().len();
    let placed: &[u8] = bytemuck::cast_slice(&memory.words);
    assert_eq!(&placed[MARGIN..end], array.bytes());
    assert_eq!(memory.words, past_caches.words);
    assert_eq!(memory.writes, past_caches.writes);
    let in_long_rows = if ni * kind.size() > 2048 {
        sent_elements * kind.size() / 2
    } else {
        0
    };
    assert!(past_caches.streamed >= in_long_rows);
    assert!(
        memory.writes.iter().all(|count| *count <= 1),
        "a byte is written twice"
    );
    let written: usize = memory.writes.iter().map(|count| usize::from(*count)).sum();
    assert_eq!(
        written,
        sent_elements * kind.size(),
        "each byte of the sent cells is written, and nothing else"
    );
}

/// Copy a block to a host's array, which has other elements, and compare each.
fn check_window(job: &Job, array: &Array, block: BlockShape) {
    let Host {
        send: (_, kind),
        receive: (storage, _),
        own_cells_only,
    } = job.host;
    let [width, height, levels] = array.shape();
    let (shape, margin) = if own_cells_only {
        ([block.ni, block.nj, levels], block.halo)
    } else {
        ([width, height, levels], 0)
    };
    let mut host = Array::new(shape, storage, kind);
    copy_window(array.view().elements, block, &mut host.view_mut());
    let elements = shape.iter().product::<usize>();
    for number in 0..elements {
        let [i, j, level] = [
            number % shape[0],
            number / shape[0] % shape[1],
            number / shape[0] / shape[1],
        ];
        let shown = array.get([i + margin, j + margin, level]);
        assert_eq!(
            host.get([i, j, level]).to_bits(),
            rounded(shown, kind).to_bits(),
            "({i}, {j}, {level})"
        );
    }
    assert_eq!(
        host.untouched(),
        host.size() - elements,
        "all elements of the array and no others are written"
    );
}

fn check(job: &Job) {
    let plans = job.plans();
    for side in [0, 1] {
        for rank in 0..job.partitions[side].len() {
            for field in 0..job.exchange(side == 1).fields.len() {
                check_field(job, &plans, side, rank, field);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn blocks_with_a_halo_have_the_bits_of_messages(job in job(1..=8, rectangular())) {
        check(&job);
    }

    #[test]
    fn own_cells_of_any_partition_have_the_bits_of_messages(job in job(0..=0, any_cut())) {
        check(&job);
    }
}
