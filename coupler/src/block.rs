//! A receiver's halo-complete block: lent to the worker's function, then given back.

use halocline_exchanges::view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut};

/// Elements of a block, of one of two kinds.
#[derive(Debug, Clone, PartialEq)]
pub enum Storage {
    /// Single precision.
    F32(Box<[f32]>),
    /// Double precision.
    F64(Box<[f64]>),
}

/// A field on one rank's own cells and their halo: axes (level, j, i), i fastest.
///
/// The session gives it away with [`crate::Session::lend`] and takes it back with [`crate::Session::give_back`];
/// between the two nobody else touches it.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Name of the field.
    pub field: String,
    /// Extent along (level, j, i), halo included.
    pub shape: [usize; 3],
    /// Halo width on each of the four sides [cells].
    pub halo: usize,
    /// The elements, `shape.product()` of them.
    pub storage: Storage,
}

impl Block {
    /// A block full of `value`.
    #[must_use]
    pub fn full(
        field: &str,
        shape: [usize; 3],
        halo: usize,
        kind: ElementKind,
        value: f64,
    ) -> Self {
        let count = shape.iter().product();
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the experiment asks for single precision"
        )]
        let storage = match kind {
            ElementKind::F32 => Storage::F32(vec![value as f32; count].into_boxed_slice()),
            ElementKind::F64 => Storage::F64(vec![value; count].into_boxed_slice()),
        };
        Self {
            field: field.to_owned(),
            shape,
            halo,
            storage,
        }
    }

    /// Element type.
    #[must_use]
    pub fn kind(&self) -> ElementKind {
        match self.storage {
            Storage::F32(_) => ElementKind::F32,
            Storage::F64(_) => ElementKind::F64,
        }
    }

    fn layout(&self) -> Layout {
        let [levels, nj, ni] = self.shape;
        #[allow(clippy::cast_possible_wrap, reason = "extents of memory fit isize")]
        let strides = [1, ni as isize, (ni * nj) as isize];
        Layout {
            shape: [ni, nj, levels],
            strides,
            origin: 0,
        }
    }

    /// The block to read, axes (i, j, level).
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let elements = match &self.storage {
            Storage::F32(values) => Elements::F32(values),
            Storage::F64(values) => Elements::F64(values),
        };
        View {
            layout: self.layout(),
            elements,
        }
    }

    /// The block to write, axes (i, j, level).
    pub fn view_mut(&mut self) -> ViewMut<'_> {
        let layout = self.layout();
        let elements = match &mut self.storage {
            Storage::F32(values) => ElementsMut::F32(values),
            Storage::F64(values) => ElementsMut::F64(values),
        };
        ViewMut { layout, elements }
    }
}
