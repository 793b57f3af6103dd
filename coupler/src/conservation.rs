//! Global conservation of remapped fields: integrals over both grids, and what is given back to the target cells.
//!
//! ```text
//!   put:  each rank of the source      -- exact sum over its cells -->  root of the target
//!   get:  each rank of the target      -- exact sum over its cells -->  root of the target
//!         root                         -- both integrals -->            each rank of the target: corrects its cells
//! ```
//!
//! The sums travel as fields of exchanges of their own, over grids of numbers: a row for each rank. They are exact until
//! the root rounds them, so that neither the layout nor the order of messages changes a bit.

mod planning;

use crate::{
    code::Code, error::Error, incoming::Incoming, outgoing::Outgoing, route::Route, values,
};
use halocline_exchanges::{
    remapping::{ActiveCells, Conservation, ExactSum, Integrals, NothingToScale},
    view::{Elements, ElementsMut, Layout, View, ViewMut},
    world::{Patience, World},
};
pub(crate) use planning::{Planned, plan};

/// What a rank of the source does at a put.
#[derive(Debug)]
pub(crate) struct Summing {
    cells: ActiveCells,
    outgoing: Box<Outgoing>,
    /// The sums of all levels of one field.
    numbers: Vec<f64>,
}

/// What a rank of the target does at a get, after the remapping.
#[derive(Debug)]
pub(crate) struct Returning {
    /// Name of the exchange.
    name: String,
    kind: Conservation,
    cells: ActiveCells,
    /// Areas of the active cells of the source grid and of the target grid.
    areas: [f64; 2],
    up: Box<Outgoing>,
    down: Box<Incoming>,
    root: Option<Box<Root>>,
    numbers: Vec<f64>,
}

/// Where all sums come together.
#[derive(Debug)]
struct Root {
    source: Incoming,
    target: Incoming,
    down: Outgoing,
    numbers: Vec<f64>,
    /// Both integrals of each level.
    integrals: Vec<f64>,
}

impl Summing {
    /// Send the sums of a field that is put for the get of `date`.
    pub(crate) fn put(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        view: &View<'_>,
    ) -> Result<(), Error> {
        write_sums(&self.cells, view, &mut self.numbers);
        let sums = as_view(&self.numbers, view.layout.shape[2]);
        self.outgoing
            .put(world, patience, field, &sums, date, |_, _| ())
            .map(drop)
    }
}

impl Returning {
    /// Correct a field of `date` that has been remapped into `view`. Called by all ranks of the target that have cells.
    ///
    /// # Errors
    /// Nothing to scale; another rank's failure.
    pub(crate) fn correct(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        view: &mut ViewMut<'_>,
        mut late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        let levels = view.layout.shape[2];
        write_sums(&self.cells, &values::read(view), &mut self.numbers);
        let sums = as_view(&self.numbers, levels);
        self.up
            .put(world, patience, field, &sums, date, &mut late)?;
        if let Some(root) = &mut self.root {
            root.bring_together(world, patience, field, date, levels, &mut late)?;
        }
        self.numbers.resize(2 * levels, 0.0);
        let mut integrals = as_view_mut(&mut self.numbers, levels);
        self.down
            .get(world, patience, field, date, &mut integrals, late)?;
        for level in 0..levels {
            let integrals = Integrals {
                source: self.numbers[2 * level],
                target: self.numbers[2 * level + 1],
                source_area: self.areas[0],
                target_area: self.areas[1],
            };
            let correction = self.kind.correction(integrals).map_err(|cause| {
                nothing_to_scale(&self.name, cause, date, level)
                    .about(&self.down.fields[field].name)
            })?;
            self.cells.correct(correction, view, level);
        }
        Ok(())
    }
}

impl Root {
    /// Add up the sums of all ranks and tell both integrals of each level.
    fn bring_together(
        &mut self,
        world: &mut dyn World,
        patience: Patience,
        field: usize,
        date: i64,
        levels: usize,
        mut late: impl FnMut(&str, u64),
    ) -> Result<(), Error> {
        self.integrals.resize(2 * levels, 0.0);
        for (side, incoming) in [&mut self.source, &mut self.target].into_iter().enumerate() {
            let count = incoming.block.cells();
            self.numbers.resize(count * levels, 0.0);
            let mut rows = as_view_mut(&mut self.numbers, levels);
            incoming.get(world, patience, field, date, &mut rows, &mut late)?;
            for (level, rows) in self.numbers.chunks_exact(count).enumerate() {
                let mut sum = ExactSum::default();
                for row in rows.chunks_exact(ExactSum::NUMBERS) {
                    sum.merge(&ExactSum::from_numbers(row));
                }
                self.integrals[2 * level + side] = sum.value();
            }
        }
        let integrals = as_view(&self.integrals, levels);
        self.down
            .put(world, patience, field, &integrals, date, late)
            .map(drop)
    }
}

/// The sums of all levels of an array as numbers, one level after the other.
fn write_sums(cells: &ActiveCells, view: &View<'_>, numbers: &mut Vec<f64>) {
    numbers.clear();
    for level in 0..view.layout.shape[2] {
        numbers.extend(cells.integral(view, level).to_numbers());
    }
}

/// Numbers of several levels as an array of one row each.
fn as_view(numbers: &[f64], levels: usize) -> View<'_> {
    View {
        layout: Layout::contiguous([numbers.len() / levels, 1, levels]),
        elements: Elements::F64(numbers),
    }
}

fn as_view_mut(numbers: &mut [f64], levels: usize) -> ViewMut<'_> {
    ViewMut {
        layout: Layout::contiguous([numbers.len() / levels, 1, levels]),
        elements: ElementsMut::F64(numbers),
    }
}

fn nothing_to_scale(exchange: &str, cause: NothingToScale, date: i64, level: usize) -> Error {
    let what = match cause {
        NothingToScale::SourceArea => "no cell of the source grid is active",
        NothingToScale::TargetArea => "no cell of the target grid is active",
        NothingToScale::Target => {
            "the remapped field integrates to 0 and the field that was sent does not"
        }
    };
    Error::new(
        Code::Experiment,
        format!("exchange '{exchange}' cannot be conserved at {date} s on level {level}: {what}"),
        "integrals and areas other than 0",
        "see the masks and areas of both grids, or conserve with `global` instead of `glbpos`",
    )
}

/// Give the exchanges of this rank their part in the conservation. `outgoing` and `incoming` are those of the sums, in the
/// order of `planned`; `sent` and `received` those of the exchanges, in the order of `routes`.
pub(crate) fn open(
    planned: Vec<Planned>,
    routes: &[Route],
    (sent, received): (&mut [Outgoing], &mut [Incoming]),
    mut outgoing: impl Iterator<Item = Outgoing>,
    mut incoming: impl Iterator<Item = Incoming>,
) {
    for planned in planned {
        let mut sums = planned.sums.iter().map(|route| {
            let sender = route.source.as_ref().and_then(|_| outgoing.next());
            let receiver = route.wanted().and_then(|_| incoming.next());
            (sender, receiver)
        });
        let mut next = || sums.next().unwrap_or_default();
        let ((from_source, source), (up, target), (down_from, down)) = (next(), next(), next());
        let before = &routes[..planned.position];
        if let (Some(cells), Some(outgoing)) = (planned.source, from_source) {
            let place = before.iter().filter(|route| route.source.is_some()).count();
            sent[place].summing = Some(Summing {
                cells,
                outgoing: Box::new(outgoing),
                numbers: Vec::new(),
            });
        }
        if let (Some(cells), Some(up), Some(down)) = (planned.target, up, down) {
            let place = before.iter().filter(|route| route.target.is_some()).count();
            let root = source.zip(target).zip(down_from);
            let root = root.map(|((source, target), down)| Root {
                source,
                target,
                down,
                numbers: Vec::new(),
                integrals: Vec::new(),
            });
            received[place].returning = Some(Returning {
                name: received[place].name.clone(),
                kind: planned.kind,
                cells,
                areas: planned.areas,
                up: Box::new(up),
                down: Box::new(down),
                root: root.map(Box::new),
                numbers: Vec::new(),
            });
        }
    }
}
