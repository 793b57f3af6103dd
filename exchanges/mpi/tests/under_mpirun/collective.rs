//! Meetings, gatherings and splitting.

use super::{Random, start};
use halocline_exchanges::world::World;
use mpi::{ffi, traits::Communicator};

/// Parcels of one round as all ranks can work them out: (from, to, bytes) in the order of sending.
fn parcels(round: u64, ranks: usize) -> Vec<(usize, usize, Vec<u8>)> {
    let mut random = Random(round);
    let number = random.below(4 * ranks);
    let mut parcels = Vec::new();
    for serial in 0..number {
        let (from, to) = (random.below(ranks), random.below(ranks));
        // Empty, eager and rendezvous sizes.
        let length = [0, 1, 17, 5000, 300_000][random.below(5)];
        let bytes = (0..length).map(|at| (at + serial + from) as u8).collect();
        parcels.push((from, to, bytes));
    }
    parcels
}

pub fn meetings() {
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    for round in 0..200 {
        let all = parcels(round, size);
        let outgoing = all
            .iter()
            .filter(|&&(from, ..)| from == rank)
            .map(|(_, to, bytes)| (*to, bytes.clone()));
        let arrived = world.meet(outgoing.collect()).expect("a meeting");
        let mut expected: Vec<(usize, Vec<u8>)> = all
            .iter()
            .filter(|&&(_, to, _)| to == rank)
            .map(|(from, _, bytes)| (*from, bytes.clone()))
            .collect();
        expected.sort_by_key(|&(from, _)| from);
        assert!(
            arrived == expected,
            "rank {rank}: parcels of round {round} differ"
        );
    }
    world.close().expect("an orderly end");
}

pub fn gatherings() {
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    for round in 0..20 {
        let bytes_of = |rank: usize| -> Vec<u8> {
            let length = (rank * 13 + round * 7) % 29 * (1 + round * 100);
            (0..length).map(|at| (at * 3 + rank) as u8).collect()
        };
        let gathered = world.gather_all(&bytes_of(rank)).expect("a gathering");
        let expected: Vec<Vec<u8>> = (0..size).map(bytes_of).collect();
        assert!(
            gathered == expected,
            "rank {rank}: gathering of round {round} differs"
        );
    }
    assert_eq!(
        world.gather_all(&[]).expect("a gathering of nothing"),
        vec![Vec::<u8>::new(); size]
    );
    world.close().expect("an orderly end");
}

pub fn split() {
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    let handle = world.split(rank % 2).expect("a communicator");
    // SAFETY: a handle that `split` has just made.
    let (found_rank, found_size) = unsafe {
        let communicator = ffi::RSMPI_Comm_f2c(handle);
        let (mut rank, mut size) = (-1, -1);
        ffi::MPI_Comm_rank(communicator, &mut rank);
        ffi::MPI_Comm_size(communicator, &mut size);
        (rank, size)
    };
    assert_eq!(found_rank as usize, rank / 2, "ranks keep their order");
    assert_eq!(found_size as usize, (size + 1 - rank % 2) / 2);
    let world_of_mpi = mpi::topology::SimpleCommunicator::world();
    assert_eq!(world_of_mpi.size() as usize, size);
    world.close().expect("an orderly end");
    assert!(mpi::environment::is_finalized(), "who starts MPI ends it");
    world.close().expect("a second close does nothing");
}
