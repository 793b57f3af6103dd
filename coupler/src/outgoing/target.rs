//! Where one partner's share of an exchange goes.

use crate::{code::Code, error::Error, sharing::SharedTarget};
use halocline_exchanges::{
    pieces::{Header, Part, Pieces},
    plan::LocalRun,
    world::{SenderId, World, WorldError},
};

/// Where one partner's share of the exchange goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// Into messages, in pieces.
    Message(SenderId, Pieces<LocalRun>),
    /// Straight into the receiver's block.
    Memory(SharedTarget),
}

impl Target {
    /// Whether the next message may be written.
    pub(super) fn is_free(&self, world: &mut dyn World) -> Result<bool, WorldError> {
        match self {
            Self::Message(sender, _) => world.has_room(*sender),
            Self::Memory(target) => Ok(target.outbox.is_free()),
        }
    }

    /// Bytes that one put of all fields writes into memory.
    pub(super) fn placed_bytes(&self) -> usize {
        let Self::Memory(target) = self else { return 0 };
        let placings = target.placings.iter().map(|placing| {
            let cells: usize = placing.runs.iter().map(|run| run.len).sum();
            cells * placing.from_levels.len() * placing.kind.size()
        });
        placings.sum()
    }
}

/// Pack the pieces of one field; each leaves when it is packed, so that it is on its way while the next is packed. A
/// message of one piece leaves with its last field.
pub(super) fn send_field(
    world: &mut dyn World,
    sender: SenderId,
    pieces: &Pieces<LocalRun>,
    field: usize,
    date: i64,
    pack: impl Fn(&Part<LocalRun>, &mut [u8]),
) -> Result<(), Error> {
    for number in pieces.of_field(field) {
        let parts = pieces.list()[number].parts.iter();
        let buffer = buffer(world, sender)?;
        for part in parts.filter(|part| part.field == field) {
            pack(part, &mut buffer[part.offset..]);
        }
        if !pieces.is_whole() {
            publish_piece(world, sender, pieces, number, date)?;
        }
    }
    Ok(())
}

pub(super) fn publish_piece(
    world: &mut dyn World,
    sender: SenderId,
    pieces: &Pieces<LocalRun>,
    number: usize,
    date: i64,
) -> Result<(), Error> {
    let piece = number as u64;
    Header { date, piece }.write(buffer(world, sender)?);
    Ok(world.publish(sender, pieces.list()[number].bytes)?)
}

/// The buffer of the next piece; there was room for all when the date was opened.
fn buffer(world: &mut dyn World, sender: SenderId) -> Result<&mut [u8], Error> {
    world.send_buffer(sender)?.ok_or_else(|| {
        Error::new(
            Code::Internal,
            "no buffer for a piece of a message",
            "buffers for all pieces of a message that is begun",
            "report this",
        )
    })
}
