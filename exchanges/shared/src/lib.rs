//! Blocks in memory that the ranks of one node share: a sender packs straight into the receiver's block.
//!
//! Each rank that has a partner on its node owns one [`segment::Segment`]: a bell, and for each exchange that it
//! receives an inbox with the flags of its senders and two slots. A slot holds the halo-complete blocks of all fields of
//! the exchange. A sender that runs ahead fills the other slot; where the receiver has released a message before the next
//! is begun, its slot is used again.
//!
//! ```text
//! sender     slot 1: | pack | .............. | pack |             may write message n once n - 2 is released
//!            slot 0:        | pack | ............... | pack |
//! receiver   slot 1:        |  read in place  | ...............   may read message n once all senders published n
//!            slot 0:                          |  read in place  |
//! ```
//! Nothing here sees MPI, nothing here starts a thread: processes outside MPI may map the segment too.
//!
//! | file | duty |
//! |---|---|
//! | `flags` | the protocol of sequence numbers and of the bell, over any atomic word: loom runs this source |
//! | `word` | the atomic word and the futex of the real machine |
//! | `segment` | the memory: made, described by a ticket, opened by others |
//! | `memory` | how much memory there is |
//! | `layout` | where in a segment everything is |
//! | `inbox` | the receiver's end of an exchange |
//! | `part` | one field's block in a slot, in the hands of the receiver |
//! | `outbox` | the sender's end: its cells of the receiver's slot |
//! | `stream` | copies past the caches |
//! | `node` | which processes can share memory at all |

#[cfg(not(target_os = "linux"))]
compile_error!("exchanges/shared stands on memfd, futex and /proc of Linux");

pub mod flags;
pub mod inbox;
mod layout;
mod memory;
pub mod node;
pub mod outbox;
pub mod part;
pub mod segment;
mod stream;
mod word;

pub use inbox::{Inbox, InboxShape};
pub use outbox::Outbox;
pub use part::Part;
pub use segment::{Bell, Peer, Segment, ShareError, Ticket};
pub use stream::PastCaches;
