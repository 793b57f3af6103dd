//! A variable of a netCDF file as numbers: its shape without single leading dimensions, its missing values known.

use crate::error::{FileError, FileErrorKind};
use netcdf::{AttributeValue, Extent, types::NcVariableType};
use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// An open netCDF file.
#[derive(Debug)]
pub(crate) struct OpenFile {
    path: PathBuf,
    file: netcdf::File,
}

impl OpenFile {
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        if !path.exists() {
            return Err(FileError::missing_file(path));
        }
        let file = netcdf::open(path).map_err(|cause| FileError::unreadable(path, &cause))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.file.variable(name).is_some()
    }

    /// Length of a dimension; `None` where the file has none of that name.
    pub(crate) fn dimension(&self, name: &str) -> Option<usize> {
        self.file.dimension(name).map(|dimension| dimension.len())
    }

    /// A variable with numbers in it.
    pub(crate) fn variable<'a>(&'a self, name: &'a str) -> Result<Variable<'a>, FileError> {
        let Some(variable) = self.file.variable(name) else {
            let known: Vec<String> = self
                .file
                .variables()
                .map(|variable| variable.name())
                .collect();
            return Err(FileError::missing_variable(&self.path, name, &known));
        };
        if !holds_numbers(&variable) {
            let found = format!("variable '{name}' holds no numbers");
            let change = "name another variable";
            return Err(FileError::new(
                FileErrorKind::NotNumeric,
                &self.path,
                found,
                "a variable of numbers",
                change,
            ));
        }
        Ok(Variable {
            path: &self.path,
            name,
            packing: Packing::of(&variable),
            variable,
        })
    }
}

fn holds_numbers(variable: &netcdf::Variable<'_>) -> bool {
    matches!(
        variable.vartype(),
        NcVariableType::Int(_) | NcVariableType::Float(_)
    )
}

/// A variable with numbers in it.
#[derive(Debug)]
pub(crate) struct Variable<'a> {
    pub(crate) path: &'a Path,
    pub(crate) name: &'a str,
    variable: netcdf::Variable<'a>,
    packing: Packing,
}

impl Variable<'_> {
    /// Lengths of its dimensions, the slowest first.
    pub(crate) fn shape(&self) -> Vec<usize> {
        self.variable
            .dimensions()
            .iter()
            .map(netcdf::Dimension::len)
            .collect()
    }

    /// The values in ranges of the last dimensions, from the first position of all dimensions before; what the file
    /// marks as missing becomes `missing`. The last dimension is fastest.
    pub(crate) fn read(
        &self,
        ranges: &[Range<usize>],
        missing: f64,
    ) -> Result<Vec<f64>, FileError> {
        let leading = self
            .variable
            .dimensions()
            .len()
            .saturating_sub(ranges.len());
        let extents: Vec<Extent> = std::iter::repeat_n(0..1, leading)
            .chain(ranges.iter().cloned())
            .map(Extent::from)
            .collect();
        let mut values: Vec<f64> = self
            .variable
            .get_values(extents)
            .map_err(|cause| FileError::unreadable(self.path, &cause))?;
        self.packing.unpack(&mut values, missing);
        Ok(values)
    }
}

/// The conventions by which stored numbers stand for others: `scale_factor`, `add_offset`, `_FillValue`,
/// `missing_value`.
#[derive(Debug)]
struct Packing {
    scale: f64,
    offset: f64,
    missing: Vec<f64>,
}

impl Packing {
    fn of(variable: &netcdf::Variable<'_>) -> Self {
        let number = |name: &str| {
            variable
                .attribute_value(name)
                .and_then(Result::ok)
                .and_then(|value| number(&value))
        };
        Self {
            scale: number("scale_factor").unwrap_or(1.0),
            offset: number("add_offset").unwrap_or(0.0),
            missing: ["_FillValue", "missing_value"]
                .into_iter()
                .filter_map(number)
                .collect(),
        }
    }

    #[allow(clippy::float_cmp, reason = "scale 1 and offset 0 mean no packing")]
    fn unpack(&self, values: &mut [f64], missing: f64) {
        for value in values {
            if self.is_missing(*value) {
                *value = missing;
            } else if self.scale != 1.0 || self.offset != 0.0 {
                *value = *value * self.scale + self.offset;
            }
        }
    }

    #[allow(clippy::float_cmp, reason = "missing values are stored exactly")]
    fn is_missing(&self, value: f64) -> bool {
        self.missing
            .iter()
            .any(|mark| *mark == value || mark.is_nan() && value.is_nan())
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "attributes of packed variables are small numbers"
)]
fn number(value: &AttributeValue) -> Option<f64> {
    Some(match value {
        AttributeValue::Uchar(number) => f64::from(*number),
        AttributeValue::Schar(number) => f64::from(*number),
        AttributeValue::Ushort(number) => f64::from(*number),
        AttributeValue::Short(number) => f64::from(*number),
        AttributeValue::Uint(number) => f64::from(*number),
        AttributeValue::Int(number) => f64::from(*number),
        AttributeValue::Ulonglong(number) => *number as f64,
        AttributeValue::Longlong(number) => *number as f64,
        AttributeValue::Float(number) => f64::from(*number),
        AttributeValue::Double(number) => *number,
        AttributeValue::Floats(numbers) => f64::from(*numbers.first()?),
        AttributeValue::Doubles(numbers) => *numbers.first()?,
        _ => return None,
    })
}
