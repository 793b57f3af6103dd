//! Fields in memory of the library: received blocks to read in place, outputs to write in place.

use crate::{
    door::{text, with_loans, with_session},
    loans::Loans,
    message::refused,
    open_sessions::halocline_session,
};
use halocline_coupler::{Block, Code, Error, Session, block::Role};
use halocline_exchanges::view::{ElementKind, ElementsMut};
use std::ffi::{c_char, c_void};

/// Elements of 4 bytes: `float`, `real(4)`.
pub const HALOCLINE_FLOAT32: i32 = 4;
/// Elements of 8 bytes: `double`, `real(8)`.
pub const HALOCLINE_FLOAT64: i32 = 8;
/// Elements of either kind: `kind` of the block says which.
pub const HALOCLINE_ANY_KIND: i32 = 0;

/// A field in memory of the library: all elements one after the other, i fastest, then j, then level.
#[allow(non_camel_case_types, reason = "the name in C")]
#[repr(C)]
#[derive(Debug)]
pub struct halocline_block {
    /// Address of element (0, 0, 0); NULL where nothing is lent, and then all else is 0. The library owns the memory.
    pub data: *mut c_void,
    /// Extents along (i, j, level), halo included; for apple, orange and points (cells, 1, level).
    pub shape: [i64; 3],
    /// Width of the halo on all four sides [cells]: the first own cell of a level is element (halo, halo, level).
    pub halo: i64,
    /// HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64.
    pub kind: i32,
}

const NOTHING: halocline_block = halocline_block {
    data: std::ptr::null_mut(),
    shape: [0; 3],
    halo: 0,
    kind: HALOCLINE_ANY_KIND,
};

impl halocline_block {
    fn of(block: &mut Block) -> Self {
        let [levels, nj, ni] = block.shape.map(|extent| extent as i64);
        let (data, kind) = match block.storage.elements_mut() {
            ElementsMut::F32(values) => (values.as_mut_ptr().cast(), HALOCLINE_FLOAT32),
            ElementsMut::F64(values) => (values.as_mut_ptr().cast(), HALOCLINE_FLOAT64),
        };
        Self {
            data,
            shape: [ni, nj, levels],
            halo: block.halo as i64,
            kind,
        }
    }
}

const fn name(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::F32 => "float32 (float, real(4))",
        ElementKind::F64 => "float64 (double, real(8))",
    }
}

/// Refuse elements of another kind than the block has.
fn check_kind(session: &Session, field: &str, role: Role, kind: i32) -> Result<(), Error> {
    let asked = match kind {
        HALOCLINE_FLOAT32 => ElementKind::F32,
        HALOCLINE_FLOAT64 => ElementKind::F64,
        HALOCLINE_ANY_KIND => return Ok(()),
        other => {
            return Err(refused(
                Code::Shape,
                format!("kind is {other}"),
                "HALOCLINE_FLOAT32, HALOCLINE_FLOAT64 or HALOCLINE_ANY_KIND",
                "pass the kind of the elements that you read or write",
            )
            .about(field));
        }
    };
    // A field that is not of this component is the session's to refuse.
    let has = session.lent_kind(field, role).unwrap_or(asked);
    if has == asked {
        return Ok(());
    }
    let key = match role {
        Role::Input => "`receive_as` (else `wire`)",
        Role::Output => "`wire`",
    };
    Err(refused(
        Code::Shape,
        format!("a pointer to {}", name(asked)),
        &format!("{}, of which the block is", name(has)),
        &format!(
            "use a pointer to {}, or change {key} of the exchange in the experiment file",
            name(has)
        ),
    )
    .about(field))
}

/// Lend a block, or nothing.
///
/// # Safety
/// As [`halocline_lend`].
unsafe fn lend(
    (session, loans): (&mut Session, &mut Loans),
    (field, role): (*const c_char, Role),
    seconds: i64,
    kind: i32,
    block: *mut halocline_block,
) -> Result<(), Error> {
    // SAFETY: the caller passes a text that ends with a null byte.
    let field = unsafe { text(field, "field") }?;
    if block.is_null() {
        return Err(refused(
            Code::Order,
            "block is NULL",
            "the address of a halocline_block",
            "pass `&block`",
        )
        .about(field));
    }
    // SAFETY: not NULL; the caller vouches for the rest.
    unsafe { block.write(NOTHING) };
    check_kind(session, field, role, kind)?;
    loans.check_free(field, role, seconds)?;
    let lent = match role {
        Role::Input => session.lend(field, seconds)?,
        Role::Output => session.lend_output(field, seconds)?,
    };
    if let Some(lent) = lent {
        let lent = halocline_block::of(loans.keep(lent, seconds));
        // SAFETY: as above.
        unsafe { block.write(lent) };
    }
    Ok(())
}

/// Lend the received block of a field, halo complete, to be read where it lies. Waits for the values of this date.
///
/// Between ranks of one node this is where the sender wrote: nothing is copied. The pointer is valid until
/// halocline_give_back or halocline_finish; until then the block may be written too, nobody else looks at it. Give it
/// back before the date after next, which otherwise is an error. A field is lent once at a time.
///
/// @param session  the session, after halocline_end_definition
/// @param field    name of a field that this component receives
/// @param seconds  date of the call in seconds since the start of the run
/// @param kind     HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64: what the caller will read; where the block has other elements
///                 (`receive_as` of the exchange, else `wire`), that is an error that names both, and nothing is lent.
///                 HALOCLINE_ANY_KIND: the caller looks at block->kind
/// @param block    receives address, shape (i, j, level), halo and kind; data is NULL where nothing is due and no
///                 earlier values are held
/// @return 0, or a code
///
/// # Safety
/// `block` must be valid for writing; `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_lend(
    session: *mut halocline_session,
    field: *const c_char,
    seconds: i64,
    kind: i32,
    block: *mut halocline_block,
) -> i32 {
    with_loans(session, |session, loans| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe { lend((session, loans), (field, Role::Input), seconds, kind, block) }
    })
}

/// Give a received block back: its pointer is not valid any more, and the sender may write there again.
///
/// @param session  the session
/// @param field    name of a field of which halocline_lend has lent a block
/// @return 0, or a code
///
/// # Safety
/// `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_give_back(
    session: *mut halocline_session,
    field: *const c_char,
) -> i32 {
    with_loans(session, |session, loans| {
        // SAFETY: the caller passes a text that ends with a null byte.
        let field = unsafe { text(field, "field") }?;
        session.give_back(loans.take(field, Role::Input)?);
        Ok(())
    })
}

/// Lend an array to write a field into that halocline_send_output then sends: own cells, without halo.
///
/// Where one rank of this node receives all of it in one piece, this is that rank's own block and sending copies
/// nothing; otherwise it is memory of the session, and sending copies it. What it holds at first is not defined: write
/// every element. The pointer is valid until halocline_send_output or halocline_finish. May wait until the receiver has
/// taken the message of two dates before. A field is lent once at a time.
///
/// @param session  the session, after halocline_end_definition
/// @param field    name of a field that this component sends
/// @param seconds  date of the call in seconds since the start of the run
/// @param kind     HALOCLINE_FLOAT32 or HALOCLINE_FLOAT64: what the caller will write; where the array has other elements
///                 (`wire` of the exchange), that is an error that names both, and nothing is lent.
///                 HALOCLINE_ANY_KIND: the caller looks at block->kind
/// @param block    receives address, shape (i, j, level), halo 0 and kind; data is NULL where nothing is due
/// @return 0, or a code
///
/// # Safety
/// As halocline_lend.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_lend_output(
    session: *mut halocline_session,
    field: *const c_char,
    seconds: i64,
    kind: i32,
    block: *mut halocline_block,
) -> i32 {
    with_loans(session, |session, loans| {
        // SAFETY: the caller keeps the promises of this function.
        unsafe {
            lend(
                (session, loans),
                (field, Role::Output),
                seconds,
                kind,
                block,
            )
        }
    })
}

/// Send what was written into an output that was lent for the same date; its pointer is not valid any more.
///
/// Never waits for a computing receiver.
///
/// @param session  the session
/// @param field    name of a field of which halocline_lend_output has lent an array
/// @param seconds  date in seconds since the start of the run: that of halocline_lend_output
/// @return 0, or a code
///
/// # Safety
/// `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_send_output(
    session: *mut halocline_session,
    field: *const c_char,
    seconds: i64,
) -> i32 {
    with_loans(session, |session, loans| {
        // SAFETY: the caller passes a text that ends with a null byte.
        let field = unsafe { text(field, "field") }?;
        session.send_output(loans.output(field, seconds)?, seconds)?;
        session.give_back(loans.take(field, Role::Output)?);
        Ok(())
    })
}

/// Refuse a pointer of two axes for a field that has three. For the Fortran module only: C sees the shape.
///
/// cbindgen:ignore
///
/// # Safety
/// `field` ends with a null byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halocline_check_two_axes(
    session: *mut halocline_session,
    field: *const c_char,
) -> i32 {
    with_session(session, |session| {
        // SAFETY: the caller passes a text that ends with a null byte.
        let field = unsafe { text(field, "field") }?;
        let sent = || Some((session.sent_shape(field)?, 0));
        match session.received_shape(field).or_else(sent) {
            // A field that is not of this component is refused by the verb that follows.
            None | Some(([_, _, 1], _) | ([_, 1, _], 0)) => Ok(()),
            Some(([ni, nj, levels], _)) => Err(refused(
                Code::Shape,
                "a pointer with 2 axes",
                &format!(
                    "3 axes: the field has {levels} levels of {ni} x {nj} own cells on this rank"
                ),
                "declare the pointer with 3 axes (i, j, level)",
            )
            .about(field)),
        }
    })
}
