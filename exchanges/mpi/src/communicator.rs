//! The MPI calls on one communicator, each return code checked.

use crate::{check::check, pending::Pending};
use halocline_exchanges::world::WorldError;
use mpi_sys as ffi;
use std::{
    ffi::{c_int, c_void},
    mem::MaybeUninit,
};

/// A communicator of ours; a copyable handle, freed by its owner with [`Communicator::free`].
#[derive(Clone, Copy)]
pub(crate) struct Communicator {
    raw: ffi::MPI_Comm,
    /// This rank in it.
    pub(crate) rank: usize,
    /// Its number of ranks.
    pub(crate) size: usize,
}

/// A message that waits to be received.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probed {
    /// The sending rank.
    pub(crate) source: usize,
    /// Its length [bytes].
    pub(crate) bytes: usize,
}

/// A number for MPI, which counts in `int`.
pub(crate) fn int(number: usize, what: &str) -> Result<c_int, WorldError> {
    c_int::try_from(number).map_err(|_| {
        WorldError::Failed(format!(
            "{what} is {number}, MPI takes at most {}: use more ranks",
            c_int::MAX
        ))
    })
}

impl Communicator {
    /// The communicator behind a Fortran handle, or MPI_COMM_WORLD: only to be duplicated.
    pub(crate) fn of_host(handle: Option<i32>) -> Result<Self, WorldError> {
        // SAFETY: MPI is running; a conversion of handles and the reading of constants.
        let (raw, null) = unsafe {
            let raw = handle.map_or(ffi::RSMPI_COMM_WORLD, |handle| ffi::RSMPI_Comm_f2c(handle));
            (raw, ffi::RSMPI_COMM_NULL)
        };
        if raw == null {
            return Err(WorldError::Failed(
                "the communicator handed over is MPI_COMM_NULL, expected one with all ranks of all components".to_owned(),
            ));
        }
        Self::adopt(raw)
    }

    fn adopt(raw: ffi::MPI_Comm) -> Result<Self, WorldError> {
        let (mut rank, mut size): (c_int, c_int) = (0, 0);
        // SAFETY: a valid communicator and valid places for two ints.
        unsafe {
            check(ffi::MPI_Comm_rank(raw, &mut rank), "MPI_Comm_rank")?;
            check(ffi::MPI_Comm_size(raw, &mut size), "MPI_Comm_size")?;
        }
        let whole = |number: c_int| usize::try_from(number).expect("MPI counts ranks from 0");
        Ok(Self {
            raw,
            rank: whole(rank),
            size: whole(size),
        })
    }

    /// Begin to duplicate; ready once the operation is complete.
    pub(crate) fn begin_duplicate(self) -> Result<Pending<Vec<ffi::MPI_Comm>>, WorldError> {
        // SAFETY: reading a constant of the library.
        let place = vec![unsafe { ffi::RSMPI_COMM_NULL }];
        // SAFETY: the new handle is written to the vector's one element, which the operation holds.
        unsafe {
            Pending::begin("MPI_Comm_idup", place, |place, request| {
                ffi::MPI_Comm_idup(self.raw, place.as_mut_ptr(), request)
            })
        }
    }

    /// Take a duplicate that is ready; its errors are returned, not fatal.
    pub(crate) fn finish_duplicate(
        duplicate: Pending<Vec<ffi::MPI_Comm>>,
    ) -> Result<Self, WorldError> {
        let communicator = Self::adopt(duplicate.into_buffers()[0])?;
        // SAFETY: a communicator of our own.
        let code =
            unsafe { ffi::MPI_Comm_set_errhandler(communicator.raw, ffi::RSMPI_ERRORS_RETURN) };
        check(code, "MPI_Comm_set_errhandler")?;
        Ok(communicator)
    }

    /// The largest tag that MPI takes.
    pub(crate) fn largest_tag(self) -> Result<usize, WorldError> {
        let mut value: *mut c_int = std::ptr::null_mut();
        let mut flag: c_int = 0;
        // SAFETY: MPI_TAG_UB is an attribute of MPI_COMM_WORLD (MPI 4.0, 9.1.2) whose value is a pointer
        // to an int that lives as long as MPI runs.
        unsafe {
            let code = ffi::MPI_Comm_get_attr(
                ffi::RSMPI_COMM_WORLD,
                ffi::MPI_TAG_UB as c_int,
                (&raw mut value).cast::<c_void>(),
                &mut flag,
            );
            check(code, "MPI_Comm_get_attr")?;
            // The standard guarantees 32767 where the attribute is missing.
            let largest = if flag != 0 && !value.is_null() {
                *value
            } else {
                32767
            };
            Ok(usize::try_from(largest).unwrap_or(32767))
        }
    }

    /// Split by color, ranks in their order; blocks until all ranks are there.
    pub(crate) fn split(self, color: usize) -> Result<Self, WorldError> {
        let color = int(color, "the color of a new communicator")?;
        let key = int(self.rank, "the rank")?;
        // SAFETY: reading a constant; a valid place for one handle.
        let raw = unsafe {
            let mut raw = ffi::RSMPI_COMM_NULL;
            check(
                ffi::MPI_Comm_split(self.raw, color, key, &mut raw),
                "MPI_Comm_split",
            )?;
            raw
        };
        Self::adopt(raw)
    }

    /// Let errors on this communicator end the job, as MPI does by default: the host does not check codes.
    pub(crate) fn make_errors_fatal(self) -> Result<(), WorldError> {
        // SAFETY: a communicator of our own.
        let code = unsafe { ffi::MPI_Comm_set_errhandler(self.raw, ffi::RSMPI_ERRORS_ARE_FATAL) };
        check(code, "MPI_Comm_set_errhandler")
    }

    /// The handle that Fortran uses.
    pub(crate) fn fortran_handle(self) -> i32 {
        // SAFETY: a conversion of a valid handle.
        unsafe { ffi::RSMPI_Comm_c2f(self.raw) }
    }

    /// The handle itself, for calls of MPI that are not methods here.
    pub(crate) fn raw(self) -> ffi::MPI_Comm {
        self.raw
    }

    /// Free it; no copy of the handle may be used afterwards.
    pub(crate) fn free(mut self) -> Result<(), WorldError> {
        // SAFETY: a communicator of our own; the owner gives it up.
        check(
            unsafe { ffi::MPI_Comm_free(&mut self.raw) },
            "MPI_Comm_free",
        )
    }

    /// Send; complete once the receiver has begun to receive.
    pub(crate) fn send_synchronously(
        self,
        bytes: Vec<u8>,
        to: usize,
        tag: c_int,
    ) -> Result<Pending<Vec<u8>>, WorldError> {
        let count = int(bytes.len(), "the length of a message in bytes")?;
        let to = int(to, "the rank")?;
        // SAFETY: the vector has `count` bytes and is held by the operation.
        unsafe {
            Pending::begin("MPI_Issend", bytes, |bytes, request| {
                let start = bytes.as_ptr().cast::<c_void>();
                ffi::MPI_Issend(start, count, ffi::RSMPI_UINT8_T, to, tag, self.raw, request)
            })
        }
    }

    /// Begin to receive what was probed.
    pub(crate) fn receive(
        self,
        probed: Probed,
        tag: c_int,
    ) -> Result<Pending<Vec<u8>>, WorldError> {
        let count = int(probed.bytes, "the length of a message in bytes")?;
        let from = int(probed.source, "the rank")?;
        // SAFETY: the vector has `count` bytes and is held by the operation.
        unsafe {
            Pending::begin("MPI_Irecv", vec![0_u8; probed.bytes], |bytes, request| {
                let start = bytes.as_mut_ptr().cast::<c_void>();
                ffi::MPI_Irecv(
                    start,
                    count,
                    ffi::RSMPI_UINT8_T,
                    from,
                    tag,
                    self.raw,
                    request,
                )
            })
        }
    }

    /// The next message with this tag, from whomever, if one waits. Makes progress.
    pub(crate) fn probe(self, tag: c_int) -> Result<Option<Probed>, WorldError> {
        let mut flag: c_int = 0;
        let mut status = MaybeUninit::<ffi::MPI_Status>::uninit();
        // SAFETY: valid places for flag and status.
        let code = unsafe {
            ffi::MPI_Iprobe(
                ffi::RSMPI_ANY_SOURCE,
                tag,
                self.raw,
                &mut flag,
                status.as_mut_ptr(),
            )
        };
        check(code, "MPI_Iprobe")?;
        if flag == 0 {
            return Ok(None);
        }
        let mut count: c_int = 0;
        // SAFETY: MPI has filled the status, because the flag is set.
        let source = unsafe {
            let code = ffi::MPI_Get_count(status.as_ptr(), ffi::RSMPI_UINT8_T, &mut count);
            check(code, "MPI_Get_count")?;
            status.assume_init_ref().MPI_SOURCE
        };
        let whole = |number: c_int| {
            usize::try_from(number).map_err(|_| {
                WorldError::Failed(format!(
                    "MPI_Iprobe gave the number {number} for a rank or length"
                ))
            })
        };
        Ok(Some(Probed {
            source: whole(source)?,
            bytes: whole(count)?,
        }))
    }

    /// Begin a barrier.
    pub(crate) fn barrier(self) -> Result<Pending<()>, WorldError> {
        // SAFETY: no memory is involved.
        unsafe {
            Pending::begin("MPI_Ibarrier", (), |(), request| {
                ffi::MPI_Ibarrier(self.raw, request)
            })
        }
    }

    /// Begin to gather one word of each rank at each rank: `[mine, all]`.
    pub(crate) fn gather_word(self, mine: u64) -> Result<Pending<[Vec<u64>; 2]>, WorldError> {
        let buffers = [vec![mine], vec![0_u64; self.size]];
        // SAFETY: one word is sent, `size` words are received, in vectors held by the operation.
        unsafe {
            Pending::begin("MPI_Iallgather", buffers, |[mine, all], request| {
                let word = ffi::RSMPI_UINT64_T;
                let (from, into) = (
                    mine.as_ptr().cast::<c_void>(),
                    all.as_mut_ptr().cast::<c_void>(),
                );
                ffi::MPI_Iallgather(from, 1, word, into, 1, word, self.raw, request)
            })
        }
    }

    /// Begin to gather `counts[rank]` words of each rank at each rank: `([mine, all], [counts, offsets])`.
    #[expect(
        clippy::type_complexity,
        reason = "read at one place, named in the line above"
    )]
    pub(crate) fn gather_words(
        self,
        mine: Vec<u64>,
        counts: &[usize],
    ) -> Result<Pending<([Vec<u64>; 2], [Vec<c_int>; 2])>, WorldError> {
        let what = "the number of words gathered at every rank";
        let total: usize = counts.iter().sum();
        int(total, what)?;
        let mut offsets = Vec::with_capacity(counts.len());
        let mut offset = 0;
        for &count in counts {
            offsets.push(int(offset, what)?);
            offset += count;
        }
        let counts = counts
            .iter()
            .map(|&count| int(count, what))
            .collect::<Result<Vec<_>, _>>()?;
        let sent = int(mine.len(), what)?;
        assert_eq!(
            sent, counts[self.rank],
            "words to gather differ from the count told"
        );
        let buffers = ([mine, vec![0_u64; total]], [counts, offsets]);
        // SAFETY: `sent` words are sent; counts and offsets have one element for each rank and cover
        // exactly the `total` words received; all four vectors are held by the operation.
        unsafe {
            Pending::begin(
                "MPI_Iallgatherv",
                buffers,
                |([mine, all], [counts, offsets]), request| {
                    let word = ffi::RSMPI_UINT64_T;
                    let (from, into) = (
                        mine.as_ptr().cast::<c_void>(),
                        all.as_mut_ptr().cast::<c_void>(),
                    );
                    let (counts, offsets) = (counts.as_ptr(), offsets.as_ptr());
                    ffi::MPI_Iallgatherv(
                        from, sent, word, into, counts, offsets, word, self.raw, request,
                    )
                },
            )
        }
    }
}
