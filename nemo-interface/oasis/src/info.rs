//! What OASIS returns as `kinfo`, and other numbers of its interface.

use halocline_coupler::{Received, Sent};

/// The call succeeded, or nothing was due.
pub const OK: i32 = 0;
/// The experiment does not mention the field.
pub const UNCOUPLED: i32 = -1;
/// The call failed.
pub const ERROR: i32 = -10;
/// A field that is sent.
pub const OUT: i32 = 20;
/// A field that is received.
pub const IN: i32 = 21;

/// The code of what a put did.
#[must_use]
pub const fn of_sent(sent: Sent) -> i32 {
    match sent {
        Sent::NotDue => OK,
        Sent::Sent => 4,
        Sent::Accumulated => 5,
        Sent::ToRestart => 6,
        Sent::Output => 7,
        Sent::SentAndOutput => 8,
        Sent::ToRestartAndOutput => 9,
        Sent::Stored => 14,
    }
}

/// The code of what a get did.
#[must_use]
pub const fn of_received(received: Received) -> i32 {
    match received {
        Received::NotDue => OK,
        Received::Received => 3,
        Received::FromRestart => 10,
        Received::Input => 11,
        Received::ReceivedAndOutput => 12,
        Received::FromRestartAndOutput => 13,
    }
}
