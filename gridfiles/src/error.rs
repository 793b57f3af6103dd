//! What can be wrong with a file that an experiment names.

use halocline_configs::hint;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Which rule a file breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileErrorKind {
    /// There is no such file.
    MissingFile,
    /// The file is there, and is not a netCDF file that can be read.
    Unreadable,
    /// The file has no such variable.
    MissingVariable,
    /// The variable does not have the shape of the grid or field.
    WrongShape,
    /// The variable does not hold numbers.
    NotNumeric,
    /// A value is NaN, infinite, or marked as missing.
    NotANumber,
    /// A value that cannot be a coordinate, mask or cell size.
    OutOfRange,
    /// The file cannot be written.
    Unwritable,
    /// A file has neither the variables nor the means to know a quantity.
    NoSource,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Which rule is broken.
    pub kind: FileErrorKind,
    /// The file.
    pub file: PathBuf,
    /// What was found, as a sentence.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// What to change.
    pub change: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; expected {}; {}",
            self.file.display(),
            self.found,
            self.expected,
            self.change
        )
    }
}

impl std::error::Error for FileError {}

impl FileError {
    pub(crate) fn new(
        kind: FileErrorKind,
        file: &Path,
        found: impl Into<String>,
        expected: impl Into<String>,
        change: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            found: found.into(),
            expected: expected.into(),
            change: change.into(),
        }
    }

    pub(crate) fn missing_file(file: &Path) -> Self {
        let change =
            "make it, or correct its name in the experiment file: names are relative to that file";
        Self::new(
            FileErrorKind::MissingFile,
            file,
            "there is no such file",
            "a netCDF file",
            change,
        )
    }

    pub(crate) fn unreadable(file: &Path, cause: &netcdf::Error) -> Self {
        let found = format!("cannot be read: {cause}");
        let change = "try `ncdump -h` on it; write it anew if it is damaged";
        Self::new(
            FileErrorKind::Unreadable,
            file,
            found,
            "a netCDF file that you may read",
            change,
        )
    }

    pub(crate) fn missing_variable(file: &Path, name: &str, known: &[String]) -> Self {
        let list = known.join(", ");
        let change = hint::change_to(
            name,
            known.iter().map(String::as_str),
            "correct the name in the experiment file",
        );
        let found = format!("has no variable '{name}'");
        Self::new(
            FileErrorKind::MissingVariable,
            file,
            found,
            format!("one of its variables: {list}"),
            change,
        )
    }

    pub(crate) fn wrong_shape(
        file: &Path,
        name: &str,
        found: &[usize],
        expected: &str,
        change: &str,
    ) -> Self {
        let found = format!("variable '{name}' has the shape {}", shape_text(found));
        Self::new(FileErrorKind::WrongShape, file, found, expected, change)
    }
}

/// `(1, 48, 64)`.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({})", lengths.join(", "))
}
