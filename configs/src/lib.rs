//! What the user wrote: the experiment file, its types, its rules and its messages.
//!
//! [`parse`] and [`load`] turn a file into a [`CouplingSpec`], or into [`Problems`]: everything that is wrong with it
//! in one go. The way there:
//!
//! ```text
//! text --read_tree--> tree with places --shape--> errors of the JSON Schema, each at its place
//!                                      --check--> errors of the rules that span keys
//! text --serde-saphyr, when there are none--> CouplingSpec
//! ```
//!
//! Both also take a [`namcouple`], which they tell by its content.
#![forbid(unsafe_code)]

pub mod calendar;
mod check;
mod draft;
pub mod duration;
mod expected;
pub mod grid;
pub mod hint;
pub mod launch;
pub mod namcouple;
mod place;
pub mod problem;
mod read;
mod read_tree;
mod report;
pub mod schema;
mod shape;
pub mod spec;
pub mod text;
mod tree;
mod written;
pub mod yaml;

pub use calendar::{Calendar, DateTime};
pub use duration::Seconds;
pub use grid::{Boundary, EdgeI, EdgeJ, FoldRow, GridSpec, Pivot, PointFiles, Points};
pub use indexmap::IndexMap;
pub use launch::{Command, Device, WorkerFunction};
pub use place::Place;
pub use problem::{Code, Colour, Problem, Problems};
pub use read::{load, parse, parse_noting, read_text};
pub use spec::{
    Arrays, BadWeights, Component, Conserve, ConserveKind, ConserveOrder, CouplingSpec, Element,
    ExchangeSpec, FieldKind, FieldSpec, FileVariable, Initial, InitialValue, Linear,
    MissingRestart, NetcdfKind, Normalisation, Oasis, PointKind, Remap, RemapOrder, RemapSide,
    Restriction, Scrip, ScripGrid, ScripMethod, ScripOrder, Status, Tiles, Time, TimeOperation,
    Watch,
};
pub use written::Written;
