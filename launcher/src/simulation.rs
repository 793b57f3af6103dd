//! The plans of all ranks of a job, simulated in this process: what each rank would send, receive, spend and hold.

mod accounts;
mod figures;
mod text;

pub use figures::{ComponentFigures, ExchangeFigures, SideFigures, Simulation, Spread};

use crate::{cut::Cut, error::Error, job::Job};
use accounts::Accounts;
use halocline_configs::{CouplingSpec, ExchangeSpec};
use halocline_coupler::convert;
use halocline_exchanges::{
    grid::Grid,
    partition::OwnedCells,
    plan::{ExchangeShape, FieldShape, PlanRequest},
    rehearsal::rehearse,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

/// Memory that an action took.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryUse {
    /// The most that it held at a time beyond what was there before [bytes].
    pub peak: i64,
    /// What is left of it; negative where it freed what was there before [bytes].
    pub left: i64,
}

/// Carries an action out and measures its memory: the program brings its allocator, libraries have none.
pub type MeasureMemory = fn(&mut dyn FnMut()) -> MemoryUse;

/// Own cells of each rank of a component on a grid.
type Domains<'a> = HashMap<(&'a str, &'a str), Vec<OwnedCells>>;

/// Plan all ranks of a job, one after the other.
pub(crate) fn simulate(
    spec: &CouplingSpec,
    job: &Job,
    cuts: &BTreeMap<String, Cut>,
    measure: MeasureMemory,
) -> Result<Simulation, Error> {
    let started = Instant::now();
    if let Some(exchange) = spec
        .exchanges
        .iter()
        .find(|exchange| exchange.remap.is_some())
    {
        return Err(Error::new(
            format!("exchange '{}' remaps", exchange.name),
            "exchanges that stay on one grid: which source cells a remapping needs, its file of weights tells in a job only",
            "take `remap` out of a copy of the file for the simulation",
        ));
    }
    let grids: HashMap<&str, Arc<Grid>> = spec
        .grids
        .iter()
        .map(|(name, grid)| (name.as_str(), Arc::new(convert::grid(name, grid))))
        .collect();
    let shapes: Vec<ExchangeShape> = spec
        .exchanges
        .iter()
        .map(|exchange| shape(spec, exchange, &grids))
        .collect();
    let domains = domains(spec, cuts, &grids)?;
    let requests: Vec<Vec<PlanRequest<'_>>> = job
        .components
        .iter()
        .flat_map(|component| (0..component.ranks).map(move |rank| (&component.name, rank)))
        .map(|(component, rank)| requests(spec, &shapes, &domains, component, rank))
        .collect();
    let bar = bar();
    let mut accounts = Accounts::new(job, spec.exchanges.len(), measure, bar.clone());
    let result = rehearse(&requests, &mut accounts);
    bar.finish_and_clear();
    result.map_err(|error| {
        Error::new(
            format!("the exchanges cannot be planned: {error}"),
            "partitions, halos and grids that fit each other",
            "correct the experiment file, or --ranks, --grid and --partition",
        )
    })?;
    Ok(accounts.figures(spec, job, cuts, started.elapsed()))
}

/// What an exchange moves, as the plan needs it.
fn shape(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    grids: &HashMap<&str, Arc<Grid>>,
) -> ExchangeShape {
    let fields = exchange.fields.iter().map(|name| {
        let field = &spec.fields[name];
        FieldShape {
            point: convert::point(field.point),
            sign: convert::sign(field.kind),
            levels: field.levels(),
        }
    });
    ExchangeShape {
        name: exchange.name.clone(),
        grid: Arc::clone(&grids[grid_of(spec, exchange)]),
        fields: fields.collect(),
        halo: exchange.halo,
        wire: convert::element(exchange.wire),
    }
}

fn grid_of<'a>(spec: &'a CouplingSpec, exchange: &ExchangeSpec) -> &'a str {
    &spec.fields[&exchange.fields[0]].grid
}

/// The own cells of all ranks on all grids that they need.
fn domains<'a>(
    spec: &'a CouplingSpec,
    cuts: &BTreeMap<String, Cut>,
    grids: &HashMap<&str, Arc<Grid>>,
) -> Result<Domains<'a>, Error> {
    let mut domains = Domains::new();
    for exchange in &spec.exchanges {
        let name = grid_of(spec, exchange);
        for component in [exchange.from.as_str(), exchange.to.as_str()] {
            if domains.contains_key(&(component, name)) {
                continue;
            }
            let (grid, written) = (&grids[name], &spec.components[component]);
            let tile = written.tiles.map(|tiles| [tiles.nx, tiles.ny]);
            let cut = cuts.get(component).copied().unwrap_or_default();
            let partitions = cut.partitions(grid, written.ranks, tile).into_iter();
            let own: Result<Vec<OwnedCells>, _> = partitions.map(|one| one.own(grid)).collect();
            let own = own.map_err(|error| {
                Error::new(
                    format!("component '{component}' on grid '{name}': {error}"),
                    "parts that lie within the grid",
                    "choose another --partition",
                )
            })?;
            domains.insert((component, name), own);
        }
    }
    Ok(domains)
}

/// All exchanges, as one rank of a component sees them.
fn requests<'a>(
    spec: &'a CouplingSpec,
    shapes: &'a [ExchangeShape],
    domains: &'a Domains<'a>,
    component: &str,
    rank: usize,
) -> Vec<PlanRequest<'a>> {
    let request = |(exchange, shape): (&'a ExchangeSpec, &'a ExchangeShape)| {
        let sides: [&'a str; 2] = [&exchange.from, &exchange.to];
        let [source, target] = sides.map(|of| {
            let domain = (of == component).then(|| &domains[&(of, grid_of(spec, exchange))]);
            domain.map(|ranks| &ranks[rank])
        });
        PlanRequest {
            shape,
            source_component: &exchange.from,
            target_component: &exchange.to,
            source,
            target,
            shares_targets: false,
        }
    };
    spec.exchanges.iter().zip(shapes).map(request).collect()
}

/// A bar on standard error, where that is a terminal: the figures go to standard output.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("planning [{bar:24}] {percent} %  {eta} left")
            .expect("the template is valid")
            .progress_chars("=> "),
    );
    bar
}
