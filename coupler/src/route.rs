//! One exchange as this job runs it: both components, the cells on either side, the levels of its fields.

use halocline_configs::{ExchangeSpec, Status};
use halocline_exchanges::{
    grid::Grid,
    partition::OwnedCells,
    plan::{ExchangeShape, FieldShape},
};
use std::sync::Arc;

/// One exchange, complete. All ranks have the same, but for the cells, which are their own.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// Its place in the experiment file, counted from 1.
    pub(crate) number: usize,
    /// Whether the file names no components: models that define variables are free to end before the run does.
    pub(crate) is_open: bool,
    /// What the file says, with both components filled in.
    pub(crate) exchange: ExchangeSpec,
    pub(crate) grid: Arc<Grid>,
    pub(crate) fields: Vec<RouteField>,
    /// Own cells of this rank, if it is of the component that sends.
    pub(crate) source: Option<Arc<OwnedCells>>,
    /// Own cells of this rank, if it is of the component that receives.
    pub(crate) target: Option<Arc<OwnedCells>>,
    /// Name of the receiving side in plans: a component that exchanges with itself has two sides.
    pub(crate) target_side: String,
    /// The rank of the world that writes files for either side: the first that has the fields.
    pub(crate) source_writer: usize,
    pub(crate) target_writer: usize,
}

/// A field of an exchange.
#[derive(Debug, Clone)]
pub(crate) struct RouteField {
    /// Its name at the sender.
    pub(crate) sent: String,
    /// Its name at the receiver.
    pub(crate) received: String,
    pub(crate) shape: FieldShape,
}

impl Route {
    /// Whether it goes from a component to a component, and not from or to a file.
    pub(crate) fn is_between_components(&self) -> bool {
        !matches!(self.exchange.status, Status::Input | Status::Output)
    }

    /// Levels of each field that a rank with these cells has.
    pub(crate) fn own_levels(&self, own: &OwnedCells) -> Vec<usize> {
        let fields = self.fields.iter();
        fields
            .map(|field| own.own_levels(field.shape.levels).len())
            .collect()
    }

    /// What it moves, as the plan needs it.
    pub(crate) fn shape(&self) -> ExchangeShape {
        ExchangeShape {
            name: self.exchange.name.clone(),
            grid: Arc::clone(&self.grid),
            fields: self.fields.iter().map(|field| field.shape).collect(),
            halo: self.exchange.halo,
            wire: crate::convert::element(self.exchange.wire),
        }
    }
}
