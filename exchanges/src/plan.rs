//! The plan of each exchange: which runs of cells go from each owner to each receiver.

pub use crate::{error::PlanError, stages::build_plans};
use crate::{
    grid::{Grid, PointKind, Sign},
    partition::OwnedCells,
    view::ElementKind,
};
use std::{ops::Range, sync::Arc};

/// Bytes at the head of each message: date (i64) and sequence (u64), little endian, written by the coupler.
pub const HEADER_BYTES: usize = 16;

/// What the plan needs to know of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldShape {
    /// Where on the C grid it lives.
    pub point: PointKind,
    /// Whether it changes sign across the fold.
    pub sign: Sign,
    /// Number of levels.
    pub levels: usize,
}

/// What one exchange moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeShape {
    /// Its name.
    pub name: String,
    /// The grid of its fields.
    pub grid: Arc<Grid>,
    /// Its fields.
    pub fields: Vec<FieldShape>,
    /// Halo width that the receiver wants [cells].
    pub halo: usize,
    /// Element type on the wire.
    pub wire: ElementKind,
}

/// One exchange, and this rank's part in it.
#[derive(Debug, Clone, Copy)]
pub struct PlanRequest<'a> {
    /// What it moves; the same on all ranks.
    pub shape: &'a ExchangeShape,
    /// The component that sends.
    pub source_component: &'a str,
    /// The component that receives.
    pub target_component: &'a str,
    /// Own cells of this rank, if it is of the source component.
    pub source: Option<&'a OwnedCells>,
    /// Own cells of this rank, if it is of the target component.
    pub target: Option<&'a OwnedCells>,
    /// Whether several ranks of the target component may receive the same cell, each into a block of its own.
    pub shares_targets: bool,
}

/// What this rank sends and receives in one exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangePlan {
    /// Messages to send, in the order of receiving ranks.
    pub send: Vec<SendMessage>,
    /// Messages to receive, in the order of sending ranks.
    pub receive: Vec<ReceiveMessage>,
    /// Extent of the receiver's block; none unless this rank is of the target component.
    pub block: Option<BlockShape>,
    /// For each field the block cells that nobody sends on all levels: they want filling before each unpacking.
    /// Empty unless this rank is of the target component.
    pub gaps: Vec<Arc<[BlockRun]>>,
}

/// What one rank sends to another in one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// The receiving rank of the world.
    pub to: usize,
    /// Length of the message with its header [bytes]; a multiple of 8.
    pub bytes: usize,
    /// Its parts, one for each field of the exchange, in their order.
    pub fields: Vec<FieldSend>,
}

/// What one rank receives from another in one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveMessage {
    /// The sending rank of the world.
    pub from: usize,
    /// Length of the message with its header [bytes]; a multiple of 8.
    pub bytes: usize,
    /// Its parts, one for each field of the exchange, in their order.
    pub fields: Vec<FieldReceive>,
}

/// One field in a message that leaves: for each level the cells of `runs`, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSend {
    /// Where its part begins [bytes]; a multiple of 8.
    pub offset: usize,
    /// The local cells; empty where the receiver needs nothing of this field from here.
    pub runs: Arc<[LocalRun]>,
    /// Levels of the local array.
    pub levels: Range<usize>,
}

/// One field in a message that arrives: for each level the cells of `runs`, one after the other.
///
/// The runs are cut otherwise than the sender's, but go through the same cells in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReceive {
    /// Where its part begins [bytes]; a multiple of 8.
    pub offset: usize,
    /// The cells of the block.
    pub runs: Arc<[BlockRun]>,
    /// Levels of the local array.
    pub levels: Range<usize>,
}

/// Consecutive cells of a sender, counted in the order of its local array on one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalRun {
    /// The first cell.
    pub start: usize,
    /// Number of cells.
    pub len: usize,
}

/// Cells of a receiver's block on one level, from `start` forwards or backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRun {
    /// Index of the cell that the first element goes to.
    pub start: usize,
    /// Number of cells.
    pub len: usize,
    /// From one element to the next: +1, or -1 beyond a fold.
    pub step: i8,
    /// Whether the values change sign.
    pub flip: bool,
}

/// A receiver's block on one level: (nj + 2 halo) rows of (ni + 2 halo) cells, i fastest.
///
/// Own cells in one axis (apple, orange, points) without a halo are one row: `nj` is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockShape {
    /// Own cells along i.
    pub ni: usize,
    /// Own cells along j.
    pub nj: usize,
    /// Width of the halo on all four sides [cells].
    pub halo: usize,
}

impl BlockShape {
    /// Extent along (i, j), halo included.
    #[must_use]
    pub const fn extent(&self) -> [usize; 2] {
        [self.ni + 2 * self.halo, self.nj + 2 * self.halo]
    }

    /// Number of cells on one level, halo included.
    #[must_use]
    pub const fn cells(&self) -> usize {
        let [ni, nj] = self.extent();
        ni * nj
    }

    /// Number of own cells on one level.
    #[must_use]
    pub const fn own_cells(&self) -> usize {
        self.ni * self.nj
    }
}

/// Where the parts of a message begin, given the elements of each, and how long it is [bytes].
pub(crate) fn message_layout(
    wire: ElementKind,
    elements: impl Iterator<Item = usize>,
) -> (Vec<usize>, usize) {
    let mut end = HEADER_BYTES;
    let offsets = elements.map(|count| {
        let offset = end;
        end += (count * wire.size()).next_multiple_of(8);
        offset
    });
    let offsets = offsets.collect();
    (offsets, end)
}
