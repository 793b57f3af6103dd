//! Who owes which cell to whom: grids, partitions, plans and packing. Pure: no MPI, no I/O, no unsafe.
//!
//! ```text
//!   grid, north_fold          what lies beyond each edge of the grid
//!   partition, boxes          which cells a rank owns
//!   halo                      which cells of the grid a receiver's block shows
//!   directory, owners         who owns them: asked of all ranks together, kept by none alone
//!   matching, plan            the runs that travel from each owner to each receiver
//!   pack, unpack, view        runs of an array into a message and out of it
//!   place                     runs of an array straight into the block of a receiver that shares memory
//!   world, local, pace        ranks, and channels between them
//! ```
#![forbid(unsafe_code)]

mod boxes;
mod copy;
mod directory;
mod error;
pub mod grid;
mod halo;
pub mod local;
mod matching;
pub mod north_fold;
mod owners;
pub mod pace;
pub mod pack;
pub mod partition;
pub mod place;
pub mod plan;
mod ranges;
mod rows;
pub mod unpack;
pub mod view;
pub mod words;
pub mod world;
