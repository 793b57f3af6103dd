//! `schema.json`, from which editors complete, is the schema of the types.

use std::{fs, path::Path};

/// Set this variable to write the file anew.
const UPDATE: &str = "HALOCLINE_UPDATE_SCHEMA";

#[test]
fn schema_file_is_the_schema_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.json");
    let text = serde_json::to_string_pretty(&halocline_configs::schema::schema()).unwrap() + "\n";

    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &text).unwrap();
    }

    let file = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        file == text,
        "configs/schema.json differs from the types: run `{UPDATE}=1 cargo test -p halocline-configs`"
    );
}

#[test]
fn every_key_has_a_description() {
    let schema = halocline_configs::schema::schema();
    let definitions = schema["$defs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, definition)| (name.as_str(), definition));

    for (name, definition) in definitions.chain([("the file", &schema)]) {
        for (key, rule) in definition["properties"].as_object().into_iter().flatten() {
            assert!(
                rule["description"].is_string(),
                "'{key}' of {name} has no description"
            );
        }
    }
}
