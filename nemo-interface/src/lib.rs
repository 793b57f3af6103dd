//! The door for C and Fortran: `libhalocline`, declared in `include/halocline.h`.
//!
//! Each exported function turns foreign data into what [`halocline_coupler::Session`] takes, calls one verb of it,
//! and turns the result into a code. No panic crosses: it becomes the code "internal".
//!
//! | file | duty |
//! |---|---|
//! | `session` | begin, end of the definition, finish, abort |
//! | `domain` | one function for each way to say which cells a rank owns |
//! | `field` | send and receive |
//! | `in_place` | lend, give back, lend output, send output: arrays of the library instead of the host's |
//! | `loans` | the blocks that the host has at the moment |
//! | `array` | a base address, shape and strides as a checked view |
//! | `door` | what every function does: catch panics, check pointers and strings, keep the message |
//! | `message` | the text of the last error, one for each thread |
//! | `oasis` | the interface of OASIS: `include/oasis_c.h`, and what the Fortran module `mod_oasis` calls |
//! | `open_sessions` | which handles are alive; ends the job when the process exits with one |

// The header declares the functions in the order of these modules.
mod session;

mod domain;

mod field;

mod in_place;

mod message;

mod array;
mod door;
mod loans;
pub mod oasis;
mod open_sessions;

pub use domain::{
    halocline_define_apple, halocline_define_box, halocline_define_cube, halocline_define_empty,
    halocline_define_orange, halocline_define_points, halocline_define_serial,
};
pub use field::{
    halocline_receive_f32, halocline_receive_f64, halocline_send_f32, halocline_send_f64,
};
pub use in_place::{
    HALOCLINE_ANY_KIND, HALOCLINE_FLOAT32, HALOCLINE_FLOAT64, halocline_block, halocline_give_back,
    halocline_lend, halocline_lend_output, halocline_send_output,
};
pub use message::halocline_error_message;
pub use open_sessions::halocline_session;
pub use session::{
    halocline_abort, halocline_begin, halocline_end_definition, halocline_finish,
    halocline_local_communicator,
};
