//! Values that serve the get of date 0 where a positive lag leaves it without a put: the sender sends them.

use crate::{code::Code, error::Error, handshake::Experiment, outgoing::Outgoing, resolve};
use halocline_configs::{ExchangeSpec, FieldSpec, FileVariable, InitialValue};
use halocline_exchanges::{
    partition::{OwnedCells, Rectangle},
    view::{Elements, Layout, View},
};
use halocline_gridfiles::{Box3, FieldSize, Size, read_initial};
use std::collections::HashMap;

/// One field on this rank's own cells: axes (i, j, level), i fastest.
#[derive(Debug)]
pub(crate) struct InitialArray {
    shape: [usize; 3],
    values: Vec<f64>,
}

impl InitialArray {
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

/// The initial arrays of each outgoing exchange that has a positive lag, with the position of the exchange.
pub(crate) fn all_values(
    experiment: &Experiment,
    outgoing: &[Outgoing],
    domains: &HashMap<String, OwnedCells>,
) -> Result<Vec<(usize, Vec<InitialArray>)>, Error> {
    let mut all = Vec::new();
    for (position, exchange) in outgoing.iter().enumerate() {
        let Some(spec) = experiment
            .spec
            .exchanges
            .iter()
            .find(|spec| spec.name == exchange.name)
        else {
            continue;
        };
        if spec.is_static || spec.lag.get() <= 0 {
            continue;
        }
        let own = &domains[resolve::grid_of(&experiment.spec, spec)];
        let arrays = spec
            .fields
            .iter()
            .map(|field| array(experiment, spec, field, own))
            .collect::<Result<_, _>>()?;
        all.push((position, arrays));
    }
    Ok(all)
}

fn array(
    experiment: &Experiment,
    exchange: &ExchangeSpec,
    name: &str,
    own: &OwnedCells,
) -> Result<InitialArray, Error> {
    let field = &experiment.spec.fields[name];
    let [ni, nj] = own.local_shape();
    let shape = [ni, nj, own.own_levels(field.levels()).len()];
    let values = match exchange.initial_of(name) {
        Some(InitialValue::Number(value)) => vec![value; shape.iter().product()],
        Some(InitialValue::File(source)) if own.cells() > 0 => {
            from_file(experiment, exchange, &source, own, field)
                .map_err(|error| error.about(name))?
        }
        Some(InitialValue::File(_)) => Vec::new(),
        None => {
            let found = format!(
                "exchange '{}' has a lag, but no initial value for field '{name}'",
                exchange.name
            );
            let error = Error::new(
                Code::Experiment,
                found,
                "`initial:` with a number or a file",
                "add it to the exchange in the experiment file",
            );
            return Err(error.about(name));
        }
    };
    Ok(InitialArray { shape, values })
}

/// Read the own cells of a variable: the box around them, then the cells in local order.
fn from_file(
    experiment: &Experiment,
    exchange: &ExchangeSpec,
    source: &FileVariable,
    own: &OwnedCells,
    field: &FieldSpec,
) -> Result<Vec<f64>, Error> {
    let grid = &experiment.spec.grids[&field.grid];
    let levels = own.own_levels(field.levels());
    let whole = Rectangle {
        i: 0,
        j: 0,
        ni: grid.nx(),
        nj: grid.ny(),
    };
    let around = own.rectangle().unwrap_or(whole);
    let part = Box3 {
        levels: levels.clone(),
        j: around.j..around.j + around.nj,
        i: around.i..around.i + around.ni,
    };
    let size = FieldSize {
        grid: Size {
            nx: grid.nx(),
            ny: grid.ny(),
        },
        levels: field.levels(),
    };
    let path = experiment.folder.join(&source.file);
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
    let of_level = |level| cells().map(move |cell| [level, cell / grid.nx(), cell % grid.nx()]);
    Ok((0..levels.len())
        .flat_map(of_level)
        .map(|place| values[place])
        .collect())
}
