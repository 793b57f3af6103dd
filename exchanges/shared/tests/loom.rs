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

    fn replace(&self, expected: u32, value: u32) -> Result<(), u32> {
        let (ordering, otherwise) = (Ordering::AcqRel, Ordering::Acquire);
        self.word
            .compare_exchange(expected, value, ordering, otherwise)
            .map(|_| ())
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
    published: Vec<Modelled>,
    released: Modelled,
    chosen: Modelled,
    /// For each slot the part of each sender.
    slots: [Vec<UnsafeCell<u32>>; 2],
    /// The bells of the senders, then of the receiver.
    rings: Vec<Modelled>,
    sleepers: Vec<Modelled>,
}

impl Shared {
    fn new(senders: usize) -> Self {
        let words = |count| (0..count).map(|_| Modelled::new()).collect();
        let slot = || (0..senders).map(|_| UnsafeCell::new(0)).collect();
        Self {
            published: words(senders),
            released: Modelled::new(),
            chosen: Modelled::new(),
            slots: [slot(), slot()],
            rings: words(senders + 1),
            sleepers: words(senders + 1),
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

fn send(shared: &Shared, sender: usize, messages: u32) {
    let receiver = shared.published.len();
    for sequence in 1..=messages {
        shared.wait(sender, || flags::is_free(&shared.released, sequence));
        let slot = flags::choose(&shared.chosen, &shared.released, sequence, |_| false);
        // SAFETY: loom reports it when the receiver reads at the same time.
        shared.slots[slot][sender].with_mut(|part| unsafe { *part = 100 + sequence });
        let bell = shared.bell(receiver);
        flags::publish(&shared.published[sender], sequence, &bell);
    }
}

fn receive(shared: &Shared, messages: u32) {
    let senders = shared.published.len();
    for sequence in 1..=messages {
        shared.wait(senders, || {
            let mut all = shared.published.iter();
            all.all(|published| flags::has_arrived(published, sequence))
        });
        let slot = flags::chosen_slot(&shared.chosen, sequence).expect("all senders have begun it");
        for part in &shared.slots[slot] {
            // SAFETY: loom reports it when a sender writes at the same time.
            let value = part.with(|part| unsafe { *part });
            assert_eq!(value, 100 + sequence);
        }
        flags::release(&shared.released, sequence);
        (0..senders).for_each(|sender| shared.bell(sender).ring());
    }
}

/// Each message arrives whole, nobody writes what is read, nobody sleeps for ever.
fn messages_arrive(senders: usize, messages: u32, preemptions: usize) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(move || {
        let shared = Arc::new(Shared::new(senders));
        let send = |sender| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || send(&shared, sender, messages))
        };
        let sending: Vec<_> = (0..senders).map(send).collect();
        receive(&shared, messages);
        for sending in sending {
            sending.join().expect("the senders end");
        }
    });
}

#[test]
fn one_message() {
    messages_arrive(1, 1, 4);
}

#[test]
fn three_messages_through_two_slots() {
    messages_arrive(1, 3, 2);
}

/// Both choose the slot of a message, or one learns the choice of the other, which may be a message ahead.
#[test]
fn three_messages_of_two_senders_through_two_slots() {
    messages_arrive(2, 3, 1);
}
