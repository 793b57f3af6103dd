//! Check, plan and run an experiment, without MPI in this process: one command line starts all components.
//!
//! ```text
//! check   the experiment file and the files that it names, all problems at once
//! plan    components, exchanges, dates and sizes, as far as they are known before the run; a simulation of all ranks
//! run     job -> command line -> launcher -> supervisor of each rank -> component
//!                                               └ logs, exits.jsonl     └ first_cause.json, progress.*.json
//! ```
#![forbid(unsafe_code)]

mod cause;
mod check;
mod command_line;
mod convert_file;
mod cores;
mod cut;
mod display;
mod ends;
mod error;
mod exits;
mod files;
mod interrupt;
mod job;
mod mpi;
mod options;
mod plan;
mod program;
mod progress;
mod python_names;
mod quantities;
mod rank;
mod run;
mod run_directory;
mod simulation;
mod what_if;
mod words;
mod worker_file;

pub use cause::Cause;
pub use check::{CheckReport, check};
pub use command_line::{CommandLine, Recipe, Starter};
pub use convert_file::{Converted, export_namcouple, import_namcouple};
pub use cut::Cut;
pub use ends::Ends;
pub use error::{Error, Explanation};
pub use exits::{Exit, first_failure};
pub use job::{Job, JobComponent};
pub use mpi::{Dialect, Launcher};
pub use options::{ExistingRun, LauncherChoice, ProgressStyle, RunOptions};
pub use plan::{Plan, plan, plan_what_if};
pub use program::python;
pub use rank::{RankOptions, become_child_of, log_path, supervise};
pub use run::{End, Outcome, print, run, shown};
pub use rustix::process::Signal;
pub use simulation::{
    ComponentFigures, ExchangeFigures, MeasureMemory, MemoryUse, SideFigures, Simulation, Spread,
};
pub use what_if::{GridSize, Named, WhatIf};
pub use words::{line, quote, split_words};
