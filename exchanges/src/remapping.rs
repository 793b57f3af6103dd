//! Values of one grid from those of another, with given weights; and global sums with the same bits on any layout.
//!
//! ```text
//!   file of weights      links: source cell, target cell, weights
//!        |               each rank keeps those of the target cells that it owns
//!        v
//!   matrix               sources: the source cells that this rank needs, asked of their owners by the planner
//!        |               rows: one a target cell, its links in the order of source cells
//!        v
//!   apply                target value = sum of weight * source value, always in that order, in double precision
//! ```
//!
//! A target value is summed by one rank, in the order of the source cells: however both grids are cut, it has the same
//! bits. Where each rank of the source adds its part first, that cannot be.

mod conservation;
mod exact_sum;
mod finder;
mod matrix;

pub use conservation::{ActiveCells, Conservation, Correction, Integrals, NothingToScale};
pub use exact_sum::ExactSum;
pub use finder::CellFinder;
pub use matrix::{Links, Matrix};
