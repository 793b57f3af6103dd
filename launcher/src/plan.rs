//! What a run would do, as far as it is known without MPI: who runs where, who sends what when, and how much.

use crate::{
    check::{count, span},
    cut::{self, Cut},
    error::Error,
    job::{Job, JobComponent},
    quantities::size,
    simulation::{MeasureMemory, Simulation, simulate},
    what_if::WhatIf,
    words::line,
};
use halocline_configs::{
    Component, CouplingSpec, EdgeI, EdgeJ, Element, ExchangeSpec, FieldKind, GridSpec, Pivot,
};
use halocline_coupler::convert;
use halocline_exchanges::partition::Partition;
use std::{collections::BTreeMap, fmt, path::Path};

/// How many ranks of a worker are listed.
const BOXES_SHOWN: usize = 8;

/// What a run would do; `Display` is the text for people.
#[derive(Debug, Clone)]
pub struct Plan {
    spec: CouplingSpec,
    job: Job,
    cuts: BTreeMap<String, Cut>,
    dates: usize,
}

/// Plan the run of an experiment; `dates` is how many dates of each exchange are listed.
///
/// # Errors
/// The experiment file has problems, or a worker has no Python.
pub fn plan(path: &Path, dates: usize) -> Result<Plan, Error> {
    plan_what_if(path, dates, &WhatIf::default())
}

/// Plan the run of an experiment as if its file said something else.
///
/// # Errors
/// As [`plan`]; names that the experiment does not have.
pub fn plan_what_if(path: &Path, dates: usize, what_if: &WhatIf) -> Result<Plan, Error> {
    let mut spec = halocline_configs::load(path)?;
    components_named(&spec)?;
    let cuts = what_if.apply(&mut spec)?;
    let job = Job::new(&spec, path)?;
    Ok(Plan {
        spec,
        job,
        cuts,
        dates,
    })
}

/// What is exchanged by components that nobody names is known in the job only.
fn components_named(spec: &CouplingSpec) -> Result<(), Error> {
    let is_named = |exchange: &ExchangeSpec| !exchange.from.is_empty() && !exchange.to.is_empty();
    spec.exchanges.iter().find(|exchange| !is_named(exchange)).map_or(Ok(()), |exchange| {
        Err(Error::new(
            format!("exchange '{}' does not say from which component to which it goes", exchange.name),
            "'from' and 'to' for each exchange: without them the components are known in the job only",
            "write 'from' and 'to'; `halocline import-namcouple namcouple` writes an experiment file to start from",
        ))
    })
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} ({} calendar)",
            self.job.name,
            span(&self.spec),
            self.spec.time.calendar
        )?;
        writeln!(
            f,
            "\ncomponents, {} in all",
            count(self.job.ranks(), "rank")
        )?;
        self.job
            .components
            .iter()
            .try_for_each(|component| self.component(f, component))?;
        writeln!(f, "\ngrids")?;
        self.spec
            .grids
            .iter()
            .try_for_each(|(name, grid)| writeln!(f, "  {name}: {}", described(grid)))?;
        writeln!(f, "\nexchanges")?;
        self.spec
            .exchanges
            .iter()
            .try_for_each(|exchange| self.exchange(f, exchange))
    }
}

impl Plan {
    /// Plan the exchanges of all ranks as a job would, one rank after the other in this process; `measure` counts memory.
    ///
    /// # Errors
    /// Partitions, halos or grids that do not fit each other.
    pub fn simulate(&self, measure: MeasureMemory) -> Result<Simulation, Error> {
        simulate(&self.spec, &self.job, &self.cuts, measure)
    }

    fn component(&self, f: &mut fmt::Formatter<'_>, component: &JobComponent) -> fmt::Result {
        let last = component.first_rank + component.ranks - 1;
        let ranks = if component.ranks == 1 {
            format!("rank {last}")
        } else {
            format!("ranks {}-{last}", component.first_rank)
        };
        writeln!(f, "  {}: {ranks}", component.name)?;
        let spec = &self.spec.components[&component.name];
        writeln!(f, "    {}", started_by(spec, component))?;
        let directory = component
            .directory
            .as_ref()
            .map_or("the run directory".to_owned(), |path| {
                crate::run::shown(path)
            });
        writeln!(f, "    runs in {directory}")?;
        if spec.worker.is_none() {
            return Ok(());
        }
        let grids = self.grids_of(&component.name);
        grids
            .into_iter()
            .try_for_each(|(grid, halo)| self.boxes(f, component, grid, halo))
    }

    /// The boxes that a worker's ranks get on a grid, and how large the arrays with halo are.
    fn boxes(
        &self,
        f: &mut fmt::Formatter<'_>,
        component: &JobComponent,
        name: &str,
        halo: usize,
    ) -> fmt::Result {
        let tiles = self.spec.components[&component.name]
            .tiles
            .map(|tiles| [tiles.nx, tiles.ny]);
        let grid = convert::grid(name, &self.spec.grids[name]);
        let cut = self.cuts[&component.name];
        let boxes = cut.partitions(&grid, component.ranks, tiles);
        for (rank, own) in boxes.iter().enumerate().take(BOXES_SHOWN) {
            let Some(cells) = cut::described(own) else {
                writeln!(
                    f,
                    "    rank {rank} on grid {name}: no cells, there are more ranks than boxes"
                )?;
                continue;
            };
            let halos = match own {
                Partition::Box { ni, nj, .. } if halo > 0 => {
                    format!(", {} x {} with halo", ni + 2 * halo, nj + 2 * halo)
                }
                _ => String::new(),
            };
            writeln!(f, "    rank {rank} on grid {name}: {cells}{halos}")?;
        }
        match boxes.len().saturating_sub(BOXES_SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "    and {more} more ranks"),
        }
    }

    /// Grids of a component's exchanges, each with the widest halo that it wants there.
    fn grids_of(&self, component: &str) -> Vec<(&str, usize)> {
        let mut grids: Vec<(&str, usize)> = Vec::new();
        for exchange in self
            .spec
            .exchanges
            .iter()
            .filter(|exchange| exchange.from == component || exchange.to == component)
        {
            let name = self.spec.fields[&exchange.fields[0]].grid.as_str();
            let halo = if exchange.to == component {
                exchange.halo
            } else {
                0
            };
            match grids.iter_mut().find(|(known, _)| *known == name) {
                Some((_, widest)) => *widest = halo.max(*widest),
                None => grids.push((name, halo)),
            }
        }
        grids
    }

    #[allow(clippy::cast_precision_loss, reason = "a size for people")]
    fn exchange(&self, f: &mut fmt::Formatter<'_>, exchange: &ExchangeSpec) -> fmt::Result {
        let named = |name: &String| {
            let field = &self.spec.fields[name];
            let sign = if field.kind == FieldKind::Vector {
                ", vector"
            } else {
                ""
            };
            format!(
                "{name} [{}] at {:?}{sign}, {}",
                field.units,
                field.point,
                count(field.levels(), "level")
            )
        };
        writeln!(
            f,
            "  {}: {} to {}",
            exchange.name, exchange.from, exchange.to
        )?;
        exchange
            .fields
            .iter()
            .try_for_each(|name| writeln!(f, "    {}", named(name)))?;
        self.dates(f, exchange)?;
        let halo = if exchange.halo > 0 {
            format!(", halo of {}", count(exchange.halo, "cell"))
        } else {
            String::new()
        };
        let grid = &self.spec.fields[&exchange.fields[0]].grid;
        writeln!(
            f,
            "    on grid {grid}{halo}, {} on the wire",
            element(exchange.wire)
        )?;
        let (once, times) = (self.bytes(exchange), self.times(exchange));
        match times {
            1 => writeln!(f, "    {} without halos", size(once)),
            _ => writeln!(
                f,
                "    {} each time without halos, {} in the run",
                size(once),
                size(once * times as f64)
            ),
        }
    }

    fn dates(&self, f: &mut fmt::Formatter<'_>, exchange: &ExchangeSpec) -> fmt::Result {
        let Some(period) = exchange.period.filter(|_| !exchange.is_static) else {
            return writeln!(f, "    once, before anything else");
        };
        let (lag, times) = (exchange.lag.get(), self.times(exchange));
        // A positive lag has no message for the first date: that gets the initial value.
        let listed = |first: i64, lag: i64| {
            let numbers = first..times.min(first + i64::try_from(self.dates).unwrap_or(i64::MAX));
            let more = if numbers.end < times { ", ..." } else { "" };
            let dates = numbers.map(|number| {
                self.spec
                    .time
                    .date_at(number * period.get() - lag)
                    .to_string()
            });
            dates.collect::<Vec<_>>().join(", ") + more
        };
        writeln!(
            f,
            "    every {period}, {times} times: received at {}",
            listed(0, 0)
        )?;
        match lag {
            0 => Ok(()),
            1.. => writeln!(
                f,
                "    lag {}: sent at {}; the first receive gets the initial value",
                exchange.lag,
                listed(1, lag)
            ),
            _ => writeln!(f, "    lag {}: sent at {}", exchange.lag, listed(0, lag)),
        }
    }

    /// How often an exchange is received in the run.
    fn times(&self, exchange: &ExchangeSpec) -> i64 {
        let length = self.spec.time.length_seconds();
        let period = exchange.period.filter(|_| !exchange.is_static);
        period.map_or(1, |period| {
            (length + period.get() - 1)
                .checked_div(period.get())
                .unwrap_or(0)
        })
    }

    /// Bytes of all cells of all fields of an exchange, once.
    #[allow(clippy::cast_precision_loss, reason = "a size for people")]
    fn bytes(&self, exchange: &ExchangeSpec) -> f64 {
        let of = |name: &String| {
            let field = &self.spec.fields[name];
            let grid = &self.spec.grids[&field.grid];
            grid.nx() * grid.ny() * field.levels()
        };
        let cells: usize = exchange.fields.iter().map(of).sum();
        cells as f64
            * if exchange.wire == Element::Float32 {
                4.0
            } else {
                8.0
            }
    }
}

fn started_by(spec: &Component, component: &JobComponent) -> String {
    match &spec.worker {
        Some(worker) => format!(
            "worker {worker}, {} arrays, device {}, {}, with {}",
            format!("{:?}", spec.arrays).to_lowercase(),
            spec.device,
            count(spec.threads, "thread"),
            component.words[0]
        ),
        None => line(&component.words),
    }
}

fn described(grid: &GridSpec) -> String {
    let i = match grid.boundary.i {
        EdgeI::Closed => "closed",
        EdgeI::Cyclic => "cyclic",
    };
    let j = match grid.boundary.j {
        EdgeJ::Closed => "closed",
        EdgeJ::Cyclic => "cyclic",
        EdgeJ::NorthFold(Pivot::T) => "north fold about T",
        EdgeJ::NorthFold(Pivot::F) => "north fold about F",
    };
    format!("{} x {} cells (i x j), i {i}, j {j}", grid.nx(), grid.ny())
}

fn element(element: Element) -> &'static str {
    match element {
        Element::Float32 => "float32",
        Element::Float64 => "float64",
    }
}
