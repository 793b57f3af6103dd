//! A [`World`] of threads in one process: for tests, and for hosts that have no MPI.
//!
//! ```text
//!   sender                          channel                          receiver
//!   two buffers  -- publish -->  waiting ... -> posted  -- arrived -->  message
//!       ^                                                                 |
//!       +------------------------- free  <------------- release ----------+
//! ```
//!
//! As under MPI one receive is posted at a time, and a sender has buffers for two messages, each of one or more pieces: it
//! is at most two messages ahead of the piece that has landed.

use crate::world::{Notice, Patience, ReceiverId, SenderId, World, WorldError};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Storage of one message; words, so that it is aligned.
type Buffer = Box<[u64]>;

/// Bytes from one rank to another under one tag.
type Route = (usize, usize, usize);

/// What a rank finds after a meeting: who said what.
type Parcels = Vec<(usize, Vec<u8>)>;

#[derive(Debug, Default)]
struct Channel {
    /// Messages that found no posted receive.
    waiting: VecDeque<(Buffer, usize)>,
    /// The message that landed in the posted receive.
    landed: Option<(Buffer, usize)>,
    is_posted: bool,
    /// Whether nobody will ask for what comes.
    is_over: bool,
    /// Buffers on their way back to the sender.
    free: Vec<Buffer>,
}

impl Channel {
    /// Land the next message if its receive is posted.
    fn settle(&mut self) {
        if self.is_over {
            let unread = self.waiting.drain(..);
            self.free.extend(unread.map(|(buffer, _)| buffer));
        }
        if !self.is_posted || self.landed.is_some() {
            return;
        }
        if let Some((buffer, bytes)) = self.waiting.pop_front() {
            // What has landed is the receiver's copy: the sender may pack again.
            self.free.push(buffer.clone());
            self.landed = Some((buffer, bytes));
        }
    }
}

/// One collective operation.
#[derive(Debug)]
struct Meeting {
    parcels: Vec<Parcels>,
    here: Vec<bool>,
    collected: usize,
}

#[derive(Debug, Default)]
struct State {
    meetings: BTreeMap<u64, Meeting>,
    channels: BTreeMap<Route, Channel>,
    notices: Vec<(usize, Notice)>,
    /// Ranks whose world was dropped.
    gone: Vec<usize>,
}

#[derive(Debug, Default)]
struct Hub {
    state: Mutex<State>,
    changed: Condvar,
}

impl Hub {
    /// A rank that panicked leaves the state whole: each change of it is complete before anything can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Sender {
    route: Route,
    bytes: usize,
    /// Pieces of a message.
    pieces: usize,
    packing: Option<Buffer>,
    /// Buffers that have not been used yet.
    unused: usize,
}

#[derive(Debug)]
struct Receiver {
    route: Route,
    /// Length of the longest piece.
    bytes: usize,
    message: Option<(Buffer, usize)>,
}

/// One rank of a job whose ranks are threads.
#[derive(Debug)]
pub struct LocalWorld {
    rank: usize,
    size: usize,
    hub: Arc<Hub>,
    patience: Patience,
    meetings: u64,
    senders: Vec<Sender>,
    receivers: Vec<Receiver>,
    /// The first error of a meeting: since then this rank is out of step with the others.
    broken: Option<WorldError>,
}

impl LocalWorld {
    /// A job of `size` ranks, in rank order; give each to a thread.
    #[must_use]
    pub fn spawn(size: usize) -> Vec<Self> {
        let hub = Arc::new(Hub::default());
        let world = |rank| Self {
            rank,
            size,
            hub: Arc::clone(&hub),
            patience: Patience::default(),
            meetings: 0,
            senders: Vec::new(),
            receivers: Vec::new(),
            broken: None,
        };
        (0..size).map(world).collect()
    }

    /// Every collective operation: a meeting of its own.
    fn deliver(&mut self, outgoing: Parcels) -> Result<Parcels, WorldError> {
        outgoing
            .iter()
            .try_for_each(|(to, _)| self.check_rank(*to))?;
        let number = self.meetings;
        self.meetings += 1;
        let mut state = self.hub.lock();
        let nobody = || Meeting {
            parcels: vec![Vec::new(); self.size],
            here: vec![false; self.size],
            collected: 0,
        };
        let meeting = state.meetings.entry(number).or_insert_with(nobody);
        for (to, bytes) in outgoing {
            meeting.parcels[to].push((self.rank, bytes));
        }
        meeting.here[self.rank] = true;
        drop(state);
        self.hub.changed.notify_all();
        self.wait_for_all(number)
    }

    /// Wait until all ranks have come to meeting `number`, or this cannot happen any more.
    fn wait_for_all(&self, number: u64) -> Result<Parcels, WorldError> {
        let start = Instant::now();
        let mut state = self.hub.lock();
        loop {
            if let Some(parcels) = self.collect(&mut state, number) {
                return Ok(parcels);
            }
            if let Some(notice) = self.first_notice(&state) {
                return Err(WorldError::Ended(notice));
            }
            let absent = state.meetings[&number].absent();
            if let Some(rank) = absent.iter().find(|rank| state.gone.contains(rank)) {
                let rank = format!(
                    "rank {rank} left the job while rank {} waits for it",
                    self.rank
                );
                return Err(WorldError::Failed(rank));
            }
            let waited = start.elapsed();
            let Some(left) = self
                .patience
                .timeout
                .checked_sub(waited)
                .filter(|left| !left.is_zero())
            else {
                let names: Vec<String> = absent.iter().map(ToString::to_string).collect();
                let what = format!("all ranks to meet; absent: rank {}", names.join(", "));
                return Err(WorldError::TimedOut { what, waited });
            };
            state = self
                .hub
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// What the others brought, once all are here. The last to collect clears the table.
    fn collect(&self, state: &mut State, number: u64) -> Option<Parcels> {
        let meeting = state.meetings.get_mut(&number)?;
        if !meeting.absent().is_empty() {
            return None;
        }
        let mut parcels = std::mem::take(&mut meeting.parcels[self.rank]);
        meeting.collected += 1;
        if meeting.collected == self.size {
            state.meetings.remove(&number);
        }
        parcels.sort_by_key(|(from, _)| *from);
        Some(parcels)
    }

    fn first_notice(&self, state: &State) -> Option<Notice> {
        state
            .notices
            .iter()
            .find(|(rank, _)| *rank != self.rank)
            .map(|(_, notice)| notice.clone())
    }

    fn check_rank(&self, rank: usize) -> Result<(), WorldError> {
        if rank < self.size {
            return Ok(());
        }
        Err(WorldError::Failed(format!(
            "rank {rank} is none of the {} ranks of the job",
            self.size
        )))
    }
}

impl Meeting {
    fn absent(&self) -> Vec<usize> {
        (0..self.here.len())
            .filter(|rank| !self.here[*rank])
            .collect()
    }
}

fn buffer(bytes: usize) -> Buffer {
    vec![0; bytes.div_ceil(8)].into_boxed_slice()
}

impl World for LocalWorld {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    fn gather_all(&mut self, mine: &[u8]) -> Result<Vec<Vec<u8>>, WorldError> {
        let outgoing = (0..self.size).map(|rank| (rank, mine.to_vec())).collect();
        Ok(self
            .meet(outgoing)?
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect())
    }

    fn meet(
        &mut self,
        outgoing: Vec<(usize, Vec<u8>)>,
    ) -> Result<Vec<(usize, Vec<u8>)>, WorldError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        self.deliver(outgoing)
            .inspect_err(|error| self.broken = Some(error.clone()))
    }

    /// Threads have no communicators: the handle is the color.
    fn split(&mut self, color: usize) -> Result<i32, WorldError> {
        self.gather_all(&[])?;
        i32::try_from(color)
            .map_err(|_| WorldError::Failed(format!("color {color} is too large for a handle")))
    }

    fn open_sender(
        &mut self,
        to: usize,
        tag: usize,
        bytes: usize,
        pieces: usize,
    ) -> Result<SenderId, WorldError> {
        self.check_rank(to)?;
        self.senders.push(Sender {
            route: (self.rank, to, tag),
            bytes,
            pieces,
            packing: None,
            unused: 2 * pieces,
        });
        Ok(SenderId(self.senders.len() - 1))
    }

    fn open_receiver(
        &mut self,
        from: usize,
        tag: usize,
        bytes: usize,
        _pieces: usize,
    ) -> Result<ReceiverId, WorldError> {
        self.check_rank(from)?;
        let route = (from, self.rank, tag);
        let mut state = self.hub.lock();
        let channel = state.channels.entry(route).or_default();
        channel.is_posted = true;
        channel.settle();
        self.receivers.push(Receiver {
            route,
            bytes,
            message: None,
        });
        Ok(ReceiverId(self.receivers.len() - 1))
    }

    fn has_room(&mut self, id: SenderId) -> Result<bool, WorldError> {
        let sender = &self.senders[id.0];
        let mut state = self.hub.lock();
        let free = state.channels.entry(sender.route).or_default().free.len();
        let packing = usize::from(sender.packing.is_some());
        Ok(sender.unused + free + packing >= sender.pieces)
    }

    fn send_buffer(&mut self, id: SenderId) -> Result<Option<&mut [u8]>, WorldError> {
        let sender = &mut self.senders[id.0];
        if sender.packing.is_none() {
            let mut state = self.hub.lock();
            sender.packing = state.channels.entry(sender.route).or_default().free.pop();
        }
        if sender.packing.is_none() && sender.unused > 0 {
            sender.unused -= 1;
            sender.packing = Some(buffer(sender.bytes));
        }
        let bytes = sender.bytes;
        Ok(sender
            .packing
            .as_mut()
            .map(|words| &mut bytemuck::cast_slice_mut(words)[..bytes]))
    }

    fn publish(&mut self, id: SenderId, bytes: usize) -> Result<(), WorldError> {
        let sender = &mut self.senders[id.0];
        let Some(buffer) = sender.packing.take() else {
            return Err(WorldError::Failed(
                "a message was published before it was packed".into(),
            ));
        };
        let mut state = self.hub.lock();
        let channel = state.channels.entry(sender.route).or_default();
        channel.waiting.push_back((buffer, bytes));
        channel.settle();
        Ok(())
    }

    fn arrived(&mut self, id: ReceiverId) -> Result<bool, WorldError> {
        let receiver = &mut self.receivers[id.0];
        if receiver.message.is_some() {
            return Ok(true);
        }
        let mut state = self.hub.lock();
        let landed = state
            .channels
            .entry(receiver.route)
            .or_default()
            .landed
            .take();
        let Some((buffer, bytes)) = landed else {
            let (from, to, _) = receiver.route;
            // A notice tells more than an empty chair: whoever polls hears it next.
            if state.gone.contains(&from) && state.notices.iter().all(|(rank, _)| *rank == to) {
                return Err(WorldError::Failed(format!(
                    "rank {from} left the job while rank {to} waits for it"
                )));
            }
            return Ok(false);
        };
        state.channels.entry(receiver.route).or_default().is_posted = false;
        if bytes > receiver.bytes {
            let (from, to, tag) = receiver.route;
            return Err(WorldError::Failed(format!(
                "a message of {bytes} bytes from rank {from} to rank {to} under tag {tag} where {} were expected",
                receiver.bytes
            )));
        }
        receiver.message = Some((buffer, bytes));
        Ok(true)
    }

    fn message(&self, id: ReceiverId) -> &[u8] {
        let (words, bytes) = self.receivers[id.0]
            .message
            .as_ref()
            .expect("a message is read only after it has arrived");
        &bytemuck::cast_slice(words)[..*bytes]
    }

    fn release(&mut self, id: ReceiverId) -> Result<(), WorldError> {
        let receiver = &mut self.receivers[id.0];
        if receiver.message.take().is_none() {
            return Err(WorldError::Failed(
                "a message was released before it had arrived".into(),
            ));
        }
        let mut state = self.hub.lock();
        let channel = state.channels.entry(receiver.route).or_default();
        channel.is_posted = true;
        channel.settle();
        Ok(())
    }

    fn flushed(&mut self) -> Result<bool, WorldError> {
        let mut state = self.hub.lock();
        for receiver in &self.receivers {
            let channel = state.channels.entry(receiver.route).or_default();
            channel.is_over = true;
            channel.settle();
        }
        let left = |sender: &Sender| {
            state
                .channels
                .get(&sender.route)
                .is_none_or(|channel| channel.waiting.is_empty())
        };
        Ok(self.senders.iter().all(left))
    }

    fn announce(&mut self, notice: &Notice) {
        self.hub.lock().notices.push((self.rank, notice.clone()));
        self.hub.changed.notify_all();
    }

    fn notice(&mut self) -> Option<Notice> {
        self.first_notice(&self.hub.lock())
    }

    fn close(&mut self) -> Result<(), WorldError> {
        self.gather_all(&[]).map(|_| ())
    }

    /// The job is this process.
    fn end_job(&mut self, status: i32) -> ! {
        std::process::exit(status)
    }
}

impl Drop for LocalWorld {
    fn drop(&mut self) {
        self.hub.lock().gone.push(self.rank);
        self.hub.changed.notify_all();
    }
}
