//! What happens when: the session that every door (Rust, C, Fortran, Python) opens, its clocks and its exchanges.
//!
//! ```text
//! begin -> define_domain ... -> end_definition -> send / receive / lend ... -> finish
//! ```
//! A session knows nothing of MPI: it is given a [`halocline_exchanges::world::World`].
#![forbid(unsafe_code)]

pub mod block;
pub mod clock;
pub mod code;
mod completion;
pub mod convert;
mod coordinates;
mod crew;
pub mod error;
mod failure;
mod handshake;
mod incoming;
mod initial;
pub mod logging;
mod opening;
mod outcome;
mod outgoing;
mod progress;
mod remapping;
mod resolve;
mod rest;
mod route;
pub mod session;
mod sharing;
pub mod start;
pub mod steps;
mod unfinished;
pub mod variables;
mod wait;

pub use block::Block;
pub use code::Code;
pub use error::Error;
pub use failure::give_way;
pub use session::{Received, Sent, Session};
pub use steps::Step;
pub use variables::{Direction, Variable};
