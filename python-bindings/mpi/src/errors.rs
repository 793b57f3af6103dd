//! From an error of the coupling to its exception class, and back.

use halocline_coupler::{Code, Error};
use pyo3::{prelude::*, types::PyDict};

/// The Python exception of an error: the class of its code in `halocline.errors`.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    match build(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(defect) => defect,
    }
}

fn build<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    parts.set_item(
        "component",
        Some(&error.place.component).filter(|name| !name.is_empty()),
    )?;
    parts.set_item("rank", error.place.rank)?;
    parts.set_item("field", error.place.field.as_deref())?;
    parts.set_item("found", &error.found)?;
    parts.set_item("expected", &error.expected)?;
    parts.set_item("hint", &error.change)?;
    let classes = py.import("halocline.errors")?.getattr("CLASS_OF_CODE")?;
    let class = classes.get_item(error.code.name())?;
    class.call((error.to_string(),), Some(&parts))
}

/// The code of this name; one that nobody knows is a worker's.
pub(crate) fn code(name: &str) -> Code {
    Code::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map_or(Code::Worker, |(code, _)| *code)
}
