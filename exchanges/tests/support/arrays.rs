//! Arrays of hosts in several layouts.

use halocline_exchanges::view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut};

/// How a host keeps an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// i fastest, nothing in between.
    Dense,
    /// A section of a larger array: a margin around, i fastest.
    Section,
    /// Level fastest, then j, then i.
    LevelFirst,
    /// i backwards.
    Backwards,
}

/// An array of either kind of elements.
#[derive(Debug, Clone)]
pub struct Array {
    layout: Layout,
    single: Vec<f32>,
    double: Vec<f64>,
    kind: ElementKind,
}

/// Value of all elements before anything is written: nothing writes it.
pub const UNTOUCHED: f64 = 7_777_777.0;

impl Array {
    /// An array of shape (i, j, level).
    pub fn new(shape: [usize; 3], storage: Storage, kind: ElementKind) -> Self {
        let [ni, nj, nk] = shape.map(|extent| extent as isize);
        let (strides, origin) = match storage {
            Storage::Dense => ([1, ni, ni * nj], 0),
            Storage::Section => ([1, ni + 3, (ni + 3) * (nj + 2)], (ni + 3) + 2),
            Storage::LevelFirst => ([nj * nk, nk, 1], 0),
            Storage::Backwards => ([-1, ni, ni * nj], (ni - 1).max(0)),
        };
        let size = ((ni + 3) * (nj + 2) * (nk + 1) + 8) as usize;
        let (single, double) = match kind {
            ElementKind::F32 => (vec![UNTOUCHED as f32; size], Vec::new()),
            ElementKind::F64 => (Vec::new(), vec![UNTOUCHED; size]),
        };
        Self {
            layout: Layout {
                shape,
                strides,
                origin: origin as usize,
            },
            single,
            double,
            kind,
        }
    }

    pub fn shape(&self) -> [usize; 3] {
        self.layout.shape
    }

    fn index(&self, place: [usize; 3]) -> usize {
        let offset: isize = place
            .iter()
            .zip(self.layout.strides)
            .map(|(step, stride)| *step as isize * stride)
            .sum();
        (self.layout.origin as isize + offset) as usize
    }

    pub fn set(&mut self, place: [usize; 3], value: f64) {
        let index = self.index(place);
        match self.kind {
            ElementKind::F32 => self.single[index] = value as f32,
            ElementKind::F64 => self.double[index] = value,
        }
    }

    pub fn get(&self, place: [usize; 3]) -> f64 {
        match self.kind {
            ElementKind::F32 => f64::from(self.single[self.index(place)]),
            ElementKind::F64 => self.double[self.index(place)],
        }
    }

    /// Number of elements that still have the value they began with.
    pub fn untouched(&self) -> usize {
        let single = self
            .single
            .iter()
            .filter(|value| f64::from(**value) == UNTOUCHED)
            .count();
        single
            + self
                .double
                .iter()
                .filter(|value| **value == UNTOUCHED)
                .count()
    }

    pub fn size(&self) -> usize {
        self.single.len() + self.double.len()
    }

    /// The bits of all elements, those between the rows of a section included.
    pub fn bytes(&self) -> &[u8] {
        match self.kind {
            ElementKind::F32 => bytemuck::cast_slice(&self.single),
            ElementKind::F64 => bytemuck::cast_slice(&self.double),
        }
    }

    pub fn view(&self) -> View<'_> {
        let elements = match self.kind {
            ElementKind::F32 => Elements::F32(&self.single),
            ElementKind::F64 => Elements::F64(&self.double),
        };
        View {
            layout: self.layout,
            elements,
        }
    }

    pub fn view_mut(&mut self) -> ViewMut<'_> {
        let elements = match self.kind {
            ElementKind::F32 => ElementsMut::F32(&mut self.single),
            ElementKind::F64 => ElementsMut::F64(&mut self.double),
        };
        ViewMut {
            layout: self.layout,
            elements,
        }
    }
}

/// The value as an element of `kind` has it.
pub fn rounded(value: f64, kind: ElementKind) -> f64 {
    match kind {
        ElementKind::F32 => f64::from(value as f32),
        ElementKind::F64 => value,
    }
}
