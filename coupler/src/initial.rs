//! Values that serve the get of date 0 where a positive lag leaves it without a put: the sender sends them.

use crate::{
    code::Code,
    error::Error,
    restart,
    route::{Route, RouteField},
};
use halocline_configs::{FileVariable, InitialValue, Linear, MissingRestart};
use halocline_exchanges::{
    partition::{OwnedCells, Rectangle},
    view::{Elements, Layout, View},
};
use halocline_gridfiles::{Box3, FieldSize, Size, read_initial};
use std::path::Path;

/// One field on this rank's own cells: axes (i, j, level), i fastest.
#[derive(Debug)]
pub(crate) struct InitialArray {
    shape: [usize; 3],
    values: Vec<f64>,
    /// Whether they are values as they were put, and not yet as they are sent.
    pub(crate) is_raw: bool,
}

impl InitialArray {
    pub(crate) fn scale(&mut self, scale: Linear) {
        self.values
            .iter_mut()
            .for_each(|value| *value = scale.apply(*value));
    }

    pub(crate) fn view(&self) -> View<'_> {
        let [ni, nj, _] = self.shape;
        #[allow(clippy::cast_possible_wrap, reason = "extents of memory fit isize")]
        let strides = [1, ni as isize, (ni * nj) as isize];
        View {
            layout: Layout {
                shape: self.shape,
                strides,
                origin: 0,
            },
            elements: Elements::F64(&self.values),
        }
    }
}

/// The initial arrays of each exchange that this rank sends and that has a positive lag, with the position of the
/// exchange among those that this rank sends; `folder` is that of the experiment file.
pub(crate) fn all_values(
    folder: &Path,
    missing: MissingRestart,
    routes: &[Route],
) -> Result<Vec<(usize, Vec<InitialArray>)>, Error> {
    let sent = routes
        .iter()
        .filter_map(|route| Some((route, route.source.as_deref()?)));
    let lagged = |(_, (route, _)): &(usize, (&Route, &OwnedCells))| {
        !route.exchange.is_static && route.exchange.lag.get() > 0 && route.is_between_components()
    };
    let sent = sent.enumerate().filter(lagged);
    let arrays = sent.map(|(position, (route, own))| {
        let fields = route.fields.iter();
        let arrays = fields.map(|field| array(folder, missing, route, field, own));
        Ok((position, arrays.collect::<Result<_, Error>>()?))
    });
    arrays.collect()
}

fn array(
    folder: &Path,
    missing: MissingRestart,
    route: &Route,
    field: &RouteField,
    own: &OwnedCells,
) -> Result<InitialArray, Error> {
    let [ni, nj] = own.local_shape();
    let shape = [ni, nj, own.own_levels(field.shape.levels).len()];
    let restart = route.exchange.restart.as_ref();
    let values = match route.exchange.initial_of(&field.sent) {
        Some(InitialValue::Number(value)) => vec![value; shape.iter().product()],
        Some(InitialValue::File(source)) if own.cells() > 0 => {
            from_file(folder, route, &source, own, field.shape.levels)
                .map_err(|error| error.about(&field.sent))?
        }
        Some(InitialValue::File(_)) => Vec::new(),
        None if let Some(restart) = restart => {
            let zeros = missing == MissingRestart::Zeros;
            let path = folder.join(restart);
            restart::read_field(&path, zeros, route, &field.sent, field.shape.levels, own)?
        }
        None => {
            let found = format!(
                "exchange '{}' has a lag, but no initial value for field '{}'",
                route.exchange.name, field.sent
            );
            let error = Error::new(
                Code::Experiment,
                found,
                "`initial:` with a number or a file, or a `restart:` file",
                "add it to the exchange in the experiment file",
            );
            return Err(error.about(&field.sent));
        }
    };
    let is_raw = route.exchange.initial.is_none();
    Ok(InitialArray {
        shape,
        values,
        is_raw,
    })
}

/// Read the own cells of a variable: the box around them, then the cells in local order.
fn from_file(
    folder: &Path,
    route: &Route,
    source: &FileVariable,
    own: &OwnedCells,
    field_levels: usize,
) -> Result<Vec<f64>, Error> {
    let (grid, exchange) = (&route.grid, &route.exchange);
    let levels = own.own_levels(field_levels);
    let whole = Rectangle {
        i: 0,
        j: 0,
        ni: grid.nx,
        nj: grid.ny,
    };
    let around = own.rectangle().unwrap_or(whole);
    let part = Box3 {
        levels: levels.clone(),
        j: around.j..around.j + around.nj,
        i: around.i..around.i + around.ni,
    };
    let size = FieldSize {
        grid: Size {
            nx: grid.nx,
            ny: grid.ny,
        },
        levels: field_levels,
    };
    let path = folder.join(&source.file);
    let values =
        read_initial(&path, &source.variable, size, &part, exchange.fill).map_err(|error| {
            let found = format!(
                "initial values of exchange '{}': {}: {}",
                exchange.name,
                path.display(),
                error.found
            );
            Error::new(Code::File, found, error.expected, error.change)
        })?;
    if own.rectangle().is_some() {
        return Ok(values.into_iter().collect());
    }
    let cells = || own.runs().iter().flat_map(|run| run.start..run.end());
    let of_level = |level| cells().map(move |cell| [level, cell / grid.nx, cell % grid.nx]);
    Ok((0..levels.len())
        .flat_map(of_level)
        .map(|place| values[place])
        .collect())
}
