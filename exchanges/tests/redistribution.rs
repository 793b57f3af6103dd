//! Any grid, any partitions, any halo: every block equals the one cut from the whole field.

mod support;

use proptest::prelude::*;
use support::strategies::{any_cut, job, rectangular};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn blocks_with_a_halo_are_those_cut_from_the_whole_field(job in job(1..=8, rectangular())) {
        job.run();
    }

    #[test]
    fn own_cells_of_any_partition_are_those_of_the_whole_field(job in job(0..=0, any_cut())) {
        job.run();
    }
}
