//! Values that are written as a short text: durations, dates, commands, worker functions, devices.

use std::fmt;

/// Why a text is not a value of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// What was expected instead.
    pub expected: String,
    /// What to change.
    pub change: String,
}

impl Misread {
    pub(crate) fn new(expected: impl Into<String>, change: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            change: change.into(),
        }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}; {}", self.expected, self.change)
    }
}

impl std::error::Error for Misread {}

/// Give a type that is written as text its serde and JSON Schema implementations, from `FromStr` and `Display`.
///
/// `format` is the name under which the validator finds the type's own parser.
macro_rules! written_as_text {
    ($type:ty, $name:literal, format: $format:literal, pattern: $pattern:literal, examples: $examples:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "format": $format, "pattern": $pattern, "examples": $examples
                })
            }
        }
    };
}
pub(crate) use written_as_text;

/// Schema of a text for which a bare number or truth value is read as it is written: `units: 1`.
#[derive(Debug)]
pub(crate) struct AnyScalar;

impl schemars::JsonSchema for AnyScalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}
