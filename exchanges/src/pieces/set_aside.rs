//! Pieces that came before anybody asked for them.

/// A copy of a piece that nobody has asked for yet, 8-byte aligned as the piece was.
#[derive(Debug, Clone)]
pub struct SetAside {
    words: Vec<u64>,
    bytes: usize,
}

impl SetAside {
    /// Copy a piece.
    #[must_use]
    pub fn new(piece: &[u8]) -> Self {
        let (bytes, mut words) = (piece.len(), vec![0; piece.len().div_ceil(8)]);
        bytemuck::cast_slice_mut(&mut words)[..bytes].copy_from_slice(piece);
        Self { words, bytes }
    }

    /// The piece.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.bytes]
    }
}
