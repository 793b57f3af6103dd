//! A job of threads that sends one exchange forth, another back, and compares every block with the reference.

use super::{
    arrays::{Array, Storage, rounded},
    partitions::cells,
    reference::{Extended, WholeLevel},
};
use halocline_exchanges::{
    grid::Grid,
    local::LocalWorld,
    pack::pack,
    partition::{OwnedCells, Partition},
    pieces::Pieces,
    plan::{
        ExchangePlan, ExchangeShape, FieldShape, HEADER_BYTES, PlanError, PlanRequest, build_plans,
    },
    unpack::{fill, unpack},
    view::ElementKind,
    world::World,
};
use std::{sync::Arc, thread};

pub const FILL: f64 = -9.5;

/// Short, so that messages of these small grids are cut: within levels, and between them.
const LONGEST_PIECE: usize = 200;

/// How arrays are kept on either side, and what the receiver's have.
#[derive(Debug, Clone, Copy)]
pub struct Host {
    pub send: (Storage, ElementKind),
    pub receive: (Storage, ElementKind),
    /// Whether the receiver's array has no halo.
    pub own_cells_only: bool,
}

/// Two components that send fields to each other.
#[derive(Debug, Clone)]
pub struct Job {
    pub grid: Arc<Grid>,
    /// One for each rank of the first component, then of the second.
    pub partitions: [Vec<Partition>; 2],
    pub forth: ExchangeShape,
    pub back: ExchangeShape,
    pub host: Host,
}

/// The exchange number `exchange` of a job, seen by rank `rank` of component `side`.
struct Seat<'a> {
    job: &'a Job,
    side: usize,
    rank: usize,
    own: OwnedCells,
}

/// The value of a field in a cell: tells everything about its place, and has no exact single precision.
fn value(field: usize, level: usize, cell: usize, grid: &Grid) -> f64 {
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    1.1 + i as f64 + 100.0 * j as f64 + 10_000.0 * level as f64 + 100_000.0 * field as f64
}

impl Job {
    pub fn exchange(&self, forth: bool) -> &ExchangeShape {
        if forth { &self.forth } else { &self.back }
    }

    /// Run it; each rank checks what it gets.
    pub fn run(&self) {
        for result in self.on_all_ranks(|seat, world| seat.exchange_all(world)) {
            result.expect("the partitions fit");
        }
    }

    /// Plan; for each rank, of the first component and then of the second, its plans forth and back.
    pub fn plans(&self) -> Vec<Vec<ExchangePlan>> {
        let plans = self.on_all_ranks(|seat, world| seat.plan(world));
        plans
            .into_iter()
            .map(|plans| plans.expect("the partitions fit"))
            .collect()
    }

    /// The array of one field that rank `rank` of component `side` sends, and the extent (i, j) of its own cells.
    pub fn sent(&self, side: usize, rank: usize, field: usize) -> (Array, [usize; 2]) {
        let own = self.partitions[side][rank].own(&self.grid);
        let own = own.expect("the partition fits the grid");
        let seat = Seat {
            job: self,
            side,
            rank,
            own,
        };
        let array = seat.own_array(self.exchange(side == 0), field);
        (array, seat.own.local_shape())
    }

    /// Only plan; what each rank says.
    pub fn plan(&self) -> Vec<Result<(), PlanError>> {
        self.on_all_ranks(|seat, world| seat.plan(world).map(|_| ()))
    }

    fn on_all_ranks<T: Send>(
        &self,
        act: impl Fn(&Seat<'_>, &mut LocalWorld) -> T + Sync,
    ) -> Vec<T> {
        let seats = [0, 1]
            .into_iter()
            .flat_map(|side| (0..self.partitions[side].len()).map(move |rank| (side, rank)));
        let worlds = LocalWorld::spawn(self.partitions[0].len() + self.partitions[1].len());
        thread::scope(|scope| {
            let ranks: Vec<_> = worlds
                .into_iter()
                .zip(seats)
                .map(|(mut world, (side, rank))| {
                    let act = &act;
                    scope.spawn(move || {
                        let own = self.partitions[side][rank]
                            .own(&self.grid)
                            .expect("the partition fits the grid");
                        let own = OwnedCells::from_bytes(&own.to_bytes());
                        act(
                            &Seat {
                                job: self,
                                side,
                                rank,
                                own,
                            },
                            &mut world,
                        )
                    })
                })
                .collect();
            ranks
                .into_iter()
                .map(|rank| rank.join().expect("no rank fails"))
                .collect()
        })
    }
}

impl Seat<'_> {
    fn partition(&self) -> &Partition {
        &self.job.partitions[self.side][self.rank]
    }

    fn plan(&self, world: &mut dyn World) -> Result<Vec<ExchangePlan>, PlanError> {
        let names = ["ocean", "worker"];
        let request = |shape, from: usize, to: usize| PlanRequest {
            shape,
            source_component: names[from],
            target_component: names[to],
            source: (self.side == from).then_some(&self.own),
            target: (self.side == to).then_some(&self.own),
            shares_targets: false,
        };
        build_plans(
            world,
            &[
                request(&self.job.forth, 0, 1),
                request(&self.job.back, 1, 0),
            ],
        )
    }

    fn exchange_all(&self, world: &mut LocalWorld) -> Result<(), PlanError> {
        let plans = self.plan(world)?;
        for (tag, forth) in [true, false].into_iter().enumerate() {
            let sends = (self.side == 0) == forth;
            self.check_plan(&plans[tag], sends);
            if sends {
                self.send(world, &plans[tag], self.job.exchange(forth), tag);
            } else {
                self.receive(world, &plans[tag], self.job.exchange(forth), tag);
            }
        }
        world.close()?;
        Ok(())
    }

    fn check_plan(&self, plan: &ExchangePlan, sends: bool) {
        assert!(if sends {
            plan.receive.is_empty()
        } else {
            plan.send.is_empty()
        });
        assert_eq!(plan.block.is_some(), !sends);
        assert!(plan.send.windows(2).all(|pair| pair[0].to < pair[1].to));
        assert!(
            plan.receive
                .windows(2)
                .all(|pair| pair[0].from < pair[1].from)
        );
        let offsets = plan
            .send
            .iter()
            .flat_map(|message| message.fields.iter().map(|field| field.offset));
        assert!(
            offsets
                .into_iter()
                .all(|offset| offset % 8 == 0 && offset >= HEADER_BYTES)
        );
    }

    fn send(&self, world: &mut LocalWorld, plan: &ExchangePlan, shape: &ExchangeShape, tag: usize) {
        let [ni, nj] = self.own.local_shape();
        let arrays: Vec<Array> = (0..shape.fields.len())
            .map(|field| self.own_array(shape, field))
            .collect();
        for message in &plan.send {
            let pieces = Pieces::sent(message, shape.wire, LONGEST_PIECE);
            let id = world
                .open_sender(message.to, tag, pieces.longest(), pieces.list().len())
                .expect("the rank exists");
            assert!(world.has_room(id).expect("it is there"));
            for piece in pieces.list() {
                let buffer = world
                    .send_buffer(id)
                    .expect("it is there")
                    .expect("nothing is in flight");
                assert!(piece.bytes <= LONGEST_PIECE || pieces.is_whole());
                for part in &piece.parts {
                    let (levels, view) = (part.levels.clone(), arrays[part.field].view());
                    let buffer = &mut buffer[part.offset..];
                    pack(&view, [ni, nj], &part.runs, levels, shape.wire, buffer);
                }
                world.publish(id, piece.bytes).expect("it was packed");
            }
        }
    }

    fn own_array(&self, shape: &ExchangeShape, field: usize) -> Array {
        let ([ni, nj], (storage, kind)) = (self.own.local_shape(), self.job.host.send);
        let (cells, levels) = cells(self.partition(), &self.job.grid, shape.fields[field].levels);
        let mut array = Array::new([ni, nj, levels.len()], storage, kind);
        for (local_level, level) in levels.enumerate() {
            for (local, cell) in cells.iter().enumerate() {
                let place = [local % ni, local / ni, local_level];
                array.set(place, value(field, level, *cell, &self.job.grid));
            }
        }
        array
    }

    fn receive(
        &self,
        world: &mut LocalWorld,
        plan: &ExchangePlan,
        shape: &ExchangeShape,
        tag: usize,
    ) {
        let block = plan.block.expect("a receiver has a block");
        let arrays = shape.fields.iter().enumerate().map(|(number, field)| {
            let (_, levels) = cells(self.partition(), &self.job.grid, field.levels);
            let [ni, nj] = if self.job.host.own_cells_only {
                [block.ni, block.nj]
            } else {
                block.extent()
            };
            let (storage, kind) = self.job.host.receive;
            let mut array = Array::new([ni, nj, levels.len()], storage, kind);
            let gaps = &plan.gaps[number];
            fill(gaps, 0..levels.len(), block, FILL, &mut array.view_mut());
            array
        });
        let mut arrays: Vec<Array> = arrays.collect();
        for message in &plan.receive {
            let pieces = Pieces::received(message, shape.wire, LONGEST_PIECE);
            let id = world
                .open_receiver(message.from, tag, pieces.longest(), pieces.list().len())
                .expect("the rank exists");
            for piece in pieces.list() {
                while !world
                    .arrived(id)
                    .expect("pieces have the length that both sides planned")
                {
                    thread::yield_now();
                }
                assert_eq!(world.message(id).len(), piece.bytes);
                for part in &piece.parts {
                    let (bytes, levels) = (&world.message(id)[part.offset..], part.levels.clone());
                    let mut view = arrays[part.field].view_mut();
                    unpack(bytes, shape.wire, &part.runs, levels, block, &mut view);
                }
                world.release(id).expect("it had arrived");
            }
        }
        for (number, (field, array)) in shape.fields.iter().zip(&arrays).enumerate() {
            let (_, levels) = cells(self.partition(), &self.job.grid, field.levels);
            self.check_gaps(plan, number, block.cells(), levels.len());
            self.check(shape, number, *field, array);
        }
    }

    /// Each block cell is either sent or filled, once; cubes send some levels of cells that are filled first.
    fn check_gaps(&self, plan: &ExchangePlan, field: usize, cells: usize, levels: usize) {
        let has_cubes = self
            .job
            .partitions
            .iter()
            .flatten()
            .any(|one| matches!(one, Partition::Cube { .. }));
        if has_cubes || levels == 0 {
            return;
        }
        let gaps: usize = plan.gaps[field].iter().map(|gap| gap.len).sum();
        let parts = plan
            .receive
            .iter()
            .flat_map(|message| message.fields[field].runs.iter());
        assert_eq!(gaps + parts.map(|run| run.len).sum::<usize>(), cells);
    }

    fn check(&self, shape: &ExchangeShape, number: usize, field: FieldShape, array: &Array) {
        let grid = &self.job.grid;
        let (own, levels) = cells(self.partition(), grid, field.levels);
        let wholes: Vec<WholeLevel> = levels
            .clone()
            .map(|level| self.whole(number, field, level))
            .collect();
        let somewhere: Vec<bool> = (0..grid.cells())
            .map(|cell| wholes.iter().any(|whole| whole[cell].is_some()))
            .collect();
        for (local_level, whole) in wholes.iter().enumerate() {
            let extended = Extended::new(grid, field, shape.halo, whole, &somewhere);
            for (place, [column, row]) in self.places(&own, shape.halo) {
                let expected = self.expected(extended.get(column, row), shape.wire);
                let found = array.get([place[0], place[1], local_level]);
                assert_eq!(
                    found.to_bits(),
                    expected.to_bits(),
                    "side {} rank {} field {number} {field:?} level {local_level} block {place:?}: \
                     found {found}, expected {expected} from column {column}, row {row}",
                    self.side,
                    self.rank,
                );
            }
        }
        let margin = array.size() - array.shape().iter().product::<usize>();
        assert_eq!(
            array.untouched(),
            margin,
            "all elements of the array and no others are written"
        );
    }

    /// Elements of the receiver's array, and the cells (from 1) that they show.
    fn places(&self, own: &[usize], halo: usize) -> Vec<([usize; 2], [isize; 2])> {
        let position = |cell: usize| {
            let (i, j) = (cell % self.job.grid.nx, cell / self.job.grid.nx);
            [i as isize + 1, j as isize + 1]
        };
        let [ni, _] = self.own.local_shape();
        let margin = if self.job.host.own_cells_only {
            0
        } else {
            halo
        };
        if margin == 0 {
            return own
                .iter()
                .enumerate()
                .map(|(local, cell)| ([local % ni, local / ni], position(*cell)))
                .collect();
        }
        let Some(first) = own.first() else {
            return Vec::new();
        };
        let [i, j] = position(*first);
        let [ni, nj] = [ni + 2 * margin, own.len() / ni + 2 * margin];
        let shown = |i_block: usize, j_block: usize| {
            [
                i + i_block as isize - margin as isize,
                j + j_block as isize - margin as isize,
            ]
        };
        (0..nj)
            .flat_map(|row| (0..ni).map(move |column| ([column, row], shown(column, row))))
            .collect()
    }

    fn expected(&self, value: Option<f64>, wire: ElementKind) -> f64 {
        let ((_, sent), (_, received)) = (self.job.host.send, self.job.host.receive);
        let value = value.map_or(FILL, |value| rounded(rounded(value, sent), wire));
        rounded(value, received)
    }

    /// The whole level as the ranks of the other side own it.
    fn whole(&self, number: usize, field: FieldShape, level: usize) -> WholeLevel {
        let grid = &self.job.grid;
        let mut whole = vec![None; grid.cells()];
        for partition in &self.job.partitions[1 - self.side] {
            let (owned, levels) = cells(partition, grid, field.levels);
            if levels.contains(&level) {
                owned
                    .into_iter()
                    .for_each(|cell| whole[cell] = Some(value(number, level, cell, grid)));
            }
        }
        whole
    }
}
