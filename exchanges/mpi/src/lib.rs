//! The ranks of a coupled job over MPI: [`MpiWorld`] implements [`halocline_exchanges::world::World`].
//!
//! The only room that sees MPI. The `mpi` crate starts MPI; everything else goes through its `mpi-sys`
//! layer, because the `mpi` crate drops return codes.
//!
//! | file | duty |
//! |---|---|
//! | `environment` | start and end MPI, or find it started by the host |
//! | `farewell` | a host that ends MPI before the coupling |
//! | `check` | turn return codes into errors |
//! | `communicator` | the MPI calls on one communicator, checked |
//! | `pending` | an operation under way and the memory it uses |
//! | `slot`, `channel` | messages between two ranks in pieces, each in a buffer that is used again |
//! | `watch` | notices of failure; the loop in which collective operations wait |
//! | `meeting` | sparse all-to-all whose cost follows the partners, not the ranks |
//! | `job` | all processes of a job, coupled or not; communicators between components |
//! | `gathering` | pieces of all ranks of a component at its first one |
//! | `handles` | communicators as C programs know them |
//! | `mpi_world` | all of it as a `World`; what all ranks do together is in its `collective` |

mod channel;
mod check;
mod communicator;
mod environment;
mod farewell;
mod gathering;
mod handles;
mod job;
mod meeting;
mod mpi_world;
mod pending;
mod slot;
mod watch;

pub use environment::{end_job, is_running};
pub use farewell::before_host_ends_mpi;
pub use gathering::{Gathering, is_null_communicator, rank_and_size};
pub use handles::{RawCommunicator, fortran_handle, raw_communicator};
pub use job::{Job, Part, null_communicator, undefined_color};
pub use mpi_world::MpiWorld;
