//! Numbers as bytes for the meetings of the set-up phase: 64-bit words, little endian.

/// Numbers to hand to another rank.
#[derive(Debug, Clone, Default)]
pub struct Words(Vec<u8>);

impl Words {
    /// Add one.
    pub fn push(&mut self, word: usize) {
        self.0.extend_from_slice(&(word as u64).to_le_bytes());
    }

    /// Add a number of 64 bits that counts nothing in memory.
    pub fn push_wide(&mut self, word: u64) {
        self.0.extend_from_slice(&word.to_le_bytes());
    }

    /// Add several.
    pub fn extend(&mut self, words: impl IntoIterator<Item = usize>) {
        words.into_iter().for_each(|word| self.push(word));
    }

    /// The letter.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Numbers that another rank handed over.
///
/// Ranks of one job run one library: bytes of another form are our own bug, and panic.
#[derive(Debug)]
pub struct WordReader<'a>(&'a [u8]);

impl<'a> WordReader<'a> {
    /// Read a letter from its start.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next number.
    ///
    /// # Panics
    /// When the letter is cut short, or the number does not fit the address space.
    #[allow(
        clippy::should_implement_trait,
        reason = "the letter knows how many numbers there are, its reader asks for each"
    )]
    pub fn next(&mut self) -> usize {
        usize::try_from(self.next_wide())
            .expect("a number of the set-up phase fits the address space")
    }

    /// The next number, of 64 bits.
    ///
    /// # Panics
    /// When the letter is cut short.
    pub fn next_wide(&mut self) -> u64 {
        let (word, rest) = self
            .0
            .split_first_chunk()
            .expect("a record of the set-up phase is cut short");
        self.0 = rest;
        u64::from_le_bytes(*word)
    }

    /// The next `N` numbers.
    ///
    /// # Panics
    /// As [`WordReader::next`].
    pub fn take<const N: usize>(&mut self) -> [usize; N] {
        std::array::from_fn(|_| self.next())
    }
}
