//! Who owes which cell to whom: grids, partitions, plans and packing. Pure: no MPI, no I/O, no unsafe.
//!
//! ```text
//!   grid, north_fold          what lies beyond each edge of the grid
//!   partition, boxes          which cells a rank owns
//!   halo, demand              which cells of the grid a receiver's block shows
//!   survey, owners            who owns them: rectangles are told to all ranks,
//!   domains, directory        anything else is asked of all ranks together, kept by none alone
//!   matching, parts, plan     the runs that travel from each owner to each receiver
//!   stages, verdict           how a rank comes to its plans, and all ranks to one result
//!   rehearsal                 the plans of all ranks of a job that does not exist
//!   pack, unpack, view        runs of an array into a message and out of it
//!   pieces                    a message in pieces, each packed while another is on its way
//!   place                     runs of an array straight into the block of a receiver that shares memory
//!   in_place                  an array of the sender's host that is a part of that block
//!   window                    a block, or its own cells, into an array of the receiver's host
//!   remapping                 values on one grid as weighted sums of values on another
//!   copies                    how many bytes those write, where the feature `count-copies` counts them
//!   world, local, pace        ranks, and channels between them
//! ```
#![forbid(unsafe_code)]

mod boxes;
pub mod copies;
mod copy;
mod demand;
mod directory;
mod domains;
mod error;
pub mod grid;
mod halo;
pub mod in_place;
pub mod local;
mod matching;
pub mod north_fold;
mod owners;
pub mod pace;
pub mod pack;
pub mod partition;
mod parts;
pub mod pieces;
pub mod place;
pub mod plan;
mod ranges;
mod rectangles;
pub mod rehearsal;
pub mod remapping;
mod rows;
mod stages;
mod survey;
pub mod unpack;
mod verdict;
pub mod view;
pub mod window;
pub mod words;
pub mod world;
