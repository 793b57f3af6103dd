//! Partitions and variables.

use super::current::with;
use crate::{
    door::{answer, text, whole},
    message::refused,
};
use halocline_coupler::{Code, Error};
use halocline_oasis::{Direction, PointsFrom, info};
use std::ffi::{c_char, c_int};

/// Define which cells of a grid this process owns.
///
/// @param id_part      receives the number of the partition, from 1
/// @param kparal_size  elements of `kparal`
/// @param kparal       strategy and its numbers; offsets and the indices of points count from 0
/// @param ig_size      cells of the whole grid; OASIS_No_Gsize where it is not said
/// @param name         name of the partition, OASIS_No_Name for none
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `kparal` must have `kparal_size` elements, `name` end with a null byte, `id_part` be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_def_partition(
    id_part: *mut c_int,
    kparal_size: c_int,
    kparal: *const c_int,
    ig_size: c_int,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe {
        define_partition(
            id_part,
            kparal_size,
            kparal,
            PointsFrom::Zero,
            ig_size,
            name,
        )
    }
}

/// # Safety
/// As [`oasis_c_def_partition`].
unsafe fn define_partition(
    id: *mut c_int,
    count: c_int,
    numbers: *const c_int,
    points: PointsFrom,
    global: c_int,
    name: *const c_char,
) -> c_int {
    with(|component| {
        let count = whole(
            i64::from(count),
            "the number of elements of kparal",
            Code::Partition,
        )?;
        if numbers.is_null() {
            return Err(refused(
                Code::Partition,
                "kparal is NULL",
                "an array of int",
                "pass it",
            ));
        }
        // SAFETY: not NULL; the caller gives `count` elements.
        let numbers = unsafe { std::slice::from_raw_parts(numbers, count) };
        let numbers: Vec<i64> = numbers.iter().map(|&number| i64::from(number)).collect();
        // SAFETY: the caller vouches for the text.
        let name = unsafe { text(name, "the partition's name") }?;
        let made = component.define_partition(&numbers, points, Some(i64::from(global)), name)?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(id, made) };
        Ok(())
    })
}

/// Define a variable.
///
/// @param id           receives its number, from 1; OASIS_Var_Uncpl where the experiment does not mention it, which is
///                     no error
/// @param name         name of the field in the experiment
/// @param id_part      its partition
/// @param bundle_size  number of levels
/// @param kinout       OASIS_OUT or OASIS_IN
/// @param ktype        OASIS_REAL or OASIS_DOUBLE; not needed: put and get say it again
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `name` must end with a null byte; `id` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_def_var(
    id: *mut c_int,
    name: *const c_char,
    id_part: c_int,
    bundle_size: c_int,
    kinout: c_int,
    ktype: c_int,
) -> c_int {
    let _ = ktype;
    with(|component| {
        // SAFETY: the caller vouches for the text.
        let name = unsafe { text(name, "the variable's name") }?;
        let levels = i64::from(bundle_size);
        let made = component.define_variable(name, id_part, levels, direction(kinout, name)?)?;
        // SAFETY: the caller vouches for the place.
        unsafe { answer(id, made) };
        Ok(())
    })
}

fn direction(kinout: c_int, name: &str) -> Result<Direction, Error> {
    match kinout {
        info::OUT => Ok(Direction::Send),
        info::IN => Ok(Direction::Receive),
        _ => Err(refused(
            Code::Name,
            format!("the direction {kinout}"),
            "20 (OASIS_Out) or 21 (OASIS_In)",
            "pass one of the two constants to def_var",
        )
        .about(name)),
    }
}

/// Give the number of couplings that a variable takes part in.
///
/// @param varid  number of the variable
/// @param ncpl   receives it
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `ncpl` must be NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_ncpl(varid: c_int, ncpl: *mut c_int) -> c_int {
    with(|component| {
        let count = component.periods(varid)?.len();
        // SAFETY: the caller vouches for the place.
        unsafe { answer(ncpl, count as c_int) };
        Ok(())
    })
}

/// Give the periods [s] of the couplings that a variable takes part in.
///
/// @param varid      number of the variable
/// @param mop        OASIS_OUT or OASIS_IN, as it is defined
/// @param ncpl       elements of `cpl_freqs`: what oasis_c_get_ncpl gives
/// @param cpl_freqs  receives the periods
/// @return OASIS_Ok or OASIS_Error
///
/// # Safety
/// `cpl_freqs` must have `ncpl` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oasis_c_get_freqs(
    varid: c_int,
    mop: c_int,
    ncpl: c_int,
    cpl_freqs: *mut c_int,
) -> c_int {
    with(|component| {
        let name = component.variable_name(varid)?.to_owned();
        direction(mop, &name)?;
        let periods = component.periods(varid)?;
        let wanted = whole(i64::from(ncpl), "the number of couplings", Code::Name)?;
        if wanted != periods.len() || cpl_freqs.is_null() {
            return Err(refused(
                Code::Shape,
                format!("room for {wanted} periods"),
                format!("room for {}", periods.len()).as_str(),
                "ask get_ncpl for their number first",
            )
            .about(&name));
        }
        for (position, period) in periods.into_iter().enumerate() {
            let period = c_int::try_from(period).unwrap_or(c_int::MAX);
            // SAFETY: not NULL; the caller gives `ncpl` elements, and there are as many periods.
            unsafe { cpl_freqs.add(position).write(period) };
        }
        Ok(())
    })
}

// ------------------------------------------------------------------------------------------------ for module mod_oasis

/// As [`oasis_c_def_partition`]; the indices of points count from 1.
///
/// # Safety
/// As [`oasis_c_def_partition`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_oasis_define_partition(
    id: *mut c_int,
    count: c_int,
    numbers: *const c_int,
    global: c_int,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the promises of this function.
    unsafe { define_partition(id, count, numbers, PointsFrom::One, global, name) }
}
