//! The one table of error codes; C, Fortran and Python get theirs from it.

/// Stable code of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Code {
    /// The experiment file is missing, unreadable or wrong.
    Experiment = 1,
    /// The two sides do not run the same experiment.
    Mismatch = 2,
    /// Calls in the wrong order, or after the end.
    Order = 3,
    /// A partition does not fit its grid, or two ranks own one cell.
    Partition = 4,
    /// A name that the experiment does not know, or that this component has no part in.
    Name = 5,
    /// An array whose shape is not that of the field.
    Shape = 6,
    /// A date outside the run, going backwards, or skipping an exchange.
    Date = 7,
    /// Nobody came within the time that the experiment allows.
    Timeout = 8,
    /// Another rank failed first.
    Ended = 9,
    /// A file of initial values or coordinates is missing or wrong.
    File = 10,
    /// The layer below (MPI) failed.
    Transport = 11,
    /// The worker's function or what it returned is wrong.
    Worker = 12,
    /// A defect of Halocline itself.
    Internal = 13,
}

impl Code {
    /// All codes with their names, in order: generates the C enum, the Fortran parameters and the Python classes.
    pub const ALL: [(Code, &'static str); 13] = [
        (Code::Experiment, "experiment"),
        (Code::Mismatch, "mismatch"),
        (Code::Order, "order"),
        (Code::Partition, "partition"),
        (Code::Name, "name"),
        (Code::Shape, "shape"),
        (Code::Date, "date"),
        (Code::Timeout, "timeout"),
        (Code::Ended, "ended"),
        (Code::File, "file"),
        (Code::Transport, "transport"),
        (Code::Worker, "worker"),
        (Code::Internal, "internal"),
    ];

    /// Name of the code, lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_count_from_one_in_the_order_of_the_table() {
        for (position, (code, name)) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, position + 1);
            assert_eq!(code.name(), *name);
        }
    }
}
