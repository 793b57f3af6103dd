//! What the tests of redistribution share.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod arrays;
pub mod job;
pub mod partitions;
pub mod reference;
pub mod strategies;
