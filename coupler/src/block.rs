//! A receiver's halo-complete block: lent to the worker's function, then given back.

use halocline_exchanges::view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut};
use halocline_exchanges_shared::Part;

/// Elements of a block, of one of two kinds: in memory of its own, or in place where the sender wrote them.
#[derive(Debug)]
pub enum Storage {
    /// Single precision.
    F32(Box<[f32]>),
    /// Double precision.
    F64(Box<[f64]>),
    /// In memory that the ranks of this node share, single precision.
    SharedF32(Part),
    /// In memory that the ranks of this node share, double precision.
    SharedF64(Part),
}

impl Storage {
    /// `count` elements of `value`, in memory of their own.
    #[must_use]
    pub fn full(kind: ElementKind, count: usize, value: f64) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the experiment asks for single precision"
        )]
        match kind {
            ElementKind::F32 => Self::F32(vec![value as f32; count].into_boxed_slice()),
            ElementKind::F64 => Self::F64(vec![value; count].into_boxed_slice()),
        }
    }

    /// A part of shared memory.
    #[must_use]
    pub fn shared(kind: ElementKind, part: Part) -> Self {
        match kind {
            ElementKind::F32 => Self::SharedF32(part),
            ElementKind::F64 => Self::SharedF64(part),
        }
    }

    /// Element type.
    #[must_use]
    pub const fn kind(&self) -> ElementKind {
        match self {
            Self::F32(_) | Self::SharedF32(_) => ElementKind::F32,
            Self::F64(_) | Self::SharedF64(_) => ElementKind::F64,
        }
    }

    /// The elements to read.
    #[must_use]
    pub fn elements(&self) -> Elements<'_> {
        match self {
            Self::F32(values) => Elements::F32(values),
            Self::F64(values) => Elements::F64(values),
            Self::SharedF32(part) => Elements::F32(part.as_slice()),
            Self::SharedF64(part) => Elements::F64(part.as_slice()),
        }
    }

    /// The elements to write.
    pub fn elements_mut(&mut self) -> ElementsMut<'_> {
        match self {
            Self::F32(values) => ElementsMut::F32(values),
            Self::F64(values) => ElementsMut::F64(values),
            Self::SharedF32(part) => ElementsMut::F32(part.as_mut_slice()),
            Self::SharedF64(part) => ElementsMut::F64(part.as_mut_slice()),
        }
    }
}

/// A field on one rank's own cells and their halo: axes (level, j, i), i fastest.
///
/// The session gives it away with [`crate::Session::lend`] and takes it back with [`crate::Session::give_back`];
/// between the two nobody else touches it.
#[derive(Debug)]
pub struct Block {
    /// Name of the field.
    pub field: String,
    /// Extent along (level, j, i), halo included.
    pub shape: [usize; 3],
    /// Halo width on each of the four sides [cells].
    pub halo: usize,
    /// The elements, `shape.product()` of them.
    pub storage: Storage,
    /// What it was lent for.
    pub role: Role,
}

/// What a block is lent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To be read: it was received.
    Input,
    /// To be written: it will be sent.
    Output,
}

impl Block {
    /// Element type.
    #[must_use]
    pub const fn kind(&self) -> ElementKind {
        self.storage.kind()
    }

    const fn layout(&self) -> Layout {
        let [levels, nj, ni] = self.shape;
        Layout::contiguous([ni, nj, levels])
    }

    /// The block to read, axes (i, j, level).
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View {
            layout: self.layout(),
            elements: self.storage.elements(),
        }
    }

    /// The block to write, axes (i, j, level).
    pub fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut {
            layout: self.layout(),
            elements: self.storage.elements_mut(),
        }
    }
}
