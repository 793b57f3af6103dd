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
/// the pair and the tag identify them. A message is one piece or several ([`crate::pieces`]), which arrive in the order
/// in which they were published. Nothing here blocks in `publish`, `arrived`, `release`, `has_room`, `send_buffer`,
/// `flushed` or `notice`; who wants to wait polls them in one loop.
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

    /// Open a channel to rank `to` for messages of `pieces` pieces each; a piece has up to `bytes` bytes.
    fn open_sender(
        &mut self,
        to: usize,
        tag: usize,
        bytes: usize,
        pieces: usize,
    ) -> Result<SenderId, WorldError>;

    /// Open a channel from rank `from` for messages of `pieces` pieces each, up to `bytes` bytes a piece, and post its
    /// first receives.
    fn open_receiver(
        &mut self,
        from: usize,
        tag: usize,
        bytes: usize,
        pieces: usize,
    ) -> Result<ReceiverId, WorldError>;

    /// Whether there are buffers for all pieces of the next message: at most one of those before it is in flight. Makes
    /// progress.
    fn has_room(&mut self, id: SenderId) -> Result<bool, WorldError>;

    /// The buffer to pack the next piece into (8-byte aligned), or `None` while two messages are in flight.
    fn send_buffer(&mut self, id: SenderId) -> Result<Option<&mut [u8]>, WorldError>;

    /// Send the first `bytes` bytes of what was packed into the buffer. Makes progress.
    fn publish(&mut self, id: SenderId, bytes: usize) -> Result<(), WorldError>;

    /// Whether the next piece has arrived. Makes progress.
    fn arrived(&mut self, id: ReceiverId) -> Result<bool, WorldError>;

    /// The piece that has arrived (8-byte aligned); call only after `arrived` returned true.
    fn message(&self, id: ReceiverId) -> &[u8];

    /// Give the piece back and post its receive again.
    fn release(&mut self, id: ReceiverId) -> Result<(), WorldError>;

    /// Whether all that was published has left. Makes progress. For the end only: what arrives meanwhile is nobody's
    /// any more, and let go.
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
