//! Pieces of different length from all ranks of a communicator at its first one.

use crate::{communicator::Communicator, watch::patiently};
use halocline_exchanges::world::{Patience, WorldError};
use mpi_sys as ffi;
use std::ffi::c_int;

/// Tags of a gathering count up to this and begin anew.
const TAGS: c_int = 32_000;
/// MPI counts in `int`: longer pieces go in parts.
const LONGEST_PART: usize = 1 << 30;

/// A communicator of our own for gatherings.
///
/// Not freed: that is collective, and its ranks end in no order. It ends with MPI.
pub struct Gathering {
    communicator: Communicator,
    patience: Patience,
    next_tag: c_int,
}

impl Gathering {
    /// Gather over the ranks of `communicator`, a Fortran handle, which is duplicated. Collective.
    ///
    /// # Errors
    /// If it is MPI_COMM_NULL, if MPI reports an error, or if other ranks do not come within the patience.
    pub fn over(communicator: i32, patience: Patience) -> Result<Self, WorldError> {
        let host = Communicator::of_host(Some(communicator))?;
        let what = format!("all {} ranks to gather", host.size);
        let mut duplicate = host.begin_duplicate()?;
        patiently(host.rank, patience, &what, || duplicate.test())?;
        Ok(Self {
            communicator: Communicator::finish_duplicate(duplicate)?,
            patience,
            next_tag: 0,
        })
    }

    /// Rank in it.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.communicator.rank
    }

    /// Bring every rank's piece to the first rank, in rank order; `None` on the others. Collective.
    ///
    /// # Errors
    /// If MPI reports an error, or if other ranks do not come within the patience.
    pub fn at_first(&mut self, mine: Vec<u8>) -> Result<Option<Vec<Vec<u8>>>, WorldError> {
        let tag = self.next_tag;
        self.next_tag = (tag + 1) % TAGS;
        if self.communicator.rank == 0 {
            self.collect(mine, tag).map(Some)
        } else {
            self.hand_over(&mine, tag).map(|()| None)
        }
    }

    /// The length, then the parts; each waits until it is taken, so that rank 0 never holds what it has not asked for.
    fn hand_over(&self, mine: &[u8], tag: c_int) -> Result<(), WorldError> {
        let length = (mine.len() as u64).to_le_bytes().to_vec();
        for part in std::iter::once(length.as_slice()).chain(mine.chunks(LONGEST_PART)) {
            let mut sent = self
                .communicator
                .send_synchronously(part.to_vec(), 0, tag)?;
            self.wait("the first rank to gather", || sent.test())?;
        }
        Ok(())
    }

    fn collect(&self, mine: Vec<u8>, tag: c_int) -> Result<Vec<Vec<u8>>, WorldError> {
        let mut pieces = vec![Piece::default(); self.communicator.size];
        pieces[0] = Piece {
            length: Some(mine.len()),
            bytes: mine,
        };
        while !pieces.iter().all(Piece::is_whole) {
            let mut found = None;
            self.wait("all ranks to hand over their pieces", || {
                found = self.communicator.probe(tag)?;
                Ok(found.is_some())
            })?;
            let found = found.expect("waited for");
            let mut receive = self.communicator.receive(found, tag)?;
            self.wait("a piece under way", || receive.test())?;
            pieces[found.source].add(receive.into_buffers());
        }
        Ok(pieces.into_iter().map(|piece| piece.bytes).collect())
    }

    fn wait(
        &self,
        what: &str,
        ready: impl FnMut() -> Result<bool, WorldError>,
    ) -> Result<(), WorldError> {
        patiently(self.communicator.rank, self.patience, what, ready)
    }
}

/// What has come of one rank's piece.
#[derive(Debug, Clone, Default)]
struct Piece {
    length: Option<usize>,
    bytes: Vec<u8>,
}

impl Piece {
    fn is_whole(&self) -> bool {
        self.length == Some(self.bytes.len())
    }

    /// The first message is the length.
    fn add(&mut self, message: Vec<u8>) {
        if self.length.is_some() {
            self.bytes.extend(message);
        } else {
            let length = message
                .first_chunk::<8>()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes));
            self.length = usize::try_from(length).ok();
        }
    }
}

/// Whether a Fortran handle is one of a communicator that can be used.
#[must_use]
pub fn is_null_communicator(handle: i32) -> bool {
    // SAFETY: a conversion and the reading of a constant.
    unsafe { ffi::RSMPI_Comm_f2c(handle) == ffi::RSMPI_COMM_NULL }
}

/// Rank and number of ranks of a communicator, a Fortran handle.
///
/// # Errors
/// If it is no communicator.
pub fn rank_and_size(handle: i32) -> Result<(usize, usize), WorldError> {
    let communicator = Communicator::of_host(Some(handle))?;
    Ok((communicator.rank, communicator.size))
}
