//! Which cells of a grid this rank owns: one function for each way to say it.

use crate::{
    door::{text, whole, with_session},
    message::refused,
    open_sessions::halocline_session,
};
use halocline_coupler::{Code, Error};
use halocline_exchanges::partition::Partition;
use std::ffi::c_char;

/// # Safety
/// `grid` must be NULL or end with a null byte.
unsafe fn define(
    session: *mut halocline_session,
    grid: *const c_char,
    partition: impl FnOnce() -> Result<Partition, Error>,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller vouches for the text.
        let grid = unsafe { text(grid, "grid") }?;
        session.define_domain(grid, &partition()?)
    })
}

fn number(value: i64, what: &str) -> Result<usize, Error> {
    whole(value, what, Code::Partition)
}

/// The numbers behind a pointer.
///
/// # Safety
/// `first` must be NULL or have `count` readable elements that stay unchanged for `'a`.
unsafe fn numbers<'a>(first: *const i64, count: usize, what: &str) -> Result<&'a [i64], Error> {
    if count == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        let found = format!("{what} is NULL with {count} elements");
        return Err(refused(
            Code::Partition,
            found,
            "an array of int64_t",
            "pass its address",
        ));
    }
    // SAFETY: not NULL; the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(first, count) })
}

/// Own all cells of a grid: arrays have shape (nx, ny, levels).
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid, as in the experiment file
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_serial(
    session: *mut halocline_session,
    grid: *const c_char,
) -> i32 {
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, || Ok(Partition::Serial)) }
}

/// Own no cell of a grid: this rank sends and receives nothing there.
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_empty(
    session: *mut halocline_session,
    grid: *const c_char,
) -> i32 {
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, || Ok(Partition::Empty)) }
}

/// Own consecutive cells of a grid: arrays have shape (cells, 1, levels).
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid
/// @param offset   index j * nx + i of the first cell, from 0
/// @param cells    number of cells
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_apple(
    session: *mut halocline_session,
    grid: *const c_char,
    offset: i64,
    cells: i64,
) -> i32 {
    let partition = || {
        Ok(Partition::Apple {
            offset: number(offset, "offset")?,
            cells: number(cells, "cells")?,
        })
    };
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, partition) }
}

/// Own a rectangle of a grid: arrays have shape (ni, nj, levels).
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid
/// @param i        column of the first own cell, from 0
/// @param j        row of the first own cell, from 0
/// @param ni       number of columns
/// @param nj       number of rows
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_box(
    session: *mut halocline_session,
    grid: *const c_char,
    i: i64,
    j: i64,
    ni: i64,
    nj: i64,
) -> i32 {
    let partition = || {
        let (i, j) = (
            number(i, "the first column, counted from 0,")?,
            number(j, "the first row, counted from 0,")?,
        );
        Ok(Partition::Box {
            i,
            j,
            ni: number(ni, "ni")?,
            nj: number(nj, "nj")?,
        })
    };
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, partition) }
}

/// Own several segments of consecutive cells: arrays have shape (cells of all segments, 1, levels), segment by segment.
///
/// @param session   the session, before halocline_end_definition
/// @param grid      name of the grid
/// @param segments  number of segments
/// @param offsets   index of the first cell of each segment, from 0; `segments` of them, copied
/// @param extents   number of cells of each segment; `segments` of them, copied
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte; `offsets` and `extents` must have `segments` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_orange(
    session: *mut halocline_session,
    grid: *const c_char,
    segments: i64,
    offsets: *const i64,
    extents: *const i64,
) -> i32 {
    let partition = || {
        let segments = number(
            segments,
            "the number of segments (in Fortran, -1: two lists of different length)",
        )?;
        // SAFETY: the caller gives two arrays of that many elements.
        let (offsets, extents) = unsafe {
            (
                numbers(offsets, segments, "offsets")?,
                numbers(extents, segments, "extents")?,
            )
        };
        let segment = |(offset, extent): (&i64, &i64)| {
            Ok((number(*offset, "offset")?, number(*extent, "extent")?))
        };
        let segments: Result<Vec<_>, Error> = offsets.iter().zip(extents).map(segment).collect();
        Ok(Partition::Orange(segments?))
    };
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, partition) }
}

/// Own single cells in any order: arrays have shape (cells, 1, levels), in the order given here.
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid
/// @param cells    number of cells
/// @param indices  index j * nx + i of each cell, from 0; `cells` of them, copied
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte; `indices` must have `cells` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_points(
    session: *mut halocline_session,
    grid: *const c_char,
    cells: i64,
    indices: *const i64,
) -> i32 {
    let partition = || {
        // SAFETY: the caller gives an array of that many elements.
        let indices = unsafe { numbers(indices, number(cells, "cells")?, "indices") }?;
        let index = |value: &i64| number(*value, "an index").map(|index| index as u64);
        let points: Result<Vec<u64>, Error> = indices.iter().map(index).collect();
        Ok(Partition::Points(points?))
    };
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, partition) }
}

/// Own a rectangle of a grid on some of its levels: arrays have shape (ni, nj, own levels), beginning with `level`.
///
/// Of a field that ends before `level + levels` the array has fewer levels, of one that ends below `level` none.
///
/// @param session  the session, before halocline_end_definition
/// @param grid     name of the grid
/// @param i        column of the first own cell, from 0
/// @param j        row of the first own cell, from 0
/// @param level    first own level, from 0
/// @param ni       number of columns
/// @param nj       number of rows
/// @param levels   number of levels
/// @return 0, or a code
///
/// # Safety
/// `grid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_define_cube(
    session: *mut halocline_session,
    grid: *const c_char,
    i: i64,
    j: i64,
    level: i64,
    ni: i64,
    nj: i64,
    levels: i64,
) -> i32 {
    let partition = || {
        Ok(Partition::Cube {
            i: number(i, "the first column, counted from 0,")?,
            j: number(j, "the first row, counted from 0,")?,
            level: number(level, "the first level, counted from 0,")?,
            ni: number(ni, "ni")?,
            nj: number(nj, "nj")?,
            levels: number(levels, "levels")?,
        })
    };
    // SAFETY: the caller vouches for the text.
    unsafe { define(session, grid, partition) }
}
