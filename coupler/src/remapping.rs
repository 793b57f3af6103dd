//! Exchanges whose receiver has another grid: which weights, and which source cells the receiver needs for them.
//!
//! The receiver makes the sums, of whole values of the source and in the order of its cells, whatever `side` and `order`
//! say: the messages then hold the source cells that its ranks need and no others, and the result has the same bits on
//! any layout. To sum at the sender would send target values instead, to add up partial sums would change bits.

use crate::{code::Code, error::Error, handshake::Experiment, route::Route};
use halocline_configs::{BadWeights, ExchangeSpec, Remap, ScripMethod, ScripOrder};
use halocline_exchanges::{
    grid::Grid,
    partition::OwnedCells,
    remapping::{CellFinder, Links, Matrix},
};
use halocline_gridfiles::{FileError, FileErrorKind, WeightsSize, read_weights as read_file};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The receiving side of an exchange that remaps.
#[derive(Debug, Clone)]
pub(crate) struct Remapped {
    /// The receiver's grid.
    pub(crate) grid: Arc<Grid>,
    /// This rank's part, if it is of the component that receives.
    pub(crate) part: Option<Part>,
}

/// The weights of one rank.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) matrix: Arc<Matrix>,
    /// The source cells that they need.
    pub(crate) asked: OwnedCells,
}

impl Remapped {
    /// Onto this grid; the weights are still to be read.
    pub(crate) fn onto(grid: Grid) -> Self {
        Self {
            grid: Arc::new(grid),
            part: None,
        }
    }
}

/// Read the weights of all exchanges that this rank receives and that remap; each file once for the same cells.
///
/// # Errors
/// A file that is missing or wrong, and what this version cannot do: halos around remapped cells, gradients.
pub(crate) fn read_weights(
    mut routes: Vec<Route>,
    experiment: &Experiment,
) -> Result<Vec<Route>, Error> {
    for number in 0..routes.len() {
        let (done, rest) = routes.split_at_mut(number);
        let route = &mut rest[0];
        let Some(remap) = &route.exchange.remap else {
            continue;
        };
        let about = |error: Error| error.about(&route.exchange.fields[0]);
        check(&route.exchange, remap).map_err(about)?;
        let Some(own) = route.target.clone() else {
            continue;
        };
        let path = path(route, experiment).map_err(about)?;
        let known = done
            .iter()
            .filter(|other| is_alike(other, route, &path, experiment))
            .find_map(|other| other.remapped.as_ref()?.part.clone());
        let part = match known {
            Some(part) => part,
            None => read_part(route, &own, &path, experiment).map_err(about)?,
        };
        if let Some(remapped) = &mut route.remapped {
            remapped.part = Some(part);
        }
    }
    Ok(routes)
}

/// Whether another exchange has the same weights for the same cells.
fn is_alike(other: &Route, route: &Route, path: &Path, experiment: &Experiment) -> bool {
    if other.exchange.remap.is_none() {
        return false;
    }
    let other_path = self::path(other, experiment);
    other.target == route.target
        && other.grid.cells() == route.grid.cells()
        && other_path.is_ok_and(|other| other == path)
}

/// What cannot be done.
fn check(exchange: &ExchangeSpec, remap: &Remap) -> Result<(), Error> {
    if exchange.halo > 0 {
        return Err(Error::new(
            Code::Experiment,
            format!(
                "exchange '{}' remaps and has a halo of {}",
                exchange.name, exchange.halo
            ),
            "a remapping without halo: weights lead to own cells",
            "set `halo: 0`",
        ));
    }
    let needs_gradients = remap.scrip.as_ref().filter(|scrip| {
        matches!(scrip.method, ScripMethod::Bicubic | ScripMethod::Bicubicnf)
            || scrip.order == Some(ScripOrder::Second)
    });
    let Some(scrip) = needs_gradients else {
        return Ok(());
    };
    Err(Error::new(
        Code::Experiment,
        format!(
            "exchange '{}' remaps with gradients ({}), which this version does not send",
            exchange.name,
            scrip.method.entry()
        ),
        "weights for the values alone",
        "use CONSERV FIRST, or BILINEAR instead of BICUBIC, and make its weights",
    ))
}

/// The file of weights: the one that is named, or the one that SCRIP has left behind.
fn path(route: &Route, experiment: &Experiment) -> Result<PathBuf, Error> {
    let (spec, exchange) = (&experiment.spec, &route.exchange);
    let files = spec.weight_files(exchange);
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|file| experiment.folder.join(file))
        .collect();
    let has_names = spec.source_grid(exchange).is_some() && spec.target_grid(exchange).is_some();
    let is_named = exchange
        .remap
        .as_ref()
        .is_some_and(|remap| remap.weights.is_some());
    let there = paths.iter().position(|path| path.is_file()).unwrap_or(0);
    if let Some(path) = paths.into_iter().nth(there)
        && (is_named || has_names)
    {
        return Ok(path);
    }
    Err(Error::new(
        Code::Experiment,
        format!(
            "the remapping of exchange '{}' names no file, and its grids have no names to find one by",
            exchange.name
        ),
        "`weights`, or `scrip` and the grids of both sides",
        "add `weights: FILE` to the `remap:` of the exchange",
    ))
}

fn read_part(
    route: &Route,
    own: &OwnedCells,
    path: &Path,
    experiment: &Experiment,
) -> Result<Part, Error> {
    let target_cells = route.target_grid().cells();
    let size = WeightsSize {
        source_cells: route.grid.cells(),
        target_cells,
        // Further ones are for gradients.
        most_sets: 1,
    };
    let bad = experiment.spec.oasis.unwrap_or_default().bad_weights;
    let finder = CellFinder::new(own);
    let read = read_file(path, size, bad, |cell| finder.position(cell));
    let read = read.map_err(|error| file_error(route, path, &error))?;
    if read.left_out > 0 && bad == BadWeights::Warn {
        tracing::warn!(
            "{}: {} links to or from cells that are in neither grid are left out",
            path.display(),
            read.left_out
        );
    }
    let links = Links {
        sets: read.sets,
        sources: read.sources,
        targets: read.targets,
        weights: read.weights,
    };
    let matrix = Matrix::new(&links, own.cells());
    Ok(Part {
        asked: OwnedCells::asked(matrix.sources(), own),
        matrix: Arc::new(matrix),
    })
}

fn file_error(route: &Route, path: &Path, error: &FileError) -> Error {
    let exchange = &route.exchange;
    if error.kind == FileErrorKind::MissingFile {
        return missing_weights(exchange, path);
    }
    Error::new(
        Code::File,
        format!(
            "weights of exchange '{}': {}: {}",
            exchange.name,
            error.file.display(),
            error.found
        ),
        error.expected.clone(),
        error.change.clone(),
    )
}

/// What to do where nobody has made the weights.
fn missing_weights(exchange: &ExchangeSpec, path: &Path) -> Error {
    let found = format!(
        "exchange '{}' has no weights: there is no file {}{}",
        exchange.name,
        path.display(),
        alike(path)
    );
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let scrip = exchange
        .remap
        .as_ref()
        .and_then(|remap| remap.scrip.as_ref());
    let Some(scrip) = scrip else {
        return Error::new(
            Code::File,
            found,
            "a file of weights of SCRIP, ESMF or xESMF",
            "make it, or correct the name: `remap: {weights: FILE}` (MAPPING in a namcouple), relative to the experiment file",
        );
    };
    let method = match scrip.method {
        ScripMethod::Bilinear | ScripMethod::Bilinearnf => "-m bilinear",
        ScripMethod::Distwgt
        | ScripMethod::Distwgtnf
        | ScripMethod::Gauswgt
        | ScripMethod::Gauswgtnf => "-m nearestidavg",
        _ => "-m conserve",
    };
    Error::new(
        Code::File,
        found,
        "weights that were made before the run: Halocline applies weights and does not compute them",
        format!(
            "make {name} once, from the two grids as ESMF reads them: `ESMF_RegridWeightGen -s SOURCE.nc -d TARGET.nc {method} -w {name}`, \
             or keep the file that a run of OASIS3-MCT with the same SCRIPR entry left behind; or name another file: \
             `remap: {{weights: FILE}}` (MAPPING in a namcouple)"
        ),
    )
}

/// Files for the same two grids that are there.
fn alike(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // rmp_SRC_to_DST_
    let parts: Vec<&str> = name.splitn(5, '_').collect();
    let (Some(folder), [first, source, to, target, _]) = (path.parent(), &parts[..]) else {
        return String::new();
    };
    let start = format!("{first}_{source}_{to}_{target}_");
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(&start))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    names.sort_unstable();
    format!(" (but {})", names.join(", "))
}
