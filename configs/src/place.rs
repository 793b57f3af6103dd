//! Places in the text of a file.

/// A stretch of the text of an experiment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Line of the first byte, from 1.
    pub line: usize,
    /// Column of the first byte in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The first character of a file.
    #[must_use]
    pub const fn beginning() -> Self {
        Self {
            start: 0,
            end: 0,
            line: 1,
            column: 1,
        }
    }
}

/// A text, and where its characters and lines begin.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    text: &'a str,
    /// Byte of each character, and one past the end.
    byte_of_character: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let ends = std::iter::once(text.len());
        Self {
            text,
            byte_of_character: text
                .char_indices()
                .map(|(byte, _)| byte)
                .chain(ends)
                .collect(),
        }
    }

    /// The place between two characters' numbers, without blanks at its end.
    pub(crate) fn between(&self, first: usize, last: usize) -> Place {
        let last_known = self.byte_of_character.len() - 1;
        let start = self.byte_of_character[first.min(last_known)];
        let end = self.byte_of_character[last.clamp(first, last_known.max(first)).min(last_known)];
        let end = start + self.text[start..end].trim_end().len();
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            start,
            end,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The place of one character, given by line and column from 1.
    pub(crate) fn at_line(&self, line: usize, column: usize) -> Place {
        let line_start: usize = self
            .text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        let first = self
            .byte_of_character
            .partition_point(|byte| *byte < line_start)
            + column.saturating_sub(1);
        self.between(first, first + 1)
    }
}
