//! A rehearsal plans what the ranks of a job plan.

mod support;

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    local::LocalWorld,
    partition::{OwnedCells, Partition},
    plan::{ExchangePlan, ExchangeShape, FieldShape, PlanError, PlanRequest, build_plans},
    rehearsal::{Observer, rehearse},
    view::ElementKind,
};
use proptest::prelude::*;
use std::{sync::Arc, thread};
use support::partitions::{Choices, Cut, partitions};

const COMPONENTS: [&str; 2] = ["ocean", "worker"];

/// Two components that send one exchange forth and another back.
#[derive(Debug)]
struct Job {
    shapes: [ExchangeShape; 2],
    /// For each rank the component, and its own cells.
    ranks: Vec<(usize, OwnedCells)>,
}

impl Job {
    fn new(grid: Grid, halo: usize, partitions: [Vec<Partition>; 2]) -> Self {
        let grid = Arc::new(grid);
        let field = |point, sign, levels| FieldShape {
            point,
            sign,
            levels,
        };
        let shape = |name: &str, halo: usize, fields| ExchangeShape {
            name: name.into(),
            grid: Arc::clone(&grid),
            fields,
            halo,
            wire: ElementKind::F32,
        };
        let forth = vec![
            field(PointKind::T, Sign::Scalar, 3),
            field(PointKind::V, Sign::Vector, 2),
        ];
        let back = vec![field(PointKind::T, Sign::Scalar, 1)];
        let ranks = partitions
            .iter()
            .enumerate()
            .flat_map(|(component, all)| all.iter().map(move |one| (component, one)));
        Self {
            ranks: ranks
                .map(|(component, one)| (component, one.own(&grid).expect("it fits the grid")))
                .collect(),
            shapes: [shape("forth", halo, forth), shape("back", 0, back)],
        }
    }

    fn requests(&self, rank: usize) -> Vec<PlanRequest<'_>> {
        let (component, own) = &self.ranks[rank];
        let request = |from: usize| PlanRequest {
            shape: &self.shapes[from],
            source_component: COMPONENTS[from],
            target_component: COMPONENTS[1 - from],
            source: (*component == from).then_some(own),
            target: (*component != from).then_some(own),
            shares_targets: false,
        };
        vec![request(0), request(1)]
    }

    /// The plans of all ranks, each in its thread.
    fn planned(&self) -> Vec<Result<Vec<ExchangePlan>, PlanError>> {
        let worlds = LocalWorld::spawn(self.ranks.len()).into_iter();
        thread::scope(|scope| {
            let plan = |(rank, mut world): (usize, LocalWorld)| {
                scope.spawn(move || build_plans(&mut world, &self.requests(rank)))
            };
            let threads: Vec<_> = worlds.enumerate().map(plan).collect();
            let results = threads.into_iter().map(thread::ScopedJoinHandle::join);
            results.map(|plans| plans.expect("no panic")).collect()
        })
    }

    fn rehearsed(&self) -> Result<Notes, PlanError> {
        let requests: Vec<_> = (0..self.ranks.len())
            .map(|rank| self.requests(rank))
            .collect();
        let mut notes = Notes {
            plans: vec![Vec::new(); self.ranks.len()],
            stages: vec![0; self.ranks.len()],
            last_step: (0, 0),
        };
        rehearse(&requests, &mut notes)?;
        Ok(notes)
    }
}

/// What was seen of a rehearsal.
struct Notes {
    plans: Vec<Vec<ExchangePlan>>,
    stages: Vec<usize>,
    last_step: (usize, usize),
}

impl Observer for Notes {
    fn stage(&mut self, rank: usize, _others: usize, stage: &mut dyn FnMut()) {
        self.stages[rank] += 1;
        stage();
    }

    fn receives(&mut self, rank: usize, plans: &[ExchangePlan]) {
        assert!(plans.iter().all(|plan| plan.send.is_empty()));
        self.plans[rank] = plans.to_vec();
    }

    fn sends(&mut self, rank: usize, plans: &[ExchangePlan]) {
        for (plan, sends) in self.plans[rank].iter_mut().zip(plans) {
            plan.send.clone_from(&sends.send);
        }
    }

    fn step(&mut self, done: usize, all: usize) {
        assert_eq!(done, self.last_step.0 + 1);
        self.last_step = (done, all);
    }
}

fn any_grid() -> impl Strategy<Value = Grid> {
    let fold = |pivot, row| EdgeJ::NorthFold { pivot, row };
    let edge_j = prop_oneof![
        Just(EdgeJ::Closed),
        Just(EdgeJ::Cyclic),
        Just(fold(Pivot::T, FoldRow::Mirrored)),
        Just(fold(Pivot::F, FoldRow::Owned)),
        Just(EdgeJ::SouthFold { pivot: Pivot::T }),
    ];
    let edge_i = prop_oneof![Just(EdgeI::Cyclic), Just(EdgeI::Closed)];
    (1..=14usize, 1..=12usize, edge_i, edge_j).prop_map(|(nx, ny, edge_i, edge_j)| Grid {
        name: "globe".into(),
        nx,
        ny,
        edge_i,
        edge_j,
    })
}

fn any_job() -> impl Strategy<Value = Job> {
    let cut = || {
        prop_oneof![
            Just(Cut::OneSerial),
            Just(Cut::Boxes),
            Just(Cut::Cubes),
            Just(Cut::Apples),
            Just(Cut::Oranges),
            Just(Cut::Points)
        ]
    };
    let side = || (cut(), 1..=6usize, prop::collection::vec(any::<u16>(), 97));
    (any_grid(), side(), side(), 0..=2usize).prop_map(|(grid, ocean, worker, halo)| {
        let cut = |(cut, ranks, raw): (Cut, usize, Vec<u16>)| {
            partitions(cut, &grid, ranks, 3, &mut Choices::new(&raw))
        };
        let partitions = [cut(ocean), cut(worker)];
        Job::new(grid, halo, partitions)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn all_ranks_of_a_rehearsal_have_the_plans_of_a_job(job in any_job()) {
        let planned: Result<Vec<_>, _> = job.planned().into_iter().collect();
        match (planned, job.rehearsed()) {
            (Ok(planned), Ok(notes)) => {
                prop_assert_eq!(&notes.plans, &planned);
                prop_assert_eq!(notes.last_step.0, notes.last_step.1);
                prop_assert!(notes.stages.iter().all(|stages| *stages > 0));
            }
            // A halo that is too wide, or around cells that are no rectangle.
            (Err(planned), Err(rehearsed)) => {
                prop_assert_eq!(planned.to_string(), rehearsed.to_string());
            }
            (planned, rehearsed) => {
                let (planned, rehearsed) = (planned.is_ok(), rehearsed.is_ok());
                prop_assert!(false, "planned: {planned}, rehearsed: {rehearsed}");
            }
        }
    }
}

#[test]
fn two_owners_of_one_cell_are_named_in_a_rehearsal_too() {
    let grid = Grid {
        name: "basin".into(),
        nx: 4,
        ny: 4,
        edge_i: EdgeI::Closed,
        edge_j: EdgeJ::Closed,
    };
    let columns = |i| Partition::Box {
        i,
        j: 0,
        ni: 3,
        nj: 4,
    };
    let job = Job::new(
        grid,
        0,
        [vec![columns(0), columns(1)], vec![Partition::Serial]],
    );
    let error = job
        .rehearsed()
        .err()
        .expect("columns 1 and 2 have two owners");
    assert!(
        matches!(
            error,
            PlanError::Overlap {
                first: 0,
                second: 1,
                i: 1,
                j: 0,
                ..
            }
        ),
        "{error}"
    );
}
