//! What each piece of a message begins with.

use super::{Pieces, Run};
use crate::{plan::HEADER_BYTES, world::WorldError};

/// What each piece begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The date that the message serves [s].
    pub date: i64,
    /// Number of the piece in its message.
    pub piece: u64,
}

impl Header {
    /// Write it at the head of a piece.
    ///
    /// # Panics
    /// When the piece is shorter than a header.
    pub fn write(self, piece: &mut [u8]) {
        piece[..8].copy_from_slice(&self.date.to_le_bytes());
        piece[8..HEADER_BYTES].copy_from_slice(&self.piece.to_le_bytes());
    }

    /// Read it from a piece of a message that is cut into these, and check the length.
    ///
    /// # Errors
    /// A piece of another length than its number says.
    pub fn read<R: Run>(piece: &[u8], pieces: &Pieces<R>) -> Result<Self, WorldError> {
        let differ = |found: String| {
            WorldError::Failed(format!(
                "{found}: the two sides disagree on what the exchange contains"
            ))
        };
        let Some((head, _)) = piece.split_first_chunk::<HEADER_BYTES>() else {
            return Err(differ(format!("a message of {} bytes came", piece.len())));
        };
        let (date, number) = head.split_at(8);
        let word = |bytes: &[u8]| bytes.try_into().unwrap_or([0; 8]);
        let header = Self {
            date: i64::from_le_bytes(word(date)),
            piece: u64::from_le_bytes(word(number)),
        };
        let known = usize::try_from(header.piece).ok();
        match known.and_then(|number| pieces.list.get(number)) {
            Some(expected) if expected.bytes == piece.len() => Ok(header),
            Some(expected) => Err(differ(format!(
                "a message of {} bytes came, expected {} bytes",
                piece.len(),
                expected.bytes
            ))),
            None => Err(differ(format!(
                "piece {} of a message came that has {} pieces here",
                header.piece,
                pieces.list.len()
            ))),
        }
    }

    /// Its number as an index.
    #[must_use]
    pub fn number(self) -> usize {
        usize::try_from(self.piece).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pieces::tests::message, view::ElementKind};

    #[test]
    fn a_header_is_read_as_it_was_written_and_knows_the_length() {
        let pieces = Pieces::sent(&message(&[3, 4], 2), ElementKind::F64, 100);
        let header = Header { date: -5, piece: 1 };
        let mut bytes = vec![0; pieces.list()[1].bytes];
        header.write(&mut bytes);
        assert_eq!(Header::read(&bytes, &pieces).expect("whole"), header);
        let text = Header::read(&bytes[..24], &pieces)
            .expect_err("short")
            .to_string();
        assert!(text.contains("24 bytes came"), "{text}");
        Header {
            piece: 99,
            ..header
        }
        .write(&mut bytes);
        let text = Header::read(&bytes, &pieces)
            .expect_err("unknown")
            .to_string();
        assert!(text.contains("piece 99"), "{text}");
    }
}
