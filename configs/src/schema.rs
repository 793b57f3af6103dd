//! The JSON Schema of the experiment file, generated from the types.

use crate::{
    calendar::DateTime,
    duration::Seconds,
    launch::{Command, Device, WorkerFunction},
    spec::CouplingSpec,
    text::Misread,
};
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Where editors find the schema, relative to the repository.
const TITLE: &str = "Halocline experiment";

/// The schema with a definition per type, as it is shipped in `configs/schema.json`.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<CouplingSpec>();
    schema.insert("title".to_owned(), TITLE.into());
    schema.to_value()
}

/// The schema without references, so that each path in it can be followed.
pub(crate) fn inlined_schema() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings
        .into_generator()
        .into_root_schema_for::<CouplingSpec>()
        .to_value()
}

/// Read a text by the parser of its format; nothing to say about other formats.
pub(crate) fn read_format(format: &str, text: &str) -> Result<(), Misread> {
    match format {
        "halocline-duration" => text.parse::<Seconds>().map(drop),
        "halocline-date" => text.parse::<DateTime>().map(drop),
        "halocline-command" => text.parse::<Command>().map(drop),
        "halocline-worker" => text.parse::<WorkerFunction>().map(drop),
        "halocline-device" => text.parse::<Device>().map(drop),
        _ => Ok(()),
    }
}

/// Formats that [`read_format`] knows, and what belongs there.
pub(crate) const FORMATS: [(&str, &str); 5] = [
    ("halocline-duration", crate::duration::EXPECTED),
    (
        "halocline-date",
        "a date such as 2000-01-01 or 2000-01-01T12:00:00",
    ),
    ("halocline-command", "a command line, or a list of words"),
    (
        "halocline-worker",
        "FILE.py:FUNCTION, for example closure.py:closure",
    ),
    ("halocline-device", "auto, cpu, cuda or cuda:N"),
];

/// A validator of the inlined schema, with the parsers of the formats.
pub(crate) fn validator(schema: &Value) -> jsonschema::Validator {
    let options = FORMATS.iter().fold(
        jsonschema::options().should_validate_formats(true),
        |options, (name, _)| {
            options.with_format(*name, |text: &str| read_format(name, text).is_ok())
        },
    );
    options
        .build(schema)
        .expect("the schema generated from the types is valid")
}
