//! The flag protocol under the model checker: production's source over loom's atomics, the futex modelled.

use halocline_exchanges_shared::flags::{self, BellWords, Word};
use loom::{
    cell::UnsafeCell,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};
use std::time::Duration;

/// A word and the kernel's queue of those who sleep on it.
struct Modelled {
    word: AtomicU32,
    queue: Mutex<()>,
    woken: Condvar,
}

impl Modelled {
    fn new() -> Self {
        Self {
            word: AtomicU32::new(0),
            queue: Mutex::new(()),
            woken: Condvar::new(),
        }
    }
}

impl Word for Modelled {
    fn load_acquire(&self) -> u32 {
        self.word.load(Ordering::Acquire)
    }

    fn store_release(&self, value: u32) {
        self.word.store(value, Ordering::Release);
    }

    fn increment(&self) {
        self.word.fetch_add(1, Ordering::SeqCst);
    }

    fn decrement(&self) {
        self.word.fetch_sub(1, Ordering::SeqCst);
    }

    fn load_ordered(&self) -> u32 {
        // loom treats SeqCst loads as Acquire: a read-modify-write is ordered as the real load is.
        self.word.fetch_add(0, Ordering::SeqCst)
    }

    /// As the kernel does it: compare and queue up are one step under the queue's lock, a wake takes that lock.
    fn sleep(&self, expected: u32, _longest: Duration) {
        let queue = self.queue.lock().expect("no thread panics with the lock");
        if self.word.fetch_add(0, Ordering::SeqCst) == expected {
            // No end by time: a ring that is missed is then a deadlock, which loom reports.
            drop(
                self.woken
                    .wait(queue)
                    .expect("no thread panics with the lock"),
            );
        }
    }

    fn wake(&self) {
        let _queue = self.queue.lock().expect("no thread panics with the lock");
        self.woken.notify_all();
    }
}

struct Shared {
    published: Modelled,
    released: Modelled,
    slots: [UnsafeCell<u32>; 2],
    rings: [Modelled; 2],
    sleepers: [Modelled; 2],
}

const SENDER: usize = 0;
const RECEIVER: usize = 1;

impl Shared {
    fn new() -> Self {
        Self {
            published: Modelled::new(),
            released: Modelled::new(),
            slots: [UnsafeCell::new(0), UnsafeCell::new(0)],
            rings: [Modelled::new(), Modelled::new()],
            sleepers: [Modelled::new(), Modelled::new()],
        }
    }

    fn bell(&self, rank: usize) -> BellWords<'_, Modelled> {
        BellWords {
            rings: &self.rings[rank],
            sleepers: &self.sleepers[rank],
        }
    }

    /// Wait as production does: listen, look, sleep.
    fn wait(&self, rank: usize, ready: impl Fn() -> bool) {
        let bell = self.bell(rank);
        loop {
            let heard = bell.listen();
            if ready() {
                return;
            }
            bell.sleep(heard, Duration::MAX);
        }
    }
}

fn send(shared: &Shared, messages: u32) {
    for sequence in 1..=messages {
        shared.wait(SENDER, || flags::is_free(&shared.released, sequence));
        // SAFETY: loom reports it when the receiver reads at the same time.
        shared.slots[flags::slot_of(sequence)].with_mut(|slot| unsafe { *slot = 100 + sequence });
        flags::publish(&shared.published, sequence, &shared.bell(RECEIVER));
    }
}

fn receive(shared: &Shared, messages: u32) {
    for sequence in 1..=messages {
        shared.wait(RECEIVER, || flags::has_arrived(&shared.published, sequence));
        // SAFETY: loom reports it when the sender writes at the same time.
        let value = shared.slots[flags::slot_of(sequence)].with(|slot| unsafe { *slot });
        assert_eq!(value, 100 + sequence);
        flags::release(&shared.released, sequence);
        shared.bell(SENDER).ring();
    }
}

/// Each message arrives whole, nobody writes what is read, nobody sleeps for ever.
fn messages_arrive(messages: u32, preemptions: usize) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(move || {
        let shared = Arc::new(Shared::new());
        let sending = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || send(&shared, messages))
        };
        receive(&shared, messages);
        sending.join().expect("the sender ends");
    });
}

#[test]
fn one_message() {
    messages_arrive(1, 4);
}

#[test]
fn three_messages_through_two_slots() {
    messages_arrive(3, 2);
}
