//! Partitions in the numbers of OASIS: which cells of a grid, counted along one line, a process owns.

use crate::refused;
use halocline_coupler::{Code, Error};
use halocline_exchanges::partition::Partition;

/// Cells of the whole grid that this process owns, in the order of its arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPartition {
    /// The cells, counted from 0 over the whole grid, as runs or points.
    pub partition: Partition,
    /// Number of own cells.
    pub cells: usize,
    /// Cells of the whole grid, where the host says so.
    pub global_cells: Option<usize>,
    /// The host's name for it.
    pub name: String,
}

/// From where points count: C and Python count them from 0, Fortran from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointsFrom {
    /// The first cell of the grid is 0.
    Zero,
    /// The first cell of the grid is 1.
    One,
}

/// Read a description: its first number is the strategy.
///
/// | strategy | numbers that follow |
/// |---|---|
/// | 0 serial | 0, cells |
/// | 1 apple | offset, cells |
/// | 2 box | offset, nx, ny, cells of a whole row |
/// | 3 orange | segments, then offset and cells of each |
/// | 4 points | number, then the index of each |
/// | 5 cube | offset, nx, ny, cells of a whole row, rows of a whole layer, layers: a box on each of them |
///
/// # Errors
/// Numbers that are missing, left over or negative, a box wider than its row, a strategy that is not in the table, a
/// cell beyond the whole grid where its size is given.
pub fn read(
    numbers: &[i64],
    points: PointsFrom,
    global_cells: Option<i64>,
    name: &str,
) -> Result<LocalPartition, Error> {
    let runs = match numbers {
        [0 | 1, rest @ ..] => apple(rest)?,
        [2, rest @ ..] => cuboid(&boxed(rest)?)?,
        [3, rest @ ..] => orange(rest)?,
        [4, rest @ ..] => return single_points(rest, points, global_cells, name),
        [5, rest @ ..] => cuboid(&cube(rest)?)?,
        _ => return Err(unknown_strategy(numbers)),
    };
    let global_cells = whole_grid(global_cells)?;
    let runs: Vec<(usize, usize)> = runs.into_iter().filter(|run| run.1 > 0).collect();
    let end = runs.iter().map(|(offset, cells)| offset + cells).max();
    check_inside(end.unwrap_or(0), global_cells)?;
    let cells = runs.iter().map(|run| run.1).sum();
    let partition = match runs.as_slice() {
        [] => Partition::Empty,
        [(offset, cells)] => Partition::Apple {
            offset: *offset,
            cells: *cells,
        },
        _ => Partition::Orange(runs),
    };
    Ok(LocalPartition {
        partition,
        cells,
        global_cells,
        name: name.to_owned(),
    })
}

/// A rectangle on some layers: its corner, its extents, and those of a whole row and layer.
struct Cuboid {
    offset: usize,
    extents: [usize; 3],
    row: usize,
    rows_of_layer: usize,
}

fn count(number: i64, what: &str) -> Result<usize, Error> {
    usize::try_from(number).map_err(|_| {
        partition_error(
            format!("{what} = {number}"),
            "0 or more",
            "correct the numbers of the partition",
        )
    })
}

fn apple(rest: &[i64]) -> Result<Vec<(usize, usize)>, Error> {
    let [offset, cells] = exactly(rest, "an offset and a number of cells")?;
    Ok(vec![(count(offset, "offset")?, count(cells, "cells")?)])
}

fn boxed(rest: &[i64]) -> Result<Cuboid, Error> {
    let [offset, nx, ny, row] = exactly(rest, "an offset, nx, ny and the cells of a whole row")?;
    Ok(Cuboid {
        offset: count(offset, "offset")?,
        extents: [count(nx, "nx")?, count(ny, "ny")?, 1],
        row: count(row, "the cells of a whole row")?,
        rows_of_layer: usize::MAX,
    })
}

fn cube(rest: &[i64]) -> Result<Cuboid, Error> {
    let [offset, nx, ny, row, rows, layers] = exactly(
        rest,
        "an offset, nx, ny, the cells of a whole row, the rows of a whole layer and the number of layers",
    )?;
    Ok(Cuboid {
        offset: count(offset, "offset")?,
        extents: [count(nx, "nx")?, count(ny, "ny")?, count(layers, "layers")?],
        row: count(row, "the cells of a whole row")?,
        rows_of_layer: count(rows, "the rows of a whole layer")?,
    })
}

/// A run for each row.
fn cuboid(wanted: &Cuboid) -> Result<Vec<(usize, usize)>, Error> {
    let [nx, ny, nz] = wanted.extents;
    let first_column = wanted.offset.checked_rem(wanted.row).unwrap_or(0);
    if nx * ny * nz > 0 && (first_column + nx > wanted.row || ny > wanted.rows_of_layer) {
        return Err(partition_error(
            format!(
                "a box of {nx} x {ny} cells from column {} of rows of {} cells",
                first_column + 1,
                wanted.row
            ),
            "a box within the rows of the grid",
            "correct the offset, the extents or the length of a whole row",
        ));
    }
    let layer = wanted.row.saturating_mul(wanted.rows_of_layer);
    let mut runs: Vec<(usize, usize)> = Vec::with_capacity(ny * nz);
    for k in 0..nz {
        for j in 0..ny {
            let start = wanted.offset + j * wanted.row + k.saturating_mul(layer);
            match runs.last_mut() {
                Some(last) if last.0 + last.1 == start => last.1 += nx,
                _ => runs.push((start, nx)),
            }
        }
    }
    Ok(runs)
}

fn orange(rest: &[i64]) -> Result<Vec<(usize, usize)>, Error> {
    let (&segments, pairs) = rest.split_first().ok_or_else(|| too_few("segments"))?;
    let segments = count(segments, "the number of segments")?;
    if pairs.len() != 2 * segments {
        return Err(partition_error(
            format!("{} numbers for {segments} segments", pairs.len()),
            "an offset and a number of cells for each",
            "correct the partition",
        ));
    }
    pairs
        .chunks_exact(2)
        .map(|pair| Ok((count(pair[0], "offset")?, count(pair[1], "cells")?)))
        .collect()
}

fn single_points(
    rest: &[i64],
    from: PointsFrom,
    global_cells: Option<i64>,
    name: &str,
) -> Result<LocalPartition, Error> {
    let (&number, indices) = rest.split_first().ok_or_else(|| too_few("points"))?;
    let number = count(number, "the number of points")?;
    if indices.len() != number {
        return Err(partition_error(
            format!("{} indices for {number} points", indices.len()),
            "one index for each point",
            "correct the partition",
        ));
    }
    let first = match from {
        PointsFrom::Zero => 0,
        PointsFrom::One => 1,
    };
    let cell = |&index: &i64| match u64::try_from(index - first) {
        Ok(cell) => Ok(cell),
        Err(_) => Err(partition_error(
            format!("a point with index {index}"),
            &format!("{first} or more: the first cell of the grid is {first}"),
            "correct the indices",
        )),
    };
    let cells: Vec<u64> = indices.iter().map(cell).collect::<Result<_, _>>()?;
    let global_cells = whole_grid(global_cells)?;
    let end = cells.iter().max().map_or(0, |last| *last as usize + 1);
    check_inside(end, global_cells)?;
    Ok(LocalPartition {
        cells: cells.len(),
        partition: if cells.is_empty() {
            Partition::Empty
        } else {
            Partition::Points(cells)
        },
        global_cells,
        name: name.to_owned(),
    })
}

/// 0 and less stand for "not given".
fn whole_grid(cells: Option<i64>) -> Result<Option<usize>, Error> {
    cells
        .filter(|cells| *cells > 0)
        .map(|cells| count(cells, "the size of the whole grid"))
        .transpose()
}

fn check_inside(end: usize, global_cells: Option<usize>) -> Result<(), Error> {
    match global_cells {
        Some(cells) if end > cells => Err(partition_error(
            format!("a partition that reaches to cell {end}, counted from 1"),
            &format!("cells of a grid of {cells}"),
            "correct the partition, or the size of the whole grid that it is defined with",
        )),
        _ => Ok(()),
    }
}

fn exactly<const N: usize>(rest: &[i64], what: &str) -> Result<[i64; N], Error> {
    rest.try_into().map_err(|_| {
        partition_error(
            format!("{} numbers after the strategy", rest.len()),
            what,
            "correct the length of the partition's array",
        )
    })
}

fn too_few(what: &str) -> Error {
    partition_error(
        "a partition of one number".to_owned(),
        &format!("the number of {what}"),
        "correct the partition",
    )
}

fn unknown_strategy(numbers: &[i64]) -> Error {
    let found = match numbers.first() {
        Some(strategy) => format!("the partition strategy {strategy}"),
        None => "a partition without numbers".to_owned(),
    };
    partition_error(
        found,
        "0 serial, 1 apple, 2 box, 3 orange, 4 points or 5 cube",
        "correct the first number of the partition",
    )
}

fn partition_error(found: String, expected: &str, change: &str) -> Error {
    refused(Code::Partition, found, expected, change)
}

/// The runs of a partition's cells, in the order of the local array: (first cell, cells).
pub(crate) fn runs(partition: &Partition) -> Vec<(usize, usize)> {
    match partition {
        Partition::Apple { offset, cells } => vec![(*offset, *cells)],
        Partition::Orange(segments) => segments.clone(),
        Partition::Points(points) => points.iter().map(|point| (*point as usize, 1)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(numbers: &[i64]) -> Result<LocalPartition, Error> {
        read(numbers, PointsFrom::One, None, "")
    }

    #[test]
    fn a_box_is_a_run_for_each_row() {
        // The right half of 62 x 199 cells, rows 100 to 102.
        let found = partition(&[2, 100 * 62 + 31, 31, 3, 62]).expect("a box");
        let row = |j: usize| (j * 62 + 31, 31);
        assert_eq!(
            found.partition,
            Partition::Orange(vec![row(100), row(101), row(102)])
        );
        assert_eq!(found.cells, 93);
    }

    #[test]
    fn a_box_of_whole_rows_is_one_run() {
        let found = read(&[2, 6200, 62, 99, 62], PointsFrom::One, Some(12338), "").expect("a box");
        let run = Partition::Apple {
            offset: 6200,
            cells: 62 * 99,
        };
        assert_eq!((found.partition, found.global_cells), (run, Some(12338)));
    }

    #[test]
    fn a_cube_is_a_box_on_each_layer() {
        // Cells (1, 0) and (1, 1) of all three layers of a 3 x 2 grid.
        let found = partition(&[5, 1, 1, 2, 3, 2, 3]).expect("a cube");
        let runs = vec![(1, 1), (4, 1), (7, 1), (10, 1), (13, 1), (16, 1)];
        assert_eq!(found.partition, Partition::Orange(runs));
    }

    #[test]
    fn points_count_from_one_in_fortran_and_from_zero_in_c() {
        let fortran = partition(&[4, 2, 1, 5]).expect("points");
        let c = read(&[4, 2, 0, 4], PointsFrom::Zero, None, "").expect("points");
        assert_eq!(fortran, c);
        assert_eq!(c.partition, Partition::Points(vec![0, 4]));
        assert!(partition(&[4, 1, 0]).is_err(), "there is no cell 0");
    }

    #[test]
    fn segments_without_cells_are_none() {
        assert_eq!(
            partition(&[0, 0, 0]).expect("nothing").partition,
            Partition::Empty
        );
        let found = partition(&[3, 2, 4, 0, 8, 3]).expect("an orange");
        let run = Partition::Apple {
            offset: 8,
            cells: 3,
        };
        assert_eq!(found.partition, run);
    }

    #[test]
    fn wrong_numbers_are_named() {
        let text = |numbers: &[i64]| partition(numbers).expect_err("wrong").to_string();
        assert!(text(&[7, 0, 1]).contains("the partition strategy 7"));
        assert!(text(&[2, 0, 3, 3]).contains("3 numbers after the strategy"));
        assert!(text(&[2, 5, 3, 3, 6]).contains("from column 6 of rows of 6 cells"));
        assert!(text(&[1, -4, 3]).contains("offset = -4"));
        let beyond = read(&[1, 8, 5], PointsFrom::One, Some(12), "").expect_err("beyond");
        assert!(beyond.to_string().contains("reaches to cell 13"));
    }
}
