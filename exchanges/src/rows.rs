//! Rows of strided arrays: where the cells of a run are, and how an element becomes another kind.

use crate::{copy::Row, view::Layout};
use std::ops::{Neg, Range};

/// An element of an array or of the wire.
pub(crate) trait Element: bytemuck::Pod + Neg<Output = Self> {
    /// Round a double to this kind.
    fn from_double(value: f64) -> Self;
}

impl Element for f32 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the experiment asks for single precision"
    )]
    fn from_double(value: f64) -> Self {
        value as Self
    }
}

impl Element for f64 {
    fn from_double(value: f64) -> Self {
        value
    }
}

/// The same value as another kind of element.
pub(crate) trait Convert<To: Element>: Element {
    fn convert(self) -> To;

    /// The same elements, where they are of the wanted kind already.
    fn unchanged(_: &[Self]) -> Option<&[To]> {
        None
    }
}

impl Convert<Self> for f32 {
    fn convert(self) -> Self {
        self
    }

    fn unchanged(from: &[Self]) -> Option<&[Self]> {
        Some(from)
    }
}

impl Convert<f64> for f32 {
    fn convert(self) -> f64 {
        f64::from(self)
    }
}

impl Convert<f32> for f64 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the experiment asks for single precision"
    )]
    fn convert(self) -> f32 {
        self as f32
    }
}

impl Convert<Self> for f64 {
    fn convert(self) -> Self {
        self
    }

    fn unchanged(from: &[Self]) -> Option<&[Self]> {
        Some(from)
    }
}

/// The array of a sender has its own cells, or all of them in one row.
///
/// # Panics
/// When it has another shape.
pub(crate) fn check_own_cells(layout: &Layout, local_shape: [usize; 2]) {
    let [ni, nj, _] = layout.shape;
    let [local_ni, local_nj] = local_shape;
    assert!(
        local_shape == [ni, nj] || [ni, nj] == [local_ni * local_nj, 1],
        "an array of {ni} x {nj} cells where the own cells are {local_ni} x {local_nj}"
    );
}

impl Layout {
    /// `len` cells from `start` on, on all of `levels`, if their elements are one row: on several levels they are whole
    /// planes that lie one behind the other.
    pub(crate) fn one_row(&self, start: usize, len: usize, levels: &Range<usize>) -> Option<Row> {
        if levels.is_empty() || len == 0 {
            return None;
        }
        let row = Plane::new(self, levels.start).row(start, len);
        let is_one = levels.len() == 1 || self.strides[2] == row.stride * signed(len);
        self.check_level(levels.end - 1);
        (is_one && row.len == len).then_some(Row {
            len: len * levels.len(),
            ..row
        })
    }
}

/// Levels that are copied together where neighbours along the level lie closer than neighbours along i: one cache line
/// brings as many.
const LEVELS_TOGETHER: usize = 8;

/// Cells that are copied together then: their cache lines stay in the first cache from one level to the next.
const CELLS_TOGETHER: usize = 512;

/// Some levels of a layout, and the cells on them.
#[derive(Debug)]
pub(crate) struct Slab {
    plane: Plane,
    level_stride: isize,
    /// Counted from the first level that is copied.
    levels: Range<usize>,
    cells_together: usize,
}

impl Layout {
    /// Cut `levels` into slabs, of one level each where that is how the array lies in memory.
    pub(crate) fn slabs(&self, levels: &Range<usize>) -> impl Iterator<Item = Slab> {
        let [stride, _, level_stride] = self.strides;
        let is_level_first = level_stride.abs() < stride.abs();
        let (levels_together, cells_together) = if is_level_first && levels.len() > 1 {
            (LEVELS_TOGETHER, CELLS_TOGETHER)
        } else {
            (1, usize::MAX)
        };
        let (start, count) = (levels.start, levels.len());
        (0..count).step_by(levels_together).map(move |first| {
            let end = (first + levels_together).min(count);
            self.check_level(start + end - 1);
            Slab {
                plane: Plane::new(self, start + first),
                level_stride,
                levels: first..end,
                cells_together,
            }
        })
    }

    fn check_level(&self, level: usize) {
        let levels = self.shape[2];
        assert!(
            level < levels,
            "level {level} of an array of {levels} levels"
        );
    }
}

impl Slab {
    /// Hand `len` cells from `start` on to `act`, row by row and level by level: how many of the cells come before the
    /// row, the level, counted from the first that is copied, and the row.
    #[inline]
    pub(crate) fn each_row(
        &mut self,
        start: usize,
        len: usize,
        mut act: impl FnMut(usize, usize, Row),
    ) {
        let mut done = 0;
        while done < len {
            let row = self
                .plane
                .row(start + done, (len - done).min(self.cells_together));
            for (above, level) in self.levels.clone().enumerate() {
                let first = row.first + signed(above) * self.level_stride;
                act(done, level, Row { first, ..row });
            }
            done += row.len;
        }
    }
}

/// Cells of one level of a layout, counted row by row.
///
/// It remembers the row of the last cell that was asked for: runs mostly go on in the same row or the next, and a
/// division for each would cost as much as copying a short one.
#[derive(Debug, Clone, Copy)]
struct Plane {
    /// Cells of a row.
    width: usize,
    origin: isize,
    /// From one cell to the next of a row, in elements.
    stride: isize,
    row_stride: isize,
    /// The first cell of the row looked at last, and its element.
    row_cell: usize,
    row_first: isize,
}

impl Plane {
    /// Level `level` of a layout.
    fn new(layout: &Layout, level: usize) -> Self {
        let width = layout.shape[0];
        let [stride, row_stride, level_stride] = layout.strides;
        let origin = signed(layout.origin) + signed(level) * level_stride;
        let plane = Self {
            width,
            origin,
            stride,
            row_stride,
            row_cell: 0,
            row_first: origin,
        };
        if plane.rows_join(layout) {
            Self {
                width: usize::MAX,
                ..plane
            }
        } else {
            plane
        }
    }

    /// Whether each row begins where the one before ends: the plane is then a single row.
    fn rows_join(&self, layout: &Layout) -> bool {
        layout.shape[1] <= 1 || signed(self.width) * self.stride == self.row_stride
    }

    /// Go to the row of a cell; return the number of the cell in it.
    #[inline]
    fn seek(&mut self, cell: usize) -> usize {
        let column = cell.wrapping_sub(self.row_cell);
        if column < self.width {
            return column;
        }
        // Of a cell before the row the difference has wrapped to more than any width.
        if column - self.width < self.width {
            self.row_cell += self.width;
            self.row_first += self.row_stride;
            return column - self.width;
        }
        self.jump(cell)
    }

    #[inline(never)]
    fn jump(&mut self, cell: usize) -> usize {
        let row = cell / self.width;
        self.row_cell = row * self.width;
        self.row_first = self.origin + signed(row) * self.row_stride;
        cell - self.row_cell
    }

    /// At most `len` cells from `start` on, as many as are of one row.
    #[inline]
    fn row(&mut self, start: usize, len: usize) -> Row {
        let column = self.seek(start);
        Row {
            first: self.row_first + signed(column) * self.stride,
            stride: self.stride,
            len: (self.width - column).min(len),
        }
    }
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "extents of arrays in memory fit isize"
)]
const fn signed(extent: usize) -> isize {
    extent as isize
}

/// An index into a slice.
#[inline]
pub(crate) fn at(index: isize) -> usize {
    usize::try_from(index).unwrap_or_else(|_| panic!("element {index} lies before the array"))
}
