//! Who owes which cell to whom: grids, partitions, plans and packing. Pure: no MPI, no I/O, no unsafe.
#![forbid(unsafe_code)]

pub mod pace;
pub mod view;
pub mod world;
