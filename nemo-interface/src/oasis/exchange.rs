//! Put, get, inquire.

use super::current::with;
use crate::{
    array::{check_distinct, span},
    door::{answer, whole},
    field::{Element, layout, lowest},
    message::refused,
};
use halocline_coupler::{Code, Error};
use halocline_exchanges::view::{Layout, View, ViewMut};
use halocline_oasis::{Component, arranged};
use std::ffi::{c_int, c_void};

/// Put a variable: send it, or take it into what is sent later, where something is due at this date.
///
/// @param var_id         number of the variable
/// @param date           seconds since the start of the run
/// @param x_size         extent of the first axis
/// @param y_size         extent of the second axis; 1 for a list of cells
/// @param bundle_size    number of levels
/// @param fkind          OASIS_REAL or OASIS_DOUBLE
/// @param storage        OASIS_COL_MAJOR: the first axis is the fastest; OASIS_ROW_MAJOR: the last is
/// @param fld1           x_size * y_size * bundle_size values; only read
/// @param write_restart  OASIS_Write_Restart: write a restart file named with the date too; OASIS_No_Restart
/// @param kinfo          receives what was done: OASIS_Ok for nothing, OASIS_Sent, OASIS_LocTrans, ...
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `fld1` must have these values; `kinfo` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_put(
    var_id: c_int,
    date: c_int,
    x_size: c_int,
    y_size: c_int,
    bundle_size: c_int,
    fkind: c_int,
    storage: c_int,
    fld1: *const c_void,
    write_restart: bool,
    kinfo: *mut c_int,
) -> c_int {
    with(|component| {
        let array = CArray::new([x_size, y_size, bundle_size], storage)?;
        let date = i64::from(date);
        // SAFETY: the caller gives as many values of this kind.
        let code = unsafe {
            match fkind {
                4 => put(
                    component,
                    var_id,
                    date,
                    &array,
                    fld1.cast::<f32>(),
                    write_restart,
                ),
                8 => put(
                    component,
                    var_id,
                    date,
                    &array,
                    fld1.cast::<f64>(),
                    write_restart,
                ),
                _ => Err(unknown_kind(fkind)),
            }
        }?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(kinfo, code) };
        Ok(())
    })
}

/// Get a variable, where something is due at this date; waits for it.
///
/// @param var_id       number of the variable
/// @param date         seconds since the start of the run
/// @param x_size       extent of the first axis
/// @param y_size       extent of the second axis; 1 for a list of cells
/// @param bundle_size  number of levels
/// @param fkind        OASIS_REAL or OASIS_DOUBLE
/// @param storage      OASIS_COL_MAJOR: the first axis is the fastest; OASIS_ROW_MAJOR: the last is
/// @param fld          receives x_size * y_size * bundle_size values; untouched where nothing is due
/// @param kinfo        receives what was done: OASIS_Ok for nothing, OASIS_Recvd, OASIS_FromRest, ...
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `fld` must have room for these values; `kinfo` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get(
    var_id: c_int,
    date: c_int,
    x_size: c_int,
    y_size: c_int,
    bundle_size: c_int,
    fkind: c_int,
    storage: c_int,
    fld: *mut c_void,
    kinfo: *mut c_int,
) -> c_int {
    with(|component| {
        let array = CArray::new([x_size, y_size, bundle_size], storage)?;
        let date = i64::from(date);
        // SAFETY: the caller gives room for as many values of this kind.
        let code = unsafe {
            match fkind {
                4 => get(component, var_id, date, &array, fld.cast::<f32>()),
                8 => get(component, var_id, date, &array, fld.cast::<f64>()),
                _ => Err(unknown_kind(fkind)),
            }
        }?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(kinfo, code) };
        Ok(())
    })
}

/// Tell what a put would do at a date.
///
/// @param varid  number of the variable
/// @param msec   seconds since the start of the run
/// @param kinfo  receives the code that oasis_c_put would give
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `kinfo` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_put_inquire(
    varid: c_int,
    msec: c_int,
    kinfo: *mut c_int,
) -> c_int {
    with(|component| {
        let code = component.inquire_put(varid, i64::from(msec))?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(kinfo, code) };
        Ok(())
    })
}

/// Number of axes of an array, and what they are.
trait Axes {
    fn rank(&self) -> usize;
    /// Shape and strides, checked, and elements from the lowest to the highest address.
    fn span<T>(&self) -> Result<(Layout, usize), Error>;
}

/// An array of C: extents (x, y, level).
struct CArray {
    shape: [i64; 3],
    strides: [i64; 3],
}

impl CArray {
    fn new(extents: [c_int; 3], storage: c_int) -> Result<Self, Error> {
        let shape @ [nx, ny, levels] = extents.map(i64::from);
        let strides = match storage {
            0 => [ny.saturating_mul(levels), levels, 1],
            1 => [1, nx, nx.saturating_mul(ny)],
            _ => {
                return Err(refused(
                    Code::Shape,
                    format!("the storage order {storage}"),
                    "OASIS_ROW_MAJOR (0) or OASIS_COL_MAJOR (1)",
                    "pass one of the two constants",
                ));
            }
        };
        Ok(Self { shape, strides })
    }
}

impl Axes for CArray {
    fn rank(&self) -> usize {
        if self.shape[2] > 1 { 3 } else { 2 }
    }

    fn span<T>(&self) -> Result<(Layout, usize), Error> {
        let span = span(self.shape, self.strides, size_of::<T>())?;
        Ok((span.layout, span.len))
    }
}

/// An array section of Fortran: three extents and strides, of which `rank` count.
struct Section {
    rank: usize,
    shape: *const i64,
    strides: *const i64,
}

impl Axes for Section {
    fn rank(&self) -> usize {
        self.rank
    }

    fn span<T>(&self) -> Result<(Layout, usize), Error> {
        // SAFETY: made by the two functions for Fortran below, whose callers give three elements each.
        let span = unsafe { layout::<T>(self.shape, self.strides) }?;
        Ok((span.layout, span.len))
    }
}

/// # Safety
/// `values` must be the address of element (0, 0, 0) of an array with these axes.
unsafe fn put<T: Element>(
    component: &mut Component,
    number: c_int,
    date: i64,
    axes: &impl Axes,
    values: *const T,
    write_restart: bool,
) -> Result<c_int, Error> {
    let (layout, len) = axes.span::<T>()?;
    let first = lowest(values, &crate::array::Span { layout, len })?;
    let layout = arranged(axes.rank(), layout, component.levels(number)?)
        .map_err(|error| about(component, number, error))?;
    // SAFETY: the span is that of the elements, all of which the caller vouches for; `lowest` and `span` have seen to
    // alignment and size. What lies between them belongs to the same array of the host, which waits for us.
    let slice = unsafe { std::slice::from_raw_parts(first, len) };
    let elements = T::elements(slice);
    component.put(number, View { layout, elements }, date, write_restart)
}

/// # Safety
/// As [`put`]; the elements must be writable, and nobody else looks at them meanwhile.
unsafe fn get<T: Element>(
    component: &mut Component,
    number: c_int,
    date: i64,
    axes: &impl Axes,
    values: *mut T,
) -> Result<c_int, Error> {
    let (layout, len) = axes.span::<T>()?;
    let first = lowest(values, &crate::array::Span { layout, len })?.cast_mut();
    let layout = check_distinct(&layout)
        .and_then(|()| arranged(axes.rank(), layout, component.levels(number)?))
        .map_err(|error| about(component, number, error))?;
    // SAFETY: as in `put`.
    let slice = unsafe { std::slice::from_raw_parts_mut(first, len) };
    let elements = T::elements_mut(slice);
    component.get(number, ViewMut { layout, elements }, date)
}

fn about(component: &Component, number: c_int, error: Error) -> Error {
    match component.variable_name(number) {
        Ok(name) => error.about(name),
        Err(_) => error,
    }
}

fn unknown_kind(kind: c_int) -> Error {
    refused(
        Code::Shape,
        format!("the kind {kind}"),
        "OASIS_REAL (4) or OASIS_DOUBLE (8)",
        "pass one of the two constants",
    )
}

// ------------------------------------------------------------------------------------------------ for module mod_oasis

fn section(rank: c_int, shape: *const i64, strides: *const i64) -> Result<Section, Error> {
    let rank = whole(i64::from(rank), "the rank of an array", Code::Shape)?;
    Ok(Section {
        rank,
        shape,
        strides,
    })
}

macro_rules! fortran_doors {
    ($put:ident, $get:ident, $element:ty) => {
        /// # Safety
        /// `values` must be the address of the first element of an array with these axes, `shape` and `strides` have
        /// three elements, `kinfo` be NULL or valid for writing.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $put(
            number: c_int,
            date: i64,
            values: *const $element,
            rank: c_int,
            shape: *const i64,
            strides: *const i64,
            write_restart: c_int,
            kinfo: *mut c_int,
        ) -> c_int {
            with(|component| {
                let axes = section(rank, shape, strides)?;
                let restart = write_restart != 0;
                // SAFETY: the caller keeps the promises of this function.
                let code = unsafe { put(component, number, date, &axes, values, restart) }?;
                // SAFETY: as above.
                unsafe { answer(kinfo, code) };
                Ok(())
            })
        }

        /// # Safety
        /// As for put; the elements must be writable.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $get(
            number: c_int,
            date: i64,
            values: *mut $element,
            rank: c_int,
            shape: *const i64,
            strides: *const i64,
            kinfo: *mut c_int,
        ) -> c_int {
            with(|component| {
                let axes = section(rank, shape, strides)?;
                // SAFETY: the caller keeps the promises of this function.
                let code = unsafe { get(component, number, date, &axes, values) }?;
                // SAFETY: as above.
                unsafe { answer(kinfo, code) };
                Ok(())
            })
        }
    };
}

fortran_doors!(halocline_oasis_put_f32, halocline_oasis_get_f32, f32);
fortran_doors!(halocline_oasis_put_f64, halocline_oasis_get_f64, f64);
