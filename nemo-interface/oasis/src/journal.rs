//! The log files that people and scripts look for: `nout.000000`, `debug.root.NN` and their kin.
//!
//! | file | written by |
//! |---|---|
//! | `nout.000000` | the first process of the job |
//! | `debug.root.NN` | the first process of component NN, counted from 1 in the order of the job |
//! | `debug.notroot.NN` | its second process |
//! | `debug.NN.RRRRRR` | every other process too, from debug level 5 on |
//!
//! Each ends with a line "SUCCESSFUL RUN" where the coupling ended in order, and is never longer than a megabyte.

use std::{
    fmt::Display,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Debug level from which every process writes a file.
const EVERY_PROCESS: i32 = 5;
/// Debug level from which puts and gets are written down.
pub(crate) const EVERY_CALL: i32 = 10;
/// Bytes after which a file takes nothing but its last line.
const LONGEST: usize = 1 << 20;

/// One log file, or none.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    file: Option<File>,
    path: PathBuf,
    written: usize,
}

/// Which process of the job writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer {
    /// Number of its component, from 1.
    pub(crate) component: usize,
    /// Its rank there.
    pub(crate) rank: usize,
    /// Debug level.
    pub(crate) level: i32,
}

impl Writer {
    fn name(self) -> Option<String> {
        let Self {
            component,
            rank,
            level,
        } = self;
        match rank {
            0 => Some(format!("debug.root.{component:02}")),
            _ if level >= EVERY_PROCESS => Some(format!("debug.{component:02}.{rank:06}")),
            1 => Some(format!("debug.notroot.{component:02}")),
            _ => None,
        }
    }
}

impl Journal {
    /// Begin the file of a process in `folder`.
    pub(crate) fn begin(folder: &Path, writer: Writer) -> Self {
        writer
            .name()
            .map_or_else(Self::default, |name| Self::create(folder.join(name)))
    }

    /// Begin the file of the whole job in `folder`.
    pub(crate) fn of_job(folder: &Path) -> Self {
        Self::create(folder.join("nout.000000"))
    }

    /// A file that cannot be written must not end a run that can go on.
    fn create(path: PathBuf) -> Self {
        let file = File::create(&path);
        let file = file.inspect_err(|error| cannot_write(&path, error)).ok();
        Self {
            file,
            path,
            written: 0,
        }
    }

    /// Add a line, unless the file is long already.
    pub(crate) fn line(&mut self, text: impl Display) {
        if self.file.is_none() || self.written > LONGEST {
            return;
        }
        let mut text = format!("{text}\n");
        self.written += text.len();
        if self.written > LONGEST {
            text = format!("no more lines: this file has {LONGEST} bytes\n");
        }
        self.write(&text);
    }

    /// Add the line that scripts look for.
    pub(crate) fn success(&mut self) {
        self.write("SUCCESSFUL RUN\n");
    }

    fn write(&mut self, text: &str) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write_all(text.as_bytes()) {
            cannot_write(&self.path, &error);
            self.file = None;
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) {
    tracing::warn!("cannot write {}: {error}", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_bounded_and_ends_with_success_all_the_same() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let writer = Writer {
            component: 2,
            rank: 0,
            level: 0,
        };
        let mut journal = Journal::begin(folder.path(), writer);
        for _ in 0..3000 {
            journal.line("x".repeat(999));
        }
        journal.success();
        let text = std::fs::read_to_string(folder.path().join("debug.root.02")).expect("a file");
        assert!(text.len() < LONGEST + 2000, "{}", text.len());
        assert!(text.ends_with("SUCCESSFUL RUN\n"));
        assert!(text.contains("no more lines"));
    }

    #[test]
    fn names_follow_rank_and_level() {
        let name = |rank, level| {
            Writer {
                component: 1,
                rank,
                level,
            }
            .name()
        };
        assert_eq!(name(0, 0).as_deref(), Some("debug.root.01"));
        assert_eq!(name(1, 0).as_deref(), Some("debug.notroot.01"));
        assert_eq!(name(2, 0), None);
        assert_eq!(name(2, 5).as_deref(), Some("debug.01.000002"));
        assert_eq!(name(0, 15).as_deref(), Some("debug.root.01"));
    }
}
