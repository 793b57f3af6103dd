//! NumPy arrays as the session sees them: axes (level, j, i) turned into (i, j, level), any strides.

use halocline_coupler::{Code, Error};
use halocline_exchanges::view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut};
use numpy::{
    PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods, dtype,
    npyffi::{_PyArray_GET_ITEM_DATA, NPY_ARRAY_ALIGNED, NPY_ARRAY_WRITEABLE},
};
use pyo3::prelude::*;

/// What a field's array may look like, for the message of one that does not.
pub(crate) struct Wanted {
    /// Own cells (i, j) and levels.
    pub(crate) own: [usize; 3],
    /// Halo width that a received array may have around its own cells.
    pub(crate) halo: usize,
}

/// Where the elements of an array are. The array itself must be kept alive and unchanged in shape.
pub(crate) struct Placed {
    kind: ElementKind,
    layout: Layout,
    /// Address of the element with the lowest address.
    lowest: *mut u8,
    /// Elements from the lowest to the highest, both included.
    span: usize,
    writable: bool,
}

/// Find the elements of `array`; `None` where they are not aligned to their size, so that a copy is needed.
pub(crate) fn place(array: &Bound<'_, PyAny>, wanted: &Wanted) -> Result<Option<Placed>, Error> {
    let untyped = array
        .cast::<PyUntypedArray>()
        .map_err(|_| not_an_array(array, wanted))?;
    let kind = element_kind(&untyped.dtype()).ok_or_else(|| wrong_type(untyped, wanted))?;
    let (shape, byte_strides) = axes(untyped, wanted)?;
    Ok(place_axes(untyped, kind, shape, byte_strides))
}

/// The elements of `array`, whose extents and strides [bytes] along (i, j, level) are these; `None` where they are not
/// aligned to their size.
pub(crate) fn place_axes(
    untyped: &Bound<'_, PyUntypedArray>,
    kind: ElementKind,
    shape: [usize; 3],
    byte_strides: [isize; 3],
) -> Option<Placed> {
    // SAFETY: the pointer is that of a live array object that we hold a reference to.
    let (flags, data) = unsafe {
        let fields = &*_PyArray_GET_ITEM_DATA(untyped.as_array_ptr().cast_const());
        (fields.flags, fields.data.cast::<u8>())
    };
    let size = kind.size().cast_signed();
    if flags & NPY_ARRAY_ALIGNED == 0 || byte_strides.iter().any(|stride| stride % size != 0) {
        return None;
    }
    let strides = byte_strides.map(|stride| stride / size);
    let (lowest, highest) = reach(shape, strides);
    let span = if shape.contains(&0) {
        0
    } else {
        (highest - lowest + 1).cast_unsigned()
    };
    let layout = Layout {
        shape,
        strides,
        origin: (-lowest).cast_unsigned(),
    };
    // SAFETY: the element at index `lowest` is within the array, `reach` takes only indices of its elements.
    let lowest = unsafe { data.offset(lowest * size) };
    Some(Placed {
        kind,
        layout,
        lowest,
        span,
        writable: flags & NPY_ARRAY_WRITEABLE != 0,
    })
}

/// Smallest and largest index of an element, counted from element (0, 0, 0).
fn reach(shape: [usize; 3], strides: [isize; 3]) -> (isize, isize) {
    let (mut lowest, mut highest) = (0, 0);
    for (extent, stride) in shape.iter().zip(strides) {
        let last = extent.saturating_sub(1).cast_signed() * stride;
        lowest += last.min(0);
        highest += last.max(0);
    }
    (lowest, highest)
}

pub(crate) fn element_kind(found: &Bound<'_, PyArrayDescr>) -> Option<ElementKind> {
    let py = found.py();
    if found.is_equiv_to(&dtype::<f64>(py)) {
        Some(ElementKind::F64)
    } else if found.is_equiv_to(&dtype::<f32>(py)) {
        Some(ElementKind::F32)
    } else {
        None
    }
}

/// Extents and byte strides along (i, j, level), from (level, j, i), (j, i), (level, cell) or (cell).
fn axes(
    array: &Bound<'_, PyUntypedArray>,
    wanted: &Wanted,
) -> Result<([usize; 3], [isize; 3]), Error> {
    let (shape, strides) = (array.shape(), array.strides());
    let [ni, nj, levels] = wanted.own;
    if ni * nj == 0 && shape.contains(&0) {
        return Ok((wanted.own, [0; 3]));
    }
    let axes = match shape.len() {
        3 => (
            [shape[2], shape[1], shape[0]],
            [strides[2], strides[1], strides[0]],
        ),
        2 if levels == 1 => ([shape[1], shape[0], 1], [strides[1], strides[0], 0]),
        2 if nj == 1 => ([shape[1], 1, shape[0]], [strides[1], 0, strides[0]]),
        1 if levels == 1 && nj == 1 => ([shape[0], 1, 1], [strides[0], 0, 0]),
        _ => return Err(wrong_shape(shape, wanted)),
    };
    let whole = [ni + 2 * wanted.halo, nj + 2 * wanted.halo, levels];
    if axes.0 == wanted.own || axes.0 == whole {
        Ok(axes)
    } else {
        Err(wrong_shape(shape, wanted))
    }
}

impl Placed {
    /// Extents and strides along (i, j, level).
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// The same elements, seen along other axes that reach no others.
    pub(crate) fn seen_as(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// The elements to read.
    ///
    /// # Safety
    /// The array lives as long as the view and nobody writes to it.
    pub(crate) unsafe fn view<'a>(&self) -> View<'a> {
        let elements = match self.kind {
            // SAFETY: the elements are those of one aligned array; the caller keeps it.
            ElementKind::F32 => Elements::F32(unsafe { self.slice() }),
            // SAFETY: as above.
            ElementKind::F64 => Elements::F64(unsafe { self.slice() }),
        };
        View {
            layout: self.layout,
            elements,
        }
    }

    /// From the lowest to the highest element.
    ///
    /// # Safety
    /// As for `view`; `T` is the type of the elements.
    unsafe fn slice<'a, T>(&self) -> &'a [T] {
        // SAFETY: `span` elements from `lowest` are within the array; the caller keeps it and knows `T`.
        unsafe { std::slice::from_raw_parts(self.lowest.cast(), self.span) }
    }

    /// Whether the array may be written.
    pub(crate) fn is_writable(&self) -> bool {
        self.writable
    }

    /// The elements to write.
    ///
    /// # Safety
    /// The array lives as long as the view, is writable, and nobody else reads or writes it.
    pub(crate) unsafe fn view_mut<'a>(&self) -> ViewMut<'a> {
        let elements = match self.kind {
            // SAFETY: as in `view`; the caller lends the array to us alone.
            ElementKind::F32 => ElementsMut::F32(unsafe { self.slice_mut() }),
            // SAFETY: as above.
            ElementKind::F64 => ElementsMut::F64(unsafe { self.slice_mut() }),
        };
        ViewMut {
            layout: self.layout,
            elements,
        }
    }

    /// From the lowest to the highest element.
    ///
    /// # Safety
    /// As for `view_mut`; `T` is the type of the elements.
    #[allow(clippy::mut_from_ref, reason = "the array is Python's, not ours")]
    unsafe fn slice_mut<'a, T>(&self) -> &'a mut [T] {
        // SAFETY: `span` elements from `lowest` are within the array; the caller keeps it alone and knows `T`.
        unsafe { std::slice::from_raw_parts_mut(self.lowest.cast(), self.span) }
    }
}

fn shape_text(extents: &[usize]) -> String {
    let extents: Vec<String> = extents.iter().map(usize::to_string).collect();
    format!(
        "({}{})",
        extents.join(", "),
        if extents.len() == 1 { "," } else { "" }
    )
}

fn wanted_text(wanted: &Wanted) -> String {
    let [ni, nj, levels] = wanted.own;
    let own = shape_text(&[levels, nj, ni]);
    let whole = shape_text(&[levels, nj + 2 * wanted.halo, ni + 2 * wanted.halo]);
    let two = if levels == 1 {
        "; without the level axis too"
    } else {
        ""
    };
    if wanted.halo == 0 {
        format!("shape (level, j, i) = {own}{two}, float32 or float64")
    } else {
        format!("shape (level, j, i) = {own} or, with halo, {whole}{two}, float32 or float64")
    }
}

fn wrong_shape(found: &[usize], wanted: &Wanted) -> Error {
    Error::new(
        Code::Shape,
        format!("array of shape {}", shape_text(found)),
        wanted_text(wanted),
        "pass exactly the own cells of this rank, all levels of the field",
    )
}

fn wrong_type(found: &Bound<'_, PyUntypedArray>, wanted: &Wanted) -> Error {
    Error::new(
        Code::Shape,
        format!(
            "array of dtype {} and shape {}",
            found.dtype(),
            shape_text(found.shape())
        ),
        wanted_text(wanted),
        "convert it, for example with .astype(numpy.float64)",
    )
}

fn not_an_array(found: &Bound<'_, PyAny>, wanted: &Wanted) -> Error {
    let name = found
        .get_type()
        .name()
        .map_or_else(|_| "an object".to_owned(), |name| name.to_string());
    Error::new(
        Code::Shape,
        format!("a {name}"),
        format!("a numpy array or torch tensor, {}", wanted_text(wanted)),
        "pass an array",
    )
}
