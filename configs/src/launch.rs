//! How a component is started: a command, or a Python function on a device.

use crate::text::{Misread, written_as_text};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A program and its arguments, as separate words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program first; at least one word.
    pub words: Vec<String>,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

impl FromStr for Command {
    type Err = Misread;

    /// Split like a shell: blanks separate words, quotes and backslashes keep them; nothing is expanded.
    fn from_str(text: &str) -> Result<Self, Misread> {
        Self::from_words(split_words(text)?)
    }
}

impl Command {
    fn from_words(words: Vec<String>) -> Result<Self, Misread> {
        if words.first().is_none_or(String::is_empty) {
            return Err(Misread::new(
                "a program and its arguments",
                "write the program's name or path first",
            ));
        }
        Ok(Self { words })
    }
}

fn split_words(text: &str) -> Result<Vec<String>, Misread> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let quoted = read_quoted(&mut characters, character)?;
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn read_quoted(characters: &mut std::str::Chars<'_>, quote: char) -> Result<String, Misread> {
    let mut quoted = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quote == '"' => quoted.extend(characters.next()),
            end if end == quote => return Ok(quoted),
            other => quoted.push(other),
        }
    }
    Err(Misread::new(
        "a closing quote for every opening one",
        format!("close the {quote}, or write a list of words"),
    ))
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.words.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CommandVisitor)
    }
}

struct CommandVisitor;

impl<'de> de::Visitor<'de> for CommandVisitor {
    type Value = Command;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command line, or a list of words")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Command, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Command, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = sequence.next_element()? {
            words.push(word);
        }
        Command::from_words(words).map_err(de::Error::custom)
    }
}

impl JsonSchema for Command {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "array"],
            "format": "halocline-command",
            "items": { "type": "string" },
            "minItems": 1,
            "examples": ["./ocean namelist.nml", ["./ocean", "a file with blanks.nml"]]
        })
    }
}

/// A Python function that is a component: `closure.py:closure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerFunction {
    /// The Python file, relative to the experiment file.
    pub file: PathBuf,
    /// Name of the function in it.
    pub function: String,
}

impl fmt::Display for WorkerFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.function)
    }
}

impl FromStr for WorkerFunction {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let misread =
            |change| Misread::new("FILE.py:FUNCTION, for example closure.py:closure", change);
        let (file, function) = text
            .rsplit_once(':')
            .ok_or_else(|| misread("add a colon and the function's name"))?;
        if Path::new(file)
            .extension()
            .is_none_or(|extension| extension != "py")
        {
            return Err(misread(
                "name a Python file, ending with .py, before the colon",
            ));
        }
        if !is_identifier(function) {
            return Err(misread("name a Python function after the colon"));
        }
        Ok(Self {
            file: file.into(),
            function: function.into(),
        })
    }
}

/// Letters, digits and underscores, no digit first: a name in Python and Fortran alike.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

written_as_text!(WorkerFunction, "WorkerFunction",
    format: "halocline-worker",
    pattern: r"^.+\.py:[A-Za-z_][A-Za-z0-9_]*$",
    examples: ["closure.py:closure"]);

/// Where a worker's arrays live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// CUDA when there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// CUDA: the device with this number, or the one that the rank's number on its node selects.
    Cuda(Option<u32>),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(None) => f.write_str("cuda"),
            Self::Cuda(Some(number)) => write!(f, "cuda:{number}"),
        }
    }
}

impl FromStr for Device {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let misread = || Misread::new("auto, cpu, cuda or cuda:N", "write one of these");
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(None)),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(misread)?;
                Ok(Self::Cuda(Some(number.parse().map_err(|_| misread())?)))
            }
        }
    }
}

written_as_text!(Device, "Device",
    format: "halocline-device",
    pattern: "^(auto|cpu|cuda(:[0-9]+)?)$",
    examples: ["auto", "cpu", "cuda", "cuda:0"]);
