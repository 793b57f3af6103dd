//! Arrays as their owners keep them: a shape, strides and elements of one of two kinds.

/// Element type of an array or of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementKind {
    /// IEEE 754 single precision, Fortran `real(4)`.
    F32,
    /// IEEE 754 double precision, Fortran `real(8)`.
    F64,
}

impl ElementKind {
    /// Size of one element [bytes].
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Extent and position of the elements of an array with axes (i, j, level).
///
/// Element (i, j, k) is at index `origin + i * strides[0] + j * strides[1] + k * strides[2]` of its slice.
/// An array of cells in one axis (apple, orange, points) has shape `[cells, 1, levels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Number of elements along (i, j, level).
    pub shape: [usize; 3],
    /// Distance between neighbours along (i, j, level), in elements; may be negative.
    pub strides: [isize; 3],
    /// Index of element (0, 0, 0).
    pub origin: usize,
}

impl Layout {
    /// An array without gaps, i fastest, then j, then level.
    #[must_use]
    pub const fn contiguous(shape: [usize; 3]) -> Self {
        let [ni, nj, _] = shape;
        Self {
            shape,
            strides: [1, ni.cast_signed(), (ni * nj).cast_signed()],
            origin: 0,
        }
    }
}

/// Elements to read.
#[derive(Debug, Clone, Copy)]
pub enum Elements<'a> {
    /// Single precision.
    F32(&'a [f32]),
    /// Double precision.
    F64(&'a [f64]),
}

/// Elements to write.
#[derive(Debug)]
pub enum ElementsMut<'a> {
    /// Single precision.
    F32(&'a mut [f32]),
    /// Double precision.
    F64(&'a mut [f64]),
}

/// An array to read, axes (i, j, level).
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Where the elements are.
    pub layout: Layout,
    /// The elements.
    pub elements: Elements<'a>,
}

/// An array to write, axes (i, j, level).
#[derive(Debug)]
pub struct ViewMut<'a> {
    /// Where the elements are.
    pub layout: Layout,
    /// The elements.
    pub elements: ElementsMut<'a>,
}
