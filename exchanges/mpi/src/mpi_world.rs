//! All ranks of the coupled job over MPI.

mod collective;

use crate::{
    channel::{Receiver, Sender},
    communicator::Communicator,
    environment::{self, StartedBy},
    slot::{Direction, Route},
    watch::{Watch, patiently},
};
use halocline_exchanges::world::{Notice, Patience, ReceiverId, SenderId, World, WorldError};

/// The ranks of one communicator as a [`World`].
///
/// Two communicators of our own are duplicated from the one that is handed over: `traffic` carries the
/// channels with the caller's tags, `control` carries notices, meetings and gatherings. Errors on both
/// are returned. After [`World::close`] no other method may be called.
///
/// Dropped without `close`, it leaves MPI running and its communicators alive: to end them is collective,
/// and a rank that failed cannot count on the others.
///
/// To be used from the thread that started MPI (`MPI_THREAD_FUNNELED`): it cannot be sent to another.
pub struct MpiWorld {
    traffic: Communicator,
    control: Communicator,
    started_by: StartedBy,
    largest_tag: usize,
    watch: Watch,
    meetings: u64,
    senders: Vec<Sender>,
    receivers: Vec<Receiver>,
    formed: Vec<Communicator>,
    open: bool,
    /// The first error of a collective operation: since then this rank is out of step with the others.
    broken: Option<WorldError>,
}

impl MpiWorld {
    /// Begin with the ranks of `communicator`, a Fortran handle, or with all ranks of the job if `None`.
    ///
    /// Starts MPI (`MPI_Init_thread`) if it is not running; then `close` also ends it. Collective over
    /// these ranks.
    ///
    /// # Errors
    /// If MPI has ended already, if the handle is MPI_COMM_NULL, if a handle is given while MPI is not
    /// running, if MPI reports an error, or if other ranks do not come within the patience, which then holds for
    /// all that follows until [`World::set_patience`].
    pub fn start(communicator: Option<i32>, patience: Patience) -> Result<Self, WorldError> {
        let started_by = environment::ensure_started()?;
        if let (StartedBy::Us, Some(handle)) = (started_by, communicator) {
            return Err(WorldError::Failed(format!(
                "the communicator {handle} was handed over, but MPI was not running: call MPI_Init first, or hand over none"
            )));
        }
        let host = Communicator::of_host(communicator)?;
        let traffic = duplicate(host, patience)?;
        let control = duplicate(traffic, patience)?;
        Ok(Self {
            traffic,
            control,
            started_by,
            largest_tag: traffic.largest_tag()?,
            watch: Watch::new(control, patience),
            meetings: 0,
            senders: Vec::new(),
            receivers: Vec::new(),
            formed: Vec::new(),
            open: true,
            broken: None,
        })
    }
}

/// A duplicate of our own. There is nothing to hear notices on yet, so only patience ends the wait.
fn duplicate(original: Communicator, patience: Patience) -> Result<Communicator, WorldError> {
    let what = format!("all {} ranks to begin the coupling", original.size);
    let mut duplicate = original.begin_duplicate()?;
    patiently(original.rank, patience, &what, || duplicate.test())?;
    Communicator::finish_duplicate(duplicate)
}

impl MpiWorld {
    fn route(
        &self,
        direction: Direction,
        other: usize,
        tag: usize,
        bytes: usize,
    ) -> Result<Route, WorldError> {
        let route = Route {
            direction,
            other,
            tag,
            bytes,
        };
        if other >= self.size() {
            return Err(WorldError::Failed(format!(
                "{route}: found rank {other}, expected one of 0..{}",
                self.size()
            )));
        }
        if tag > self.largest_tag {
            return Err(WorldError::Failed(format!(
                "{route}: this MPI takes tags up to {}: the experiment has too many exchanges",
                self.largest_tag
            )));
        }
        Ok(route)
    }
}

fn are_flushed(senders: &mut [Sender]) -> Result<bool, WorldError> {
    let mut flushed = true;
    for sender in senders {
        flushed &= sender.is_flushed()?;
    }
    Ok(flushed)
}

impl World for MpiWorld {
    fn rank(&self) -> usize {
        self.control.rank
    }

    fn size(&self) -> usize {
        self.control.size
    }

    fn set_patience(&mut self, patience: Patience) {
        self.watch.patience = patience;
    }

    fn gather_all(&mut self, mine: &[u8]) -> Result<Vec<Vec<u8>>, WorldError> {
        self.together(|world| world.gather(mine))
    }

    fn meet(
        &mut self,
        outgoing: Vec<(usize, Vec<u8>)>,
    ) -> Result<Vec<(usize, Vec<u8>)>, WorldError> {
        self.together(|world| world.deliver(outgoing))
    }

    fn split(&mut self, color: usize) -> Result<i32, WorldError> {
        self.together(|world| world.form(color))
    }

    fn open_sender(
        &mut self,
        to: usize,
        tag: usize,
        bytes: usize,
        pieces: usize,
    ) -> Result<SenderId, WorldError> {
        let route = self.route(Direction::Send, to, tag, bytes)?;
        self.senders.push(Sender::open(self.traffic, route, pieces));
        Ok(SenderId(self.senders.len() - 1))
    }

    fn open_receiver(
        &mut self,
        from: usize,
        tag: usize,
        bytes: usize,
        pieces: usize,
    ) -> Result<ReceiverId, WorldError> {
        let route = self.route(Direction::Receive, from, tag, bytes)?;
        self.receivers
            .push(Receiver::open(self.traffic, route, pieces)?);
        Ok(ReceiverId(self.receivers.len() - 1))
    }

    fn has_room(&mut self, id: SenderId) -> Result<bool, WorldError> {
        self.senders[id.0].has_room()
    }

    fn send_buffer(&mut self, id: SenderId) -> Result<Option<&mut [u8]>, WorldError> {
        self.senders[id.0].buffer()
    }

    fn publish(&mut self, id: SenderId, bytes: usize) -> Result<(), WorldError> {
        self.senders[id.0].publish(bytes)
    }

    fn arrived(&mut self, id: ReceiverId) -> Result<bool, WorldError> {
        self.receivers[id.0].has_arrived()
    }

    fn message(&self, id: ReceiverId) -> &[u8] {
        self.receivers[id.0].message()
    }

    fn release(&mut self, id: ReceiverId) -> Result<(), WorldError> {
        self.receivers[id.0].release()
    }

    fn flushed(&mut self) -> Result<bool, WorldError> {
        self.receivers.iter_mut().try_for_each(Receiver::discard)?;
        are_flushed(&mut self.senders)
    }

    fn announce(&mut self, notice: &Notice) {
        if self.open && environment::is_running() {
            self.watch.announce(notice);
        }
    }

    fn notice(&mut self) -> Option<Notice> {
        if !self.open || !environment::is_running() {
            return None;
        }
        self.watch.notice()
    }

    fn close(&mut self) -> Result<(), WorldError> {
        if !self.open {
            return Ok(());
        }
        self.together(Self::leave)
    }

    fn end_job(&mut self, status: i32) -> ! {
        environment::end_job(status)
    }
}
