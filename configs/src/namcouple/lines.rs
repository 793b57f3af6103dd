//! The text of a namcouple as lines of words, each with its place.

use crate::place::Place;

/// A word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) place: Place,
}

impl Word<'_> {
    /// The word in capitals: keywords and options count in any case.
    pub(super) fn capitals(&self) -> String {
        self.text.to_ascii_uppercase()
    }

    /// The word for messages: the beginning of one that is very long.
    pub(super) fn shown(&self) -> String {
        const LONGEST: usize = 60;
        match self.text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}...", &self.text[..end]),
            None => self.text.to_owned(),
        }
    }
}

/// A line that holds at least one word; what follows `#` or `!` at the beginning of a word is a comment.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) words: Vec<Word<'a>>,
}

impl<'a> Line<'a> {
    /// The first word.
    pub(super) fn first(&self) -> Word<'a> {
        self.words[0]
    }

    /// From the first word to the last.
    pub(super) fn place(&self) -> Place {
        let last = self.words[self.words.len() - 1];
        Place {
            end: last.place.end,
            ..self.words[0].place
        }
    }

    /// Place of a word, or the end of the line where it is missing.
    pub(super) fn place_of(&self, position: usize) -> Place {
        self.words.get(position).map_or_else(
            || {
                let last = self.words[self.words.len() - 1].place;
                Place {
                    start: last.end,
                    column: last.column + self.words[self.words.len() - 1].text.chars().count(),
                    ..last
                }
            },
            |word| word.place,
        )
    }

    /// Whether this is a keyword of the file, `$...`.
    pub(super) fn is_keyword(&self) -> bool {
        self.first().text.starts_with('$')
    }
}

/// All lines that hold words.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let words = words(whole, start, index + 1);
        if !words.is_empty() {
            lines.push(Line { words });
        }
        start += whole.len();
    }
    lines
}

fn words(line: &str, line_start: usize, number: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut byte, mut column) = (0, 1);
    for piece in line.split(is_blank) {
        if piece.starts_with(['#', '!']) {
            break;
        }
        let letters = piece.chars().count();
        if letters > 0 {
            let start = line_start + byte;
            words.push(Word {
                text: piece,
                place: Place {
                    start,
                    end: start + piece.len(),
                    line: number,
                    column,
                },
            });
        }
        byte += piece.len();
        column += letters + 1;
        byte += line[byte..].chars().next().map_or(0, char::len_utf8);
    }
    words
}

/// A byte order mark at the beginning of a file counts as a blank.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}
