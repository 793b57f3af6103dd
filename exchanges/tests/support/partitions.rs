//! Partitions of any kind from raw numbers, and their cells one by one.

use halocline_exchanges::{grid::Grid, partition::Partition};
use std::ops::Range;

/// How a component cuts a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    OneSerial,
    Apples,
    Boxes,
    Oranges,
    Points,
    Cubes,
}

/// Numbers to make choices with, over and over.
pub struct Choices<'a> {
    raw: &'a [u16],
    next: usize,
}

impl<'a> Choices<'a> {
    pub fn new(raw: &'a [u16]) -> Self {
        Self { raw, next: 0 }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.next += 1;
        usize::from(self.raw[(self.next - 1) % self.raw.len()]) % end
    }

    fn one_in(&mut self, end: usize) -> bool {
        self.below(end) == end - 1
    }

    /// Cut `0..size` into at most `parts` uneven parts.
    fn cut(&mut self, size: usize, parts: usize) -> Vec<Range<usize>> {
        let mut lines: Vec<usize> = (1..parts).map(|_| self.below(size + 1)).collect();
        lines.extend([0, size]);
        lines.sort_unstable();
        lines.dedup();
        lines.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Give each of `ranks` ranks its part; some cells may go to nobody.
pub fn partitions(
    cut: Cut,
    grid: &Grid,
    ranks: usize,
    levels: usize,
    choices: &mut Choices<'_>,
) -> Vec<Partition> {
    let mut all = match cut {
        Cut::OneSerial => vec![Partition::Serial],
        Cut::Apples => apples(grid, ranks, choices),
        Cut::Boxes => boxes(grid, ranks, choices),
        Cut::Oranges => oranges(grid, ranks, choices),
        Cut::Points => points(grid, ranks, choices),
        Cut::Cubes => cubes(grid, ranks, levels, choices),
    };
    all.resize(ranks, Partition::Empty);
    choices.shuffle(&mut all);
    all
}

fn apples(grid: &Grid, ranks: usize, choices: &mut Choices<'_>) -> Vec<Partition> {
    let parts = choices.cut(grid.cells(), ranks);
    let apple = |part: Range<usize>| Partition::Apple {
        offset: part.start,
        cells: part.len(),
    };
    parts
        .into_iter()
        .map(|part| {
            if choices.one_in(5) {
                Partition::Empty
            } else {
                apple(part)
            }
        })
        .collect()
}

fn columns_and_rows(
    grid: &Grid,
    ranks: usize,
    choices: &mut Choices<'_>,
) -> Vec<[Range<usize>; 2]> {
    let px = choices.below(ranks) + 1;
    let columns = choices.cut(grid.nx, px);
    let rows = choices.cut(grid.ny, ranks / px);
    rows.iter()
        .flat_map(|rows| {
            columns
                .iter()
                .map(|columns| [columns.clone(), rows.clone()])
        })
        .collect()
}

fn boxes(grid: &Grid, ranks: usize, choices: &mut Choices<'_>) -> Vec<Partition> {
    let all = columns_and_rows(grid, ranks, choices);
    let whole = |[i, j]: [Range<usize>; 2]| Partition::Box {
        i: i.start,
        j: j.start,
        ni: i.len(),
        nj: j.len(),
    };
    all.into_iter()
        .map(|part| {
            if choices.one_in(5) {
                Partition::Empty
            } else {
                whole(part)
            }
        })
        .collect()
}

fn oranges(grid: &Grid, ranks: usize, choices: &mut Choices<'_>) -> Vec<Partition> {
    let mut segments: Vec<Vec<(usize, usize)>> = vec![Vec::new(); ranks + 1];
    let mut parts = choices.cut(grid.cells(), 3 * ranks);
    choices.shuffle(&mut parts);
    parts
        .into_iter()
        .for_each(|part| segments[choices.below(ranks + 1)].push((part.start, part.len())));
    segments.truncate(ranks);
    let orange = |segments: Vec<_>| {
        if segments.is_empty() {
            Partition::Empty
        } else {
            Partition::Orange(segments)
        }
    };
    segments.into_iter().map(orange).collect()
}

fn points(grid: &Grid, ranks: usize, choices: &mut Choices<'_>) -> Vec<Partition> {
    let mut lists: Vec<Vec<u64>> = vec![Vec::new(); ranks + 1];
    (0..grid.cells()).for_each(|cell| lists[choices.below(ranks + 1)].push(cell as u64));
    lists.truncate(ranks);
    lists.iter_mut().for_each(|list| choices.shuffle(list));
    let points = |list: Vec<u64>| {
        if list.is_empty() {
            Partition::Empty
        } else {
            Partition::Points(list)
        }
    };
    lists.into_iter().map(points).collect()
}

fn cubes(grid: &Grid, ranks: usize, levels: usize, choices: &mut Choices<'_>) -> Vec<Partition> {
    let layers = choices.below(ranks) + 1;
    let mut all = Vec::new();
    // Each layer is cut in its own way, so that cells have owners on some levels only, at different places.
    for part in choices.cut(levels, layers) {
        for [i, j] in columns_and_rows(grid, ranks / layers, choices) {
            if !choices.one_in(5) {
                let (level, levels) = (part.start, part.len());
                all.push(Partition::Cube {
                    i: i.start,
                    j: j.start,
                    level,
                    ni: i.len(),
                    nj: j.len(),
                    levels,
                });
            }
        }
    }
    all
}

/// The cells of a partition in local order, and the levels of a field of `levels` levels.
pub fn cells(partition: &Partition, grid: &Grid, levels: usize) -> (Vec<usize>, Range<usize>) {
    let rectangle = |i: usize, j: usize, ni: usize, nj: usize| {
        (j..j + nj)
            .flat_map(|row| (i..i + ni).map(move |column| row * grid.nx + column))
            .collect()
    };
    match partition {
        Partition::Serial => ((0..grid.cells()).collect(), 0..levels),
        Partition::Apple { offset, cells } => ((*offset..offset + cells).collect(), 0..levels),
        Partition::Box { i, j, ni, nj } => (rectangle(*i, *j, *ni, *nj), 0..levels),
        Partition::Orange(segments) => (
            segments
                .iter()
                .flat_map(|(offset, cells)| *offset..offset + cells)
                .collect(),
            0..levels,
        ),
        Partition::Points(list) => (
            list.iter().map(|point| *point as usize).collect(),
            0..levels,
        ),
        Partition::Cube {
            i,
            j,
            level,
            ni,
            nj,
            levels: count,
        } => (
            rectangle(*i, *j, *ni, *nj),
            (*level).min(levels)..(level + count).min(levels),
        ),
        Partition::Empty => (Vec::new(), 0..levels),
    }
}
