//! Least, greatest and sum of a field over all ranks of a component, the same on any number of them.

use crate::{error::Error, gather::Gather};
use halocline_exchanges::{
    view::View,
    world::{Patience, World},
};
use std::fmt;

/// What is said of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    least: f64,
    greatest: f64,
    sum: f64,
}

impl Summary {
    /// Bring a field together and look at all its values; `None` on the ranks that do not write.
    pub(crate) fn of(
        gather: &mut Gather,
        world: &mut dyn World,
        patience: Patience,
        view: &View<'_>,
    ) -> Result<Option<Self>, Error> {
        let owned = gather.take_owned();
        let mut summary = Self {
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            sum: 0.0,
        };
        let looked = gather.field(world, patience, view, |_, values| {
            let values = values.iter().zip(&owned).filter(|(_, owned)| **owned);
            for (value, _) in values {
                summary.least = summary.least.min(*value);
                summary.greatest = summary.greatest.max(*value);
                summary.sum += *value;
            }
            Ok(())
        });
        gather.keep_owned(owned);
        looked?;
        Ok(gather.is_writer().then_some(summary))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "least {}, greatest {}, sum {}",
            self.least, self.greatest, self.sum
        )
    }
}
