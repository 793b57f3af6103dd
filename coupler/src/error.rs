//! Errors in three parts: what was found, what was expected, what to change and where.

use crate::code::Code;
use halocline_exchanges::world::{Notice, WorldError};

/// Who met the error: shown at the head of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Component.
    pub component: String,
    /// Rank within the component.
    pub rank: Option<usize>,
    /// Field, where one is concerned.
    pub field: Option<String>,
}

/// An error of the coupling, complete enough to be acted upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Stable code.
    pub code: Code,
    /// Component, rank and field.
    pub place: Place,
    /// What was found.
    pub found: String,
    /// What was expected instead; may be empty where `found` says all.
    pub expected: String,
    /// What to change, and where.
    pub change: String,
    /// The failure of another rank that is behind this one.
    pub cause: Option<Notice>,
}

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.code == Code::Ended {
            return f.write_str(&self.found);
        }
        if !self.place.component.is_empty() {
            write!(f, "component '{}'", self.place.component)?;
            if let Some(rank) = self.place.rank {
                write!(f, " rank {rank}")?;
            }
            if let Some(field) = &self.place.field {
                write!(f, ", field '{field}'")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.body())
    }
}

impl Error {
    /// The message without component, rank and field: found, expected, what to change.
    #[must_use]
    pub fn body(&self) -> String {
        let mut text = self.found.clone();
        if !self.expected.is_empty() {
            text += &format!("\n  expected: {}", self.expected);
        }
        if !self.change.is_empty() {
            text += &format!("\n  change: {}", self.change);
        }
        text
    }

    /// An error with its three parts; `found` starts the message.
    pub fn new(
        code: Code,
        found: impl Into<String>,
        expected: impl Into<String>,
        change: impl Into<String>,
    ) -> Self {
        Self {
            code,
            place: Place::default(),
            found: found.into(),
            expected: expected.into(),
            change: change.into(),
            cause: None,
        }
    }

    /// The same error, met by this component and rank.
    #[must_use]
    pub fn at(mut self, component: &str, rank: usize) -> Self {
        if self.place.component.is_empty() {
            self.place.component = component.to_owned();
            self.place.rank = Some(rank);
        }
        self
    }

    /// The same error, about this field.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        self.place.field.get_or_insert_with(|| field.to_owned());
        self
    }

    /// Whether another rank's failure is the cause, so that this rank has nothing to tell.
    #[must_use]
    pub fn is_consequence(&self) -> bool {
        self.code == Code::Ended
    }
}

impl From<WorldError> for Error {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::Ended(notice) => Self {
                cause: Some(notice.clone()),
                ..Self::new(Code::Ended, notice.to_string(), "", "")
            },
            WorldError::TimedOut { what, waited } => Self::new(
                Code::Timeout,
                format!("waited {} s for {what}, and nobody came", waited.as_secs()),
                "an answer within `watch: timeout` of the experiment file",
                "look at the log of who is waited for; a slow model needs a larger `watch: timeout`",
            ),
            WorldError::Failed(text) => Self::new(
                Code::Transport,
                text,
                "",
                "see the MPI library's own messages in the log",
            ),
        }
    }
}

/// The known name nearest to a wrong one, or the list of all: the end of "expected".
#[must_use]
pub fn known_names<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = halocline_configs::hint::nearest(wrong, known.iter().copied());
    match (nearest, known.is_empty()) {
        (Some(name), _) => format!("did you mean '{name}'? Known: {}", known.join(", ")),
        (None, false) => format!("one of: {}", known.join(", ")),
        (None, true) => "there are none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_component_rank_field_found_expected_and_change() {
        let error = Error::new(
            Code::Shape,
            "array of shape (3, 4)",
            "shape (4, 4)",
            "pass own cells",
        )
        .at("ocean", 2)
        .about("u");
        assert_eq!(
            error.to_string(),
            "component 'ocean' rank 2, field 'u': array of shape (3, 4)\n  expected: shape (4, 4)\n  change: pass own cells"
        );
    }

    #[test]
    fn the_nearest_name_comes_first_and_a_stranger_gets_the_list() {
        assert_eq!(
            known_names("velocty", ["velocity", "mask"]),
            "did you mean 'velocity'? Known: velocity, mask"
        );
        assert_eq!(known_names("zzz", ["u", "v"]), "one of: u, v");
    }
}
