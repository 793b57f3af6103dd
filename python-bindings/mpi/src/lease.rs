//! A received block in Python's hands: its memory lives as long as any view, whatever the session does.
//!
//! ```text
//!  session ──lend──► Arc<Memory> ◄── Lease (base of numpy arrays)
//!                        ▲  ▲
//!             the loan ──┘  └────── DLPack capsule or tensor (until its deleter runs)
//! ```
//! The session takes a block back only when its loan is the last owner: memory is never reused under a view.

use crate::dlpack;
use halocline_coupler::block::{Block, Role, Storage};
use halocline_exchanges::view::{ElementKind, Elements as Values, Layout, View};
use halocline_exchanges_shared::Part;
use pyo3::{
    exceptions::PyBufferError,
    prelude::*,
    types::{PyDict, PyTuple},
};
use std::sync::Arc;

/// Elements without an owner in Rust's eyes: Python reads and writes them.
#[derive(Debug)]
enum Elements {
    F32(*mut [f32]),
    F64(*mut [f64]),
    /// Part of a mapping, which it keeps.
    SharedF32(Part),
    /// Part of a mapping, which it keeps.
    SharedF64(Part),
}

/// The memory of one lent block, axes (level, j, i), i fastest.
#[derive(Debug)]
pub(crate) struct Memory {
    field: String,
    shape: [usize; 3],
    halo: usize,
    elements: Elements,
    role: Role,
}

// SAFETY: the elements are plain numbers; Rust reads or frees them only as their last owner (`into_block`, `drop`),
// Python's views of them follow Python's own rules for sharing between threads.
unsafe impl Send for Memory {}
// SAFETY: no method reads or writes elements through a shared reference.
unsafe impl Sync for Memory {}

impl Memory {
    /// Take a block's elements over.
    pub(crate) fn new(block: Block) -> Self {
        let elements = match block.storage {
            Storage::F32(values) => Elements::F32(Box::into_raw(values)),
            Storage::F64(values) => Elements::F64(Box::into_raw(values)),
            Storage::SharedF32(part) => Elements::SharedF32(part),
            Storage::SharedF64(part) => Elements::SharedF64(part),
        };
        Self {
            field: block.field,
            shape: block.shape,
            halo: block.halo,
            elements,
            role: block.role,
        }
    }

    /// The block again, when no view of it is left.
    pub(crate) fn into_block(mut self) -> Block {
        let storage = self.take();
        Block {
            field: std::mem::take(&mut self.field),
            shape: self.shape,
            halo: self.halo,
            storage,
            role: self.role,
        }
    }

    /// What it was lent for.
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// Whether it lies in memory that the ranks of this node share.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(
            self.elements,
            Elements::SharedF32(_) | Elements::SharedF64(_)
        )
    }

    /// The elements to read, axes (i, j, level).
    ///
    /// # Safety
    /// Nobody writes to them while the view lives.
    pub(crate) unsafe fn view(&self) -> View<'_> {
        let [levels, nj, ni] = self.shape;
        let count = levels * nj * ni;
        let elements = match self.kind() {
            ElementKind::F32 => {
                // SAFETY: `count` elements of this kind from the address, which live as long as `self`.
                Values::F32(unsafe { std::slice::from_raw_parts(self.address().cast(), count) })
            }
            ElementKind::F64 => {
                // SAFETY: as above.
                Values::F64(unsafe { std::slice::from_raw_parts(self.address().cast(), count) })
            }
        };
        View {
            layout: Layout::contiguous([ni, nj, levels]),
            elements,
        }
    }

    /// Own the elements again and leave none behind.
    fn take(&mut self) -> Storage {
        match std::mem::replace(
            &mut self.elements,
            Elements::F64(Box::into_raw(Box::default())),
        ) {
            // SAFETY: the pointer came from `Box::into_raw` in `new` and has just been taken out of `self`.
            Elements::F32(values) => Storage::F32(unsafe { Box::from_raw(values) }),
            // SAFETY: as above, or from the empty box of an earlier `take`.
            Elements::F64(values) => Storage::F64(unsafe { Box::from_raw(values) }),
            Elements::SharedF32(part) => Storage::SharedF32(part),
            Elements::SharedF64(part) => Storage::SharedF64(part),
        }
    }

    /// Extent along (level, j, i), halo included.
    pub(crate) fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Address of the first element.
    pub(crate) fn address(&self) -> *mut u8 {
        match &self.elements {
            Elements::F32(values) => values.cast(),
            Elements::F64(values) => values.cast(),
            Elements::SharedF32(part) | Elements::SharedF64(part) => part.address(),
        }
    }

    /// Element type.
    pub(crate) fn kind(&self) -> ElementKind {
        match self.elements {
            Elements::F32(_) | Elements::SharedF32(_) => ElementKind::F32,
            Elements::F64(_) | Elements::SharedF64(_) => ElementKind::F64,
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// A lent block: `numpy.asarray(lease)` and `torch.from_dlpack(lease)` view it without a copy.
#[pyclass(frozen, module = "halocline._mpi")]
pub(crate) struct Lease {
    memory: Arc<Memory>,
}

impl Lease {
    pub(crate) fn new(memory: Arc<Memory>) -> Self {
        Self { memory }
    }
}

#[pymethods]
impl Lease {
    /// Extent along (level, j, i), halo included.
    #[getter]
    fn shape(&self) -> (usize, usize, usize) {
        self.memory.shape().into()
    }

    /// Address of the first element.
    #[getter]
    fn address(&self) -> usize {
        self.memory.address() as usize
    }

    /// NumPy's array interface, version 3: the array's base is this lease.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let order = if cfg!(target_endian = "little") {
            '<'
        } else {
            '>'
        };
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("shape", PyTuple::new(py, self.memory.shape())?)?;
        interface.set_item("typestr", format!("{order}f{}", self.memory.kind().size()))?;
        interface.set_item("data", (self.memory.address() as usize, false))?;
        Ok(interface)
    }

    /// DLPack capsule of the block; `max_version` 1.0 or later gets a versioned one.
    #[pyo3(signature = (*, stream=None, max_version=None, dl_device=None, copy=None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<i64>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let elsewhere = dl_device.is_some_and(|device| device != dlpack::CPU);
        if elsewhere || stream.is_some() || copy == Some(true) {
            return Err(PyBufferError::new_err(
                "a lent block is on the CPU and is given as a view: found a request for a copy, another device or a stream, \
                 change: take the view first, then copy it or move it",
            ));
        }
        if max_version.is_some_and(|(major, _)| major >= 1) {
            dlpack::versioned_capsule(py, &self.memory)
        } else {
            dlpack::capsule(py, &self.memory)
        }
    }

    /// DLPack device: the CPU.
    fn __dlpack_device__(&self) -> (i32, i32) {
        dlpack::CPU
    }
}
