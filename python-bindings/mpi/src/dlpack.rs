//! DLPack's C structures for a lent block; the consumer's deleter gives its share of the memory back.
//!
//! Source: <https://dmlc.github.io/dlpack/latest/c_api.html>, versions 0.8 and 1.0.

use crate::lease::Memory;
use halocline_exchanges::view::ElementKind;
use pyo3::{ffi, prelude::*, types::PyCapsule};
use std::{
    ffi::{CStr, c_void},
    ptr::NonNull,
    sync::Arc,
};

/// (device type kDLCPU, device number).
pub(crate) const CPU: (i32, i32) = (1, 0);

const FLOAT: u8 = 2;
const UNVERSIONED: &CStr = c"dltensor";
const VERSIONED: &CStr = c"dltensor_versioned";

#[repr(C)]
struct Tensor {
    data: *mut c_void,
    device_type: i32,
    device_number: i32,
    axes: i32,
    type_code: u8,
    type_bits: u8,
    type_lanes: u16,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// `DLManagedTensor`.
#[repr(C)]
struct Managed {
    tensor: Tensor,
    owner: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Managed)>,
}

/// `DLManagedTensorVersioned`.
#[repr(C)]
struct ManagedVersioned {
    major: u32,
    minor: u32,
    owner: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut ManagedVersioned)>,
    flags: u64,
    tensor: Tensor,
}

/// A managed tensor with what it points to. `managed` comes first: a pointer to it is a pointer to this.
#[repr(C)]
struct Export<M> {
    managed: M,
    shape: [i64; 3],
    strides: [i64; 3],
    memory: Arc<Memory>,
}

fn tensor(memory: &Memory) -> Tensor {
    let kind = memory.kind();
    Tensor {
        data: memory.address().cast(),
        device_type: CPU.0,
        device_number: CPU.1,
        axes: 3,
        type_code: FLOAT,
        type_bits: match kind {
            ElementKind::F32 => 32,
            ElementKind::F64 => 64,
        },
        type_lanes: 1,
        shape: std::ptr::null_mut(),
        strides: std::ptr::null_mut(),
        byte_offset: 0,
    }
}

/// Put a managed tensor on the heap and let its pointers point into it.
fn export<M>(
    managed: M,
    memory: &Arc<Memory>,
    tensor_of: fn(&mut M) -> &mut Tensor,
) -> NonNull<Export<M>> {
    let [levels, nj, ni] = memory.shape().map(|extent| extent as i64);
    let export = Box::new(Export {
        managed,
        shape: [levels, nj, ni],
        strides: [nj * ni, ni, 1],
        memory: Arc::clone(memory),
    });
    let export = NonNull::from(Box::leak(export));
    // SAFETY: just leaked, nobody else has it; pointers to fields stay valid because the heap does not move.
    unsafe {
        let tensor = tensor_of(&mut (*export.as_ptr()).managed);
        tensor.shape = (&raw mut (*export.as_ptr()).shape).cast();
        tensor.strides = (&raw mut (*export.as_ptr()).strides).cast();
    }
    export
}

/// Free an export: the deleter of both kinds.
///
/// # Safety
/// `managed` is the first field of an [`Export`] that [`export`] made, and nobody uses it afterwards.
unsafe extern "C" fn delete<M>(managed: *mut M) {
    // SAFETY: DLPack calls the deleter once, with the pointer that it was given.
    drop(unsafe { Box::from_raw(managed.cast::<Export<M>>()) });
}

/// A capsule "dltensor".
pub(crate) fn capsule<'py>(py: Python<'py>, memory: &Arc<Memory>) -> PyResult<Bound<'py, PyAny>> {
    let managed = Managed {
        tensor: tensor(memory),
        owner: std::ptr::null_mut(),
        deleter: Some(delete::<Managed>),
    };
    let export = export(managed, memory, |managed| &mut managed.tensor);
    wrap::<Managed>(py, export, UNVERSIONED, destroy)
}

/// A capsule "dltensor_versioned" of version 1.0: writable, not copied.
pub(crate) fn versioned_capsule<'py>(
    py: Python<'py>,
    memory: &Arc<Memory>,
) -> PyResult<Bound<'py, PyAny>> {
    let managed = ManagedVersioned {
        major: 1,
        minor: 0,
        owner: std::ptr::null_mut(),
        deleter: Some(delete::<ManagedVersioned>),
        flags: 0,
        tensor: tensor(memory),
    };
    let export = export(managed, memory, |managed| &mut managed.tensor);
    wrap::<ManagedVersioned>(py, export, VERSIONED, destroy_versioned)
}

fn wrap<'py, M>(
    py: Python<'py>,
    export: NonNull<Export<M>>,
    name: &'static CStr,
    destructor: ffi::PyCapsule_Destructor,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the pointer is valid until the deleter runs; the destructor calls it only if no consumer took it.
    let capsule = unsafe {
        PyCapsule::new_with_pointer_and_destructor(py, export.cast(), name, Some(destructor))
    };
    if capsule.is_err() {
        // SAFETY: no capsule was made, so that this is the only pointer to the export.
        unsafe { delete(export.as_ptr().cast::<M>()) };
    }
    Ok(capsule?.into_any())
}

/// Free what no consumer has taken: a consumer renames the capsule.
///
/// # Safety
/// Called by Python with a capsule of ours.
unsafe fn destroy_named<M>(capsule: *mut ffi::PyObject, name: &CStr) {
    // SAFETY: Python passes the capsule that is being freed, attached to the interpreter.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, name.as_ptr()) == 1 {
            delete(ffi::PyCapsule_GetPointer(capsule, name.as_ptr()).cast::<M>());
        }
    }
}

unsafe extern "C" fn destroy(capsule: *mut ffi::PyObject) {
    // SAFETY: this destructor is set only on capsules of `Managed`.
    unsafe { destroy_named::<Managed>(capsule, UNVERSIONED) };
}

unsafe extern "C" fn destroy_versioned(capsule: *mut ffi::PyObject) {
    // SAFETY: this destructor is set only on capsules of `ManagedVersioned`.
    unsafe { destroy_named::<ManagedVersioned>(capsule, VERSIONED) };
}
