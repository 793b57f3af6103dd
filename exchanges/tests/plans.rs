//! What plans look like on small grids, and what is wrong with partitions that do not fit.

mod support;

use halocline_exchanges::{
    grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign},
    partition::{Partition, PartitionError},
    plan::{ExchangeShape, FieldShape, PlanError},
    view::ElementKind,
};
use std::sync::Arc;
use support::{
    arrays::Storage,
    job::{Host, Job},
};

fn grid(nx: usize, ny: usize, edge_i: EdgeI, edge_j: EdgeJ) -> Arc<Grid> {
    Arc::new(Grid {
        name: "globe".into(),
        nx,
        ny,
        edge_i,
        edge_j,
    })
}

fn basin(nx: usize, ny: usize) -> Arc<Grid> {
    grid(nx, ny, EdgeI::Closed, EdgeJ::Closed)
}

/// A job that sends one vector component at F points forth and back.
fn job(grid: &Arc<Grid>, source: Vec<Partition>, target: Vec<Partition>, halo: usize) -> Job {
    let field = FieldShape {
        point: PointKind::F,
        sign: Sign::Vector,
        levels: 2,
    };
    let shape = |name: &str, halo| ExchangeShape {
        name: name.into(),
        grid: Arc::clone(grid),
        fields: vec![field],
        halo,
        wire: ElementKind::F64,
    };
    let array = (Storage::Dense, ElementKind::F64);
    Job {
        grid: Arc::clone(grid),
        partitions: [source, target],
        forth: shape("forth", halo),
        back: shape("back", 0),
        host: Host {
            send: array,
            receive: array,
            own_cells_only: false,
        },
    }
}

fn column_box(i: usize, ni: usize, nj: usize) -> Partition {
    Partition::Box { i, j: 0, ni, nj }
}

#[test]
fn two_owners_of_one_cell_are_named_on_every_rank() {
    let source = vec![column_box(0, 3, 4), column_box(2, 2, 4), Partition::Empty];
    let results = job(&basin(4, 4), source, vec![Partition::Serial], 0).plan();
    assert_eq!(results.len(), 4);
    for result in results {
        let error = result.expect_err("column 2 has two owners");
        assert_eq!(
            error.to_string(),
            "ranks 0 and 1 (of all ranks) of component 'ocean' both own cell (i, j) = (2, 0), counted from 0, of grid \
             'globe'; each cell has at most one owner: correct the partitions of the two"
        );
    }
}

#[test]
fn two_receivers_of_one_cell_are_an_error_too() {
    let target = vec![column_box(0, 4, 4), Partition::Points(vec![15])];
    let results = job(&basin(4, 4), vec![Partition::Serial], target, 0).plan();
    for result in results {
        let error = result.expect_err("cell 15 has two owners");
        assert!(
            matches!(
                error,
                PlanError::Overlap {
                    first: 1,
                    second: 2,
                    i: 3,
                    j: 3,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn a_halo_wider_than_the_grid_is_an_error() {
    let results = job(
        &basin(4, 3),
        vec![Partition::Serial],
        vec![Partition::Serial],
        4,
    )
    .plan();
    for result in results {
        let error = result.expect_err("4 cells of halo are more than 3 rows");
        assert_eq!(
            error.to_string(),
            "exchange 'forth' wants a halo of 4 cells, wider than grid 'globe' of 4 x 3 cells; want at most 3"
        );
    }
}

#[test]
fn a_halo_around_scattered_points_is_an_error_on_every_rank() {
    let target = vec![Partition::Empty, Partition::Points(vec![0, 7])];
    let results = job(&basin(4, 4), vec![Partition::Serial], target, 1).plan();
    for result in results {
        let error = result.expect_err("two points are no rectangle");
        assert!(
            matches!(
                error,
                PlanError::HaloNeedsRectangle {
                    rank: 2,
                    cells: 2,
                    halo: 1,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn halos_as_wide_as_the_grid_wrap_and_fold_on_one_column_and_one_row() {
    for pivot in [Pivot::T, Pivot::F] {
        for row in [FoldRow::Mirrored, FoldRow::Owned] {
            let fold = EdgeJ::NorthFold { pivot, row };
            for (nx, ny) in [(1, 1), (1, 5), (5, 1), (2, 2), (5, 3)] {
                let globe = grid(nx, ny, EdgeI::Cyclic, fold);
                job(
                    &globe,
                    vec![Partition::Serial],
                    vec![Partition::Serial],
                    nx.min(ny),
                )
                .run();
            }
        }
    }
}

#[test]
fn rows_reach_columns_across_the_fold() {
    let globe = grid(
        6,
        4,
        EdgeI::Cyclic,
        EdgeJ::NorthFold {
            pivot: Pivot::T,
            row: FoldRow::Mirrored,
        },
    );
    let rows = (0..4)
        .map(|j| Partition::Box {
            i: 0,
            j,
            ni: 6,
            nj: 1,
        })
        .collect();
    let columns = (0..3).map(|part| column_box(2 * part, 2, 4)).collect();
    job(&globe, rows, columns, 3).run();
}

#[test]
fn partitions_outside_the_grid_say_their_numbers() {
    let basin = basin(4, 3);
    let error = |partition: Partition| {
        partition
            .own(&basin)
            .expect_err("it does not fit")
            .to_string()
    };
    assert_eq!(
        error(column_box(2, 3, 3)),
        "the box of 3 x 3 cells from (i, j) = (2, 0), counted from 0, reaches beyond the grid of 4 x 3 cells"
    );
    assert_eq!(
        error(Partition::Apple {
            offset: 8,
            cells: 5
        }),
        "the apple has a segment of 5 cells from cell 8, counted from 0, beyond the 12 cells of the grid"
    );
    assert_eq!(
        error(Partition::Points(vec![0, 12])),
        "point number 1 is cell 12, both counted from 0, beyond the 12 cells of the grid"
    );
}

#[test]
fn the_same_cell_twice_in_one_rank_is_an_error() {
    let twice = Partition::Orange(vec![(0, 4), (8, 2), (3, 2)]).own(&basin(4, 3));
    assert_eq!(
        twice,
        Err(PartitionError::Twice {
            partition: "orange",
            cell: 3,
            i: 3,
            j: 0
        })
    );
}

#[test]
fn no_cells_are_an_error_unless_the_partition_is_empty() {
    assert!(column_box(0, 0, 3).own(&basin(4, 3)).is_err());
    assert!(Partition::Points(Vec::new()).own(&basin(4, 3)).is_err());
    assert_eq!(
        Partition::Empty.own(&basin(4, 3)).map(|own| own.cells()),
        Ok(0)
    );
}

#[test]
fn neighbouring_points_become_runs() {
    let own = Partition::Points(vec![5, 6, 7, 2, 3])
        .own(&basin(4, 3))
        .expect("the points fit");
    let runs: Vec<(usize, usize)> = own.runs().iter().map(|run| (run.start, run.len)).collect();
    assert_eq!(runs, [(5, 3), (2, 2)]);
}

#[test]
fn an_apple_of_whole_rows_is_a_rectangle() {
    let own = Partition::Apple {
        offset: 4,
        cells: 8,
    }
    .own(&basin(4, 3))
    .expect("the apple fits");
    let rectangle = own.rectangle().expect("rows 1 and 2");
    assert_eq!(
        (rectangle.i, rectangle.j, rectangle.ni, rectangle.nj),
        (0, 1, 4, 2)
    );
    assert_eq!(own.local_shape(), [8, 1]);
}
