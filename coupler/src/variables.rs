//! Variables as a model defines them: a name, a direction, the cells that this rank has of it, a number of levels.

use crate::wish::Wish;
use halocline_exchanges::partition::Partition;

/// Which way a variable goes, seen from the component that defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The component sends it.
    Send,
    /// The component receives it.
    Receive,
}

/// Position of a variable among those of this component that the experiment mentions, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variable(pub usize);

/// What was said of a variable.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) direction: Direction,
    pub(crate) partition: Partition,
    pub(crate) levels: usize,
    /// Cells of the whole grid, where the model says how many.
    pub(crate) global_cells: Option<usize>,
    /// What it wants beyond its own cells.
    pub(crate) wish: Option<Wish>,
    /// Exchanges that carry it, and its place in each; none where the other side of its exchange is missing.
    pub(crate) slots: Vec<(usize, usize)>,
    /// Date of the last call [s].
    pub(crate) last: Option<i64>,
}
