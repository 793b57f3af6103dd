//! One buffer and the request that sends from it or receives into it.

use crate::{
    check::{check, is_truncation},
    communicator::{Communicator, int},
    environment::is_running,
};
use halocline_exchanges::world::WorldError;
use mpi_sys as ffi;
use std::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
};

/// Which way a slot's messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the buffer to the other rank.
    Send,
    /// From the other rank into the buffer.
    Receive,
}

/// The two ends of a channel as this rank sees them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) direction: Direction,
    /// The other rank.
    pub(crate) other: usize,
    pub(crate) tag: usize,
    /// Length of the longest piece of a message.
    pub(crate) bytes: usize,
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let preposition = match self.direction {
            Direction::Send => "to",
            Direction::Receive => "from",
        };
        write!(
            f,
            "the channel {preposition} rank {} with tag {}",
            self.other, self.tag
        )
    }
}

/// MPI counts elements in `int`: bytes as long as they fit, whole words for longer messages.
#[derive(Debug, Clone, Copy)]
struct Extent {
    count: c_int,
    bytes_each: usize,
}

impl Extent {
    fn of(bytes: usize) -> Result<Self, WorldError> {
        match c_int::try_from(bytes) {
            Ok(count) => Ok(Self {
                count,
                bytes_each: 1,
            }),
            Err(_) => {
                let count = int(bytes.div_ceil(8), "the length of a message in 8-byte words")?;
                Ok(Self {
                    count,
                    bytes_each: 8,
                })
            }
        }
    }

    fn datatype(self) -> ffi::MPI_Datatype {
        // SAFETY: reading constants of the library.
        unsafe {
            if self.bytes_each == 1 {
                ffi::RSMPI_UINT8_T
            } else {
                ffi::RSMPI_UINT64_T
            }
        }
    }
}

/// A buffer of 8-byte words with its request.
///
/// While `active`, MPI has a pointer into the vector's memory and nothing here touches it. That memory never moves:
/// the vector is private and never grows.
pub(crate) struct Slot {
    communicator: Communicator,
    route: Route,
    words: Vec<u64>,
    request: ffi::MPI_Request,
    active: bool,
    /// Length of what was received last [bytes].
    received: usize,
    /// What went wrong with it; it is not used again.
    failed: Option<WorldError>,
}

impl Slot {
    /// Make the buffer; nothing moves yet.
    pub(crate) fn new(communicator: Communicator, route: Route) -> Self {
        Self {
            communicator,
            route,
            words: vec![0_u64; route.bytes.div_ceil(8)],
            // SAFETY: reading a constant of the library.
            request: unsafe { ffi::RSMPI_REQUEST_NULL },
            active: false,
            received: 0,
            failed: None,
        }
    }

    /// Hand the buffer to MPI: send its first `bytes` bytes.
    ///
    /// # Panics
    /// If MPI has it already, or it is shorter.
    pub(crate) fn send(&mut self, bytes: usize) -> Result<(), WorldError> {
        let (extent, other, tag) = self.prepare(bytes)?;
        let (start, raw) = (
            self.words.as_ptr().cast::<c_void>(),
            self.communicator.raw(),
        );
        // SAFETY: the words cover the extent (rounded up to whole words) and live in the slot as long as the request is
        // active (see `drop`).
        let code = unsafe {
            ffi::MPI_Isend(
                start,
                extent.count,
                extent.datatype(),
                other,
                tag,
                raw,
                &mut self.request,
            )
        };
        check(code, "MPI_Isend")?;
        self.active = true;
        Ok(())
    }

    /// Hand the buffer to MPI: wait for a piece into it.
    ///
    /// # Panics
    /// If MPI has it already.
    pub(crate) fn receive(&mut self) -> Result<(), WorldError> {
        let (extent, other, tag) = self.prepare(self.route.bytes)?;
        let (start, raw) = (
            self.words.as_mut_ptr().cast::<c_void>(),
            self.communicator.raw(),
        );
        // SAFETY: as in `send`.
        let code = unsafe {
            ffi::MPI_Irecv(
                start,
                extent.count,
                extent.datatype(),
                other,
                tag,
                raw,
                &mut self.request,
            )
        };
        check(code, "MPI_Irecv")?;
        self.active = true;
        Ok(())
    }

    fn prepare(&self, bytes: usize) -> Result<(Extent, c_int, c_int), WorldError> {
        let route = self.route;
        assert!(!self.active, "{route} is under way already");
        assert!(bytes <= route.bytes, "{bytes} bytes for {route}");
        let (other, tag) = (int(route.other, "the rank")?, int(route.tag, "the tag")?);
        Ok((Extent::of(bytes)?, other, tag))
    }

    /// Whether MPI is done with the buffer. Makes progress, never blocks.
    pub(crate) fn is_done(&mut self) -> Result<bool, WorldError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if !self.active {
            return Ok(true);
        }
        let done = self.test();
        self.failed = done.as_ref().err().cloned();
        done
    }

    fn test(&mut self) -> Result<bool, WorldError> {
        let mut flag: c_int = 0;
        let mut status = MaybeUninit::<ffi::MPI_Status>::zeroed();
        // SAFETY: the request is active; flag and status are valid places.
        let code = unsafe { ffi::MPI_Test(&mut self.request, &mut flag, status.as_mut_ptr()) };
        // SAFETY: a struct of integers (and, in some MPI, padding), zeroed above if MPI left it alone.
        let status = unsafe { status.assume_init() };
        if is_truncation(code) {
            // The request has ended with this error.
            self.active = false;
            return Err(self.too_long(self.count(&status)?));
        }
        check(code, "MPI_Test")
            .map_err(|error| WorldError::Failed(format!("{}: {error}", self.route)))?;
        if flag == 0 {
            return Ok(false);
        }
        self.active = false;
        if self.route.direction == Direction::Receive {
            self.received = self.count(&status)?;
        }
        Ok(true)
    }

    /// Length [bytes] of the piece that has come, as far as MPI tells.
    fn count(&self, status: &ffi::MPI_Status) -> Result<usize, WorldError> {
        let extent = Extent::of(self.route.bytes)?;
        let mut count: c_int = 0;
        // SAFETY: a valid status and a valid place for one int.
        let code = unsafe { ffi::MPI_Get_count(status, extent.datatype(), &mut count) };
        check(code, "MPI_Get_count")?;
        // MPI_UNDEFINED is negative: not a whole number of words. Whole words may end in padding.
        let bytes = usize::try_from(count).unwrap_or(0) * extent.bytes_each;
        Ok(bytes.min(self.route.bytes))
    }

    fn too_long(&self, received: usize) -> WorldError {
        let expected = self.route.bytes;
        let found = if received > expected {
            format!("{received} bytes")
        } else {
            // Some MPI count only what fitted.
            format!("more than {expected} bytes")
        };
        WorldError::Failed(format!(
            "{}: a message of {found} came, expected {expected} bytes: the two sides disagree on what the exchange contains",
            self.route
        ))
    }

    /// The piece in the buffer, 8-byte aligned.
    ///
    /// # Panics
    /// If MPI has the buffer.
    pub(crate) fn bytes(&self) -> &[u8] {
        assert!(
            !self.active,
            "{} is read while its message is under way",
            self.route
        );
        &bytemuck::cast_slice(&self.words)[..self.received]
    }

    /// The buffer to pack into, 8-byte aligned.
    ///
    /// # Panics
    /// If MPI has the buffer.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        assert!(
            !self.active,
            "{} is packed while its message is under way",
            self.route
        );
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.route.bytes]
    }

    /// Take a posted receive back that no message has come for.
    pub(crate) fn begin_cancel(&mut self) -> Result<(), WorldError> {
        if !self.active || self.route.direction == Direction::Send {
            return Ok(());
        }
        // SAFETY: the request is active.
        check(unsafe { ffi::MPI_Cancel(&mut self.request) }, "MPI_Cancel")
    }

    /// Whether the request has ended after [`Slot::begin_cancel`], whatever came.
    pub(crate) fn has_ended(&mut self) -> Result<bool, WorldError> {
        if !self.active {
            return Ok(true);
        }
        let mut flag: c_int = 0;
        let mut status = MaybeUninit::<ffi::MPI_Status>::uninit();
        // SAFETY: the request is active; flag and status are valid places.
        let code = unsafe { ffi::MPI_Test(&mut self.request, &mut flag, status.as_mut_ptr()) };
        check(code, "MPI_Test")?;
        self.active = flag == 0;
        Ok(!self.active)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.active && is_running() {
            // After a failure or a time-out. A receive goes at once if nothing has come for it; an error
            // here leaves the slot active.
            let _ = self.begin_cancel().and_then(|()| self.has_ended());
        }
        if self.active {
            // MPI may still use the memory, and the process is about to end: leak it.
            std::mem::forget(std::mem::take(&mut self.words));
        }
    }
}
