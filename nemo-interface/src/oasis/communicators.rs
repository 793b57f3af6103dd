//! Communicators: `oasis_c_*` with MPI_Comm, and the same with Fortran handles for the module `mod_oasis`.

use super::current::with;
use crate::{
    door::{answer, text, whole},
    message::refused,
};
use halocline_coupler::{Code, Error};
use halocline_exchanges_mpi::{RawCommunicator, fortran_handle, raw_communicator};
use halocline_oasis::Component;
use std::ffi::{c_char, c_int};

/// Give the communicator of this component's processes. It must live until oasis_c_terminate, which uses it.
///
/// @param localcomm  receives it
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `localcomm` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_localcomm(localcomm: *mut RawCommunicator) -> c_int {
    with(|component| {
        // SAFETY: the caller vouches for the place.
        unsafe { answer(localcomm, raw_communicator(component.local_communicator())) };
        Ok(())
    })
}

/// Say which processes of this component take part in the coupling, before the first partition.
///
/// @param couplcomm  a communicator of them; MPI_COMM_NULL on the others, which only call oasis_c_enddef and
///                   oasis_c_terminate
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_set_couplcomm(couplcomm: RawCommunicator) -> c_int {
    with(|component| component.set_coupling_communicator(fortran_handle(couplcomm)))
}

/// Make a communicator of the processes that take part in the coupling. Collective over `allcomm`.
///
/// @param icpl     1 on those that take part, MPI_UNDEFINED on the others
/// @param allcomm  the communicator of the component
/// @param cplcomm  receives the new one, MPI_COMM_NULL on the others
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `cplcomm` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_create_couplcomm(
    icpl: c_int,
    allcomm: RawCommunicator,
    cplcomm: *mut RawCommunicator,
) -> c_int {
    with(|component| {
        let made = component.create_coupling_communicator(icpl, fortran_handle(allcomm))?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(cplcomm, raw_communicator(made)) };
        Ok(())
    })
}

/// Make one communicator of this component and another. Collective over both. The host's from then on.
///
/// @param new_comm  receives it
/// @param cdnam     name of the other component
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `cdnam` must end with a null byte; `new_comm` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_intracomm(
    new_comm: *mut RawCommunicator,
    cdnam: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe {
        between(
            new_comm,
            cdnam,
            raw_communicator,
            Component::intracommunicator,
        )
    }
}

/// Make an intercommunicator of this component and another. Collective over both. The host's from then on.
///
/// @param new_comm  receives it
/// @param cdnam     name of the other component
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_get_intracomm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_intercomm(
    new_comm: *mut RawCommunicator,
    cdnam: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe {
        between(
            new_comm,
            cdnam,
            raw_communicator,
            Component::intercommunicator,
        )
    }
}

/// # Safety
/// `name` must be NULL or end with a null byte; `place` must be NULL or valid for writing.
unsafe fn between<T>(
    place: *mut T,
    name: *const c_char,
    convert: impl FnOnce(i32) -> T,
    make: impl FnOnce(&Component, &str) -> Result<i32, Error>,
) -> c_int {
    with(|component| {
        // SAFETY: the caller vouches for text and place.
        unsafe {
            answer(
                place,
                convert(make(component, text(name, "the component's name")?)?),
            )
        };
        Ok(())
    })
}

/// Make one communicator of several components. Collective over them. The host's from then on.
///
/// @param new_comm    receives it
/// @param cdnam_size  number of components
/// @param cdnam       their names, this component's among them
/// @param root_ranks  receives the rank in it of each component's first process; `cdnam_size` elements
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `cdnam` must have `cdnam_size` texts that end with a null byte, `root_ranks` as many elements; `new_comm` must be
/// NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_multi_intracomm(
    new_comm: *mut RawCommunicator,
    cdnam_size: c_int,
    cdnam: *const *const c_char,
    root_ranks: *mut c_int,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { among(new_comm, cdnam_size, cdnam, root_ranks, raw_communicator) }
}

/// # Safety
/// As [`oasis_c_get_multi_intracomm`].
unsafe fn among<T>(
    place: *mut T,
    count: c_int,
    names: *const *const c_char,
    roots: *mut c_int,
    convert: impl FnOnce(i32) -> T,
) -> c_int {
    with(|component| {
        let count = whole(i64::from(count), "the number of components", Code::Name)?;
        if names.is_null() || roots.is_null() {
            return Err(refused(
                Code::Name,
                "names or ranks at NULL",
                "an array of each",
                "pass both",
            ));
        }
        let name = |position: usize| {
            // SAFETY: not NULL; the caller gives `count` texts.
            unsafe { text(*names.add(position), "a component's name") }
        };
        let names = (0..count).map(name).collect::<Result<Vec<_>, _>>()?;
        let (communicator, ranks) = component.multi_intracommunicator(&names)?;
        // SAFETY: not NULL; the caller gives `count` elements, and there are as many ranks as names.
        unsafe { std::ptr::copy_nonoverlapping(ranks.as_ptr(), roots, ranks.len()) };
        // SAFETY: the caller vouches for the place.
        unsafe { answer(place, convert(communicator)) };
        Ok(())
    })
}

// ------------------------------------------------------------------------------------------------ for module mod_oasis

/// # Safety
/// As [`oasis_c_get_localcomm`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_local_communicator(handle: *mut c_int) -> c_int {
    with(|component| {
        // SAFETY: the caller vouches for the place.
        unsafe { answer(handle, component.local_communicator()) };
        Ok(())
    })
}

/// As [`oasis_c_set_couplcomm`].
#[unsafe(no_mangle)]
pub extern "C" fn halocline_oasis_set_coupling(handle: c_int) -> c_int {
    with(|component| component.set_coupling_communicator(handle))
}

/// # Safety
/// As [`oasis_c_create_couplcomm`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_create_coupling(
    color: c_int,
    among: c_int,
    handle: *mut c_int,
) -> c_int {
    with(|component| {
        let made = component.create_coupling_communicator(color, among)?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(handle, made) };
        Ok(())
    })
}

/// # Safety
/// As [`oasis_c_get_intracomm`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_intracommunicator(
    handle: *mut c_int,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { between(handle, name, |handle| handle, Component::intracommunicator) }
}

/// # Safety
/// As [`oasis_c_get_intercomm`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_intercommunicator(
    handle: *mut c_int,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { between(handle, name, |handle| handle, Component::intercommunicator) }
}

/// Names are `length` characters each, padded with blanks, one after the other.
///
/// # Safety
/// `names` must have `count` times `length` bytes, `roots` `count` elements; `handle` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_multi_intracommunicator(
    handle: *mut c_int,
    count: c_int,
    length: c_int,
    names: *const c_char,
    roots: *mut c_int,
) -> c_int {
    with(|component| {
        let count = whole(i64::from(count), "the number of components", Code::Name)?;
        let length = whole(i64::from(length), "the length of a name", Code::Name)?;
        // SAFETY: the caller gives so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(names.cast::<u8>(), count * length) };
        let names: Vec<String> = bytes
            .chunks(length.max(1))
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (communicator, ranks) = component.multi_intracommunicator(&names)?;
        // SAFETY: the caller gives `count` elements, and there are as many ranks as names.
        unsafe { std::ptr::copy_nonoverlapping(ranks.as_ptr(), roots, ranks.len()) };
        // SAFETY: the caller vouches for the place.
        unsafe { answer(handle, communicator) };
        Ok(())
    })
}
