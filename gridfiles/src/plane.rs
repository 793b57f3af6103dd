//! Horizontal variables of a grid: longitude, latitude, mask, cell sizes, with shape (j, i).

use crate::{
    error::{FileError, FileErrorKind},
    variable::Variable,
};
use ndarray::Array2;
use std::ops::Range;

/// What a horizontal variable says about the points of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Longitude [degrees east].
    Longitude,
    /// Latitude [degrees north].
    Latitude,
    /// 1 in the ocean, 0 on land.
    Mask,
    /// Cell size along i [m].
    E1,
    /// Cell size along j [m].
    E2,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Longitude,
        Self::Latitude,
        Self::Mask,
        Self::E1,
        Self::E2,
    ];

    /// Its key in the experiment file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Longitude => "longitude",
            Self::Latitude => "latitude",
            Self::Mask => "mask",
            Self::E1 => "e1",
            Self::E2 => "e2",
        }
    }

    /// Whether the number can be one of this quantity.
    fn allows(self, value: f64) -> bool {
        match self {
            Self::Longitude => value.abs() <= 1080.0,
            Self::Latitude => value.abs() <= 90.000_1,
            Self::Mask => (0.0..=1.0).contains(&value),
            Self::E1 | Self::E2 => value >= 0.0,
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Longitude => "degrees east, from -1080 to 1080",
            Self::Latitude => "degrees north, from -90 to 90",
            Self::Mask => "1 in the ocean, 0 on land",
            Self::E1 | Self::E2 => "a length in metres, not negative",
        }
    }
}

/// Size of a grid: number of cells along i and j.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Cells along i.
    pub nx: usize,
    /// Cells along j.
    pub ny: usize,
}

/// Values that are read at once while a file is checked: 32 MB.
const VALUES_AT_ONCE: usize = 4 << 20;

/// A horizontal variable whose shape is right.
#[derive(Debug)]
pub(crate) struct Plane<'a> {
    variable: &'a Variable<'a>,
    quantity: Quantity,
    size: Size,
    /// Dimensions to read besides (j, i): one for the levels of a mask, of which the uppermost is taken.
    with_level: bool,
}

impl<'a> Plane<'a> {
    /// Make sure that the variable has the grid's shape, after leading dimensions of length 1.
    pub(crate) fn new(
        variable: &'a Variable<'a>,
        quantity: Quantity,
        size: Size,
    ) -> Result<Self, FileError> {
        let shape = variable.shape();
        let horizontal = shape.len() >= 2 && shape[shape.len() - 2..] == [size.ny, size.nx];
        let before = &shape[..shape.len().saturating_sub(2)];
        let levels = before.last().copied().unwrap_or(1);
        let leading_ones = before.iter().rev().skip(1).all(|length| *length == 1);
        if !horizontal || !leading_ones || (levels != 1 && quantity != Quantity::Mask) {
            return Err(wrong_shape(variable, quantity, size, &shape));
        }
        Ok(Self {
            variable,
            quantity,
            size,
            with_level: !before.is_empty(),
        })
    }

    /// Read rows, and refuse what is not a number or cannot be one of the quantity.
    fn rows(&self, rows: Range<usize>) -> Result<Vec<f64>, FileError> {
        let level = self.with_level.then_some(0..1);
        let ranges: Vec<Range<usize>> = level
            .into_iter()
            .chain([rows.clone(), 0..self.size.nx])
            .collect();
        let values = self.variable.read(&ranges, f64::NAN)?;
        match values
            .iter()
            .position(|value| !value.is_finite() || !self.quantity.allows(*value))
        {
            Some(at) => Err(self.wrong_value(
                values[at],
                at % self.size.nx,
                rows.start + at / self.size.nx,
            )),
            None => Ok(values),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (rows, ny) = ((VALUES_AT_ONCE / self.size.nx.max(1)).max(1), self.size.ny);
        (0..ny)
            .step_by(rows)
            .map(move |first| first..ny.min(first + rows))
    }

    /// Look at all values, without keeping them.
    pub(crate) fn check(&self) -> Result<(), FileError> {
        self.blocks().try_for_each(|rows| self.rows(rows).map(drop))
    }

    /// All values, shape (j, i), i fastest.
    pub(crate) fn read(&self) -> Result<Array2<f64>, FileError> {
        let mut values = Vec::with_capacity(self.size.nx * self.size.ny);
        for rows in self.blocks() {
            values.extend(self.rows(rows)?);
        }
        let shape = (self.size.ny, self.size.nx);
        Ok(Array2::from_shape_vec(shape, values).expect("blocks of rows make up the plane"))
    }

    fn wrong_value(&self, value: f64, i: usize, j: usize) -> FileError {
        let (path, name, quantity) = (self.variable.path, self.variable.name, self.quantity);
        let at = format!("at (i, j) = ({i}, {j}), counted from 0");
        if value.is_finite() {
            let found = format!("variable '{name}' is {value} {at}");
            let change = format!(
                "correct the value, or name another variable as '{}'",
                quantity.key()
            );
            return FileError::new(
                FileErrorKind::OutOfRange,
                path,
                found,
                quantity.allowed(),
                change,
            );
        }
        let found = format!("variable '{name}' is NaN, infinite or missing {at}");
        let expected = format!(
            "a number in every cell, on land too: {}",
            quantity.allowed()
        );
        let change = "fill the cell: coordinates, masks and cell sizes have values everywhere";
        FileError::new(FileErrorKind::NotANumber, path, found, expected, change)
    }
}

fn wrong_shape(
    variable: &Variable<'_>,
    quantity: Quantity,
    size: Size,
    shape: &[usize],
) -> FileError {
    let Size { nx, ny } = size;
    let levels = if quantity == Quantity::Mask {
        ", or with levels before"
    } else {
        ""
    };
    let expected = format!("(j, i) = ({ny}, {nx}){levels}; dimensions of length 1 may come first");
    let columns = shape.last().copied().unwrap_or(0);
    let transposed = shape.len() >= 2 && shape[shape.len() - 2..] == [nx, ny];
    let change = if transposed && nx != ny {
        "transpose the variable, or exchange nx and ny in the experiment file".to_owned()
    } else if columns == nx + 2 {
        "cut the two halo columns off (files of NEMO before 4.2 have them), or correct nx and ny"
            .to_owned()
    } else {
        "correct nx and ny of the grid in the experiment file, or name another file".to_owned()
    };
    FileError::wrong_shape(variable.path, variable.name, shape, &expected, &change)
}
