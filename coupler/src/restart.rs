//! Restart files: what a lag carries from one run into the next, and windows that the end of a run cuts.
//!
//! A file has a variable for each field, named like it, with the values before they are scaled. The window of a field of
//! exchange number 7 is `loc000007_FIELD`, the number of puts in it `loc000007_FIELD_cnt`.
//!
//! A file is written anew beside its place by the rank that writes for the component, and takes its place when all its
//! fields are there: a run that ends before leaves the old file as it was.

use crate::{code::Code, error::Error, route::Route, values};
use halocline_configs::Status;
use halocline_exchanges::partition::OwnedCells;
use halocline_gridfiles::{
    Cells, FieldFile, FileError, Format, Record, Size, read_cells, read_number,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

/// The restart file of an exchange that this component sends.
#[derive(Debug, Clone)]
pub(crate) struct Restart {
    pub(crate) path: PathBuf,
    /// Whether it holds the values of the first receive; otherwise only windows.
    pub(crate) is_lagged: bool,
}

/// Name of the variable that holds the window of a field, and of the one that holds the number of puts in it.
pub(crate) fn window_names(number: usize, field: &str) -> [String; 2] {
    [
        format!("loc{number:06}_{field}"),
        format!("loc{number:06}_{field}_cnt"),
    ]
}

/// The restart files that this component writes.
#[derive(Debug, Default)]
pub(crate) struct RestartFiles {
    format: Format,
    /// For each file the lagged fields that it must have before it takes its place.
    wanted: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Files that have taken their place in this run.
    complete: BTreeSet<PathBuf>,
    /// Files that are being written: the fields that are there.
    written: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Files named with a date that were begun in this run.
    dated: BTreeSet<PathBuf>,
}

impl RestartFiles {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }

    /// A file must have this field before it takes its place.
    pub(crate) fn expect(&mut self, path: &Path, field: &str) {
        let wanted = self.wanted.entry(path.to_owned()).or_default();
        wanted.insert(field.to_owned());
    }

    /// Write one level of a field; with the last level of the last field the file takes its place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn write(
        &mut self,
        path: &Path,
        field: &str,
        size: Size,
        [level, levels]: [usize; 2],
        values: &[f64],
    ) -> Result<(), Error> {
        let is_new = !self.written.contains_key(path);
        let written = self.written.entry(path.to_owned()).or_default();
        let beside = beside(path);
        let write = || {
            let mut file = if is_new {
                FieldFile::create(&beside, self.format)?
            } else {
                FieldFile::append(&beside)?
            };
            if !file.has(field) {
                file.define(field, size, levels, false)?;
            }
            file.write(field, None, level, values)?;
            file.close()
        };
        write().map_err(|error| failed(&error))?;
        if level + 1 < levels {
            return Ok(());
        }
        written.insert(field.to_owned());
        if self
            .wanted
            .get(path)
            .is_none_or(|wanted| wanted.is_subset(written))
        {
            self.written.remove(path);
            replace(&beside, path)?;
            self.complete.insert(path.to_owned());
        }
        Ok(())
    }

    /// Write one level of a field, and how many puts are in it, into a file that is named with a date.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn write_dated(
        &mut self,
        path: &Path,
        name: &str,
        size: Size,
        [level, levels]: [usize; 2],
        values: &[f64],
        count: Option<(&str, u32)>,
    ) -> Result<(), Error> {
        let is_new = self.dated.insert(path.to_owned());
        let write = || {
            let mut file = if is_new {
                FieldFile::create(path, self.format)?
            } else {
                FieldFile::append(path)?
            };
            if !file.has(name) {
                file.define(name, size, levels, false)?;
            }
            file.write(name, None, level, values)?;
            if let Some((name, count)) = count {
                file.number(name, i32::try_from(count).unwrap_or(i32::MAX))?;
            }
            file.close()
        };
        write().map_err(|error| failed(&error))
    }

    /// Whether all lagged fields of a file have been written in this run, if it has any.
    fn is_complete(&self, path: &Path) -> bool {
        !self.wanted.contains_key(path) || self.complete.contains(path)
    }

    /// Begin to add windows to a file; what must be written is added by [`Windows`].
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn add_windows(&mut self, path: &Path) -> Result<Option<Windows>, Error> {
        if !self.is_complete(path) {
            return Ok(None);
        }
        let beside = beside(path);
        let has_fields = self.complete.contains(path);
        let open = || {
            if has_fields {
                std::fs::copy(path, &beside).map_err(|cause| unwritable(&beside, &cause))?;
                FieldFile::append(&beside).map_err(|error| failed(&error))
            } else {
                FieldFile::create(&beside, self.format).map_err(|error| failed(&error))
            }
        };
        Ok(Some(Windows {
            file: open()?,
            path: path.to_owned(),
        }))
    }

    /// Say which files were never complete, and remove what is left of them.
    pub(crate) fn clear(&mut self) {
        for (path, wanted) in &self.wanted {
            if !self.complete.contains(path) {
                let fields: Vec<&str> = wanted.iter().map(String::as_str).collect();
                tracing::warn!(
                    "restart file {} is left as it was: the run ended before all of {} was written",
                    path.display(),
                    fields.join(", ")
                );
            }
        }
        for path in std::mem::take(&mut self.written).into_keys() {
            if let Err(error) = std::fs::remove_file(beside(&path)) {
                tracing::debug!(
                    "cannot remove what was begun of {}: {error}",
                    path.display()
                );
            }
        }
    }
}

/// A restart file that windows are added to.
#[derive(Debug)]
pub(crate) struct Windows {
    file: FieldFile,
    path: PathBuf,
}

impl Windows {
    /// Write one level of a window.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn write(
        &mut self,
        name: &str,
        size: Size,
        [level, levels]: [usize; 2],
        values: &[f64],
    ) -> Result<(), Error> {
        let mut write = || {
            if !self.file.has(name) {
                self.file.define(name, size, levels, false)?;
            }
            self.file.write(name, None, level, values)
        };
        write().map_err(|error| failed(&error))
    }

    /// Write how many puts are in a window.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn count(&mut self, name: &str, count: u32) -> Result<(), Error> {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        self.file
            .number(name, count)
            .map_err(|error| failed(&error))
    }

    /// Let the file take its place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn close(self) -> Result<(), Error> {
        self.file.close().map_err(|error| failed(&error))?;
        replace(&beside(&self.path), &self.path)
    }
}

/// Beside a file: never under its own name while it is half written.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn replace(beside: &Path, path: &Path) -> Result<(), Error> {
    std::fs::rename(beside, path).map_err(|cause| unwritable(path, &cause))
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Error {
    Error::new(
        Code::File,
        format!("restart file {} cannot be written: {cause}", path.display()),
        "a place with room for it that you may write to",
        "look at the folder, its rights and its free space",
    )
}

fn failed(error: &FileError) -> Error {
    Error::new(
        Code::File,
        format!("{}: {}", error.file.display(), error.found),
        error.expected.clone(),
        error.change.clone(),
    )
}

/// The file that restart values are written to on demand: named with the date.
pub(crate) fn dated(path: &Path, date: i64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map_or_else(
        || ".nc".to_owned(),
        |extension| format!(".{}", extension.to_string_lossy()),
    );
    path.with_file_name(format!("{stem}_{date:08}{extension}"))
}

/// Own cells of a field of a restart file, for the first receive: axes (cell, level).
///
/// # Errors
/// The file is missing, unless `zeros` are to be taken then; it has no such field, or one of another shape.
pub(crate) fn read_field(
    path: &Path,
    zeros: bool,
    route: &Route,
    name: &str,
    field_levels: usize,
    own: &OwnedCells,
) -> Result<Vec<f64>, Error> {
    let levels = own.own_levels(field_levels);
    let count = levels.len() * own.cells();
    if zeros && !path.exists() {
        return Ok(vec![0.0; count]);
    }
    if count == 0 && path.exists() {
        return Ok(Vec::new());
    }
    let runs = values::runs(own);
    let cells = Cells {
        grid_cells: route.grid.cells(),
        field_levels,
        levels,
        runs: &runs,
        may_be_any: true,
    };
    read_cells(path, name, Record::Only, &cells, route.exchange.fill).map_err(|error| {
        let mut change = error.change;
        if !path.exists() {
            change = "make it, or let the first values be 0: `oasis: {missing_restart: zeros}`, in a namcouple $NNOREST T".into();
        }
        Error::new(
            Code::File,
            format!(
                "restart of exchange '{}': {}: {}",
                route.exchange.name,
                error.file.display(),
                error.found
            ),
            error.expected,
            change,
        )
        .about(name)
    })
}

/// Own cells of the window of a field and the number of puts in it; none where the file has no such window.
///
/// # Errors
/// The window has another shape, or cannot be read.
pub(crate) fn read_window(
    path: &Path,
    route: &Route,
    name: &str,
    field_levels: usize,
    own: &OwnedCells,
) -> Result<Option<(Vec<f64>, u32)>, Error> {
    if !path.exists() {
        return Ok(None);
    }
    let [window, count] = window_names(route.number, name);
    let puts = read_number(path, &count).map_err(|error| failed(&error))?;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of puts"
    )]
    let puts = puts.filter(|puts| *puts > 0.0).map(|puts| puts as u32);
    let Some(puts) = puts else { return Ok(None) };
    let runs = values::runs(own);
    let cells = Cells {
        grid_cells: route.grid.cells(),
        field_levels,
        levels: own.own_levels(field_levels),
        runs: &runs,
        may_be_any: true,
    };
    let read = read_cells(path, &window, Record::Only, &cells, route.exchange.fill);
    Ok(Some((read.map_err(|error| failed(&error))?, puts)))
}

/// The same routes, unless two components write one restart file.
///
/// # Errors
/// The first file that two of them name.
pub(crate) fn check_paths(routes: Vec<Route>) -> Result<Vec<Route>, Error> {
    let mut owners: BTreeMap<PathBuf, (&str, &str, usize)> = BTreeMap::new();
    let of_sender = |route: &&Route| route.exchange.status != Status::Input;
    for route in routes.iter().filter(of_sender) {
        let exchange = &route.exchange;
        let carries = exchange.lag.get() > 0 || exchange.accumulate.is_some();
        let Some(path) = exchange.restart.as_deref().filter(|_| carries) else {
            continue;
        };
        let mine = (
            exchange.from.as_str(),
            exchange.name.as_str(),
            route.source_writer,
        );
        // `./rst.nc` is `rst.nc`.
        let parts = path.components();
        let plain = parts.filter(|part| *part != Component::CurDir).collect();
        let owner = owners.entry(plain).or_insert(mine);
        // The rank that writes is the first that has the field: it must be the same for all fields of a file.
        if owner.0 != exchange.from || owner.2 != route.source_writer {
            return Err(Error::new(
                Code::Experiment,
                format!(
                    "exchanges '{}' of component '{}' and '{}' of '{}' have the same restart file {}",
                    owner.1,
                    owner.0,
                    exchange.name,
                    exchange.from,
                    path.display()
                ),
                "a restart file of its own for each component that sends, whose fields begin on the same rank",
                "give one of them another name (`restart:`, in a namcouple the last but one entry of the first line)",
            ));
        }
    }
    Ok(routes)
}
