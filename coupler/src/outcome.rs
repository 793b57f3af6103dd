//! What a call did: the same words for every door, in the order of the codes that OASIS gives them.

/// What a send did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Nothing is due at this date; the array was not touched.
    NotDue,
    /// Packed; the messages leave with the last field of the exchange.
    Stored,
    /// The messages are on their way.
    Sent,
    /// Taken into the mean, sum, minimum or maximum of the period; nothing leaves before its end.
    Accumulated,
    /// Its date plus the lag is the end of the run: kept in the restart file, for the first receive of the next run.
    ToRestart,
    /// Written to a file only.
    Output,
    /// The messages are on their way, and the values are in a file.
    SentAndOutput,
    /// Kept in the restart file, and written to a file.
    ToRestartAndOutput,
}

impl Sent {
    /// What one call did that served two exchanges: something that left comes before something that stayed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |sent: Self| match sent {
            Self::NotDue => 0,
            Self::Accumulated => 1,
            Self::Stored => 2,
            Self::Output => 3,
            Self::ToRestart => 4,
            Self::ToRestartAndOutput => 5,
            Self::Sent => 6,
            Self::SentAndOutput => 7,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }

    /// The same, with the values in a file as well.
    #[must_use]
    pub fn with_output(self) -> Self {
        match self {
            Self::Sent => Self::SentAndOutput,
            Self::ToRestart => Self::ToRestartAndOutput,
            Self::NotDue => Self::Output,
            other => other,
        }
    }
}

/// What a receive did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Received {
    /// Nothing is due at this date; the array was not touched.
    NotDue,
    /// The array holds the values of this date.
    Received,
    /// The array holds values that were read from a restart file.
    FromRestart,
    /// The array holds values that were read from an input file.
    Input,
    /// The array holds the values of this date, and they are in a file.
    ReceivedAndOutput,
    /// The array holds values that were read from a restart file, and they are in a file.
    FromRestartAndOutput,
}
