//! One rank's shared memory: made by its owner, opened by others through the owner's entry in /proc.

use crate::{
    flags::BellWords,
    inbox::{Inbox, InboxShape},
    layout::{self, NONCE, PAGE, RINGS, SLEEPERS},
    memory,
};
use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, ftruncate, memfd_create};
use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::{AsRawFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Why memory cannot be shared; the coupling then uses messages.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// No memory of this size is to be had.
    #[error("cannot reserve {bytes} bytes of shared memory: {source}")]
    Reserve {
        /// Length of the segment [bytes].
        bytes: usize,
        /// What the system says.
        source: io::Error,
    },
    /// Another rank's segment cannot be opened.
    #[error("cannot open the shared memory of process {process}: {source}")]
    Open {
        /// The owner.
        process: u32,
        /// What the system says.
        source: io::Error,
    },
    /// The process of that number is another one.
    #[error("process {process} is not the one that offered its memory")]
    Stranger {
        /// The number on the ticket.
        process: u32,
    },
}

/// What another process needs to open a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Number of the owner's process.
    pub process: u32,
    /// The owner's descriptor.
    pub descriptor: u32,
    /// Length of the segment [bytes].
    pub bytes: u64,
    /// Number written into the segment: another process of that number would not have it.
    pub nonce: u64,
}

/// Memory that stays mapped as long as anyone here uses it.
#[derive(Debug, Clone)]
pub(crate) struct Mapping(Arc<MmapRaw>);

impl Mapping {
    /// # Panics
    /// When `bytes` bytes from `offset` are not within the mapping.
    pub(crate) fn at(&self, offset: usize, bytes: usize) -> *mut u8 {
        let end = offset.checked_add(bytes);
        assert!(
            end.is_some_and(|end| end <= self.0.len()),
            "{bytes} bytes at {offset} of a segment of {} bytes",
            self.0.len()
        );
        // SAFETY: within the mapping, as has just been checked.
        unsafe { self.0.as_mut_ptr().add(offset) }
    }

    /// The flag at `offset`.
    pub(crate) fn word(&self, offset: usize) -> &AtomicU32 {
        let address = self.at(offset, 4).cast::<u32>();
        assert!(address.is_aligned(), "a flag at {offset}");
        // SAFETY: aligned and within the mapping, which lives as long as `self`; this place is used as a flag only.
        unsafe { AtomicU32::from_ptr(address) }
    }

    /// The date at `offset`.
    pub(crate) fn date(&self, offset: usize) -> &AtomicI64 {
        let address = self.at(offset, 8).cast::<i64>();
        assert!(address.is_aligned(), "a date at {offset}");
        // SAFETY: aligned and within the mapping, which lives as long as `self`; this place is used as a date only.
        unsafe { AtomicI64::from_ptr(address) }
    }

    fn nonce(&self) -> &AtomicU64 {
        let address = self.at(NONCE, 8).cast::<u64>();
        // SAFETY: at the start of the mapping, so aligned; this place is used as the nonce only.
        unsafe { AtomicU64::from_ptr(address) }
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// The segment that this rank owns.
#[derive(Debug)]
pub struct Segment {
    /// Kept open: others open it through /proc, and a process that is started anew can map it again.
    file: File,
    mapping: Mapping,
    nonce: u64,
    inboxes: Vec<Inbox>,
}

impl Segment {
    /// Reserve memory for a bell and these inboxes. All of it is zero.
    ///
    /// # Errors
    /// When the system has no such memory left, or gives none to processes.
    pub fn create(inboxes: &[InboxShape]) -> Result<Self, ShareError> {
        let (places, bytes) = layout::place_all(inboxes);
        let refused = |source: io::Error| ShareError::Reserve { bytes, source };
        memory::check_available(bytes as u64).map_err(refused)?;
        let file = anonymous_file().map_err(|error| refused(error.into()))?;
        ftruncate(&file, bytes as u64).map_err(|error| refused(error.into()))?;
        reserve(&file, bytes as u64).map_err(refused)?;
        let file = File::from(file);
        let mapping = map(&file, bytes).map_err(refused)?;
        let nonce = new_nonce(&mapping);
        mapping.nonce().store(nonce, Ordering::Release);
        let inboxes = places
            .into_iter()
            .zip(inboxes)
            .map(|(place, shape)| Inbox::new(mapping.clone(), place, shape));
        Ok(Self {
            inboxes: inboxes.collect(),
            file,
            mapping,
            nonce,
        })
    }

    /// What others need to open it.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket {
            process: std::process::id(),
            descriptor: self.file.as_raw_fd().unsigned_abs(),
            bytes: self.mapping.len() as u64,
            nonce: self.nonce,
        }
    }

    /// The bell that others ring for this rank.
    #[must_use]
    pub fn bell(&self) -> Bell {
        Bell(self.mapping.clone())
    }

    /// The inboxes, in the order of their shapes. To be taken once.
    pub fn take_inboxes(&mut self) -> Vec<Inbox> {
        std::mem::take(&mut self.inboxes)
    }
}

/// Another rank's segment.
#[derive(Debug, Clone)]
pub struct Peer {
    pub(crate) mapping: Mapping,
}

impl Peer {
    /// Open the segment that a ticket describes.
    ///
    /// # Errors
    /// When the owner's descriptors cannot be reached from here, or the process is another one.
    pub fn open(ticket: &Ticket) -> Result<Self, ShareError> {
        let process = ticket.process;
        let open = |source: io::Error| ShareError::Open { process, source };
        let path = format!("/proc/{process}/fd/{}", ticket.descriptor);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(open)?;
        let stranger = || ShareError::Stranger { process };
        let bytes = usize::try_from(ticket.bytes).map_err(|_| stranger())?;
        if file.metadata().map_err(open)?.len() != ticket.bytes || bytes < PAGE {
            return Err(stranger());
        }
        let mapping = map(&file, bytes).map_err(open)?;
        if mapping.nonce().load(Ordering::Acquire) != ticket.nonce {
            return Err(stranger());
        }
        Ok(Self { mapping })
    }

    /// The bell of its owner.
    #[must_use]
    pub fn bell(&self) -> Bell {
        Bell(self.mapping.clone())
    }
}

/// The bell of a rank, see [`BellWords`].
#[derive(Debug, Clone)]
pub struct Bell(Mapping);

impl Bell {
    pub(crate) fn words(&self) -> BellWords<'_, AtomicU32> {
        BellWords {
            rings: self.0.word(RINGS),
            sleepers: self.0.word(SLEEPERS),
        }
    }

    /// The rings so far.
    #[must_use]
    pub fn listen(&self) -> u32 {
        self.words().listen()
    }

    /// Sleep until somebody rings after `heard`, at most `longest`.
    pub fn sleep(&self, heard: u32, longest: Duration) {
        self.words().sleep(heard, longest);
    }

    /// Say that a flag has changed.
    pub fn ring(&self) {
        self.words().ring();
    }
}

/// Bytes that are reserved at a time.
const AT_ONCE: u64 = 64 << 20;

/// Have the memory now: what runs out later would end the process at its first write.
///
/// The kernel would grant more than there is, and then end processes to find it. Other ranks of the node reserve at the
/// same time, so what is left is looked at again before each piece.
fn reserve(file: &OwnedFd, bytes: u64) -> io::Result<()> {
    let mut start = 0;
    while start < bytes {
        memory::check_available(bytes - start)?;
        let piece = AT_ONCE.min(bytes - start);
        fallocate(file, FallocateFlags::empty(), start, piece)?;
        start += piece;
    }
    Ok(())
}

/// A file without a name: it is gone when the last process lets go of it, however that ends.
fn anonymous_file() -> Result<OwnedFd, rustix::io::Errno> {
    memfd_create("halocline", MemfdFlags::CLOEXEC).or_else(|_| unlinked_file())
}

/// The same where the kernel has no memfd: a file of /dev/shm that loses its name at once.
fn unlinked_file() -> Result<OwnedFd, rustix::io::Errno> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open("/dev/shm", flags, Mode::RUSR | Mode::WUSR)
}

fn map(file: &File, bytes: usize) -> io::Result<Mapping> {
    let raw = MmapOptions::new().len(bytes).map_raw(file)?;
    Ok(Mapping(Arc::new(raw)))
}

/// A number that no other segment of this machine has: time, process and address together.
fn new_nonce(mapping: &Mapping) -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64);
    let address = mapping.at(0, 0) as u64;
    now ^ u64::from(std::process::id()).rotate_left(40) ^ address.rotate_left(20)
}
