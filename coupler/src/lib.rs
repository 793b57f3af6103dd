//! What happens when: the session that every door (Rust, C, Fortran, Python) opens, its clocks and its exchanges.
//!
//! ```text
//! begin -> define_domain ... -> end_definition -> send / receive / lend ... -> finish
//! ```
//! A session knows nothing of MPI: it is given a [`halocline_exchanges::world::World`].
#![forbid(unsafe_code)]

mod accumulate;
pub mod block;
mod by_file;
pub mod clock;
pub mod code;
mod completion;
mod conservation;
pub mod convert;
mod coordinates;
mod crew;
pub mod error;
mod failure;
mod field_files;
mod gather;
mod handshake;
mod incoming;
mod initial;
pub mod logging;
mod opening;
mod outcome;
mod outgoing;
mod progress;
mod receiving;
mod remapping;
mod resolve;
mod rest;
mod restart;
mod route;
mod sending;
mod sequence;
pub mod session;
mod sharing;
pub mod start;
pub mod steps;
mod summary;
mod unfinished;
mod values;
pub mod variables;
mod wait;
pub mod wish;

pub use block::Block;
pub use code::Code;
pub use error::Error;
pub use failure::give_way;
pub use session::{Received, Sent, Session};
pub use steps::Step;
pub use variables::{Direction, Variable};
pub use wish::Wish;
