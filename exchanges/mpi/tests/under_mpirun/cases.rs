//! What each rank of a test job does; a failed assertion ends the whole job with a non-zero status.

#[path = "channels.rs"]
mod channels;
#[path = "collective.rs"]
mod collective;
#[path = "failures.rs"]
mod failures;
#[path = "hosts.rs"]
mod hosts;
#[path = "jobs.rs"]
mod jobs;

use halocline_exchanges::world::{Patience, World};
use halocline_exchanges_mpi::MpiWorld;
use std::time::{Duration, Instant};

/// How the job must end.
#[derive(Debug, Clone, Copy)]
pub enum Expect {
    Success,
    Status(i32),
}

/// One test job.
pub struct Case {
    pub name: &'static str,
    pub ranks: &'static [usize],
    pub expect: Expect,
    pub run: fn(),
}

const fn case(name: &'static str, ranks: &'static [usize], run: fn()) -> Case {
    Case {
        name,
        ranks,
        expect: Expect::Success,
        run,
    }
}

/// A case that breaks traffic off: its job ends with a status of its own.
const fn agreed(name: &'static str, ranks: &'static [usize], run: fn()) -> Case {
    Case {
        name,
        ranks,
        expect: Expect::Status(failures::AGREED),
        run,
    }
}

const ALL: &[usize] = &[1, 2, 3, 5];
const SEVERAL: &[usize] = &[2, 3, 5];

/// All of them.
pub const CASES: &[Case] = &[
    case(
        "components_outside_of_the_coupling_have_no_world",
        &[3, 7],
        jobs::components_in_and_outside_of_the_coupling,
    ),
    case(
        "components_get_communicators_between_them",
        &[3, 7],
        jobs::communicators_between_components,
    ),
    case(
        "pieces_of_all_ranks_arrive_in_order_at_the_first",
        ALL,
        jobs::pieces_at_the_first_rank,
    ),
    case(
        "meetings_deliver_random_sparse_parcels_in_order",
        ALL,
        collective::meetings,
    ),
    case(
        "gatherings_of_uneven_sizes_reach_every_rank",
        ALL,
        collective::gatherings,
    ),
    case("split_forms_a_communicator_a_color", ALL, collective::split),
    case(
        "channels_of_many_tags_keep_order_and_content",
        ALL,
        channels::many_rounds,
    ),
    case(
        "publish_does_not_wait_for_a_sleeping_receiver",
        &[2, 3],
        channels::sleeping_receiver,
    ),
    case(
        "unread_messages_do_not_hinder_close",
        &[1, 2, 3],
        channels::unread,
    ),
    case(
        "messages_in_many_pieces_arrive_in_order_and_unread_ones_do_not_hinder_close",
        &[2, 3],
        channels::pieces,
    ),
    case(
        "a_shorter_message_arrives_with_its_length",
        &[2],
        channels::shorter,
    ),
    case(
        "a_longer_message_is_an_error_with_the_expected_length",
        &[2],
        channels::longer,
    ),
    agreed("a_notice_reaches_all_ranks", SEVERAL, failures::notice),
    agreed(
        "two_notices_at_once_hang_nobody",
        SEVERAL,
        failures::crossing_notices,
    ),
    agreed(
        "a_notice_ends_a_meeting",
        SEVERAL,
        failures::notice_in_a_meeting,
    ),
    agreed(
        "waiting_for_a_missing_rank_times_out",
        SEVERAL,
        failures::time_out,
    ),
    agreed(
        "closing_with_unreceived_messages_times_out",
        &[2],
        failures::time_out_in_close,
    ),
    case(
        "a_sub_communicator_of_a_host_is_enough",
        SEVERAL,
        hosts::sub_communicator,
    ),
    case(
        "a_host_that_started_mpi_also_ends_it",
        ALL,
        hosts::host_started,
    ),
    case(
        "wrong_communicators_are_errors",
        &[1, 2],
        hosts::wrong_communicators,
    ),
    agreed(
        "a_start_without_all_ranks_ends_with_the_given_patience",
        &[2, 3],
        hosts::late_start,
    ),
    Case {
        name: "end_job_gives_its_status",
        ranks: &[1, 3],
        expect: Expect::Status(7),
        run: failures::end_job,
    },
];

/// The world of the whole job, MPI started here.
pub fn start() -> MpiWorld {
    end_the_job_on_panic();
    MpiWorld::start(None, Patience::default()).expect("a world")
}

/// Without this, a rank that panics would leave the others waiting.
pub fn end_the_job_on_panic() {
    std::panic::set_hook(Box::new(|info| {
        eprintln!("{info}");
        std::process::abort();
    }));
}

/// Poll until `ready`; panics after 20 s.
pub fn poll(world: &mut MpiWorld, mut ready: impl FnMut(&mut MpiWorld) -> bool) {
    let start = Instant::now();
    while !ready(world) {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "rank {} polled in vain",
            world.rank()
        );
        std::thread::yield_now();
    }
}

/// Numbers that look random, the same at every rank (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
