//! Notices, time-outs and the end of a job.

use super::{poll, start};
use halocline_exchanges::world::{Notice, Patience, World, WorldError};
use halocline_exchanges_mpi::MpiWorld;
use std::time::{Duration, Instant};

/// The status of a job whose ranks all saw what they expected, where MPI cannot end in order any more.
pub const AGREED: i32 = 3;

fn words(rank: usize) -> Notice {
    Notice {
        component: "océan".to_owned(),
        rank,
        message: "found NaN\nexpected a number".to_owned(),
    }
}

fn impatient(world: &mut MpiWorld) {
    world.set_patience(Patience {
        warn_after: Duration::from_millis(100),
        timeout: Duration::from_millis(400),
    });
}

pub fn notice() {
    let mut world = start();
    let last = world.size() - 1;
    if world.rank() == last {
        assert_eq!(world.notice(), None, "nobody has failed yet");
        let start = Instant::now();
        world.announce(&words(42));
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "all ranks listen, the announcement ends early"
        );
    } else {
        poll(&mut world, |world| world.notice().is_some());
        assert_eq!(world.notice(), Some(words(42)), "it stays known");
        match world.close() {
            Err(WorldError::Ended(heard)) => assert_eq!(heard, words(42)),
            // All ranks may have come to the end before the barrier is tested.
            Ok(()) => {}
            other => panic!("expected the notice, found {other:?}"),
        }
    }
    leave(world);
}

pub fn crossing_notices() {
    let mut world = start();
    let rank = world.rank();
    let start = Instant::now();
    world.announce(&words(rank));
    // At most the grace period, for those that a rank had stopped listening to.
    assert!(
        start.elapsed() < Duration::from_millis(4500),
        "an announcement ends"
    );
    poll(&mut world, |world| world.notice().is_some());
    let heard = world.notice().expect("a notice of another rank");
    assert_ne!(heard.rank, rank);
    assert_eq!(heard, words(heard.rank));
    leave(world);
}

pub fn notice_in_a_meeting() {
    let mut world = start();
    if world.rank() == 0 {
        world.announce(&words(0));
    } else {
        let start = Instant::now();
        match world.meet(vec![(0, vec![1; 100_000])]) {
            Err(WorldError::Ended(heard)) => assert_eq!(heard, words(0)),
            other => panic!("expected the notice, found {other:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(3));
        match world.gather_all(&[1]) {
            Err(WorldError::Ended(heard)) => assert_eq!(heard, words(0)),
            other => panic!("expected the notice again, found {other:?}"),
        }
    }
    // Parcels and barriers that were broken off are still under way: only an abrupt end is safe now.
    leave(world);
}

/// All ranks have seen what they expected: end with [`AGREED`], whatever MPI still has under way.
fn leave(mut world: MpiWorld) -> ! {
    // SAFETY: MPI runs, and all ranks that have found what they expected come here.
    let code = unsafe { mpi::ffi::MPI_Barrier(mpi::ffi::RSMPI_COMM_WORLD) };
    assert_eq!(code, 0, "MPI_Barrier");
    world.end_job(AGREED)
}

pub fn time_out() {
    let mut world = start();
    impatient(&mut world);
    if world.rank() == 0 {
        std::thread::sleep(Duration::from_secs(2));
    } else {
        let start = Instant::now();
        let first = match world.gather_all(&[]) {
            Err(WorldError::TimedOut { what, waited }) => {
                assert!(
                    what.contains(&format!("all {} ranks", world.size())),
                    "{what}"
                );
                assert!(waited >= Duration::from_millis(400));
                (what, waited)
            }
            other => panic!("expected a time-out, found {other:?}"),
        };
        // This rank is out of step now: no later operation may meet rank 0's first one.
        for again in [
            world.gather_all(&[1]).map(|_| ()),
            world.meet(Vec::new()).map(|_| ()),
            world.split(0).map(|_| ()),
            world.close(),
        ] {
            match again {
                Err(WorldError::TimedOut { what, waited }) => assert_eq!((what, waited), first),
                other => panic!("expected the first time-out, found {other:?}"),
            }
        }
        assert!(start.elapsed() < Duration::from_millis(1900));
    }
    leave(world);
}

pub fn time_out_in_close() {
    let mut world = start();
    impatient(&mut world);
    if world.rank() == 0 {
        let id = world.open_sender(1, 0, 1_000_000, 1).expect("a sender");
        world
            .send_buffer(id)
            .expect("a buffer")
            .expect("free")
            .fill(1);
        world.publish(id, 1_000_000).expect("published");
        match world.close() {
            Err(WorldError::TimedOut { what, .. }) => {
                assert!(what.contains("receive what this one has sent"), "{what}")
            }
            other => panic!("expected a time-out, found {other:?}"),
        }
    } else {
        std::thread::sleep(Duration::from_millis(1500));
    }
    leave(world);
}

pub fn end_job() {
    let mut world = start();
    if world.rank() == world.size() - 1 {
        world.end_job(7);
    }
    // The others wait for what never comes; the end of the job takes them along.
    let _ = world.gather_all(&[]);
    std::thread::sleep(Duration::from_secs(30));
}
