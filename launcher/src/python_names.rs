//! Names that a Python file defines at its top level, read without Python.
//!
//! It has to be sure only that a name is *not* defined, so it is generous: every word outside of functions, classes,
//! strings and comments may define a name, and a file that defines names by other means defines any.

use std::collections::HashSet;

/// With one of these at its top level, a file may define names that are not written in it.
const HIDDEN_DEFINITIONS: [&str; 5] = ["exec", "globals", "vars", "setattr", "__getattr__"];

/// What a Python file may define at its top level.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Functions, in the order of the file.
    pub(crate) functions: Vec<String>,
    words: HashSet<String>,
    is_open: bool,
}

impl Names {
    /// Read the names of a file's text.
    pub(crate) fn of(text: &str) -> Self {
        let mut names = Self::default();
        let mut body: Option<usize> = None;
        for Line { indent, code } in logical_lines(text) {
            if body.is_some_and(|header| indent > header) {
                names.note_global(&code);
                continue;
            }
            body = names.note(&code).then_some(indent);
        }
        names
    }

    /// Whether the file may define this name; false only when it surely does not.
    pub(crate) fn may_define(&self, name: &str) -> bool {
        self.is_open || self.words.contains(name)
    }

    /// Note a line of the top level; true when the lines that are indented deeper are a body of their own.
    fn note(&mut self, code: &str) -> bool {
        let plain = code.strip_prefix("async ").unwrap_or(code).trim_start();
        let words = words_of(plain);
        match &words[..] {
            ["def", name, ..] => {
                self.functions.push((*name).to_owned());
                self.add(name);
                true
            }
            ["class", name, ..] => {
                self.add(name);
                true
            }
            _ => {
                self.is_open |= words.first() == Some(&"from") && plain.trim_end().ends_with('*');
                words.iter().for_each(|word| self.add(word));
                false
            }
        }
    }

    /// `global closure` inside a function defines a name of the top level.
    fn note_global(&mut self, code: &str) {
        if let ["global", names @ ..] = &words_of(code)[..] {
            names.iter().for_each(|name| self.add(name));
        }
    }

    fn add(&mut self, word: &str) {
        self.is_open |= HIDDEN_DEFINITIONS.contains(&word);
        self.words.insert(word.to_owned());
    }
}

/// The words of a line, without those that are attributes: `closure` of `network.closure`.
fn words_of(code: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut before = ' ';
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if is_part(first) {
            rest.find(|c| !is_part(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if is_part(first) && before != '.' {
            words.push(&rest[..length]);
        }
        if !first.is_whitespace() {
            before = first;
        }
        rest = &rest[length..];
    }
    words
}

/// One statement or more, over as many lines as brackets and backslashes stretch it.
struct Line {
    indent: usize,
    /// The text without strings, comments and the indentation.
    code: String,
}

fn logical_lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '#' => length = rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => {
                length = string_length(rest, first);
                line.push('"');
            }
            '\\' => length = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at),
            '\n' if depth == 0 => finish(&mut line, &mut lines),
            '(' | '[' | '{' => {
                depth += 1;
                line.push(first);
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                line.push(first);
            }
            other => line.push(other),
        }
        rest = &rest[length..];
    }
    finish(&mut line, &mut lines);
    lines
}

fn finish(line: &mut String, lines: &mut Vec<Line>) {
    let code = line.trim();
    if !code.is_empty() {
        let indent = line.len() - line.trim_start().len();
        lines.push(Line {
            indent,
            code: code.to_owned(),
        });
    }
    line.clear();
}

/// Bytes of the string at the beginning of `text`, quotes included.
fn string_length(text: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let is_long = text.starts_with(&triple);
    let end = if is_long {
        triple.as_str()
    } else {
        &triple[..1]
    };
    let mut at = end.len();
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with(end) {
            return at + end.len();
        }
        if next == '\n' && !is_long {
            return at;
        }
        at += next.len_utf8();
        if next == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
"""A closure; def documented(u): is only text here."""
import numpy as np
from networks import (unet,
    other as renamed)
import halocline  # def commented(u):

SCALE = 2.0
text = 'def quoted(u):' + f"it's {SCALE}"

@halocline.worker
def closure(u, v):
    def inner(w):
        return w
    local = u
    return {"u_f": inner(local)}

async def later(u): return u

class Network:
    def forward(self, u):
        global made
        made = u

if SCALE > 1:
    def in_a_branch(u):
        return u
    assigned = closure
network.attribute = 1
first, second = closure,     closure
"#;

    #[test]
    fn names_of_the_top_level_are_found_however_they_are_defined() {
        let names = Names::of(FILE);
        for name in [
            "closure",
            "later",
            "Network",
            "in_a_branch",
            "assigned",
            "np",
            "unet",
            "renamed",
            "SCALE",
            "first",
            "second",
            "made",
        ] {
            assert!(names.may_define(name), "{name}");
        }
        assert_eq!(names.functions, ["closure", "later", "in_a_branch"]);
    }

    #[test]
    fn names_of_bodies_strings_comments_and_attributes_are_not() {
        let names = Names::of(FILE);
        for name in [
            "inner",
            "local",
            "forward",
            "documented",
            "commented",
            "quoted",
            "attribute",
            "u",
            "worker",
        ] {
            assert!(!names.may_define(name), "{name}");
        }
    }

    #[test]
    fn a_file_that_may_define_anything_is_believed() {
        for text in [
            "from networks import *\n",
            "from networks import *  # all\n",
            "globals()['closure'] = 1\n",
            "exec(open('x').read())\n",
            "def __getattr__(name):\n    return 1\n",
        ] {
            assert!(Names::of(text).may_define("closure"), "{text}");
        }
        assert!(!Names::of("product = a * b\nfrom x import y\n").may_define("closure"));
    }
}
