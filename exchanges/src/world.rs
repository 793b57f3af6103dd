//! What a coupling needs from the outside: ranks that can meet, and channels between pairs of them.
//!
//! The traits know nothing of MPI. `exchanges/mpi` implements them over a communicator,
//! [`crate::local`] over threads of one process.

use std::time::Duration;

/// Why a blocking operation of a [`World`] ended without its result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WorldError {
    /// Another rank failed or left; its own words.
    #[error("{0}")]
    Ended(Notice),
    /// Nobody came within the time that the experiment allows.
    #[error("waited {} s for {what}", waited.as_secs())]
    TimedOut {
        /// What was waited for, in words.
        what: String,
        /// How long.
        waited: Duration,
    },
    /// The layer below reported a failure.
    #[error("{0}")]
    Failed(String),
}

/// News that one rank tells all others outside the regular traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Component of the rank that speaks.
    pub component: String,
    /// Its rank within that component.
    pub rank: usize,
    /// The first cause, complete: found, expected, what to change.
    pub message: String,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "component '{}' rank {} ended the job: {}",
            self.component, self.rank, self.message
        )
    }
}

/// Bytes and the ranks that they go to, or come from.
pub type Parcels = Vec<(usize, Vec<u8>)>;

/// How long blocking operations wait before they say so, and before they give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// After this, a line in the log says who waits for what.
    pub warn_after: Duration,
    /// After this, the wait ends with [`WorldError::TimedOut`].
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            warn_after: Duration::from_secs(30),
            timeout: Duration::from_secs(600),
        }
    }
}

/// A sending channel: one exchange, one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SenderId(pub usize);

/// A receiving channel: one exchange, one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReceiverId(pub usize);

/// All ranks of the coupled job, as one of them sees it.
///
/// Collective operations (`gather_all`, `meet`, `split`, `close`) must be called by all ranks in the same order.
/// Once one has failed on a rank, this rank is out of step with the others: every later one returns the same
/// error at once, instead of meeting the others in the middle of something else. Channels are pairwise:
/// the pair and the tag identify them. Nothing here blocks in `publish`, `arrived`, `release`,
/// `send_buffer`, `flushed` or `notice`; who wants to wait polls them in one loop.
pub trait World {
    /// This rank, `0..size()`.
    fn rank(&self) -> usize;

    /// Number of ranks of the whole job.
    fn size(&self) -> usize;

    /// Set how long the collective operations wait.
    fn set_patience(&mut self, patience: Patience);

    /// Hand every rank's few bytes to every rank, in rank order. Collective.
    fn gather_all(&mut self, mine: &[u8]) -> Result<Vec<Vec<u8>>, WorldError>;

    /// Deliver `outgoing` (rank, bytes) and return what came in, sorted by sending rank. Collective.
    ///
    /// Several parcels to one rank arrive in the order they were given.
    fn meet(&mut self, outgoing: Parcels) -> Result<Parcels, WorldError>;

    /// Form one communicator for each `color`; returns its Fortran handle. Collective.
    fn split(&mut self, color: usize) -> Result<i32, WorldError>;

    /// Open a channel to rank `to` for messages of `bytes` bytes.
    fn open_sender(&mut self, to: usize, tag: usize, bytes: usize) -> Result<SenderId, WorldError>;

    /// Open a channel from rank `from` for messages of `bytes` bytes and post its first receive.
    fn open_receiver(
        &mut self,
        from: usize,
        tag: usize,
        bytes: usize,
    ) -> Result<ReceiverId, WorldError>;

    /// The buffer to pack the next message into (8-byte aligned), or `None` while all are in flight.
    fn send_buffer(&mut self, id: SenderId) -> Result<Option<&mut [u8]>, WorldError>;

    /// Send what was packed into the buffer.
    fn publish(&mut self, id: SenderId) -> Result<(), WorldError>;

    /// Whether the next message has arrived. Makes progress.
    fn arrived(&mut self, id: ReceiverId) -> Result<bool, WorldError>;

    /// The message that has arrived (8-byte aligned); call only after `arrived` returned true.
    fn message(&self, id: ReceiverId) -> &[u8];

    /// Give the message back and post the next receive.
    fn release(&mut self, id: ReceiverId) -> Result<(), WorldError>;

    /// Whether all messages that were published have left. Makes progress.
    fn flushed(&mut self) -> Result<bool, WorldError>;

    /// Tell all other ranks that this one ends the job, and wait a little for them to hear it.
    fn announce(&mut self, notice: &Notice);

    /// The first notice that another rank announced, if any. Makes progress.
    fn notice(&mut self) -> Option<Notice>;

    /// Leave in order: no traffic of ours is left. Collective; ends MPI if this layer started it.
    fn close(&mut self) -> Result<(), WorldError>;

    /// End the whole job at once with a non-zero status.
    fn end_job(&mut self, status: i32) -> !;
}
