//! Writing of grids.

use super::current::with;
use crate::{
    door::{answer, text, whole},
    message::refused,
};
use halocline_coupler::{Code, Error};
use halocline_oasis::{Array, Component, Place, Quantity, Values};
use std::ffi::{c_char, c_int};

/// Begin to write grids.
///
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_start_grids_writing() -> c_int {
    with(|component| component.begin_grids())
}

/// Write longitudes and latitudes of the cells' centres [degrees] into grids.nc.
///
/// Arrays have the first axis as the fastest. With a partition the call is collective over the processes that take part
/// in the coupling, and the arrays are the own cells of this one; without, they are the whole grid.
///
/// @param cgrid   name of the grid
/// @param nx      cells of the whole grid along i
/// @param ny      cells of the whole grid along j
/// @param nx_loc  first extent of the arrays
/// @param ny_loc  second extent of the arrays
/// @param lon     longitudes
/// @param lat     latitudes
/// @param partid  number of the partition, or a negative number for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// The arrays must have nx_loc * ny_loc elements; `cgrid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_grid(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    lon: *const f64,
    lat: *const f64,
    partid: c_int,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: 1,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe {
        part.write(component, Quantity::Longitude, lon)?;
        part.write(component, Quantity::Latitude, lat)
    })
}

/// Write longitudes and latitudes of the cells' corners [degrees] into grids.nc.
///
/// @param cgrid   name of the grid
/// @param nx      cells of the whole grid along i
/// @param ny      cells of the whole grid along j
/// @param nc      corners of a cell
/// @param nx_loc  first extent of the arrays
/// @param ny_loc  second extent of the arrays
/// @param clon    longitudes, axes (nx_loc, ny_loc, nc)
/// @param clat    latitudes, axes (nx_loc, ny_loc, nc)
/// @param partid  number of the partition, or a negative number for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// The arrays must have nx_loc * ny_loc * nc elements; `cgrid` must end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_corner(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nc: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    clon: *const f64,
    clat: *const f64,
    partid: c_int,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: nc,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe {
        part.write(component, Quantity::CornerLongitude, clon)?;
        part.write(component, Quantity::CornerLatitude, clat)
    })
}

/// Write the mask of a grid into masks.nc: 0 for cells in use, 1 for others.
///
/// @param cgrid      name of the grid
/// @param nx         cells of the whole grid along i
/// @param ny         cells of the whole grid along j
/// @param nx_loc     first extent of the array
/// @param ny_loc     second extent of the array
/// @param mask       the mask
/// @param partid     number of the partition, or a negative number for none
/// @param companion  name of the grid that the mask goes with; NULL or "" for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_write_grid; `companion` must be NULL or end with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_mask(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    mask: *const c_int,
    partid: c_int,
    companion: *const c_char,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: 1,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe {
        part.refuse_companion(companion)?;
        let values = Values::Whole(part.elements(mask)?.to_vec());
        part.hand_over(component, Quantity::Mask, values)
    })
}

/// Write the fraction of each cell in use [-] into masks.nc.
///
/// @param cgrid      name of the grid
/// @param nx         cells of the whole grid along i
/// @param ny         cells of the whole grid along j
/// @param nx_loc     first extent of the array
/// @param ny_loc     second extent of the array
/// @param frac       the fractions
/// @param partid     number of the partition, or a negative number for none
/// @param companion  name of the grid that the fractions go with; NULL or "" for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_write_mask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_frac(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    frac: *const f64,
    partid: c_int,
    companion: *const c_char,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: 1,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe {
        part.refuse_companion(companion)?;
        part.write(component, Quantity::Fraction, frac)
    })
}

/// Write the area of each cell [m2] into areas.nc.
///
/// @param cgrid   name of the grid
/// @param nx      cells of the whole grid along i
/// @param ny      cells of the whole grid along j
/// @param nx_loc  first extent of the array
/// @param ny_loc  second extent of the array
/// @param area    the areas
/// @param partid  number of the partition, or a negative number for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_write_grid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_area(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    area: *const f64,
    partid: c_int,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: 1,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe { part.write(component, Quantity::Area, area) })
}

/// Write the angle of each cell's i axis to the east [degrees] into grids.nc.
///
/// @param cgrid   name of the grid
/// @param nx      cells of the whole grid along i
/// @param ny      cells of the whole grid along j
/// @param nx_loc  first extent of the array
/// @param ny_loc  second extent of the array
/// @param angle   the angles
/// @param partid  number of the partition, or a negative number for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// As oasis_c_write_grid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_write_angle(
    cgrid: *const c_char,
    nx: c_int,
    ny: c_int,
    nx_loc: c_int,
    ny_loc: c_int,
    angle: *const f64,
    partid: c_int,
) -> c_int {
    let part = Local {
        grid: cgrid,
        size: [nx, ny],
        local: [nx_loc, ny_loc],
        corners: 1,
        partition: partid,
    };
    // SAFETY: the caller keeps the promises of this function.
    with(|component| unsafe { part.write(component, Quantity::Angle, angle) })
}

/// End the writing of grids: the files are there when it returns on the process that writes them.
///
/// @return OASIS_Ok or OASIS_Error
#[unsafe(no_mangle)]
pub extern "C" fn oasis_c_terminate_grids_writing() -> c_int {
    with(Component::end_grids)
}

/// What all calls say of an array.
struct Local {
    grid: *const c_char,
    size: [c_int; 2],
    local: [c_int; 2],
    corners: c_int,
    partition: c_int,
}

fn number(value: c_int, what: &str) -> Result<usize, Error> {
    whole(i64::from(value), what, Code::Shape)
}

impl Local {
    /// The elements behind a pointer.
    ///
    /// # Safety
    /// There must be as many as the extents say.
    unsafe fn elements<'a, T>(&self, first: *const T) -> Result<&'a [T], Error> {
        let [ni, nj] = self.local;
        let count = number(ni, "nx_loc")? * number(nj, "ny_loc")? * number(self.corners, "nc")?;
        if count == 0 {
            return Ok(&[]);
        }
        crate::array::check_base(first)?;
        // SAFETY: neither NULL nor misaligned; the caller vouches for the rest.
        Ok(unsafe { std::slice::from_raw_parts(first, count) })
    }

    /// # Safety
    /// As [`Local::elements`]; the grid's name must end with a null byte.
    unsafe fn write(
        &self,
        component: &mut Component,
        quantity: Quantity,
        values: *const f64,
    ) -> Result<(), Error> {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            let values = Values::Real(self.elements(values)?.to_vec());
            self.hand_over(component, quantity, values)
        }
    }

    /// # Safety
    /// The grid's name must end with a null byte.
    unsafe fn hand_over(
        &self,
        component: &mut Component,
        quantity: Quantity,
        values: Values,
    ) -> Result<(), Error> {
        // SAFETY: the caller vouches for the text.
        let grid = unsafe { text(self.grid, "the grid's name") }?.to_owned();
        let [nx, ny] = self.size;
        let array = Array {
            grid,
            quantity,
            size: [number(nx, "nx")?, number(ny, "ny")?],
            corners: number(self.corners, "nc")?,
            values,
        };
        let place = if self.partition < 0 {
            Place::Whole
        } else {
            Place::Partition(self.partition)
        };
        component.write_array(array, place)
    }

    /// # Safety
    /// `companion` must be NULL or end with a null byte.
    unsafe fn refuse_companion(&self, companion: *const c_char) -> Result<(), Error> {
        if companion.is_null() {
            return Ok(());
        }
        // SAFETY: the caller vouches for the text.
        let companion = unsafe { text(companion, "the companion's name") }?.trim();
        if companion.is_empty() {
            return Ok(());
        }
        Err(refused(
            Code::Name,
            format!("the companion '{companion}'"),
            "a mask or fraction without companion",
            "leave it out: there is no use for it here yet",
        ))
    }
}

// ------------------------------------------------------------------------------------------------ for module mod_oasis

/// Begin to write grids; `wanted` receives 1: they are always written.
///
/// # Safety
/// `wanted` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_begin_grids(wanted: *mut c_int) -> c_int {
    with(|component| {
        component.begin_grids()?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(wanted, 1) };
        Ok(())
    })
}
