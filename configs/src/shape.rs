//! The tree against the schema: every error of the validator at its place, in words.

use crate::{
    expected::{expected, names},
    hint,
    problem::{Code, Problem},
    schema::{inlined_schema, read_format, validator},
    tree::{Node, Value as Tree},
};
use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;

/// Everything in the tree that does not have the shape of an experiment.
pub(crate) fn check_shape(root: &Node) -> Vec<Problem> {
    let schema = inlined_schema();
    let instance = root.to_json();
    let shape = Shape {
        root,
        schema: &schema,
    };
    validator(&schema)
        .iter_errors(&instance)
        .flat_map(|error| shape.explain(&error))
        .collect()
}

struct Shape<'a> {
    root: &'a Node,
    schema: &'a Value,
}

impl Shape<'_> {
    fn explain(&self, error: &ValidationError<'_>) -> Vec<Problem> {
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => self.unknown_keys(error, unexpected),
            Kind::Required { property } => {
                vec![self.missing_key(error, property.as_str().unwrap_or_default())]
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.no_branch(error, context)
            }
            Kind::Type { .. } => vec![self.wrong(error, Code::WrongType)],
            Kind::Format { format } => vec![self.misread(error, format)],
            Kind::Pattern { .. } if self.rule(error).get("format").is_some() => Vec::new(),
            _ => vec![self.wrong(error, Code::WrongValue)],
        }
    }

    /// The part of the schema that an error is about.
    fn rule(&self, error: &ValidationError<'_>) -> &Value {
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema.pointer(parent).unwrap_or(&Value::Null)
    }

    fn unknown_keys(&self, error: &ValidationError<'_>, unexpected: &[String]) -> Vec<Problem> {
        let (map, place) = self.root.follow(steps(error).iter().map(String::as_str));
        let known: Vec<&str> = names(self.rule(error));
        let list = known.join(", ");
        let explain = |key: &String| {
            let place = map.entry(key).map_or(place, |entry| entry.key_place);
            let change = hint::change_to(
                key,
                known.iter().copied(),
                &format!("remove it; the keys here are {list}"),
            );
            Problem::new(
                Code::UnknownKey,
                place,
                format!("the key '{key}' is not known here"),
                format!("one of {list}"),
                change,
            )
        };
        unexpected.iter().map(explain).collect()
    }

    fn missing_key(&self, error: &ValidationError<'_>, key: &str) -> Problem {
        let steps = steps(error);
        let (_, place) = self.root.follow(steps.iter().map(String::as_str));
        let rule = &self.rule(error)["properties"][key];
        let meaning = rule["description"]
            .as_str()
            .unwrap_or_default()
            .split("\n\n")
            .next()
            .unwrap_or_default();
        let owner = title(&steps);
        Problem::new(
            Code::MissingKey,
            place,
            format!("{owner} has no '{key}'"),
            format!("'{key}': {}", expected(rule)),
            format!("add '{key}:'. {}", meaning.replace('\n', " ")),
        )
    }

    fn wrong(&self, error: &ValidationError<'_>, code: Code) -> Problem {
        let (node, _) = self.root.follow(steps(error).iter().map(String::as_str));
        let rule = self.rule(error);
        let change = match &node.value {
            Tree::Text(text) => {
                hint::change_to(text, names(rule), &format!("write {}", expected(rule)))
            }
            _ => format!("write {}", expected(rule)),
        };
        self.at(error, code, &expected(rule), change)
    }

    fn misread(&self, error: &ValidationError<'_>, format: &str) -> Problem {
        let text = error.instance().as_str().unwrap_or_default();
        match read_format(format, text) {
            Err(misread) => self.at(error, Code::WrongValue, &misread.expected, misread.change),
            Ok(()) => self.wrong(error, Code::WrongValue),
        }
    }

    fn at(
        &self,
        error: &ValidationError<'_>,
        code: Code,
        expected: &str,
        change: String,
    ) -> Problem {
        let steps = steps(error);
        let (node, place) = self.root.follow(steps.iter().map(String::as_str));
        let what = title(&steps);
        Problem::new(
            code,
            place,
            format!("{what} is {}", node.in_words()),
            expected,
            change,
        )
    }

    /// Of alternatives, explain the one that the writer had in mind: the one whose errors lie deepest.
    fn no_branch(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) -> Vec<Problem> {
        let here = depth(error);
        let likely = |branch: &Vec<ValidationError<'_>>| {
            branch
                .iter()
                .map(|error| meant(error, here))
                .min()
                .unwrap_or(0)
        };
        let best = context
            .iter()
            .max_by_key(|branch| (likely(branch), std::cmp::Reverse(branch.len())));
        match best {
            Some(branch) if likely(branch) > 0 => branch
                .iter()
                .flat_map(|error| self.explain(error))
                .collect(),
            _ => vec![self.wrong(error, Code::WrongValue)],
        }
    }
}

/// How likely a branch was meant, by one of its errors: 0 when the type or the name of the value itself differs.
fn meant(error: &ValidationError<'_>, here: usize) -> usize {
    let deeper = depth(error).saturating_sub(here);
    match error.kind() {
        Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. } => deeper,
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            let branch = |errors: &Vec<ValidationError<'_>>| {
                errors
                    .iter()
                    .map(|error| meant(error, here))
                    .min()
                    .unwrap_or(0)
            };
            context.iter().map(branch).max().unwrap_or(0)
        }
        _ => deeper + 1,
    }
}

/// Number of keys and item numbers above the value that an error is about.
fn depth(error: &ValidationError<'_>) -> usize {
    error.instance_path().as_str().matches('/').count()
}

/// The path of an error in the file, as keys and item numbers.
fn steps(error: &ValidationError<'_>) -> Vec<String> {
    let path = error.instance_path().as_str();
    path.split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// A path in words: `'exchanges[0].wire'`.
fn title(steps: &[String]) -> String {
    let mut title = String::new();
    for step in steps {
        match step.parse::<usize>() {
            Ok(number) => title += &format!("[{number}]"),
            Err(_) if title.is_empty() => title += step,
            Err(_) => title += &format!(".{step}"),
        }
    }
    if title.is_empty() {
        "the file".to_owned()
    } else {
        format!("'{title}'")
    }
}
