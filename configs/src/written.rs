//! An experiment file as it is written, for those who look into the files that it names: where each value stands.

use crate::{
    namcouple,
    place::Place,
    problem::{Problem, Problems},
    read_tree::read_tree,
    tree::{Node, Value},
};
use std::path::Path;

/// The text of an experiment file and the places of its values.
#[derive(Debug)]
pub struct Written {
    file: String,
    text: String,
    root: Node,
}

impl Written {
    /// Read a file for its places; what is wrong with its content is not looked for.
    ///
    /// # Errors
    /// A file that cannot be read, or is not YAML.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        let file = path.display().to_string();
        let text = crate::read::read_text(path)?;
        if namcouple::is_namcouple(&text) {
            // Nothing that others look into is named there but files of restarts and weights.
            let root = Node {
                place: Place::beginning(),
                value: Value::Null,
            };
            return Ok(Self { file, text, root });
        }
        let mut repeated_keys = Vec::new();
        match read_tree(&text, &mut repeated_keys) {
            Ok(root) => Ok(Self { file, text, root }),
            Err(problem) => Err(Problems::new(&file, &text, vec![*problem])),
        }
    }

    /// Where the value under these keys and item numbers is written; of a map or list, its key.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Place {
        self.root.follow(path.iter().copied()).1
    }

    /// Where the first text is written that is meant.
    #[must_use]
    pub fn place_of_text(&self, is_meant: impl Fn(&str) -> bool) -> Option<Place> {
        first_text(&self.root, &is_meant)
    }

    /// The report of problems in this file, in the order of their places; at least one.
    #[must_use]
    pub fn problems(&self, problems: Vec<Problem>) -> Problems {
        Problems::new(&self.file, &self.text, problems)
    }
}

fn first_text(node: &Node, is_meant: &impl Fn(&str) -> bool) -> Option<Place> {
    match &node.value {
        Value::Text(text) => is_meant(text).then_some(node.place),
        Value::List(items) => items.iter().find_map(|item| first_text(item, is_meant)),
        Value::Map(entries) => entries
            .iter()
            .find_map(|entry| first_text(&entry.node, is_meant)),
        _ => None,
    }
}
