//! What happens to the values of an exchange between the caller's array and the wire, and where else they go.
//!
//! ```text
//! put ─► accumulate ─► (date + lag beyond the run: restart file) ─► scale_sent ─► check_sent ─► send, output file
//! ```

use crate::{
    accumulate::Window,
    clock::Clock,
    gather::{Gatherings, Side},
    resolve,
    restart::Restart,
    route::Route,
    values,
};
use halocline_configs::{Linear, Status, TimeOperation};
use halocline_exchanges::{partition::OwnedCells, view::View};
use halocline_gridfiles::Size;
use std::path::PathBuf;

/// An exchange that this component sends, apart from its messages.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) number: usize,
    pub(crate) is_open: bool,
    pub(crate) name: String,
    clock: Clock,
    accumulate: Option<TimeOperation>,
    pub(crate) scale: Option<Linear>,
    pub(crate) check: bool,
    pub(crate) sequence: Option<u32>,
    pub(crate) restart: Option<Restart>,
    pub(crate) status: Status,
    /// The gathering of its fields, where some of them go to a file or are looked at as a whole.
    pub(crate) gather: Option<usize>,
    pub(crate) size: Size,
    /// For each field what has been put since the last date, and room for what is made of it.
    pub(crate) windows: Vec<Window>,
    /// For each field the shape (i, j, level) of its values.
    pub(crate) shapes: Vec<[usize; 3]>,
}

impl Sending {
    /// The sending side of a route; `folder` is that of the experiment file.
    pub(crate) fn new(
        route: &Route,
        own: &OwnedCells,
        gatherings: &Gatherings,
        folder: &std::path::Path,
    ) -> Self {
        let exchange = &route.exchange;
        // The last value is what a put brings anyway.
        let accumulate = exchange
            .accumulate
            .filter(|operation| *operation != TimeOperation::Instant);
        let is_lagged = exchange.lag.get() > 0 && exchange.initial.is_none();
        let restart: Option<&PathBuf> = exchange.restart.as_ref();
        let restart = restart
            .filter(|_| route.is_between_components() || exchange.status == Status::Output)
            .filter(|_| is_lagged || accumulate.is_some())
            .map(|path| Restart {
                path: folder.join(path),
                is_lagged,
            });
        let [ni, nj] = own.local_shape();
        let levels = route.own_levels(own);
        let shapes: Vec<_> = levels.iter().map(|levels| [ni, nj, *levels]).collect();
        let works = accumulate.is_some() || exchange.scale_sent.is_some();
        let windows = shapes.iter().map(|shape| {
            let count = if works { shape.iter().product() } else { 0 };
            Window::new(count)
        });
        Self {
            number: route.number,
            is_open: route.is_open,
            name: exchange.name.clone(),
            clock: resolve::clock(exchange),
            accumulate,
            scale: exchange.scale_sent,
            check: exchange.check_sent,
            sequence: exchange.sequence,
            restart,
            status: exchange.status,
            gather: gatherings.of(route, Side::Source),
            size: Size {
                nx: route.grid.nx,
                ny: route.grid.ny,
            },
            windows: windows.collect(),
            shapes,
        }
    }

    /// Whether values go straight from the caller's array to the wire, and nowhere else.
    pub(crate) fn is_plain(&self) -> bool {
        self.accumulate.is_none()
            && self.scale.is_none()
            && !self.check
            && self.sequence.is_none()
            && self.restart.is_none()
            && self.status == Status::Exported
    }

    /// Whether every put counts, and not only that of a date.
    pub(crate) const fn accumulates(&self) -> bool {
        self.accumulate.is_some()
    }

    /// Whether the last values of a run are for the first receive of the next.
    pub(crate) fn carries(&self) -> bool {
        let is_lagged = |restart: &Restart| restart.is_lagged;
        self.restart.as_ref().is_some_and(is_lagged)
    }

    /// Whether a put at `date` is for the first receive of the next run.
    pub(crate) fn carries_over(&self, date: i64, end: i64) -> bool {
        self.carries() && self.clock.carries_over(date, end)
    }

    /// Take a put into the window of its field.
    pub(crate) fn take_in(&mut self, field: usize, view: &View<'_>) {
        if let Some(operation) = self.accumulate {
            self.windows[field].take_in(operation, view);
        }
    }

    /// The values that a date sends, before they are scaled, if they are others than those of the caller's array; to be
    /// given back with [`Sending::put_back`].
    pub(crate) fn take_out(&mut self, field: usize, view: &View<'_>) -> Option<Vec<f64>> {
        let window = &mut self.windows[field];
        if let Some(operation) = self.accumulate {
            window.close(operation);
            return Some(std::mem::take(&mut window.values));
        }
        self.scale?;
        values::combine(&mut window.values, view, |_, new| new);
        Some(std::mem::take(&mut window.values))
    }

    pub(crate) fn put_back(&mut self, field: usize, values: Vec<f64>) {
        self.windows[field].values = values;
    }
}
