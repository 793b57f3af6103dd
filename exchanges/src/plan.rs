//! The plan of each exchange: which runs of cells go from each owner to each receiver.

pub use crate::error::PlanError;
use crate::{
    directory::{self, Domains},
    error::PlanError as Error,
    grid::{Grid, PointKind, Sign},
    matching::{Incoming, Wanted},
    partition::OwnedCells,
    view::ElementKind,
    words::{WordReader, Words},
    world::World,
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

/// Plan all exchanges of a job together. Collective over `world`: every rank gives the same exchanges in the same order.
///
/// A rank that is of neither component of an exchange gives it without cells, and lends its part of the directory.
///
/// # Errors
/// Two owners of one cell, a halo that is wider than the grid or around no rectangle: the same error on all ranks.
///
/// # Panics
/// When a rank gives different cells for the same component and grid.
pub fn build_plans(
    world: &mut dyn World,
    requests: &[PlanRequest<'_>],
) -> Result<Vec<ExchangePlan>, PlanError> {
    check_halos(requests)?;
    let domains = Domains::of(requests);
    let (wanted, misfit) = wanted_cells(world.rank(), requests);
    let answer = directory::consult(world, &domains, &domains.questions(requests, &wanted))?;
    directory::agree(world, &domains, requests, misfit, answer.overlap)?;
    let incoming: Vec<Option<Incoming>> = requests
        .iter()
        .zip(&wanted)
        .map(|(request, wanted)| {
            let owners = &answer.owners[domains.source(request)];
            wanted
                .as_ref()
                .map(|wanted| wanted.matched(request, owners))
        })
        .collect();
    let asked = ask_owners(world, requests, &incoming)?;
    let plans = incoming.into_iter().zip(asked).zip(requests);
    Ok(plans
        .map(|((incoming, send), request)| plan(request, incoming, send))
        .collect())
}

fn check_halos(requests: &[PlanRequest<'_>]) -> Result<(), Error> {
    for ExchangeShape {
        name, grid, halo, ..
    } in requests.iter().map(|request| request.shape)
    {
        if *halo > grid.nx.min(grid.ny) {
            let (nx, ny) = (grid.nx, grid.ny);
            return Err(Error::HaloTooWide {
                exchange: name.clone(),
                halo: *halo,
                grid: grid.name.clone(),
                nx,
                ny,
            });
        }
    }
    Ok(())
}

/// What this rank needs in each exchange, and the first exchange whose halo does not fit its cells.
fn wanted_cells(
    rank: usize,
    requests: &[PlanRequest<'_>],
) -> (Vec<Option<Wanted>>, Option<directory::Misfit>) {
    let mut misfit = None;
    let wanted = requests.iter().enumerate().map(|(exchange, request)| {
        let own = request.target?;
        if request.shape.halo > 0 && own.cells() > 0 && own.rectangle().is_none() {
            misfit.get_or_insert(directory::Misfit {
                exchange,
                rank,
                cells: own.cells(),
            });
            return None;
        }
        Some(Wanted::new(request.shape, own))
    });
    let wanted = wanted.collect();
    (wanted, misfit)
}

/// Tell each owner which of its cells to send; learn which of this rank's cells others want.
fn ask_owners(
    world: &mut dyn World,
    requests: &[PlanRequest<'_>],
    incoming: &[Option<Incoming>],
) -> Result<Vec<Vec<SendMessage>>, Error> {
    let mut letters: std::collections::BTreeMap<usize, Words> = std::collections::BTreeMap::new();
    for (exchange, incoming) in incoming.iter().enumerate() {
        for (owner, part) in incoming.iter().flat_map(|incoming| &incoming.parts) {
            let letter = letters.entry(*owner).or_default();
            letter.push(exchange);
            part.write(letter);
        }
    }
    let outgoing = letters
        .into_iter()
        .map(|(owner, words)| (owner, words.into_bytes()))
        .collect();
    let mut send = vec![Vec::new(); requests.len()];
    for (receiver, bytes) in world.meet(outgoing)? {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            let exchange = words.next();
            send[exchange].push(SendMessage::read(&requests[exchange], receiver, &mut words));
        }
    }
    Ok(send)
}

fn plan(
    request: &PlanRequest<'_>,
    incoming: Option<Incoming>,
    send: Vec<SendMessage>,
) -> ExchangePlan {
    let Some(Incoming { block, gaps, parts }) = incoming else {
        return ExchangePlan {
            send,
            ..ExchangePlan::default()
        };
    };
    let receive = parts
        .into_iter()
        .map(|(from, part)| part.message(request, from))
        .collect();
    ExchangePlan {
        send,
        receive,
        block: Some(block),
        gaps,
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
