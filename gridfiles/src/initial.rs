//! First values of exchanges, from a variable with shape (level, j, i).

use crate::{
    error::{FileError, FileErrorKind},
    plane::Size,
    variable::{OpenFile, Variable},
};
use ndarray::Array3;
use std::{ops::Range, path::Path};

/// Cells and levels to read, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Box3 {
    /// Levels.
    pub levels: Range<usize>,
    /// Rows.
    pub j: Range<usize>,
    /// Columns.
    pub i: Range<usize>,
}

/// A field of an experiment as a variable of a file must hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSize {
    /// Size of its grid.
    pub grid: Size,
    /// Number of its levels.
    pub levels: usize,
}

/// Read a box of a variable with the field's size; missing values become `fill`.
///
/// Returns shape (level, j, i), i fastest. The variable has the shape (level, j, i), or (j, i) for a field of one
/// level; dimensions of length 1 may come first.
///
/// # Errors
/// The file or variable is missing, has another shape, or holds an infinite number or NaN that is not marked as
/// missing.
pub fn read_initial(
    file: &Path,
    variable: &str,
    field: FieldSize,
    part: &Box3,
    fill: f64,
) -> Result<Array3<f64>, FileError> {
    let open = OpenFile::open(file)?;
    let variable = open.variable(variable)?;
    let with_level = has_levels(&variable, field)?;
    read_box(&variable, with_level, part, fill)
}

/// Look at the shape of a variable and at all its values.
pub(crate) fn check_initial(
    file: &Path,
    variable: &str,
    field: FieldSize,
) -> Result<(), FileError> {
    let open = OpenFile::open(file)?;
    let variable = open.variable(variable)?;
    let with_level = has_levels(&variable, field)?;
    (0..field.levels).try_for_each(|level| {
        let part = Box3 {
            levels: level..level + 1,
            j: 0..field.grid.ny,
            i: 0..field.grid.nx,
        };
        read_box(&variable, with_level, &part, 0.0).map(drop)
    })
}

fn read_box(
    variable: &Variable<'_>,
    with_level: bool,
    part: &Box3,
    fill: f64,
) -> Result<Array3<f64>, FileError> {
    let levels = with_level.then(|| part.levels.clone());
    let ranges: Vec<Range<usize>> = levels
        .into_iter()
        .chain([part.j.clone(), part.i.clone()])
        .collect();
    let values = variable.read(&ranges, fill)?;
    let shape = (part.levels.len(), part.j.len(), part.i.len());
    let array = Array3::from_shape_vec(shape, values).expect("the variable's shape was checked");
    let allowed = |value: f64| value.is_finite() || (value.is_nan() && fill.is_nan());
    match array.indexed_iter().find(|(_, value)| !allowed(**value)) {
        Some(((level, j, i), value)) => Err(not_a_number(
            variable,
            *value,
            [
                part.levels.start + level,
                part.j.start + j,
                part.i.start + i,
            ],
        )),
        None => Ok(array),
    }
}

fn not_a_number(variable: &Variable<'_>, value: f64, [level, j, i]: [usize; 3]) -> FileError {
    let found = format!(
        "variable '{}' is {value} at (level, j, i) = ({level}, {j}, {i}), counted from 0",
        variable.name
    );
    let expected = "finite numbers, or the variable's _FillValue where there is none";
    FileError::new(
        FileErrorKind::NotANumber,
        variable.path,
        found,
        expected,
        "correct the value",
    )
}

/// Whether the variable has a dimension for the levels; its shape is right in either case.
fn has_levels(variable: &Variable<'_>, field: FieldSize) -> Result<bool, FileError> {
    let FieldSize {
        grid: Size { nx, ny },
        levels,
    } = field;
    let shape = variable.shape();
    let ends_with = |end: &[usize]| {
        let leading = shape.strip_suffix(end)?;
        leading.iter().all(|length| *length == 1).then_some(())
    };
    if ends_with(&[levels, ny, nx]).is_some() {
        return Ok(true);
    }
    if levels == 1 && ends_with(&[ny, nx]).is_some() {
        return Ok(false);
    }
    let expected =
        format!("(level, j, i) = ({levels}, {ny}, {nx}); dimensions of length 1 may come first");
    let change = "correct the field's levels or the grid's size in the experiment file, or name another variable";
    Err(FileError::wrong_shape(
        variable.path,
        variable.name,
        &shape,
        &expected,
        change,
    ))
}
