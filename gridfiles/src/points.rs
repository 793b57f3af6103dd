//! Where the coordinates of a grid's points come from, and reading them.

use crate::{
    error::{FileError, FileErrorKind},
    plane::{Plane, Quantity, Size},
    variable::OpenFile,
};
use halocline_configs::{FileVariable, GridSpec, PointFiles, PointKind};
use ndarray::Array2;
use std::path::{Path, PathBuf};

/// Coordinates of the points of one kind, each with shape (j, i), i fastest; none where no file says them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coordinates {
    /// Longitude [degrees east].
    pub longitude: Option<Array2<f64>>,
    /// Latitude [degrees north].
    pub latitude: Option<Array2<f64>>,
    /// 1 in the ocean, 0 on land.
    pub mask: Option<Array2<f64>>,
    /// Cell size along i [m].
    pub e1: Option<Array2<f64>>,
    /// Cell size along j [m].
    pub e2: Option<Array2<f64>>,
}

/// A file and the variable in it that says a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    pub(crate) variable: String,
    reading: Reading,
}

/// How the numbers of a source become the quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    AsItIs,
    /// Ocean where the number of the bottom level is positive.
    PositiveIsOcean,
}

/// Read what the files of a grid say about the points of one kind; file names are relative to `base`.
///
/// `points` of the experiment file comes before `mesh_mask`, and `mesh_mask` before `domain_cfg`.
///
/// # Errors
/// The first file or variable that is missing, has another shape, or holds what is not a number.
pub fn read_coordinates(
    grid: &GridSpec,
    point: PointKind,
    base: &Path,
) -> Result<Coordinates, FileError> {
    let size = Size {
        nx: grid.nx(),
        ny: grid.ny(),
    };
    let read = |quantity| {
        source(grid, point, quantity, base)?
            .map(|source| source.read(quantity, size))
            .transpose()
    };
    Ok(Coordinates {
        longitude: read(Quantity::Longitude)?,
        latitude: read(Quantity::Latitude)?,
        mask: read(Quantity::Mask)?,
        e1: read(Quantity::E1)?,
        e2: read(Quantity::E2)?,
    })
}

/// Where a quantity comes from, if any file is named for it.
pub(crate) fn source(
    grid: &GridSpec,
    point: PointKind,
    quantity: Quantity,
    base: &Path,
) -> Result<Option<Source>, FileError> {
    let written = grid
        .points
        .get(point)
        .and_then(|files| written(files, quantity));
    if let Some(FileVariable { file, variable }) = written {
        return Ok(Some(Source {
            file: base.join(file),
            variable: variable.clone(),
            reading: Reading::AsItIs,
        }));
    }
    if let Some(file) = &grid.mesh_mask {
        let variable = nemo_name(point, quantity);
        return Ok(Some(Source {
            file: base.join(file),
            variable,
            reading: Reading::AsItIs,
        }));
    }
    let domain_cfg = grid.domain_cfg.as_ref().map(|file| base.join(file));
    domain_cfg.map_or(Ok(None), |file| domain_cfg_source(&file, point, quantity))
}

fn written(files: &PointFiles, quantity: Quantity) -> Option<&FileVariable> {
    match quantity {
        Quantity::Longitude => files.longitude.as_ref(),
        Quantity::Latitude => files.latitude.as_ref(),
        Quantity::Mask => files.mask.as_ref(),
        Quantity::E1 => files.e1.as_ref(),
        Quantity::E2 => files.e2.as_ref(),
    }
}

/// A domain_cfg file has no masks; T points are ocean where `bottom_level` is positive.
fn domain_cfg_source(
    file: &Path,
    point: PointKind,
    quantity: Quantity,
) -> Result<Option<Source>, FileError> {
    if quantity != Quantity::Mask {
        let variable = nemo_name(point, quantity);
        return Ok(Some(Source {
            file: file.to_owned(),
            variable,
            reading: Reading::AsItIs,
        }));
    }
    let name = "bottom_level";
    let usable = point == PointKind::T && OpenFile::open(file)?.has(name);
    let reading = Reading::PositiveIsOcean;
    Ok(usable.then(|| Source {
        file: file.to_owned(),
        variable: name.to_owned(),
        reading,
    }))
}

/// Name of a quantity in NEMO's files: `glamt`, `gphiu`, `vmask`, `e1f`.
fn nemo_name(point: PointKind, quantity: Quantity) -> String {
    let letter = match point {
        PointKind::T => 't',
        PointKind::U => 'u',
        PointKind::V => 'v',
        PointKind::F => 'f',
    };
    match quantity {
        Quantity::Longitude => format!("glam{letter}"),
        Quantity::Latitude => format!("gphi{letter}"),
        Quantity::Mask => format!("{letter}mask"),
        Quantity::E1 => format!("e1{letter}"),
        Quantity::E2 => format!("e2{letter}"),
    }
}

impl Source {
    fn read(&self, quantity: Quantity, size: Size) -> Result<Array2<f64>, FileError> {
        let file = OpenFile::open(&self.file)?;
        let variable = file.variable(&self.variable)?;
        let plane = Plane::new(&variable, self.rule(quantity), size)?.read()?;
        Ok(match self.reading {
            Reading::AsItIs => plane,
            Reading::PositiveIsOcean => plane.mapv(|level| if level > 0.0 { 1.0 } else { 0.0 }),
        })
    }

    /// Look at the file, its shape and all its values.
    pub(crate) fn check(&self, quantity: Quantity, size: Size) -> Result<(), FileError> {
        let file = OpenFile::open(&self.file)?;
        let variable = file.variable(&self.variable)?;
        Plane::new(&variable, self.rule(quantity), size)?.check()
    }

    /// The rule for the stored numbers: a bottom level is not negative, like a length.
    fn rule(&self, quantity: Quantity) -> Quantity {
        match self.reading {
            Reading::AsItIs => quantity,
            Reading::PositiveIsOcean => Quantity::E1,
        }
    }
}

/// The mask of a grid's points.
///
/// # Errors
/// As [`read_coordinates`], and no file that says the mask.
pub fn read_mask(grid: &GridSpec, point: PointKind, base: &Path) -> Result<Array2<f64>, FileError> {
    let size = Size {
        nx: grid.nx(),
        ny: grid.ny(),
    };
    match source(grid, point, Quantity::Mask, base)? {
        Some(source) => source.read(Quantity::Mask, size),
        None => {
            let found = format!("no file says which {point:?} points are ocean");
            let expected = "'points: {.. mask ..}' or 'mesh_mask' in the grid";
            let file = grid.domain_cfg.as_deref().unwrap_or(base);
            Err(FileError::new(
                FileErrorKind::NoSource,
                file,
                found,
                expected,
                "add it to the experiment file",
            ))
        }
    }
}
