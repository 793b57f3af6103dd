//! Hosts that have started MPI themselves.

use super::{end_the_job_on_panic, failures::AGREED};
use halocline_exchanges::world::{Patience, World, WorldError};
use halocline_exchanges_mpi::MpiWorld;
use mpi::{
    ffi,
    topology::{Color, Communicator, SimpleCommunicator},
    traits::AsRaw,
};
use std::time::{Duration, Instant};

fn fortran_handle(communicator: &SimpleCommunicator) -> i32 {
    // SAFETY: a conversion of a valid handle.
    unsafe { ffi::RSMPI_Comm_c2f(communicator.as_raw()) }
}

/// The last rank stays outside the coupling, as an output server would.
pub fn sub_communicator() {
    end_the_job_on_panic();
    let universe = mpi::initialize().expect("MPI was not running");
    let all = universe.world();
    let outside = all.rank() == all.size() - 1;
    let part = all
        .split_by_color(Color::with_value(i32::from(outside)))
        .expect("a communicator");
    if !outside {
        let mut world =
            MpiWorld::start(Some(fortran_handle(&part)), Patience::default()).expect("a world");
        assert_eq!(world.size(), all.size() as usize - 1);
        assert_eq!(world.rank(), all.rank() as usize);
        let rank = world.rank();
        let gathered = world.gather_all(&[rank as u8]).expect("a gathering");
        assert_eq!(gathered.len(), world.size());
        let parcel = vec![rank as u8; 3];
        let next = (rank + 1) % world.size();
        let arrived = world.meet(vec![(next, parcel)]).expect("a meeting");
        let previous = (rank + world.size() - 1) % world.size();
        assert_eq!(arrived, vec![(previous, vec![previous as u8; 3])]);
        world.close().expect("an orderly end");
        assert!(
            !mpi::environment::is_finalized(),
            "MPI is the host's to end"
        );
    }
    // The host's communicators are as they were.
    use mpi::traits::CommunicatorCollectives;
    part.barrier();
    all.barrier();
}

pub fn host_started() {
    end_the_job_on_panic();
    let universe = mpi::initialize().expect("MPI was not running");
    for _ in 0..3 {
        let mut world = MpiWorld::start(None, Patience::default())
            .expect("a world, several times in one process");
        assert_eq!(world.size(), universe.world().size() as usize);
        world.split(0).expect("a communicator");
        world.close().expect("an orderly end");
    }
    assert!(
        !mpi::environment::is_finalized(),
        "MPI is the host's to end"
    );
}

pub fn wrong_communicators() {
    end_the_job_on_panic();
    let universe = mpi::initialize().expect("MPI was not running");
    // SAFETY: a conversion of a constant.
    let null = unsafe { ffi::RSMPI_Comm_c2f(ffi::RSMPI_COMM_NULL) };
    let error = MpiWorld::start(Some(null), Patience::default())
        .map(|_| ())
        .expect_err("MPI_COMM_NULL is no world");
    assert!(error.to_string().contains("MPI_COMM_NULL"), "{error}");
    let mut world = MpiWorld::start(None, Patience::default()).expect("a world");
    let size = world.size();
    let error = world
        .open_sender(size, 0, 16, 1)
        .expect_err("there is no such rank");
    assert!(
        error
            .to_string()
            .contains(&format!("found rank {size}, expected one of 0..{size}")),
        "{error}"
    );
    world.close().expect("an orderly end");
    drop(universe);
    let error = MpiWorld::start(None, Patience::default())
        .map(|_| ())
        .expect_err("MPI has ended");
    assert!(error.to_string().contains("before MPI_Finalize"), "{error}");
}

/// Rank 0 reads its own input for long.
pub fn late_start() {
    end_the_job_on_panic();
    let universe = mpi::initialize().expect("MPI was not running");
    let patience = Patience {
        warn_after: Duration::from_millis(100),
        timeout: Duration::from_millis(400),
    };
    let start = Instant::now();
    if universe.world().rank() == 0 {
        std::thread::sleep(Duration::from_millis(1500));
    }
    match MpiWorld::start(None, patience).map(|_| ()) {
        Err(WorldError::TimedOut { what, waited }) => {
            assert!(what.contains("to begin the coupling"), "{what}");
            assert!(waited >= Duration::from_millis(400));
        }
        other => panic!("expected a time-out, found {other:?}"),
    }
    assert!(start.elapsed() < Duration::from_secs(10));
    use mpi::traits::CommunicatorCollectives;
    universe.world().barrier();
    halocline_exchanges_mpi::end_job(AGREED)
}
