//! Text to tree: the YAML events, with their places, put together.

use crate::{
    place::{Place, Places},
    problem::{Code, Problem},
    tree::{Entry, Node, Value, resolve_plain},
};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::HashMap;

/// Values that a file may hold, aliases counted each time: more is a mistake or an attack.
const MOST_VALUES: usize = 200_000;

/// Read the tree of the file's only document. Repeated keys are reported, and the first one counts.
///
/// # Errors
/// The text is not YAML, holds several documents, or is too large.
pub(crate) fn read_tree(text: &str, problems: &mut Vec<Problem>) -> Result<Node, Box<Problem>> {
    let places = Places::new(text);
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        places,
        anchors: HashMap::new(),
        values: 0,
        problems,
    };
    reader.document()
}

struct Reader<'a, 'p> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    places: Places<'a>,
    anchors: HashMap<usize, Node>,
    values: usize,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Reader<'a, '_> {
    /// The next event and its place.
    fn next(&mut self) -> Result<(Event<'a>, Place), Box<Problem>> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, self.place(span))),
            Some(Err(error)) => {
                let index = error.marker().index();
                let found = format!("this is not YAML: {}", error.info());
                let change =
                    "check the indentation, colons, quotes and brackets here and just above";
                Err(Box::new(Problem::new(
                    Code::Syntax,
                    self.places.between(index, index + 1),
                    found,
                    "well-formed YAML",
                    change,
                )))
            }
            None => Ok((Event::StreamEnd, Place::beginning())),
        }
    }

    fn place(&self, span: Span) -> Place {
        self.places.between(span.start.index(), span.end.index())
    }

    fn document(&mut self) -> Result<Node, Box<Problem>> {
        let mut root = None;
        let empty = Node {
            place: Place::beginning(),
            value: Value::Null,
        };
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => {
                    return Ok(root.unwrap_or(empty));
                }
                (Event::StreamStart | Event::DocumentEnd | Event::Nothing, _) => {}
                (Event::DocumentStart(_), place) if root.is_some() => {
                    let found = "a second document begins here";
                    let change = "remove the line '---', or put the second experiment into a file of its own";
                    return Err(Box::new(Problem::new(
                        Code::Syntax,
                        place,
                        found,
                        "one experiment in a file",
                        change,
                    )));
                }
                (Event::DocumentStart(_), _) => {
                    let (event, place) = self.next()?;
                    root = Some(self.node(event, place)?);
                }
                (event, place) => root = Some(self.node(event, place)?),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, place: Place) -> Result<Node, Box<Problem>> {
        self.count(place, 1)?;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let forced_text = tag.is_some_and(|tag| tag.suffix == "str" || tag.handle == "!");
                let plain = style == ScalarStyle::Plain && !forced_text;
                let value = if plain {
                    resolve_plain(&text)
                } else {
                    Value::Text(text.into_owned())
                };
                Ok(self.keep(anchor, Node { place, value }))
            }
            Event::SequenceStart(anchor, _) => {
                let node = self.list(place)?;
                Ok(self.keep(anchor, node))
            }
            Event::MappingStart(anchor, _) => {
                let node = self.map(place)?;
                Ok(self.keep(anchor, node))
            }
            Event::Alias(anchor) => self.alias(anchor, place),
            other => Err(Box::new(Problem::new(
                Code::Syntax,
                place,
                format!("the file ends in the middle of a value ({other:?})"),
                "a complete value",
                "complete the value",
            ))),
        }
    }

    fn keep(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<Node, Box<Problem>> {
        let Some(node) = self.anchors.get(&anchor) else {
            let change = "write out the values here";
            return Err(Box::new(Problem::new(
                Code::Syntax,
                place,
                "an alias inside its own anchor",
                "an anchor defined above",
                change,
            )));
        };
        let node = Node {
            place,
            value: node.value.clone(),
        };
        self.count(place, values_in(&node))?;
        Ok(node)
    }

    fn list(&mut self, start: Place) -> Result<Node, Box<Problem>> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                (event, place) => items.push(self.node(event, place)?),
            }
        }
        let place = items.first().map_or(start, |item: &Node| item.place);
        Ok(Node {
            place,
            value: Value::List(items),
        })
    }

    fn map(&mut self, start: Place) -> Result<Node, Box<Problem>> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        loop {
            let (key, key_place) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, ..), place) => (key.into_owned(), place),
                (_, place) => {
                    let change = "write a name before the colon";
                    return Err(Box::new(Problem::new(
                        Code::Syntax,
                        place,
                        "a key that is not a plain text",
                        "a name",
                        change,
                    )));
                }
            };
            let (event, place) = self.next()?;
            let node = self.node(event, place)?;
            if key == "<<" {
                merged.extend(merged_entries(&node));
            } else if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                self.problems
                    .push(repeated_key(&key, key_place, first.key_place));
            } else {
                entries.push(Entry {
                    key,
                    key_place,
                    node,
                });
            }
        }
        for entry in merged {
            if entries.iter().all(|other| other.key != entry.key) {
                entries.push(entry);
            }
        }
        let place = entries.first().map_or(start, |entry| entry.key_place);
        Ok(Node {
            place,
            value: Value::Map(entries),
        })
    }

    fn count(&mut self, place: Place, values: usize) -> Result<(), Box<Problem>> {
        self.values += values;
        if self.values <= MOST_VALUES {
            return Ok(());
        }
        let found =
            format!("the file holds more than {MOST_VALUES} values, aliases counted each time");
        Err(Box::new(Problem::new(
            Code::Syntax,
            place,
            found,
            "an experiment file",
            "use fewer aliases of large maps",
        )))
    }
}

fn values_in(node: &Node) -> usize {
    1 + node.items().iter().map(values_in).sum::<usize>()
        + node
            .entries()
            .iter()
            .map(|entry| values_in(&entry.node))
            .sum::<usize>()
}

/// Entries that `<<: *anchor` or `<<: [*a, *b]` brings in.
fn merged_entries(node: &Node) -> Vec<Entry> {
    let from_items = node.items().iter().flat_map(|item| item.entries());
    node.entries().iter().chain(from_items).cloned().collect()
}

fn repeated_key(key: &str, place: Place, first: Place) -> Problem {
    Problem::new(
        Code::DuplicateKey,
        place,
        format!("the key '{key}' is written twice in one map"),
        "each key once",
        format!(
            "remove one of the two, or rename it; the first is on line {}",
            first.line
        ),
    )
    .beside(first, "first here")
}
