//! Send and receive: a C array becomes a view, the session does the rest.

use crate::{
    array::{Span, cells_and_levels, check_base, check_distinct, span},
    door::{answer, text, with_session},
    message::refused,
    open_sessions::halocline_session,
};
use halocline_coupler::{Code, Error, Received, Sent, Session};
use halocline_exchanges::view::{Elements, ElementsMut, View, ViewMut};
use std::ffi::c_char;

/// An element type of C arrays.
pub(crate) trait Element: Sized {
    fn elements(slice: &[Self]) -> Elements<'_>;
    fn elements_mut(slice: &mut [Self]) -> ElementsMut<'_>;
}

impl Element for f32 {
    fn elements(slice: &[Self]) -> Elements<'_> {
        Elements::F32(slice)
    }
    fn elements_mut(slice: &mut [Self]) -> ElementsMut<'_> {
        ElementsMut::F32(slice)
    }
}

impl Element for f64 {
    fn elements(slice: &[Self]) -> Elements<'_> {
        Elements::F64(slice)
    }
    fn elements_mut(slice: &mut [Self]) -> ElementsMut<'_> {
        ElementsMut::F64(slice)
    }
}

/// Shape and strides of a C array, both along (i, j, level).
///
/// # Safety
/// `shape` and `strides` must be NULL or have three elements.
pub(crate) unsafe fn layout<T>(shape: *const i64, strides: *const i64) -> Result<Span, Error> {
    if shape.is_null() || strides.is_null() {
        return Err(refused(
            Code::Shape,
            "shape or strides is NULL",
            "three int64_t each",
            "pass both",
        ));
    }
    // SAFETY: not NULL; the caller gives three elements each.
    let (shape, strides) = unsafe {
        (
            shape.cast::<[i64; 3]>().read(),
            strides.cast::<[i64; 3]>().read(),
        )
    };
    span(shape, strides, size_of::<T>())
}

/// Address of the lowest element of an array whose element (0, 0, 0) is at `base`.
pub(crate) fn lowest<T>(base: *const T, span: &Span) -> Result<*const T, Error> {
    if span.len == 0 {
        return Ok(std::ptr::NonNull::dangling().as_ptr());
    }
    check_base(base)?;
    Ok(base.wrapping_sub(span.layout.origin))
}

/// # Safety
/// As [`halocline_send_f64`].
unsafe fn send<T: Element>(
    session: &mut Session,
    field: *const c_char,
    values: *const T,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
) -> Result<bool, Error> {
    // SAFETY: the caller vouches for text, shape and strides.
    let (field, span) = unsafe { (text(field, "field")?, layout::<T>(shape, strides)) };
    let mut span = span.map_err(|error| error.about(field))?;
    let first = lowest(values, &span).map_err(|error| error.about(field))?;
    span.layout = cells_and_levels(span.layout, session.sent_shape(field));
    // SAFETY: the span is that of the elements, all of which the caller vouches for; `check_base` and `measure` have
    // seen to alignment and to the size. What lies between them belongs to the same array of the host, which waits
    // for us and changes nothing meanwhile.
    let slice = unsafe { std::slice::from_raw_parts(first, span.len) };
    let view = View {
        layout: span.layout,
        elements: T::elements(slice),
    };
    Ok(session.send(field, view, seconds)? != Sent::NotDue)
}

/// Show the caller's array to `act` as a view to write.
///
/// # Safety
/// As [`halocline_receive_f64`].
unsafe fn write<T: Element, R>(
    session: &mut Session,
    field: *const c_char,
    values: *mut T,
    shape: *const i64,
    strides: *const i64,
    act: impl FnOnce(&mut Session, &str, ViewMut<'_>) -> Result<R, Error>,
) -> Result<R, Error> {
    // SAFETY: the caller vouches for text, shape and strides.
    let (field, span) = unsafe { (text(field, "field")?, layout::<T>(shape, strides)) };
    let mut span = span.map_err(|error| error.about(field))?;
    let first = lowest(values, &span)
        .map_err(|error| error.about(field))?
        .cast_mut();
    check_distinct(&span.layout).map_err(|error| error.about(field))?;
    let own = session.received_shape(field).map(|(own, _)| own);
    span.layout = cells_and_levels(span.layout, own);
    // SAFETY: as in `send`; the caller gives writable elements, and nobody else looks at the array while it waits.
    let slice = unsafe { std::slice::from_raw_parts_mut(first, span.len) };
    let view = ViewMut {
        layout: span.layout,
        elements: T::elements_mut(slice),
    };
    act(session, field, view)
}

/// # Safety
/// As [`halocline_receive_f64`].
unsafe fn receive<T: Element>(
    session: &mut Session,
    field: *const c_char,
    values: *mut T,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
) -> Result<bool, Error> {
    // SAFETY: the caller keeps the promises of this function.
    unsafe {
        write(
            session,
            field,
            values,
            shape,
            strides,
            |session, field, view| Ok(session.receive(field, view, seconds)? != Received::NotDue),
        )
    }
}

/// Send a field in double precision. Returns as soon as the values are copied; never waits for a computing receiver.
///
/// @param session  the session, after halocline_end_definition
/// @param field    name of the field, as in the experiment file
/// @param values   address of element (0, 0, 0) of the own cells, axes (i, j, level); only read, and only in this call
/// @param shape    extents along (i, j, level); for apple, orange and points (cells, 1, level) or (cells, level, 1)
/// @param strides  distance between neighbours along (i, j, level) in elements; may be negative; without meaning along
///                 an extent of 1
/// @param seconds  date of the call in seconds since the start of the run
/// @param sent     receives 1, or 0 where nothing is due at this date; may be NULL
/// @return 0, or a code
///
/// # Safety
/// All elements must be readable; `shape` and `strides` have three elements; `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_send_f64(
    session: *mut halocline_session,
    field: *const c_char,
    values: *const f64,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
    sent: *mut i32,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            answer(
                sent,
                i32::from(send(session, field, values, shape, strides, seconds)?),
            )
        };
        Ok(())
    })
}

/// Send a field in single precision; otherwise as halocline_send_f64.
///
/// # Safety
/// As halocline_send_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_send_f32(
    session: *mut halocline_session,
    field: *const c_char,
    values: *const f32,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
    sent: *mut i32,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            answer(
                sent,
                i32::from(send(session, field, values, shape, strides, seconds)?),
            )
        };
        Ok(())
    })
}

/// Receive a field in double precision. Waits for the values of this date.
///
/// @param session   the session, after halocline_end_definition
/// @param field     name of the field, as in the experiment file
/// @param values    address of element (0, 0, 0), axes (i, j, level); the caller's; untouched where nothing is due
/// @param shape     extents along (i, j, level): own cells, or own cells with the halo of the exchange on all four sides;
///                  for apple, orange and points (cells, 1, level) or (cells, level, 1)
/// @param strides   distance between neighbours along (i, j, level) in elements; may be negative; without meaning along
///                  an extent of 1
/// @param seconds   date of the call in seconds since the start of the run
/// @param received  receives 1, or 0 where nothing is due at this date; may be NULL
/// @return 0, or a code
///
/// # Safety
/// All elements must be writable; `shape` and `strides` have three elements; `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_receive_f64(
    session: *mut halocline_session,
    field: *const c_char,
    values: *mut f64,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
    received: *mut i32,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            answer(
                received,
                i32::from(receive(session, field, values, shape, strides, seconds)?),
            )
        };
        Ok(())
    })
}

/// Receive a field in single precision; otherwise as halocline_receive_f64.
///
/// # Safety
/// As halocline_receive_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_receive_f32(
    session: *mut halocline_session,
    field: *const c_char,
    values: *mut f32,
    shape: *const i64,
    strides: *const i64,
    seconds: i64,
    received: *mut i32,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            answer(
                received,
                i32::from(receive(session, field, values, shape, strides, seconds)?),
            )
        };
        Ok(())
    })
}

/// Tell the cells of a received field that somebody sends from those that get the fill value.
///
/// @param session  the session, after halocline_end_definition
/// @param field    name of a field that this component receives
/// @param values   receives 1 where some rank sends a value, 0 where nobody owns the cell or a closed boundary is crossed
/// @param shape    extents along (i, j, level), as for halocline_receive_f64
/// @param strides  distance between neighbours along (i, j, level) in elements
/// @return 0, or a code
///
/// # Safety
/// As halocline_receive_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_mask_f64(
    session: *mut halocline_session,
    field: *const c_char,
    values: *mut f64,
    shape: *const i64,
    strides: *const i64,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            write(
                session,
                field,
                values,
                shape,
                strides,
                |session, field, view| session.mask(field, view),
            )
        }
    })
}

/// The mask of a received field in single precision; otherwise as halocline_mask_f64.
///
/// # Safety
/// As halocline_receive_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_mask_f32(
    session: *mut halocline_session,
    field: *const c_char,
    values: *mut f32,
    shape: *const i64,
    strides: *const i64,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            write(
                session,
                field,
                values,
                shape,
                strides,
                |session, field, view| session.mask(field, view),
            )
        }
    })
}
