//! Grids in the files of OASIS: grids.nc, masks.nc and areas.nc.
//!
//! | file | variables of a grid named `torc` |
//! |---|---|
//! | grids.nc | `torc.lon`, `torc.lat`, `torc.clo`, `torc.cla`, `torc.ang` |
//! | masks.nc | `torc.msk`, `torc.frc` |
//! | areas.nc | `torc.srf` |

use crate::{
    error::{FileError, FileErrorKind, shape_text},
    writer::Format,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// What an array of a grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Longitude of the cell's centre [degrees_east].
    Longitude,
    /// Latitude of the cell's centre [degrees_north].
    Latitude,
    /// Longitudes of its corners [degrees_east].
    CornerLongitude,
    /// Latitudes of its corners [degrees_north].
    CornerLatitude,
    /// Angle of the i axis to the east [degrees].
    Angle,
    /// 0 for cells in use, 1 for others [-].
    Mask,
    /// Fraction of the cell in use [-].
    Fraction,
    /// Area of the cell [m2].
    Area,
}

impl Quantity {
    /// The quantity in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Longitude => "longitude",
            Self::Latitude => "latitude",
            Self::CornerLongitude => "corner longitude",
            Self::CornerLatitude => "corner latitude",
            Self::Angle => "angle",
            Self::Mask => "mask",
            Self::Fraction => "fraction",
            Self::Area => "area",
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Longitude => "lon",
            Self::Latitude => "lat",
            Self::CornerLongitude => "clo",
            Self::CornerLatitude => "cla",
            Self::Angle => "ang",
            Self::Mask => "msk",
            Self::Fraction => "frc",
            Self::Area => "srf",
        }
    }

    const fn units(self) -> &'static str {
        match self {
            Self::Longitude | Self::CornerLongitude => "degrees_east",
            Self::Latitude | Self::CornerLatitude => "degrees_north",
            Self::Angle => "degrees",
            Self::Mask | Self::Fraction => "1",
            Self::Area => "m2",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Mask | Self::Fraction => "masks.nc",
            Self::Area => "areas.nc",
            _ => "grids.nc",
        }
    }

    const fn is_of_corners(self) -> bool {
        matches!(self, Self::CornerLongitude | Self::CornerLatitude)
    }
}

/// The numbers of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Everything but masks.
    Real(Vec<f64>),
    /// Masks.
    Whole(Vec<i32>),
}

/// One array of a grid, whole: axes (corner, j, i), i fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct GridArray {
    /// Name of the grid.
    pub grid: String,
    /// What it is.
    pub quantity: Quantity,
    /// Cells along i and j.
    pub size: [usize; 2],
    /// Corners of a cell; 1 for what has one value a cell.
    pub corners: usize,
    /// `corners * nj * ni` of them.
    pub values: Values,
}

const FILES: [&str; 3] = ["grids.nc", "masks.nc", "areas.nc"];

/// Add arrays to the files in `folder`, which are made in `format` where they are missing.
///
/// What a file holds already stays; an array of the same name and shape is replaced. Processes that add at the same time
/// wait for each other, and a reader never sees a file half written.
///
/// # Errors
/// A file that cannot be written, an array of the same name and another shape.
pub fn add_to_files(folder: &Path, arrays: &[GridArray], format: Format) -> Result<(), FileError> {
    for name in FILES {
        let chosen: Vec<&GridArray> = arrays
            .iter()
            .filter(|array| array.quantity.file() == name)
            .collect();
        if !chosen.is_empty() {
            add_to_file(&folder.join(name), &chosen, format)?;
        }
    }
    Ok(())
}

fn add_to_file(path: &Path, arrays: &[&GridArray], format: Format) -> Result<(), FileError> {
    let _turn = turn(path)?;
    let beside = with_suffix(path, ".new");
    let is_there = path.exists();
    if is_there {
        fs::copy(path, &beside).map_err(|error| cannot_write(path, &error))?;
    }
    let new = (!is_there).then_some(format);
    write(&beside, arrays, new).map_err(|problem| problem.in_file(path))?;
    fs::rename(&beside, path).map_err(|error| cannot_write(path, &error))
}

/// The right to write a file, held until the result is dropped or the process ends.
fn turn(path: &Path) -> Result<File, FileError> {
    let lock = with_suffix(path, ".lock");
    let file = File::create(&lock).map_err(|error| cannot_write(&lock, &error))?;
    file.lock().map_err(|error| cannot_write(&lock, &error))?;
    Ok(file)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Why a file could not be written, before it is named.
enum Problem {
    Library(netcdf::Error),
    Shape {
        name: String,
        found: Vec<usize>,
        wanted: Vec<usize>,
    },
}

impl From<netcdf::Error> for Problem {
    fn from(error: netcdf::Error) -> Self {
        Self::Library(error)
    }
}

impl Problem {
    fn in_file(self, path: &Path) -> FileError {
        match self {
            Self::Library(error) => cannot_write(path, &error),
            Self::Shape {
                name,
                found,
                wanted,
            } => FileError::wrong_shape(
                path,
                &name,
                &found,
                &format!("the shape {} that is written now", shape_text(&wanted)),
                "remove the file where it is of an earlier run, or give the grid another name",
            ),
        }
    }
}

/// `new`: the format of a file that is not there yet.
fn write(path: &Path, arrays: &[&GridArray], new: Option<Format>) -> Result<(), Problem> {
    let mut file = match new {
        Some(format) => netcdf::create_with(path, format.options())?,
        None => netcdf::append(path)?,
    };
    if new.is_none() {
        file.redef()?;
    }
    for array in arrays {
        define(&mut file, array)?;
    }
    file.enddef()?;
    for array in arrays {
        put(&mut file, array)?;
    }
    file.close()?;
    Ok(())
}

fn name_of(array: &GridArray) -> String {
    format!("{}.{}", array.grid, array.quantity.suffix())
}

/// Names and lengths of the dimensions, the slowest first.
fn dimensions(array: &GridArray) -> Vec<(String, usize)> {
    let [nx, ny] = array.size;
    let plane = [
        (format!("y_{}", array.grid), ny),
        (format!("x_{}", array.grid), nx),
    ];
    let corner = (format!("crn_{}", array.grid), array.corners);
    if array.quantity.is_of_corners() {
        std::iter::once(corner).chain(plane).collect()
    } else {
        plane.into()
    }
}

fn define(file: &mut netcdf::FileMut, array: &GridArray) -> Result<(), Problem> {
    let (name, wanted) = (name_of(array), dimensions(array));
    let lengths: Vec<usize> = wanted.iter().map(|dimension| dimension.1).collect();
    if let Some(variable) = file.variable(&name) {
        let found: Vec<usize> = variable
            .dimensions()
            .iter()
            .map(netcdf::Dimension::len)
            .collect();
        return if found == lengths {
            Ok(())
        } else {
            Err(Problem::Shape {
                name,
                found,
                wanted: lengths,
            })
        };
    }
    for (dimension, length) in &wanted {
        match file.dimension_len(dimension) {
            Some(found) if found == *length => {}
            Some(found) => {
                let (found, wanted) = (vec![found], vec![*length]);
                return Err(Problem::Shape {
                    name: dimension.clone(),
                    found,
                    wanted,
                });
            }
            None => {
                file.add_dimension(dimension, *length)?;
            }
        }
    }
    let names: Vec<&str> = wanted
        .iter()
        .map(|dimension| dimension.0.as_str())
        .collect();
    let mut variable = match array.values {
        Values::Real(_) => file.add_variable::<f64>(&name, &names)?,
        Values::Whole(_) => file.add_variable::<i32>(&name, &names)?,
    };
    variable.put_attribute("standard_name", array.quantity.name().replace(' ', "_"))?;
    variable.put_attribute("units", array.quantity.units())?;
    Ok(())
}

fn put(file: &mut netcdf::FileMut, array: &GridArray) -> Result<(), Problem> {
    let mut variable = file.variable_mut(&name_of(array)).expect("defined above");
    match &array.values {
        Values::Real(values) => variable.put_values(values, ..)?,
        Values::Whole(values) => variable.put_values(values, ..)?,
    }
    Ok(())
}

fn cannot_write(path: &Path, cause: &dyn std::fmt::Display) -> FileError {
    FileError::new(
        FileErrorKind::Unwritable,
        path,
        format!("cannot be written: {cause}"),
        "a netCDF file in a folder that you may write to",
        "look at the rights and the free space of the folder; remove the file if it is damaged",
    )
}
