//! NumPy arrays as OASIS has them: axes (cells), (nx, ny), (cells, level) or (nx, ny, level), any strides.

use crate::array::{Placed, element_kind, place_axes};
use halocline_coupler::{Code, Error};
use halocline_oasis::arranged;
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// Find the elements of an array of a variable with so many levels.
pub(crate) fn place(array: &Bound<'_, PyAny>, levels: usize) -> Result<Placed, Error> {
    let untyped = array
        .cast::<PyUntypedArray>()
        .map_err(|_| refused(format!("a {}", array.get_type()), "a numpy array"))?;
    let kind = element_kind(&untyped.dtype()).ok_or_else(|| {
        refused(
            format!("an array of dtype {}", untyped.dtype()),
            "float32 or float64",
        )
    })?;
    let rank = untyped.ndim();
    if !(1..=3).contains(&rank) {
        return Err(refused(
            format!("an array with {rank} axes"),
            "one to three",
        ));
    }
    let (mut shape, mut strides) = ([1; 3], [0; 3]);
    shape[..rank].copy_from_slice(untyped.shape());
    strides[..rank].copy_from_slice(untyped.strides());
    let placed = place_axes(untyped, kind, shape, strides).ok_or_else(|| {
        refused(
            "an array whose elements are not aligned".to_owned(),
            "an array of numpy's own making",
        )
    })?;
    let layout = arranged(rank, placed.layout(), levels)?;
    Ok(placed.seen_as(layout))
}

fn refused(found: String, expected: &str) -> Error {
    Error::new(
        Code::Shape,
        found,
        expected,
        "convert it, for example with pyoasis.asarray",
    )
}
