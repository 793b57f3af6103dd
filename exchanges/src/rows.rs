//! Rows of strided arrays: where the cells of a run are, and how an element becomes another kind.

use crate::view::Layout;
use std::ops::Neg;

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
pub(crate) trait Convert<To>: Element {
    fn convert(self) -> To;
}

impl Convert<Self> for f32 {
    fn convert(self) -> Self {
        self
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
}

/// Cells of one level of a layout, counted row by row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    /// Cells of a row.
    width: usize,
    origin: isize,
    /// From one cell to the next of a row, in elements.
    pub(crate) stride: isize,
    row_stride: isize,
}

impl Plane {
    /// Level `level` of a layout.
    pub(crate) fn new(layout: &Layout, level: usize) -> Self {
        let [width, _, levels] = layout.shape;
        assert!(
            level < levels,
            "level {level} of an array of {levels} levels"
        );
        let [stride, row_stride, level_stride] = layout.strides;
        let origin = signed(layout.origin) + signed(level) * level_stride;
        let plane = Self {
            width,
            origin,
            stride,
            row_stride,
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

    /// Index of the element of a cell.
    fn element(&self, cell: usize) -> isize {
        let (i, j) = (cell % self.width, cell / self.width);
        self.origin + signed(i) * self.stride + signed(j) * self.row_stride
    }

    /// Cut `cells` into parts of one row each: (index of the first element, number of cells).
    pub(crate) fn rows(&self, start: usize, len: usize) -> impl Iterator<Item = (isize, usize)> {
        let (plane, mut next, end) = (*self, start, start + len);
        std::iter::from_fn(move || {
            let left = (plane.width - next % plane.width).min(end - next);
            let row = (left > 0).then(|| (plane.element(next), left));
            next += left;
            row
        })
    }
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "extents of arrays in memory fit isize"
)]
const fn signed(extent: usize) -> isize {
    extent as isize
}

/// Index of the element `step` strides after `first`.
pub(crate) fn at(first: isize, step: usize, stride: isize) -> usize {
    let index = first + signed(step) * stride;
    usize::try_from(index).unwrap_or_else(|_| panic!("element {index} lies before the array"))
}
