//! Cells that are placed straight into a block have the bits of those that travel in a message.

mod support;

use halocline_exchanges::{
    pack::pack,
    place::{BlockMemory, Placing, Stores, join, place},
    plan::{BlockShape, ExchangePlan, FieldReceive, FieldSend},
    unpack::{fill, unpack},
    view::ElementKind,
};
use proptest::prelude::*;
use support::{
    arrays::{Array, Storage},
    job::{FILL, Job},
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
        sent_elements += send.levels.len() * send.runs.iter().map(|run| run.len).sum::<usize>();
    }
    let end = MARGIN + array.bytes().len();
    let placed: &[u8] = bytemuck::cast_slice(&memory.words);
    assert_eq!(&placed[MARGIN..end], array.bytes());
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
