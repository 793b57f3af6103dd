//! A part of the schema in words: `a whole number, at least 1`.

use crate::schema::FORMATS;
use serde_json::Value;

/// What belongs where this rule holds.
pub(crate) fn expected(rule: &Value) -> String {
    if let Some(words) = format_words(rule) {
        return words.to_owned();
    }
    let choices = choices(rule);
    if !choices.is_empty() {
        return join(&choices);
    }
    let words: Vec<String> = types(rule)
        .into_iter()
        .map(|name| type_words(name, rule))
        .collect();
    if words.is_empty() {
        "another value".to_owned()
    } else {
        join(&words)
    }
}

/// Keys of a map, or values of a choice: what a misspelt name may be meant to be.
pub(crate) fn names(rule: &Value) -> Vec<&str> {
    if let Some(properties) = rule["properties"].as_object() {
        return properties.keys().map(String::as_str).collect();
    }
    let listed = rule["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let branches = branches(rule).filter_map(|branch| branch["const"].as_str());
    let nested = branches_of_any(rule).flat_map(names);
    listed.chain(branches).chain(nested).collect()
}

fn branches(rule: &Value) -> impl Iterator<Item = &Value> {
    rule["oneOf"].as_array().into_iter().flatten()
}

fn branches_of_any(rule: &Value) -> impl Iterator<Item = &Value> {
    rule["anyOf"].as_array().into_iter().flatten()
}

fn format_words(rule: &Value) -> Option<&'static str> {
    let direct = rule["format"].as_str();
    let nested = branches_of_any(rule).find_map(|branch| branch["format"].as_str());
    let format = direct.or(nested)?;
    FORMATS
        .iter()
        .find(|(name, _)| *name == format)
        .map(|(_, words)| *words)
}

fn choices(rule: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(only) = rule["const"].as_str() {
        return vec![only.to_owned()];
    }
    let listed = rule["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(text);
    let all = branches(rule)
        .chain(branches_of_any(rule))
        .filter(|branch| branch["type"] != "null");
    listed.chain(all.map(branch_words)).collect()
}

/// A branch of alternatives; a map with a single key is written out: `{north_fold: T or F}`.
fn branch_words(branch: &Value) -> String {
    let keys = names(branch);
    match (&keys[..], branch["properties"].as_object()) {
        ([key], Some(properties)) => format!("{{{key}: {}}}", expected(&properties[*key])),
        (_, Some(_)) => format!("{{{}}}", keys.join(", ")),
        _ => expected(branch),
    }
}

fn types(rule: &Value) -> Vec<&str> {
    let all = match &rule["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let any_scalar = all.contains(&"string") && all.contains(&"boolean");
    all.into_iter()
        .filter(|name| *name != "null" && (!any_scalar || *name == "string"))
        .collect()
}

fn type_words(name: &str, rule: &Value) -> String {
    match name {
        "integer" => match rule["minimum"].as_i64() {
            Some(minimum) => format!("a whole number, at least {minimum}"),
            None => "a whole number".into(),
        },
        "number" => "a number".into(),
        "boolean" => "true or false".into(),
        "array" if rule["minItems"].as_u64().is_some() => "a list with at least one item".into(),
        "array" => "a list".into(),
        "object" if rule["properties"].is_object() => {
            format!("a map with the keys {}", names(rule).join(", "))
        }
        "object" => "a map of names".into(),
        _ => "a text".into(),
    }
}

fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
