//! Blocks in the host's hands: from halocline_lend until halocline_give_back, from halocline_lend_output until
//! halocline_send_output.

use crate::message::refused;
use halocline_coupler::{Block, Code, Error, block::Role};

/// A block that the host reads or writes through a pointer.
struct Loan {
    date: i64,
    /// In a place of its own: nothing touches the elements while the host has their address.
    block: Box<Block>,
}

/// What a session has lent.
#[derive(Default)]
pub(crate) struct Loans(Vec<Loan>);

impl Loans {
    /// Refuse a second block of a field.
    pub(crate) fn check_free(&self, field: &str, role: Role, date: i64) -> Result<(), Error> {
        let Some(position) = self.position(field, role) else {
            return Ok(());
        };
        let before = self.0[position].date;
        let (found, change) = match role {
            Role::Input => (
                format!("lend for {date} s while the block of {before} s is still lent"),
                "call halocline_give_back when you are done with a block, before the next halocline_lend",
            ),
            Role::Output => (
                format!("lend_output for {date} s while that of {before} s has not been sent"),
                "call halocline_send_output when the block is written, before the next halocline_lend_output",
            ),
        };
        Err(refused(Code::Order, found, "one block of a field at a time", change).about(field))
    }

    /// Keep a block that is lent for `date`; the host gets the address of its elements.
    pub(crate) fn keep(&mut self, block: Block, date: i64) -> &mut Block {
        self.0.push(Loan {
            date,
            block: Box::new(block),
        });
        let last = self.0.len() - 1;
        &mut self.0[last].block
    }

    /// The output of a field that was lent for `date`.
    pub(crate) fn output(&self, field: &str, date: i64) -> Result<&Block, Error> {
        let Some(position) = self.position(field, Role::Output) else {
            return Err(refused(
                Code::Order,
                format!("send_output for {date} s of an output that was not lent"),
                "halocline_lend_output for the same date before it, and where that lends nothing, no send",
                "lend the output first, or use halocline_send for an array of your own",
            )
            .about(field));
        };
        let Loan { date: lent, block } = &self.0[position];
        if *lent != date {
            return Err(refused(
                Code::Date,
                format!("send_output for {date} s of an output that was lent for {lent} s"),
                "the same date in both calls",
                "pass the date of halocline_lend_output to halocline_send_output",
            )
            .about(field));
        }
        Ok(block)
    }

    /// Take a block back from the host.
    pub(crate) fn take(&mut self, field: &str, role: Role) -> Result<Block, Error> {
        match self.position(field, role) {
            Some(position) => Ok(*self.0.swap_remove(position).block),
            None => Err(refused(
                Code::Order,
                "give_back of a block that is not lent",
                "one halocline_give_back after each halocline_lend that lent a block",
                "remove the call, or correct the name",
            )
            .about(field)),
        }
    }

    fn position(&self, field: &str, role: Role) -> Option<usize> {
        let is_it = |loan: &Loan| loan.block.role == role && loan.block.field == field;
        self.0.iter().position(is_it)
    }
}
