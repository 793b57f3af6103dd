//! Fields of whole grids, written to netCDF files level by level: restart files and output files of exchanges.

use crate::{
    error::{FileError, FileErrorKind},
    plane::Size,
};
use netcdf::{FileMut, Options};
use std::path::{Path, PathBuf};

/// Format of a netCDF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The classic format.
    Classic,
    /// The classic format with 64-bit offsets.
    #[default]
    Offset64,
    /// The classic format with 64-bit sizes.
    Data64,
}

impl Format {
    pub(crate) const fn options(self) -> Options {
        match self {
            Self::Classic => Options::CLASSIC,
            Self::Offset64 => Options::_64BIT_OFFSET,
            Self::Data64 => Options::_64BIT_DATA,
        }
    }
}

/// A netCDF file that fields are written to.
#[derive(Debug)]
pub struct FieldFile {
    path: PathBuf,
    file: FileMut,
}

impl FieldFile {
    /// A new file in place of what was there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path, format: Format) -> Result<Self, FileError> {
        let file = netcdf::create_with(path, format.options()).map_err(unwritable(path))?;
        let mut file = Self {
            path: path.to_owned(),
            file,
        };
        file.close_definitions()?;
        Ok(file)
    }

    /// An existing file, to write more into it.
    ///
    /// # Errors
    /// It is not there, or cannot be written.
    pub fn append(path: &Path) -> Result<Self, FileError> {
        let file = netcdf::append(path).map_err(unwritable(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Whether it has a variable of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.file.variable(name).is_some()
    }

    /// Define a field of double precision, axes (j, i) or, with several levels, (level, j, i); with `timed` after a time
    /// axis of any length, for which the variable `time` [s] is defined as well.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn define(
        &mut self,
        name: &str,
        size: Size,
        levels: usize,
        timed: bool,
    ) -> Result<(), FileError> {
        let axes = [("nx", size.nx), ("ny", size.ny), ("nz", levels)];
        let axes = axes.map(|(axis, length)| (format!("{name}_{axis}"), length));
        self.open_definitions()?;
        let path = self.path.clone();
        let mut all: Vec<&str> = Vec::new();
        if timed {
            if self.file.dimension("time").is_none() {
                self.file
                    .add_unlimited_dimension("time")
                    .map_err(unwritable(&path))?;
                let mut time = self
                    .file
                    .add_variable::<f64>("time", &["time"])
                    .map_err(unwritable(&path))?;
                time.put_attribute("units", "seconds since the start of the run")
                    .map_err(unwritable(&path))?;
            }
            all.push("time");
        }
        let used = if levels > 1 { 3 } else { 2 };
        for (axis, length) in axes[..used].iter().rev() {
            if self.file.dimension(axis).is_none() {
                self.file
                    .add_dimension(axis, *length)
                    .map_err(unwritable(&path))?;
            }
            all.push(axis);
        }
        self.file
            .add_variable::<f64>(name, &all)
            .map_err(unwritable(&path))?;
        self.close_definitions()
    }

    /// Define and write a variable of one whole number.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn number(&mut self, name: &str, value: i32) -> Result<(), FileError> {
        let path = self.path.clone();
        if self.file.variable(name).is_none() {
            self.open_definitions()?;
            if self.file.dimension("one").is_none() {
                self.file
                    .add_dimension("one", 1)
                    .map_err(unwritable(&path))?;
            }
            self.file
                .add_variable::<i32>(name, &["one"])
                .map_err(unwritable(&path))?;
            self.close_definitions()?;
        }
        let mut variable = self
            .file
            .variable_mut(name)
            .ok_or_else(|| no_variable(&path, name))?;
        variable.put_values(&[value], ..).map_err(unwritable(&path))
    }

    /// Begin the record of a date [s]; its number, to be given to [`FieldFile::write`].
    ///
    /// # Errors
    /// The file cannot be written, or no timed field was defined.
    pub fn begin_record(&mut self, date: i64) -> Result<usize, FileError> {
        let path = self.path.clone();
        let mut time = self
            .file
            .variable_mut("time")
            .ok_or_else(|| no_variable(&path, "time"))?;
        let number = time.len();
        #[allow(clippy::cast_precision_loss, reason = "dates of a run are small")]
        let date = date as f64;
        time.put_value(date, number).map_err(unwritable(&path))?;
        Ok(number)
    }

    /// Number of the record that was begun last.
    ///
    /// # Errors
    /// None was begun.
    pub fn last_record(&self) -> Result<usize, FileError> {
        let time = self.file.variable("time");
        let count = time.map_or(0, |time| time.len());
        count
            .checked_sub(1)
            .ok_or_else(|| no_variable(&self.path, "time"))
    }

    /// Write one level of a field, all its cells, i fastest; `record` where it is timed.
    ///
    /// # Errors
    /// The file cannot be written, or there is no such field.
    pub fn write(
        &mut self,
        name: &str,
        record: Option<usize>,
        level: usize,
        values: &[f64],
    ) -> Result<(), FileError> {
        let path = self.path.clone();
        let mut variable = self
            .file
            .variable_mut(name)
            .ok_or_else(|| no_variable(&path, name))?;
        let lengths: Vec<usize> = variable
            .dimensions()
            .iter()
            .map(netcdf::Dimension::len)
            .collect();
        let mut ranges: Vec<std::ops::Range<usize>> = Vec::with_capacity(lengths.len());
        ranges.extend(record.map(|record| record..record + 1));
        let own = &lengths[ranges.len()..];
        if own.len() == 3 {
            ranges.push(level..level + 1);
        }
        ranges.extend(own[own.len() - 2..].iter().map(|length| 0..*length));
        let extents: Vec<netcdf::Extent> = ranges.into_iter().map(Into::into).collect();
        variable
            .put_values(values, extents)
            .map_err(unwritable(&path))
    }

    /// Everything is on its way to the disk.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn close(self) -> Result<(), FileError> {
        let path = self.path;
        self.file.close().map_err(unwritable(&path))
    }

    fn open_definitions(&mut self) -> Result<(), FileError> {
        self.file.redef().map_err(unwritable(&self.path))
    }

    fn close_definitions(&mut self) -> Result<(), FileError> {
        self.file.enddef().map_err(unwritable(&self.path))
    }
}

fn unwritable(path: &Path) -> impl Fn(netcdf::Error) -> FileError + '_ {
    move |cause| {
        FileError::new(
            FileErrorKind::Unwritable,
            path,
            format!("cannot be written: {cause}"),
            "a place with room for it that you may write to",
            "look at the folder, its rights and its free space",
        )
    }
}

fn no_variable(path: &Path, name: &str) -> FileError {
    FileError::new(
        FileErrorKind::MissingVariable,
        path,
        format!("has no variable '{name}' to write to"),
        "a variable that was defined before",
        "report this: it is a defect of the coupler",
    )
}
