//! Jobs whose components are not all coupled, and communicators between components.

use super::end_the_job_on_panic;
use halocline_exchanges::world::{Patience, World};
use halocline_exchanges_mpi::{
    Gathering, Job, MpiWorld, Part, is_null_communicator, rank_and_size, undefined_color,
};

/// Components a b c in turn, c outside of the coupling: ranks 0 3 6 ..., 1 4 7 ..., 2 5 8 ...
fn join() -> (Job, usize, usize) {
    let rank: usize = std::env::var("OMPI_COMM_WORLD_RANK")
        .or_else(|_| std::env::var("PMI_RANK"))
        .expect("the rank that the launcher gave")
        .parse()
        .expect("a number");
    let (name, part) = [
        ("a", Part::Coupled),
        ("b", Part::Coupled),
        ("c", Part::Outside),
    ][rank % 3];
    let job = Job::join(name, part, None, Patience::default()).expect("a job");
    assert_eq!(job.local_rank(), rank / 3);
    (job, rank, rank % 3)
}

pub fn components_in_and_outside_of_the_coupling() {
    end_the_job_on_panic();
    let (job, rank, kind) = join();
    assert_eq!(job.components(), ["a", "b", "c"]);
    assert_eq!(job.is_first(), rank == 0);
    let local = rank_and_size(job.local_communicator()).expect("a communicator");
    assert_eq!(local, (job.local_rank(), job.local_size()));
    assert_eq!(job.coupled_communicator().is_some(), kind < 2);
    if let Some(coupled) = job.coupled_communicator() {
        let mut world =
            MpiWorld::start(Some(coupled), Patience::default()).expect("a world of the coupled");
        let gathered = world.gather_all(&[rank as u8]).expect("a gathering");
        assert!(gathered.iter().all(|rank| rank[0] % 3 < 2), "{gathered:?}");
        world.close().expect("an orderly end");
    }
    assert!(halocline_exchanges_mpi::is_running());
    job.leave().expect("an orderly end");
    assert!(!halocline_exchanges_mpi::is_running());
}

pub fn communicators_between_components() {
    end_the_job_on_panic();
    let (job, rank, kind) = join();
    // In two orders: the names make the communicator, not their order.
    if kind != 1 {
        let names = if kind == 0 { ["a", "c"] } else { ["c", "a"] };
        let (both, roots) = job.intracommunicator(&names).expect("a communicator");
        assert_eq!(roots, if kind == 0 { [0, 1] } else { [1, 0] });
        let (place, _) = rank_and_size(both).expect("a communicator");
        assert_eq!(place, 2 * (rank / 3) + usize::from(kind == 2));
    }
    if kind < 2 {
        let other = if kind == 0 { "b" } else { "a" };
        let between = job.intercommunicator(other).expect("an intercommunicator");
        assert_eq!(rank_and_size(between).expect("its local group").0, rank / 3);
        let error = job.intercommunicator("atm").expect_err("nobody is that");
        assert!(
            error.to_string().contains("expected one of: a, b, c"),
            "{error}"
        );
    }
    // Only the first process of each component takes part.
    let color = if rank < 3 { 1 } else { undefined_color() };
    let chosen = job
        .choose(job.local_communicator(), color)
        .expect("a split");
    assert_eq!(chosen.is_some(), rank < 3);
    assert!(chosen.is_none_or(|handle| !is_null_communicator(handle)));
    job.leave().expect("an orderly end");
}

pub fn pieces_at_the_first_rank() {
    end_the_job_on_panic();
    let job = Job::join("a", Part::Coupled, None, Patience::default()).expect("a job");
    let mut gathering =
        Gathering::over(job.local_communicator(), Patience::default()).expect("a communicator");
    for round in 0..3_usize {
        let piece = |rank: usize| vec![(7 * rank + round) as u8; rank * 100_000 * round];
        let found = gathering
            .at_first(piece(job.local_rank()))
            .expect("a gathering");
        let expected: Vec<_> = (0..job.local_size()).map(piece).collect();
        assert_eq!(found, (job.local_rank() == 0).then_some(expected));
    }
    job.leave().expect("an orderly end");
}
