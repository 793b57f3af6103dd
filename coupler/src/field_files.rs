//! Output files of exchanges, `FIELD_component_NN.nc` beside the experiment file: a record for each date that acted.

use crate::{code::Code, error::Error};
use halocline_gridfiles::{FieldFile, FileError, Format, Size};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The output files that this rank writes.
#[derive(Debug)]
pub(crate) struct FieldFiles {
    folder: PathBuf,
    component: String,
    format: Format,
    /// Files that were begun in this run.
    begun: BTreeSet<PathBuf>,
}

/// One record of one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) field: &'a str,
    /// Number of the exchange in the experiment file.
    pub(crate) exchange: usize,
    pub(crate) date: i64,
    pub(crate) size: Size,
    pub(crate) levels: usize,
}

impl FieldFiles {
    pub(crate) fn new(folder: &Path, component: &str, format: Format) -> Self {
        Self {
            folder: folder.to_owned(),
            component: component.to_owned(),
            format,
            begun: BTreeSet::new(),
        }
    }

    /// Write one level; the first of a date begins its record, the first of the run the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn write(
        &mut self,
        record: Record<'_>,
        level: usize,
        values: &[f64],
    ) -> Result<(), Error> {
        let Record {
            field,
            exchange,
            date,
            size,
            levels,
        } = record;
        let name = format!("{field}_{}_{exchange:02}.nc", self.component);
        let path = self.folder.join(name);
        let is_new = self.begun.insert(path.clone());
        let write = || {
            let mut file = if is_new {
                let mut file = FieldFile::create(&path, self.format)?;
                file.define(field, size, levels, true)?;
                file
            } else {
                FieldFile::append(&path)?
            };
            let number = if level == 0 {
                file.begin_record(date)?
            } else {
                file.last_record()?
            };
            file.write(field, Some(number), level, values)?;
            file.close()
        };
        write().map_err(|error: FileError| {
            Error::new(
                Code::File,
                format!(
                    "output of exchange number {exchange}: {}: {}",
                    error.file.display(),
                    error.found
                ),
                error.expected,
                error.change,
            )
            .about(field)
        })
    }
}
