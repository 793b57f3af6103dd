//! The file as a tree of values, each with its place.

use crate::place::Place;

/// A value of the file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where it is written. Of a map or list: its first key or item.
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Truth(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map and what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Node {
    /// The entry of a map with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a map under this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// All entries; none when this is not a map.
    pub(crate) fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value {
            entries
        } else {
            &[]
        }
    }

    /// All items; none when this is not a list.
    pub(crate) fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value {
            items
        } else {
            &[]
        }
    }

    /// The node at the end of a path of keys and item numbers, and the best place to point at: a scalar itself, the
    /// key of a map or list.
    pub(crate) fn follow<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> (&Node, Place) {
        let (mut node, mut place) = (self, self.place);
        for step in path {
            let next = match &node.value {
                Value::Map(entries) => entries
                    .iter()
                    .find(|entry| entry.key == step)
                    .map(|entry| (&entry.node, entry.key_place)),
                Value::List(items) => step
                    .parse()
                    .ok()
                    .and_then(|number: usize| items.get(number))
                    .map(|item| (item, item.place)),
                _ => None,
            };
            let Some((next_node, key_place)) = next else {
                return (node, place);
            };
            place = if next_node.is_scalar() {
                next_node.place
            } else {
                key_place
            };
            node = next_node;
        }
        (node, place)
    }

    fn is_scalar(&self) -> bool {
        !matches!(self.value, Value::Map(_) | Value::List(_) | Value::Null)
    }

    /// The same without places.
    ///
    /// JSON has no infinity and no NaN: they become 0, which has the same type.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Truth(truth) => (*truth).into(),
            Value::Integer(number) => (*number).into(),
            Value::Number(number) if number.is_finite() => (*number).into(),
            Value::Number(_) => 0.0.into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                let pairs = entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.node.to_json()));
                serde_json::Value::Object(pairs.collect())
            }
        }
    }

    /// What was found, in words: `the text 'abc'`, `3`, `a list`.
    pub(crate) fn in_words(&self) -> String {
        match &self.value {
            Value::Null => "empty".into(),
            Value::Truth(truth) => truth.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("the text '{text}'"),
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a map".into(),
        }
    }
}

/// Resolve a plain scalar by the core schema of YAML 1.2.
pub(crate) fn resolve_plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Truth(true),
        "false" | "False" | "FALSE" => return Value::Truth(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Number(f64::NAN),
        _ => {}
    }
    let unsigned = text.trim_start_matches(['-', '+']);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Value::Number(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    resolve_number(text, unsigned).unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn resolve_number(text: &str, unsigned: &str) -> Option<Value> {
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(Value::Integer);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok().map(Value::Integer);
    }
    if let Ok(number) = text.parse() {
        return Some(Value::Integer(number));
    }
    let looks_numeric = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    looks_numeric
        .then(|| text.parse().ok())
        .flatten()
        .map(Value::Number)
}
