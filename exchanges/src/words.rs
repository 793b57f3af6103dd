//! Numbers as bytes for the meetings of the set-up phase: seven bits a byte, the lowest first, as many as it takes.
//!
//! Cells, lengths and ranks are small numbers: a record takes a fourth of what whole words would.

/// Says that more bytes of the same number follow.
const MORE: u8 = 0x80;

/// Numbers to hand to another rank.
#[derive(Debug, Clone, Default)]
pub struct Words(Vec<u8>);

impl Words {
    /// Add one.
    pub fn push(&mut self, word: usize) {
        self.push_wide(word as u64);
    }

    /// Add a number of 64 bits that counts nothing in memory.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the lowest seven bits are what is wanted"
    )]
    pub fn push_wide(&mut self, word: u64) {
        let mut left = word;
        while left >= u64::from(MORE) {
            self.0.push(left as u8 | MORE);
            left >>= 7;
        }
        self.0.push(left as u8);
    }

    /// Add a number that may be negative: its sign goes into the lowest bit.
    pub fn push_signed(&mut self, word: isize) {
        self.push(((word << 1) ^ (word >> (isize::BITS - 1))).cast_unsigned());
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
        let mut word = 0;
        let mut shift = 0;
        loop {
            let (byte, rest) = self
                .0
                .split_first()
                .expect("a record of the set-up phase is cut short");
            self.0 = rest;
            word |= u64::from(byte & !MORE) << shift;
            if byte & MORE == 0 {
                return word;
            }
            shift += 7;
        }
    }

    /// The next number, which may be negative.
    ///
    /// # Panics
    /// As [`WordReader::next`].
    pub fn next_signed(&mut self) -> isize {
        let word = self.next();
        (word >> 1).cast_signed() ^ -(word & 1).cast_signed()
    }

    /// The next `N` numbers.
    ///
    /// # Panics
    /// As [`WordReader::next`].
    pub fn take<const N: usize>(&mut self) -> [usize; N] {
        std::array::from_fn(|_| self.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, usize::MAX - 1, usize::MAX];
        let mut words = Words::default();
        words.extend(numbers);
        let bytes = words.into_bytes();
        assert_eq!(bytes.len(), 1 + 1 + 1 + 2 + 2 + 3 + 10 + 10);
        assert_eq!(WordReader::new(&bytes).take(), numbers);
    }

    #[test]
    fn signs_come_back_too() {
        let numbers = [0, -1, 1, -64, 64, isize::MIN, isize::MAX];
        let mut words = Words::default();
        numbers.iter().for_each(|number| words.push_signed(*number));
        let bytes = words.into_bytes();
        let mut reader = WordReader::new(&bytes);
        assert!(numbers.iter().all(|number| reader.next_signed() == *number));
        assert!(reader.is_empty());
    }
}
