//! Arrays that a field of the session is sent from and received into.

use crate::array::{self, Placed, Wanted};
use halocline_coupler::{Code, Error, Session as Core};
use pyo3::prelude::*;

/// Find the elements of an array to send, in a contiguous copy where they are not aligned.
pub(crate) fn readable<'py>(
    core: &Core,
    field: &str,
    array: &Bound<'py, PyAny>,
) -> Result<(Bound<'py, PyAny>, Placed), Error> {
    let own = core
        .sent_shape(field)
        .ok_or_else(|| no_part(core, field, "send"))?;
    let wanted = Wanted { own, halo: 0 };
    let about = |error: Error| here(core, error.about(field));
    if let Some(placed) = array::place(array, &wanted).map_err(about)? {
        return Ok((array.clone(), placed));
    }
    let copy = array
        .call_method0("copy")
        .map_err(|error| about(not_copied(&error)))?;
    let placed = array::place(&copy, &wanted).map_err(about)?;
    let placed = placed.ok_or_else(|| {
        about(Error::new(
            Code::Internal,
            "a copied array is not aligned",
            "",
            "report this",
        ))
    })?;
    Ok((copy, placed))
}

fn not_copied(error: &PyErr) -> Error {
    Error::new(
        Code::Shape,
        format!("the array cannot be copied: {error}"),
        "an array of float32 or float64",
        "pass another array",
    )
}

/// Find the elements of an array to receive into.
pub(crate) fn writable(
    core: &Core,
    field: &str,
    array: &Bound<'_, PyAny>,
) -> Result<Placed, Error> {
    let (own, halo) = core
        .received_shape(field)
        .ok_or_else(|| no_part(core, field, "receive"))?;
    let wanted = Wanted { own, halo };
    let about = |error: Error| here(core, error.about(field));
    match array::place(array, &wanted).map_err(about)? {
        Some(placed) if placed.is_writable() => Ok(placed),
        _ => Err(about(Error::new(
            Code::Shape,
            "an array that is read-only or not aligned",
            "a writable array to receive into",
            "pass an array made with numpy.empty, or no `out` at all",
        ))),
    }
}

/// The core's own message for a name that is not this component's.
fn no_part(core: &Core, field: &str, verb: &str) -> Error {
    let known = match verb {
        "send" => core.sent_fields(),
        _ => core.received_fields().collect(),
    };
    let error = Error::new(
        Code::Name,
        format!(
            "{verb} of '{field}', which component '{}' has no part in",
            core.component()
        ),
        halocline_coupler::error::known_names(field, known),
        "correct the name, or the exchanges of the experiment file; end_definition comes first",
    );
    here(core, error.about(field))
}

fn here(core: &Core, error: Error) -> Error {
    error.at(core.component(), core.rank())
}
