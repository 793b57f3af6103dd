//! Channels: order, content, double buffering, wrong lengths.

use super::{poll, start};
use halocline_exchanges::world::{ReceiverId, SenderId, World};
use halocline_exchanges_mpi::MpiWorld;
use std::time::{Duration, Instant};

const TAGS: usize = 4;
const ROUNDS: usize = 30;

/// Length of messages with this tag: eager, odd, rendezvous.
fn bytes_of(tag: usize) -> usize {
    [16, 24, 1003, 200_000][tag]
}

/// Encodes sender, tag, round and place, so that any mix-up shows.
fn value(from: usize, tag: usize, round: usize, at: usize) -> u8 {
    (from * 101 + tag * 37 + round * 7 + at) as u8
}

fn send(world: &mut MpiWorld, id: SenderId, from: usize, tag: usize, round: usize) {
    poll(world, |world| {
        world.send_buffer(id).expect("a buffer or none").is_some()
    });
    let buffer = world
        .send_buffer(id)
        .expect("a buffer")
        .expect("a free buffer");
    assert_eq!(buffer.len(), bytes_of(tag));
    assert_eq!(buffer.as_ptr() as usize % 8, 0, "8-byte aligned");
    for (at, byte) in buffer.iter_mut().enumerate() {
        *byte = value(from, tag, round, at);
    }
    world.publish(id, bytes_of(tag)).expect("published");
}

fn receive(world: &mut MpiWorld, id: ReceiverId, from: usize, tag: usize, round: usize) {
    poll(world, |world| world.arrived(id).expect("arrived or not"));
    let message = world.message(id);
    assert_eq!(message.len(), bytes_of(tag));
    assert_eq!(message.as_ptr() as usize % 8, 0, "8-byte aligned");
    for (at, &byte) in message.iter().enumerate() {
        assert_eq!(
            byte,
            value(from, tag, round, at),
            "from {from} tag {tag} round {round} byte {at}"
        );
    }
    world.release(id).expect("released");
}

/// Every rank to every rank, itself too, with several tags; receivers take the tags in reverse.
pub fn many_rounds() {
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    let mut senders = Vec::new();
    let mut receivers = Vec::new();
    for tag in 0..TAGS {
        for other in 0..size {
            senders.push((
                tag,
                world
                    .open_sender(other, tag, bytes_of(tag), 1)
                    .expect("a sender"),
            ));
            receivers.push((
                tag,
                other,
                world
                    .open_receiver(other, tag, bytes_of(tag), 1)
                    .expect("a receiver"),
            ));
        }
    }
    for round in 0..ROUNDS {
        for &(tag, id) in &senders {
            send(&mut world, id, rank, tag, round);
        }
        for &(tag, other, id) in receivers.iter().rev() {
            receive(&mut world, id, other, tag, round);
        }
    }
    poll(&mut world, |world| world.flushed().expect("flushed or not"));
    world.close().expect("an orderly end");
}

/// Rank 0 publishes two messages to each other rank while these sleep: it must not wait for them.
pub fn sleeping_receiver() {
    const SLEEP: Duration = Duration::from_secs(1);
    const BYTES: usize = 8_000_000;
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    if rank == 0 {
        let senders: Vec<SenderId> = (1..size)
            .map(|other| world.open_sender(other, 9, BYTES, 1).expect("a sender"))
            .collect();
        world.gather_all(&[]).expect("all ready");
        std::thread::sleep(Duration::from_millis(100));
        let start = Instant::now();
        for round in 0..2_u8 {
            for &id in &senders {
                world
                    .send_buffer(id)
                    .expect("a buffer")
                    .expect("both buffers are free")
                    .fill(round + 1);
                world.publish(id, BYTES).expect("published");
            }
        }
        let spent = start.elapsed();
        assert!(
            spent < SLEEP / 2,
            "two messages took {spent:?} while the receivers slept"
        );
        // A third time both buffers may be in flight: the answer is None, at once.
        let start = Instant::now();
        let _ = world.send_buffer(senders[0]).expect("a buffer or none");
        assert!(start.elapsed() < SLEEP / 2, "send_buffer blocks");
    } else {
        let id = world.open_receiver(0, 9, BYTES, 1).expect("a receiver");
        world.gather_all(&[]).expect("all ready");
        std::thread::sleep(SLEEP);
        for round in 0..2_u8 {
            poll(&mut world, |world| {
                world.arrived(id).expect("arrived or not")
            });
            assert!(world.message(id).iter().all(|&byte| byte == round + 1));
            world.release(id).expect("released");
        }
        assert!(
            !world.arrived(id).expect("nothing more"),
            "two messages were sent, a third came"
        );
    }
    world.close().expect("an orderly end");
}

/// Messages that nobody reads (the last of a run with lag) and receives that nothing comes for.
pub fn unread() {
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    let next = (rank + 1) % size;
    let previous = (rank + size - 1) % size;
    let sender = world
        .open_sender(next, 3, bytes_of(3), 1)
        .expect("a sender");
    world
        .open_receiver(previous, 3, bytes_of(3), 1)
        .expect("a receiver");
    world
        .open_receiver(previous, 2, bytes_of(2), 1)
        .expect("a receiver of nothing");
    for round in 0..2 {
        send(&mut world, sender, rank, 3, round);
    }
    world.close().expect("an orderly end");
}

/// Send `sent` bytes to a receiver of `expected` bytes; the length that arrives there, or the error.
fn wrong_length(sent: usize, expected: usize) -> Option<Result<usize, String>> {
    let mut world = start();
    let mut outcome = None;
    if world.rank() == 0 {
        let id = world.open_sender(1, 5, sent, 1).expect("a sender");
        world
            .send_buffer(id)
            .expect("a buffer")
            .expect("free")
            .fill(1);
        world.publish(id, sent).expect("published");
    } else {
        let id = world.open_receiver(0, 5, expected, 1).expect("a receiver");
        poll(&mut world, |world| {
            outcome = match world.arrived(id) {
                Ok(false) => None,
                Ok(true) => Some(Ok(world.message(id).len())),
                Err(error) => Some(Err(error.to_string())),
            };
            outcome.is_some()
        });
    }
    world.gather_all(&[]).expect("all done");
    end();
    outcome
}

/// A world with a failed channel is left, not closed; MPI itself can still end.
fn end() {
    // SAFETY: MPI runs, all ranks have passed the gathering, nothing is under way but posted receives.
    unsafe { mpi::ffi::MPI_Finalize() };
}

/// The last piece of a message may be shorter than the others.
pub fn shorter() {
    let outcome = wrong_length(40, 64);
    assert!(matches!(outcome, None | Some(Ok(40))), "{outcome:?}");
}

pub fn longer() {
    let Some(outcome) = wrong_length(96, 64) else {
        return;
    };
    let text = outcome.expect_err("too long");
    for part in ["expected 64 bytes", "from rank 0 with tag 5"] {
        assert!(text.contains(part), "'{part}' is missing in: {text}");
    }
}

/// Rank 0 sends messages in many pieces, more than receives are posted for; the others take them late, and not all.
pub fn pieces() {
    const PIECES: usize = 40;
    const LONGEST: usize = 20_000;
    let length = |piece: usize| LONGEST - 97 * piece;
    let mut world = start();
    let (rank, size) = (world.rank(), world.size());
    if rank == 0 {
        let senders: Vec<SenderId> = (1..size)
            .map(|other| {
                world
                    .open_sender(other, 2, LONGEST, PIECES)
                    .expect("a sender")
            })
            .collect();
        world.gather_all(&[]).expect("all ready");
        for round in 0..4 {
            for &id in &senders {
                poll(&mut world, |world| world.has_room(id).expect("room or not"));
                for piece in 0..PIECES {
                    let buffer = world.send_buffer(id).expect("a buffer");
                    buffer.expect("room was promised")[..length(piece)]
                        .fill((PIECES * round + piece) as u8);
                    world.publish(id, length(piece)).expect("published");
                }
            }
        }
    } else {
        let id = world
            .open_receiver(0, 2, LONGEST, PIECES)
            .expect("a receiver");
        world.gather_all(&[]).expect("all ready");
        std::thread::sleep(Duration::from_millis(100));
        // The last message and a half are left unread.
        for number in 0..PIECES * 5 / 2 {
            poll(&mut world, |world| {
                world.arrived(id).expect("arrived or not")
            });
            let piece = world.message(id);
            assert_eq!(piece.len(), length(number % PIECES));
            assert!(piece.iter().all(|byte| *byte == number as u8));
            world.release(id).expect("released");
        }
    }
    world.close().expect("an orderly end");
}
