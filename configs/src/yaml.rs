//! An experiment as the text of its file: what holds anyway is left out.

use crate::{
    duration::Seconds,
    schema::inlined_schema,
    spec::CouplingSpec,
    tree::{self, resolve_plain},
};
use serde_json::{Map, Value};

/// Longest map or list that stays on one line [characters].
const WIDTH: usize = 100;

/// Write an experiment file. Its numbers are finite.
///
/// Keys that have their defaults are left out, also names of exchanges.
///
/// # Errors
/// A path of the experiment is not UTF-8.
pub fn to_yaml(spec: &CouplingSpec) -> Result<String, serde_json::Error> {
    let mut spec = spec.clone();
    for position in 0..spec.exchanges.len() {
        if spec.exchanges[position].name == spec.exchanges[position].default_name(position) {
            spec.exchanges[position].name.clear();
        }
    }
    let value = concise(serde_json::to_value(&spec)?, &inlined_schema());
    let mut text = String::new();
    write_map(value.as_object().unwrap_or(&Map::new()), 0, &mut text);
    Ok(text)
}

/// The value without defaults, its durations in words.
fn concise(value: Value, rule: &Value) -> Value {
    if rule["format"] == "halocline-duration" {
        return value
            .as_i64()
            .map_or(value, |seconds| Seconds(seconds).to_string().into());
    }
    match value {
        Value::Object(map) => {
            let rule = branch(rule, |rule| {
                rule["properties"].is_object() || rule["additionalProperties"].is_object()
            });
            let entries = map
                .into_iter()
                .filter(|(key, value)| rule["properties"][key].get("default") != Some(value));
            entries
                .map(|(key, value)| {
                    let of_key = rule["properties"]
                        .get(&key)
                        .unwrap_or(&rule["additionalProperties"]);
                    let value = concise(value, of_key);
                    (key, value)
                })
                .collect()
        }
        Value::Array(items) => {
            let rule = branch(rule, |rule| rule["items"].is_object());
            items
                .into_iter()
                .map(|item| concise(item, &rule["items"]))
                .collect()
        }
        _ => {
            let rule = branch(rule, |rule| rule["format"] == "halocline-duration");
            if rule["format"] == "halocline-duration" {
                concise(value, rule)
            } else {
                value
            }
        }
    }
}

/// Of alternatives, the one that is meant.
fn branch(rule: &Value, is_meant: impl Fn(&Value) -> bool) -> &Value {
    let mut branches = rule["anyOf"].as_array().into_iter().flatten();
    branches.find(|branch| is_meant(branch)).unwrap_or(rule)
}

fn write_map(map: &Map<String, Value>, indent: usize, text: &mut String) {
    for (key, value) in map {
        *text += &" ".repeat(indent);
        *text += &scalar(key);
        *text += ":";
        write_value(value, indent, text);
    }
}

/// The rest of the line after a colon, and the lines below it.
fn write_value(value: &Value, indent: usize, text: &mut String) {
    // The parts of a file begin on lines of their own, however short they are.
    let fits = |line: &String| indent > 0 && indent + line.chars().count() <= WIDTH;
    let is_long = |line: &String| {
        !fits(line) || matches!(value, Value::Array(items) if items.iter().any(Value::is_object))
    };
    match (value, one_line(value)) {
        (Value::Object(map), line) if !map.is_empty() && !fits(&line) => {
            text.push('\n');
            write_map(map, indent + 2, text);
        }
        (Value::Array(items), line) if !items.is_empty() && is_long(&line) => {
            text.push('\n');
            write_items(items, indent + 2, text);
        }
        (_, line) => {
            *text += &format!(" {line}\n");
        }
    }
}

fn write_items(items: &[Value], indent: usize, text: &mut String) {
    for item in items {
        *text += &" ".repeat(indent);
        match item {
            Value::Object(map) if !map.is_empty() => {
                let mut lines = String::new();
                write_map(map, indent + 2, &mut lines);
                *text += "- ";
                *text += lines.trim_start();
            }
            _ => *text += &format!("- {}\n", one_line(item)),
        }
    }
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key), one_line(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text that is read back as this text by all readers of YAML, in quotes where it could be anything else.
fn scalar(text: &str) -> String {
    let plain = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | ' ')
    };
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    let other_truths = ["y", "n", "yes", "no", "on", "off"];
    let is_plain = begins_well
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !other_truths.contains(&text.to_ascii_lowercase().as_str())
        && matches!(resolve_plain(text), tree::Value::Text(_));
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            ' '..='~' => quoted.push(letter),
            other if other.is_alphanumeric() => quoted.push(other),
            other => quoted += &format!("\\U{:08X}", u32::from(other)),
        }
    }
    quoted + "\""
}
