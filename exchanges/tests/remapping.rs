//! Any weights, both grids cut in any way: the values have the bits of a sum that one rank makes alone.

mod support;

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, Grid, PointKind, Sign},
    local::LocalWorld,
    pack::pack,
    partition::{OwnedCells, Partition},
    plan::{ExchangePlan, ExchangeShape, FieldShape, PlanRequest, build_plans},
    remapping::{ActiveCells, CellFinder, ExactSum, Links, Matrix},
    unpack::{fill, unpack},
    view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut},
    world::World,
};
use proptest::prelude::*;
use std::{sync::Arc, thread};
use support::partitions::{Choices, Cut, cells, partitions};
use support::strategies::any_cut;

/// Where no rank owns a source cell.
const MISSING: f64 = -3.25;
/// Where no link leads to a target cell.
const FILL: f64 = -9.5;

/// Source cell, target cell, weights.
type Link = (usize, usize, Vec<f64>);

#[derive(Debug, Clone)]
struct Job {
    /// Source and target.
    grids: [Arc<Grid>; 2],
    /// One for each rank of the source, then of the target.
    partitions: [Vec<Partition>; 2],
    levels: usize,
    sets: usize,
    links: Vec<Link>,
}

fn grid(name: &'static str) -> impl Strategy<Value = Arc<Grid>> {
    let edge_i = prop_oneof![Just(EdgeI::Cyclic), Just(EdgeI::Closed)];
    (1..=12usize, 1..=9usize, edge_i).prop_map(move |(nx, ny, edge_i)| {
        Arc::new(Grid {
            name: name.into(),
            nx,
            ny,
            edge_i,
            edge_j: EdgeJ::Closed,
        })
    })
}

fn job() -> impl Strategy<Value = Job> {
    let no_cube = || any_cut().prop_filter("all levels", |cut| *cut != Cut::Cubes);
    let side = |cut| (cut, 1..=5usize, prop::collection::vec(any::<u16>(), 61));
    let weight = prop_oneof![-1.0..1.0f64, 1e-9..1e9f64, Just(1e16), Just(-1e16)];
    let link = (any::<u16>(), any::<u16>(), prop::collection::vec(weight, 2));
    let sizes = (1..=5usize, 1..=2usize);
    let links = prop::collection::vec(link, 0..120);
    let sides = (side(no_cube().boxed()), side(any_cut().boxed()));
    (grid("from"), grid("to"), sides, sizes, links).prop_map(|(from, to, sides, sizes, links)| {
        let (levels, sets) = sizes;
        let cut = |(cut, ranks, raw): &(Cut, usize, Vec<u16>), grid: &Grid| {
            partitions(*cut, grid, *ranks, levels, &mut Choices::new(raw))
        };
        // Further sets of weights lie on further levels, of which a cube has its own.
        let sets = if sides.1.0 == Cut::Cubes { 1 } else { sets };
        let place = |raw: u16, grid: &Grid| usize::from(raw) % grid.cells();
        let links = links.into_iter().map(|(source, target, weights)| {
            (
                place(source, &from),
                place(target, &to),
                weights[..sets].to_vec(),
            )
        });
        Job {
            links: links.collect(),
            partitions: [cut(&sides.0, &from), cut(&sides.1, &to)],
            grids: [from, to],
            levels,
            sets,
        }
    })
}

fn value(level: usize, cell: usize) -> f64 {
    (cell as f64 + 0.1).sqrt() * 1.3f64.powi(level as i32) - 2.0
}

impl Job {
    /// What each target cell of a level gets, from all values in one place.
    fn serial(&self, level: usize) -> Vec<f64> {
        let mut owned = vec![false; self.grids[0].cells()];
        for partition in &self.partitions[0] {
            let (list, _) = cells(partition, &self.grids[0], 1);
            list.into_iter().for_each(|cell| owned[cell] = true);
        }
        let mut links: Vec<&Link> = self.links.iter().collect();
        links.sort_by_key(|link| (link.1, link.0));
        let mut values = vec![FILL; self.grids[1].cells()];
        for (target, value_of) in values.iter_mut().enumerate() {
            let mine: Vec<_> = links.iter().filter(|link| link.1 == target).collect();
            if mine.is_empty() {
                continue;
            }
            *value_of = 0.0;
            for (source, _, weights) in mine {
                for (set, weight) in weights.iter().enumerate() {
                    let level = set * self.levels + level;
                    let found = if owned[*source] {
                        value(level, *source)
                    } else {
                        MISSING
                    };
                    *value_of += weight * found;
                }
            }
        }
        values
    }

    fn run(&self) {
        let [sources, targets] = [0, 1].map(|side| self.partitions[side].len());
        let worlds = LocalWorld::spawn(sources + targets);
        thread::scope(|scope| {
            for (number, world) in worlds.into_iter().enumerate() {
                let (side, rank) = if number < sources {
                    (0, number)
                } else {
                    (1, number - sources)
                };
                scope.spawn(move || self.rank(side, rank, world));
            }
        });
    }

    fn rank(&self, side: usize, rank: usize, mut world: LocalWorld) {
        let own = self.partitions[side][rank].own(&self.grids[side]);
        let own = own.expect("the partition fits");
        let matrix = (side == 1).then(|| self.matrix(&own));
        let asked = matrix
            .as_ref()
            .map(|matrix| OwnedCells::asked(matrix.sources(), &own));
        let field = FieldShape {
            point: PointKind::T,
            sign: Sign::Scalar,
            levels: self.sets * self.levels,
        };
        let shape = ExchangeShape {
            name: "remapped".into(),
            grid: Arc::clone(&self.grids[0]),
            fields: vec![field],
            halo: 0,
            wire: ElementKind::F64,
        };
        let plain = ExchangeShape {
            name: "plain".into(),
            grid: Arc::clone(&self.grids[1]),
            ..shape.clone()
        };
        // The target's own cells beside those that it asks for, in a job of both.
        let requests = [
            PlanRequest {
                shares_targets: false,
                shape: &shape,
                source_component: "source",
                target_component: "target, remapped",
                source: (side == 0).then_some(&own),
                target: asked.as_ref(),
            },
            PlanRequest {
                shares_targets: false,
                shape: &plain,
                source_component: "target",
                target_component: "nobody",
                source: (side == 1).then_some(&own),
                target: None,
            },
        ];
        let plans = build_plans(&mut world, &requests).expect("the partitions fit");
        match &matrix {
            None => self.send(&mut world, &own, &plans[0], rank),
            Some(matrix) => self.receive(&mut world, &own, &plans[0], matrix, rank),
        }
        world.close().expect("all are here");
    }

    fn matrix(&self, own: &OwnedCells) -> Matrix {
        let finder = CellFinder::new(own);
        let mut links = Links {
            sets: self.sets,
            ..Links::default()
        };
        for (source, target, weights) in &self.links {
            if let Some(local) = finder.position(*target) {
                links.sources.push(*source);
                links.targets.push(local);
                links.weights.extend(weights);
            }
        }
        Matrix::new(&links, own.cells())
    }

    fn send(&self, world: &mut LocalWorld, own: &OwnedCells, plan: &ExchangePlan, rank: usize) {
        let (list, _) = cells(&self.partitions[0][rank], &self.grids[0], 1);
        let levels = self.sets * self.levels;
        let values: Vec<f64> = (0..levels)
            .flat_map(|level| list.iter().map(move |cell| value(level, *cell)))
            .collect();
        let [ni, nj] = own.local_shape();
        let view = View {
            layout: Layout::contiguous([ni, nj, levels]),
            elements: Elements::F64(&values),
        };
        for message in &plan.send {
            let id = world.open_sender(message.to, 0, message.bytes, 1);
            let id = id.expect("the rank exists");
            let buffer = world.send_buffer(id).expect("it is there");
            let part = &message.fields[0];
            pack(
                &view,
                [ni, nj],
                &part.runs,
                part.levels.clone(),
                ElementKind::F64,
                &mut buffer.expect("nothing is in flight")[part.offset..],
            );
            world.publish(id, message.bytes).expect("it was packed");
        }
    }

    fn receive(
        &self,
        world: &mut LocalWorld,
        own: &OwnedCells,
        plan: &ExchangePlan,
        matrix: &Matrix,
        rank: usize,
    ) {
        let block = plan.block.expect("a receiver has a block");
        assert_eq!(block.cells(), matrix.sources().len(), "no cell more");
        let own_levels = own.own_levels(self.levels);
        let levels = if self.sets == 1 {
            own_levels.len()
        } else {
            self.sets * self.levels
        };
        let mut from = vec![f64::NAN; levels * block.cells()];
        let mut view = ViewMut {
            layout: Layout::contiguous([block.ni, block.nj, levels]),
            elements: ElementsMut::F64(&mut from),
        };
        fill(&plan.gaps[0], 0..levels, block, MISSING, &mut view);
        for message in &plan.receive {
            let id = world.open_receiver(message.from, 0, message.bytes, 1);
            let id = id.expect("the rank exists");
            while !world.arrived(id).expect("it has the planned length") {
                thread::yield_now();
            }
            let part = &message.fields[0];
            let bytes = &world.message(id)[part.offset..];
            let levels = part.levels.clone();
            unpack(
                bytes,
                ElementKind::F64,
                &part.runs,
                levels,
                block,
                &mut view,
            );
            world.release(id).expect("it had arrived");
        }
        let [ni, nj] = own.local_shape();
        let mut to = vec![f64::NAN; own.cells() * own_levels.len()];
        let mut view = ViewMut {
            layout: Layout::contiguous([ni, nj, own_levels.len()]),
            elements: ElementsMut::F64(&mut to),
        };
        matrix.apply(Elements::F64(&from), FILL, &mut view);
        let (list, _) = cells(&self.partitions[1][rank], &self.grids[1], self.levels);
        for (position, level) in own_levels.enumerate() {
            let expected = self.serial(level);
            for (local, cell) in list.iter().enumerate() {
                let found = to[position * list.len() + local];
                assert_eq!(
                    found.to_bits(),
                    expected[*cell].to_bits(),
                    "rank {rank} level {level} cell {cell}: found {found}, expected {}",
                    expected[*cell]
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn remapped_values_have_the_bits_of_the_serial_sum(job in job()) {
        job.run();
    }

    #[test]
    fn integrals_have_the_bits_of_the_serial_one(job in job(), seed in 1.0..1e12f64) {
        let grid = &job.grids[1];
        let (area, value) = (|cell: usize| (cell as f64 + seed).sin().abs(), |cell: usize| (cell as f64 * seed).cos() * 1e5);
        let is_active = |cell: &usize| cell % 3 != 1;
        let mut parts = Vec::new();
        let mut all = Vec::new();
        for partition in job.partitions[1].iter().filter(|one| !matches!(one, Partition::Cube { .. })) {
            let (list, _) = cells(partition, grid, 1);
            let areas: Vec<f64> = list.iter().copied().map(area).collect();
            let mask: Vec<bool> = list.iter().map(is_active).collect();
            let values: Vec<f64> = list.iter().copied().map(value).collect();
            let view = View {
                layout: Layout::contiguous([list.len(), 1, 1]),
                elements: Elements::F64(&values),
            };
            parts.push(ActiveCells::new(&areas, &mask).integral(&view, 0));
            all.extend(list.into_iter().filter(is_active));
        }
        let mut together = ExactSum::default();
        parts.iter().rev().for_each(|part| together.merge(part));
        let mut alone = ExactSum::default();
        all.sort_unstable();
        alone.extend(all.into_iter().map(|cell| area(cell) * value(cell)));
        prop_assert_eq!(together.value().to_bits(), alone.value().to_bits());
    }
}
