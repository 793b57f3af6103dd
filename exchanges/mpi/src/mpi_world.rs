//! All ranks of the coupled job over MPI.

use crate::{
    channel::{Receiver, Sender},
    communicator::Communicator,
    environment::{self, StartedBy},
    meeting::Meeting,
    pending::Pending,
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
}

impl MpiWorld {
    /// Begin with the ranks of `communicator`, a Fortran handle, or with all ranks of the job if `None`.
    ///
    /// Starts MPI (`MPI_Init_thread`) if it is not running; then `close` also ends it. Collective over
    /// these ranks.
    ///
    /// # Errors
    /// If MPI has ended already, if the handle is MPI_COMM_NULL, if a handle is given while MPI is not
    /// running, if MPI reports an error, or if other ranks do not come within [`Patience::default`].
    pub fn start(communicator: Option<i32>) -> Result<Self, WorldError> {
        let started_by = environment::ensure_started()?;
        if let (StartedBy::Us, Some(handle)) = (started_by, communicator) {
            return Err(WorldError::Failed(format!(
                "the communicator {handle} was handed over, but MPI was not running: call MPI_Init first, or hand over none"
            )));
        }
        let host = Communicator::of_host(communicator)?;
        let traffic = duplicate(host)?;
        let control = duplicate(traffic)?;
        Ok(Self {
            traffic,
            control,
            started_by,
            largest_tag: traffic.largest_tag()?,
            watch: Watch::new(control),
            meetings: 0,
            senders: Vec::new(),
            receivers: Vec::new(),
            formed: Vec::new(),
            open: true,
        })
    }
}

/// A duplicate of our own. There is nothing to hear notices on yet, so only patience ends the wait.
fn duplicate(original: Communicator) -> Result<Communicator, WorldError> {
    let what = format!("all {} ranks to begin the coupling", original.size);
    let mut duplicate = original.begin_duplicate()?;
    patiently(original.rank, Patience::default(), &what, || {
        duplicate.test()
    })?;
    Communicator::finish_duplicate(duplicate)
}

impl MpiWorld {
    /// Wait for an operation that all ranks take part in; its buffers.
    fn wait<B>(&mut self, what: &str, mut pending: Pending<B>) -> Result<B, WorldError> {
        self.watch.until(what, || pending.test())?;
        Ok(pending.into_buffers())
    }

    fn wait_for_all(&mut self, purpose: &str) -> Result<(), WorldError> {
        let what = format!("all {} ranks of the job to {purpose}", self.size());
        let barrier = self.control.barrier()?;
        self.wait(&what, barrier)
    }

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

    /// Wait until all that was published has left.
    fn flush(&mut self) -> Result<(), WorldError> {
        let Self { watch, senders, .. } = self;
        watch.until("other ranks to receive what this one has sent", || {
            are_flushed(senders)
        })
    }

    /// Take back the receives that no message has come for.
    fn cancel_receives(&mut self) -> Result<(), WorldError> {
        let Self {
            watch, receivers, ..
        } = self;
        receivers.iter_mut().try_for_each(Receiver::begin_cancel)?;
        watch.until(
            "MPI to take back the receives that nothing came for",
            || {
                let mut ended = true;
                for receiver in receivers.iter_mut() {
                    ended &= receiver.has_ended()?;
                }
                Ok(ended)
            },
        )
    }
}

fn are_flushed(senders: &mut [Sender]) -> Result<bool, WorldError> {
    let mut flushed = true;
    for sender in senders {
        flushed &= sender.is_flushed()?;
    }
    Ok(flushed)
}

/// The bytes as whole words, the last one padded with zeros.
fn to_words(bytes: &[u8]) -> Vec<u64> {
    let mut words = vec![0_u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
    words
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
        let what = format!(
            "all {} ranks of the job to tell what they have",
            self.size()
        );
        let gathering = self.control.gather_word(mine.len() as u64)?;
        let [_, lengths] = self.wait(&what, gathering)?;
        let lengths: Vec<usize> = lengths
            .into_iter()
            .map(|length| usize::try_from(length).expect("lengths fit the memory they come from"))
            .collect();
        let counts: Vec<usize> = lengths.iter().map(|length| length.div_ceil(8)).collect();
        let gathering = self.control.gather_words(to_words(mine), &counts)?;
        let ([_, words], _) = self.wait(&what, gathering)?;
        let mut rest = words.as_slice();
        let mut gathered = Vec::with_capacity(lengths.len());
        for (length, count) in lengths.into_iter().zip(counts) {
            let (words, others) = rest.split_at(count);
            gathered.push(bytemuck::cast_slice::<u64, u8>(words)[..length].to_vec());
            rest = others;
        }
        Ok(gathered)
    }

    fn meet(
        &mut self,
        outgoing: Vec<(usize, Vec<u8>)>,
    ) -> Result<Vec<(usize, Vec<u8>)>, WorldError> {
        if let Some(&(to, _)) = outgoing.iter().find(|&&(to, _)| to >= self.size()) {
            return Err(WorldError::Failed(format!(
                "a parcel for rank {to}, expected one of 0..{}",
                self.size()
            )));
        }
        let what = format!(
            "all {} ranks of the job to hand over their parcels",
            self.size()
        );
        let mut meeting = Meeting::begin(self.control, self.meetings, outgoing)?;
        self.meetings += 1;
        self.watch.until(&what, || meeting.advance())?;
        Ok(meeting.into_arrived())
    }

    fn split(&mut self, color: usize) -> Result<i32, WorldError> {
        // MPI_Comm_split blocks: enter it only when all are there.
        self.wait_for_all("form the communicators of the components")?;
        let formed = self.traffic.split(color)?;
        // The host uses it, and hosts rely on MPI's default: errors end the job.
        formed.make_errors_fatal()?;
        self.formed.push(formed);
        Ok(formed.fortran_handle())
    }

    fn open_sender(&mut self, to: usize, tag: usize, bytes: usize) -> Result<SenderId, WorldError> {
        let route = self.route(Direction::Send, to, tag, bytes)?;
        self.senders.push(Sender::open(self.traffic, route)?);
        Ok(SenderId(self.senders.len() - 1))
    }

    fn open_receiver(
        &mut self,
        from: usize,
        tag: usize,
        bytes: usize,
    ) -> Result<ReceiverId, WorldError> {
        let route = self.route(Direction::Receive, from, tag, bytes)?;
        self.receivers.push(Receiver::open(self.traffic, route)?);
        Ok(ReceiverId(self.receivers.len() - 1))
    }

    fn send_buffer(&mut self, id: SenderId) -> Result<Option<&mut [u8]>, WorldError> {
        self.senders[id.0].buffer()
    }

    fn publish(&mut self, id: SenderId) -> Result<(), WorldError> {
        self.senders[id.0].publish()
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
        if !environment::is_running() {
            return Err(WorldError::Failed(
                "MPI has ended before the coupling: finish the coupling first, then call MPI_Finalize".to_owned(),
            ));
        }
        self.flush()?;
        self.wait_for_all("finish the coupling")?;
        self.cancel_receives()?;
        self.open = false;
        self.senders.clear();
        self.receivers.clear();
        for communicator in self.formed.drain(..) {
            communicator.free()?;
        }
        self.control.free()?;
        self.traffic.free()?;
        match self.started_by {
            StartedBy::Us => environment::finalize(),
            StartedBy::Host => Ok(()),
        }
    }

    fn end_job(&mut self, status: i32) -> ! {
        environment::end_job(status)
    }
}
