//! The interface of OASIS: `oasis_c_*` for C (`include/oasis_c.h`), `halocline_oasis_*` for the module `mod_oasis`.
//!
//! A process is one component: there is no handle. Functions return 0, or [`halocline_oasis::info::ERROR`]; the message
//! of the error is in `halocline_error_message`, and `halocline_oasis_end` ends the job with it.
//!
//! | file | duty |
//! |---|---|
//! | `component` | begin, end of the definition, terminate, abort, debug level |
//! | `communicators` | `oasis_c_*` with MPI_Comm, and the same with Fortran handles |
//! | `definition` | partitions and variables |
//! | `exchange` | put, get, inquire |
//! | `grids` | writing of grids |
//! | `current` | the component of this process; ends the job when the process exits with one |

// The header declares the functions in the order of these modules.
mod component;

mod communicators;

mod definition;

mod exchange;

mod grids;

mod current;

pub(crate) use current::abandon;
