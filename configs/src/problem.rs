//! What is wrong with an experiment file: all of it, each with its place.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was found and what was expected.
    pub message: String,
    /// What to change.
    pub help: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// All that is wrong with an experiment file.
#[derive(Debug, Clone)]
pub struct Problems {
    /// Name of the file.
    pub file: String,
    /// The problems, in the order of their places.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}:{}:{}: {}; {}", self.file, problem.line, problem.column, problem.message, problem.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
