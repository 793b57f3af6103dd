//! Values that serve the get of date 0 where a positive lag leaves it without a put: the sender sends them.

use crate::{code::Code, error::Error, handshake::Experiment, outgoing::Outgoing, resolve};
use halocline_configs::{ExchangeSpec, FileVariable, InitialValue};
use halocline_exchanges::{
    partition::{OwnedCells, Rectangle},
    view::{Elements, Layout, View},
};
use std::{collections::HashMap, ops::Range};

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
    field: &str,
    own: &OwnedCells,
) -> Result<InitialArray, Error> {
    let levels = own.own_levels(experiment.spec.fields[field].levels);
    let [ni, nj] = own.local_shape();
    let shape = [ni, nj, levels.len()];
    let values = match exchange.initial_of(field) {
        Some(InitialValue::Number(value)) => vec![value; ni * nj * levels.len()],
        Some(InitialValue::File(source)) => from_file(experiment, exchange, &source, own, levels)
            .map_err(|error| error.about(field))?,
        None => {
            return Err(Error::new(
                Code::Experiment,
                format!(
                    "exchange '{}' has a lag, but no initial value for field '{field}'",
                    exchange.name
                ),
                "`initial:` with a number or a file",
                "add it to the exchange in the experiment file",
            )
            .about(field));
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
    levels: Range<usize>,
) -> Result<Vec<f64>, Error> {
    let _ = (
        experiment,
        own,
        levels,
        Rectangle {
            i: 0,
            j: 0,
            ni: 0,
            nj: 0,
        },
    );
    Err(Error::new(
        Code::File,
        format!(
            "exchange '{}' has initial values in {}",
            exchange.name,
            source.file.display()
        ),
        "a number: files cannot be read yet",
        "give a number as `initial:` in the experiment file",
    ))
}
