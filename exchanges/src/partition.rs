//! Which cells of a grid one rank owns, and in which order its array holds them.
//!
//! ```text
//!   Serial        Apple            Box               Orange           Points
//!   * * * *       . . . .          . . . .           4 5 6 .          . 2 . 0
//!   * * * *       3 4 5 .          . 2 3 .           . 2 3 .          . . 1 .
//!   * * * *       . 0 1 2          . 0 1 .           . . 0 1          3 . . .
//! ```
//!
//! A cube is a box on some of the levels. Whatever the caller gives is kept as runs of consecutive cells.

pub use crate::{
    boxes::{column_boxes, row_boxes, worker_boxes},
    error::PartitionError,
};
use crate::{
    grid::Grid,
    rectangles,
    words::{WordReader, Words},
};
use std::ops::Range;

/// A rank's part of a grid, as the rank describes it. All numbers count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partition {
    /// All cells; the local array has axes (i, j).
    Serial,
    /// Consecutive cells; the local array has one axis.
    Apple {
        /// Index of the first cell.
        offset: usize,
        /// Number of cells.
        cells: usize,
    },
    /// A rectangle; the local array has axes (i, j).
    Box {
        /// Column of the first own cell.
        i: usize,
        /// Row of the first own cell.
        j: usize,
        /// Number of columns.
        ni: usize,
        /// Number of rows.
        nj: usize,
    },
    /// Several segments of consecutive cells: (offset, cells) each; the local array has one axis.
    Orange(Vec<(usize, usize)>),
    /// Single cells in any order; the local array has one axis.
    Points(Vec<u64>),
    /// A rectangle on some of the levels; the local array has axes (i, j, level).
    Cube {
        /// Column of the first own cell.
        i: usize,
        /// Row of the first own cell.
        j: usize,
        /// First own level.
        level: usize,
        /// Number of columns.
        ni: usize,
        /// Number of rows.
        nj: usize,
        /// Number of levels.
        levels: usize,
    },
    /// No cells: the rank takes no part.
    Empty,
}

/// Consecutive cells of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRun {
    /// Index of the first cell.
    pub start: usize,
    /// Number of cells.
    pub len: usize,
}

impl CellRun {
    /// First cell after the run.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.start + self.len
    }
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rectangle {
    /// Column of its first cell.
    pub i: usize,
    /// Row of its first cell.
    pub j: usize,
    /// Number of columns.
    pub ni: usize,
    /// Number of rows.
    pub nj: usize,
}

/// Every rank hears the own cells of every other as rectangles, if they are at most so many: an apple is three.
pub(crate) const MOST_BOXES: usize = 4;

/// The cells that one rank owns on a grid, checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedCells {
    runs: Vec<CellRun>,
    shape: [usize; 2],
    rectangle: Option<Rectangle>,
    levels: Option<Range<usize>>,
    /// Whether these are cells that a rank asks for and does not own.
    is_asked: bool,
}

impl Partition {
    /// Check the partition against `grid` and list its cells as runs.
    ///
    /// # Errors
    /// A cell outside the grid, the same cell twice, or no cell at all (say [`Partition::Empty`] for that).
    pub fn own(&self, grid: &Grid) -> Result<OwnedCells, PartitionError> {
        match self {
            Self::Serial => own_box(
                grid,
                "serial partition",
                Rectangle {
                    i: 0,
                    j: 0,
                    ni: grid.nx,
                    nj: grid.ny,
                },
            ),
            Self::Apple { offset, cells } => own_segments(grid, "apple", &[(*offset, *cells)]),
            Self::Box { i, j, ni, nj } => own_box(
                grid,
                "box",
                Rectangle {
                    i: *i,
                    j: *j,
                    ni: *ni,
                    nj: *nj,
                },
            ),
            Self::Orange(segments) => own_segments(grid, "orange", segments),
            Self::Points(points) => own_points(grid, points),
            Self::Cube {
                i,
                j,
                level,
                ni,
                nj,
                levels,
            } => {
                let mut own = own_box(
                    grid,
                    "cube",
                    Rectangle {
                        i: *i,
                        j: *j,
                        ni: *ni,
                        nj: *nj,
                    },
                )?;
                if *levels == 0 {
                    return Err(PartitionError::NoCells { partition: "cube" });
                }
                own.levels = Some(*level..level.saturating_add(*levels));
                Ok(own)
            }
            Self::Empty => Ok(OwnedCells {
                runs: Vec::new(),
                shape: [0, 0],
                rectangle: None,
                levels: None,
                is_asked: false,
            }),
        }
    }
}

fn own_box(
    grid: &Grid,
    partition: &'static str,
    rectangle: Rectangle,
) -> Result<OwnedCells, PartitionError> {
    let Rectangle { i, j, ni, nj } = rectangle;
    if ni == 0 || nj == 0 {
        return Err(PartitionError::NoCells { partition });
    }
    let fits = |first: usize, count: usize, size: usize| {
        first.checked_add(count).is_some_and(|end| end <= size)
    };
    if !fits(i, ni, grid.nx) || !fits(j, nj, grid.ny) {
        return Err(PartitionError::BoxOutside {
            partition,
            i,
            j,
            ni,
            nj,
            nx: grid.nx,
            ny: grid.ny,
        });
    }
    let rows = (j..j + nj).map(|row| CellRun {
        start: grid.cell(i, row),
        len: ni,
    });
    Ok(OwnedCells {
        runs: merged(rows),
        shape: [ni, nj],
        rectangle: Some(rectangle),
        levels: None,
        is_asked: false,
    })
}

fn own_segments(
    grid: &Grid,
    partition: &'static str,
    segments: &[(usize, usize)],
) -> Result<OwnedCells, PartitionError> {
    for &(offset, cells) in segments {
        if cells == 0 {
            return Err(PartitionError::NoCells { partition });
        }
        if offset
            .checked_add(cells)
            .is_none_or(|end| end > grid.cells())
        {
            return Err(PartitionError::SegmentOutside {
                partition,
                offset,
                cells,
                grid_cells: grid.cells(),
            });
        }
    }
    own_line(
        grid,
        partition,
        merged(segments.iter().map(|&(start, len)| CellRun { start, len })),
    )
}

fn own_points(grid: &Grid, points: &[u64]) -> Result<OwnedCells, PartitionError> {
    let mut runs = Vec::new();
    for (position, &point) in points.iter().enumerate() {
        let cell = usize::try_from(point)
            .ok()
            .filter(|cell| *cell < grid.cells());
        let start = cell.ok_or(PartitionError::PointOutside {
            position,
            point,
            grid_cells: grid.cells(),
        })?;
        push_merged(&mut runs, CellRun { start, len: 1 });
    }
    own_line(grid, "points", runs)
}

/// Cells in one axis: no two runs may share a cell.
fn own_line(
    grid: &Grid,
    partition: &'static str,
    runs: Vec<CellRun>,
) -> Result<OwnedCells, PartitionError> {
    if runs.is_empty() {
        return Err(PartitionError::NoCells { partition });
    }
    let mut sorted = runs.clone();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[1].start < pair[0].end()) {
        let (i, j) = grid.position(pair[1].start);
        return Err(PartitionError::Twice {
            partition,
            cell: pair[1].start,
            i,
            j,
        });
    }
    let rectangle = rectangle_of(grid, &runs);
    let cells = runs.iter().map(|run| run.len).sum();
    Ok(OwnedCells {
        runs,
        shape: [cells, 1],
        rectangle,
        levels: None,
        is_asked: false,
    })
}

/// The rectangle that runs are, where the local order is that of its rows.
fn rectangle_of(grid: &Grid, runs: &[CellRun]) -> Option<Rectangle> {
    let first = runs.first()?;
    let (i, j) = grid.position(first.start);
    let whole_rows = i == 0 && first.len % grid.nx == 0;
    if runs.len() == 1 && whole_rows {
        return Some(Rectangle {
            i,
            j,
            ni: grid.nx,
            nj: first.len / grid.nx,
        });
    }
    let below = |run: &CellRun, row: usize| {
        run.len == first.len && run.start == first.start + row * grid.nx
    };
    let aligned =
        i + first.len <= grid.nx && runs.iter().enumerate().all(|(row, run)| below(run, row));
    aligned.then_some(Rectangle {
        i,
        j,
        ni: first.len,
        nj: runs.len(),
    })
}

fn push_merged(runs: &mut Vec<CellRun>, run: CellRun) {
    match runs.last_mut() {
        Some(last) if last.end() == run.start => last.len += run.len,
        _ => runs.push(run),
    }
}

fn merged(runs: impl Iterator<Item = CellRun>) -> Vec<CellRun> {
    let mut all = Vec::new();
    runs.for_each(|run| push_merged(&mut all, run));
    all
}

impl OwnedCells {
    /// Cells that a rank asks for without owning them, as a remapping does: other ranks may ask for the same cells.
    ///
    /// `cells` ascend; they are asked for on the levels that `like` owns. As the target of an exchange they need a
    /// component name of their own in the plan, so that they are not taken for the component's own cells.
    ///
    /// # Panics
    /// When the cells do not ascend.
    #[must_use]
    pub fn asked(cells: &[usize], like: &Self) -> Self {
        assert!(
            cells.is_sorted_by(|first, second| first < second),
            "cells that are asked for ascend"
        );
        let runs = merged(cells.iter().map(|&start| CellRun { start, len: 1 }));
        Self {
            runs,
            shape: [cells.len(), usize::from(!cells.is_empty())],
            rectangle: None,
            levels: like.levels.clone(),
            is_asked: true,
        }
    }

    /// Whether these cells are asked for, not owned.
    pub(crate) const fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// Number of own cells on one level.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// The own cells as runs of the grid, in local order.
    #[must_use]
    pub fn runs(&self) -> &[CellRun] {
        &self.runs
    }

    /// Extent (i, j) of the local array on one level; `[cells, 1]` where it has one axis.
    #[must_use]
    pub const fn local_shape(&self) -> [usize; 2] {
        self.shape
    }

    /// The rectangle that the own cells are, if they are one in the order of its rows.
    #[must_use]
    pub const fn rectangle(&self) -> Option<Rectangle> {
        self.rectangle
    }

    /// The own levels of a field of `levels` levels: all of them, except for a cube.
    ///
    /// The local array holds these and no others: its level 0 is the first of them.
    #[must_use]
    pub fn own_levels(&self, levels: usize) -> Range<usize> {
        match &self.levels {
            None => 0..levels,
            Some(own) => own.start.min(levels)..own.end.min(levels),
        }
    }

    /// The rectangles that the own cells are, one after the other in local order, on a grid of `nx` columns; none if
    /// there are more than [`MOST_BOXES`], or if the cells are not owned.
    pub(crate) fn boxes(&self, nx: usize) -> Option<Vec<Rectangle>> {
        if let Some(rectangle) = self.rectangle {
            return Some(vec![rectangle]);
        }
        if self.is_asked || self.runs.len() > MOST_BOXES {
            return None;
        }
        let runs = self.runs.iter();
        let boxes: Vec<Rectangle> = runs.flat_map(|run| rectangles::of_run(nx, *run)).collect();
        (boxes.len() <= MOST_BOXES).then_some(boxes)
    }

    /// The level range of a cube, everything otherwise.
    pub(crate) fn level_range(&self) -> Range<usize> {
        self.levels.clone().unwrap_or(0..usize::MAX)
    }

    /// The own cells as bytes, for [`OwnedCells::from_bytes`] in another rank.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut words = Words::default();
        words.extend(self.shape);
        let rectangle = self
            .rectangle
            .map(|r| [1, r.i, r.j, r.ni, r.nj])
            .unwrap_or_default();
        words.extend(rectangle);
        words.extend(
            self.levels
                .as_ref()
                .map(|levels| [1, levels.start, levels.end])
                .unwrap_or_default(),
        );
        words.push(usize::from(self.is_asked));
        words.extend(self.runs.iter().flat_map(|run| [run.start, run.len]));
        words.into_bytes()
    }

    /// Read what [`OwnedCells::to_bytes`] wrote.
    ///
    /// # Panics
    /// When the bytes are something else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = WordReader::new(bytes);
        let shape = words.take();
        let [is_rectangle, i, j, ni, nj] = words.take();
        let rectangle = (is_rectangle == 1).then_some(Rectangle { i, j, ni, nj });
        let [has_levels, first, end] = words.take();
        let levels = (has_levels == 1).then_some(first..end);
        let is_asked = words.next() == 1;
        let mut runs = Vec::new();
        while !words.is_empty() {
            let [start, len] = words.take();
            runs.push(CellRun { start, len });
        }
        Self {
            runs,
            shape,
            rectangle,
            levels,
            is_asked,
        }
    }
}
