//! Numbers as bytes for the meetings of the set-up phase: 64-bit words, little endian.

/// Numbers to hand to another rank.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(Vec<u8>);

impl Words {
    pub(crate) fn push(&mut self, word: usize) {
        self.0.extend_from_slice(&(word as u64).to_le_bytes());
    }

    pub(crate) fn extend(&mut self, words: impl IntoIterator<Item = usize>) {
        words.into_iter().for_each(|word| self.push(word));
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Numbers that another rank handed over.
///
/// Ranks of one job run one library: bytes of another form are our own bug, and panic.
#[derive(Debug)]
pub(crate) struct WordReader<'a>(&'a [u8]);

impl<'a> WordReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn next(&mut self) -> usize {
        let (word, rest) = self
            .0
            .split_first_chunk()
            .expect("a record of the set-up phase is cut short");
        self.0 = rest;
        usize::try_from(u64::from_le_bytes(*word))
            .expect("a number of the set-up phase fits the address space")
    }

    pub(crate) fn take<const N: usize>(&mut self) -> [usize; N] {
        std::array::from_fn(|_| self.next())
    }
}
