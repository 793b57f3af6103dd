//! The tree as an unfinished experiment: what can be read of each key, with its place.
//!
//! The rules that span keys run on this, so that one wrong type elsewhere does not hide what they have to say.

use crate::{
    calendar::{Calendar, DateTime},
    duration::Seconds,
    grid::{EdgeI, EdgeJ, Pivot},
    place::Place,
    spec::{PointKind, Status},
    tree::{Entry, Node, Value},
};

/// A value, or what is known about its absence, and its place.
#[derive(Debug, Clone)]
pub(crate) struct Key<T> {
    /// Where the value is written; none when the key is absent.
    pub(crate) place: Option<Place>,
    /// The value; none when it is absent or not of its type.
    pub(crate) value: Option<T>,
}

impl<T> Key<T> {
    pub(crate) fn is_present(&self) -> bool {
        self.place.is_some()
    }

    /// The value with its place.
    pub(crate) fn both(&self) -> Option<(&T, Place)> {
        Some((self.value.as_ref()?, self.place?))
    }
}

impl<T: Clone> Key<T> {
    /// The value; the default when the key is absent; none when it cannot be read.
    pub(crate) fn or(&self, default: T) -> Option<T> {
        if self.is_present() {
            self.value.clone()
        } else {
            Some(default)
        }
    }
}

/// A text with its place.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) place: Place,
}

#[derive(Debug)]
pub(crate) struct Draft {
    /// Where the file begins.
    pub(crate) place: Place,
    pub(crate) time: DraftTime,
    /// Whether the key is written, or missing for the reason that the file is no map.
    pub(crate) has_components: bool,
    /// None when the file has no readable map of components; likewise below.
    pub(crate) components: Option<Vec<DraftComponent>>,
    pub(crate) grids: Option<Vec<DraftGrid>>,
    pub(crate) fields: Option<Vec<DraftField>>,
    pub(crate) exchanges: Option<Vec<DraftExchange>>,
    pub(crate) warn_after: Key<Seconds>,
    pub(crate) timeout: Key<Seconds>,
}

#[derive(Debug)]
pub(crate) struct DraftTime {
    /// The key `time`.
    pub(crate) place: Option<Place>,
    pub(crate) start: Key<DateTime>,
    pub(crate) calendar: Key<Calendar>,
    pub(crate) step: Key<Seconds>,
    pub(crate) length: Key<Seconds>,
    pub(crate) steps: Key<i64>,
}

#[derive(Debug)]
pub(crate) struct DraftComponent {
    pub(crate) name: Name,
    pub(crate) ranks: Key<i64>,
    /// Places of `command` and `worker`.
    pub(crate) command: Option<Place>,
    pub(crate) worker: Option<Place>,
    /// Keys that only a worker has, where written.
    pub(crate) worker_keys: Vec<Name>,
    pub(crate) tiles: Option<DraftTiles>,
}

#[derive(Debug)]
pub(crate) struct DraftTiles {
    pub(crate) nx: Key<i64>,
    pub(crate) ny: Key<i64>,
}

#[derive(Debug)]
pub(crate) struct DraftGrid {
    pub(crate) name: Name,
    pub(crate) nx: Key<i64>,
    pub(crate) ny: Key<i64>,
    pub(crate) edge_i: Key<EdgeI>,
    pub(crate) edge_j: Key<EdgeJ>,
    pub(crate) fold_row: Option<Place>,
    /// Whether files say something about its cells.
    pub(crate) has_files: bool,
}

#[derive(Debug)]
pub(crate) struct DraftField {
    pub(crate) name: Name,
    pub(crate) grid: Key<String>,
    pub(crate) point: Key<PointKind>,
}

#[derive(Debug)]
pub(crate) struct DraftExchange {
    /// The exchange's first key.
    pub(crate) place: Place,
    pub(crate) name: Key<String>,
    pub(crate) from: Key<String>,
    pub(crate) to: Key<String>,
    /// None when there is no readable list.
    pub(crate) fields: Option<Vec<Name>>,
    /// Names at the receiver; none where they are not written.
    pub(crate) receive_fields: Option<Vec<Name>>,
    pub(crate) grid: Key<String>,
    pub(crate) receive_grid: Key<String>,
    pub(crate) status: Key<Status>,
    pub(crate) period: Key<Seconds>,
    pub(crate) lag: Key<Seconds>,
    pub(crate) is_static: Key<bool>,
    pub(crate) halo: Key<i64>,
    pub(crate) initial: Option<Place>,
    pub(crate) restart: Option<Place>,
    pub(crate) remap: Option<DraftRemap>,
    /// Fields of a map of initial values, when it is one.
    pub(crate) initial_fields: Option<Vec<Name>>,
    /// Its position in the list.
    pub(crate) position: usize,
}

#[derive(Debug)]
pub(crate) struct DraftRemap {
    /// The key `remap`.
    pub(crate) place: Place,
    pub(crate) has_weights: bool,
    pub(crate) has_scrip: bool,
}

impl DraftExchange {
    /// Whether it names no component: then those send and receive that define the fields.
    pub(crate) fn is_open(&self) -> bool {
        !self.from.is_present() && !self.to.is_present()
    }

    /// Names of the fields at the receiver, where they are written.
    pub(crate) fn received_fields(&self) -> Option<&[Name]> {
        self.receive_fields.as_deref().or(self.fields.as_deref())
    }

    /// All names of fields, at the sender and at the receiver.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &Name> {
        let received = self.receive_fields.iter().flatten();
        self.fields.iter().flatten().chain(received)
    }

    /// Its name, written or default, for messages.
    pub(crate) fn title(&self) -> String {
        let side = |key: &Key<String>| key.value.clone().unwrap_or_else(|| "?".into());
        let first = |names: Option<&[Name]>| {
            names
                .and_then(<[Name]>::first)
                .map(|name| name.text.clone())
        };
        self.name.value.clone().unwrap_or_else(|| {
            if self.is_open()
                && let (Some(sent), Some(received)) =
                    (first(self.fields.as_deref()), first(self.received_fields()))
            {
                return format!("{sent}->{received}[{}]", self.position);
            }
            format!(
                "{}->{}[{}]",
                side(&self.from),
                side(&self.to),
                self.position
            )
        })
    }
}

impl Draft {
    pub(crate) fn read(root: &Node) -> Self {
        let time = root.entry("time");
        let watch = root.get("watch");
        Self {
            place: root.place,
            time: read_time(time),
            has_components: root.entry("components").is_some()
                || !matches!(root.value, Value::Map(_)),
            components: named(root, "components", read_component),
            grids: named(root, "grids", read_grid),
            fields: named(root, "fields", read_field),
            exchanges: root.get("exchanges").and_then(list).map(|items| {
                items
                    .iter()
                    .enumerate()
                    .map(|(position, item)| read_exchange(item, position))
                    .collect()
            }),
            warn_after: key(watch, "warn_after", seconds),
            timeout: key(watch, "timeout", seconds),
        }
    }
}

fn read_time(entry: Option<&Entry>) -> DraftTime {
    let node = entry.map(|entry| &entry.node);
    DraftTime {
        place: entry
            .filter(|entry| matches!(entry.node.value, Value::Map(_)))
            .map(|entry| entry.key_place),
        start: key(node, "start", |node| text(node)?.parse().ok()),
        calendar: key(node, "calendar", written),
        step: key(node, "step", seconds),
        length: key(node, "length", seconds),
        steps: key(node, "steps", integer),
    }
}

fn read_component(entry: &Entry) -> DraftComponent {
    let node = &entry.node;
    let place_of = |key: &str| present(node, key).map(|entry| node.follow([entry.key.as_str()]).1);
    let worker_keys = ["device", "arrays", "threads", "tiles"]
        .iter()
        .filter_map(|key| present(node, key));
    DraftComponent {
        name: name(entry),
        ranks: key(Some(node), "ranks", integer),
        command: place_of("command"),
        worker: place_of("worker"),
        worker_keys: worker_keys.map(name).collect(),
        tiles: node.get("tiles").map(|tiles| DraftTiles {
            nx: key(Some(tiles), "nx", integer),
            ny: key(Some(tiles), "ny", integer),
        }),
    }
}

fn read_grid(entry: &Entry) -> DraftGrid {
    let node = &entry.node;
    let boundary = node.get("boundary");
    DraftGrid {
        name: name(entry),
        nx: key(Some(node), "nx", integer),
        ny: key(Some(node), "ny", integer),
        edge_i: key(boundary, "i", written),
        edge_j: key(boundary, "j", edge_j),
        fold_row: present(node, "fold_row").map(|entry| entry.key_place),
        has_files: ["points", "mesh_mask", "domain_cfg"]
            .iter()
            .any(|key| present(node, key).is_some()),
    }
}

fn read_field(entry: &Entry) -> DraftField {
    DraftField {
        name: name(entry),
        grid: key(Some(&entry.node), "grid", |node| {
            text(node).map(str::to_owned)
        }),
        point: key(Some(&entry.node), "point", written),
    }
}

fn read_exchange(node: &Node, position: usize) -> DraftExchange {
    let string = |node: &Node| text(node).map(str::to_owned);
    let this = Some(node);
    let initial = node.get("initial");
    let per_field = initial.filter(|initial| {
        matches!(initial.value, Value::Map(_))
            && initial.get("file").is_none()
            && initial.get("variable").is_none()
    });
    DraftExchange {
        place: node.place,
        name: key(this, "name", string),
        from: key(this, "from", string),
        to: key(this, "to", string),
        fields: names(node.get("fields")),
        receive_fields: names(node.get("receive_fields")).filter(|names| !names.is_empty()),
        grid: key(this, "grid", string),
        receive_grid: key(this, "receive_grid", string),
        status: key(this, "status", written),
        period: key(this, "period", seconds),
        lag: key(this, "lag", seconds),
        is_static: key(this, "static", |node| {
            if let Value::Truth(truth) = node.value {
                Some(truth)
            } else {
                None
            }
        }),
        halo: key(this, "halo", integer),
        initial: present(node, "initial").map(|entry| entry.key_place),
        restart: present(node, "restart").map(|entry| entry.key_place),
        remap: present(node, "remap").map(read_remap),
        initial_fields: per_field.map(|map| map.entries().iter().map(name).collect()),
        position,
    }
}

fn read_remap(entry: &Entry) -> DraftRemap {
    DraftRemap {
        place: entry.key_place,
        has_weights: present(&entry.node, "weights").is_some(),
        has_scrip: present(&entry.node, "scrip").is_some(),
    }
}

/// The texts of a list, with their places.
fn names(node: Option<&Node>) -> Option<Vec<Name>> {
    let named = |item: &Node| {
        Some(Name {
            text: text(item)?.to_owned(),
            place: item.place,
        })
    };
    let items = node.and_then(list)?;
    Some(items.iter().filter_map(named).collect())
}

fn name(entry: &Entry) -> Name {
    Name {
        text: entry.key.clone(),
        place: entry.key_place,
    }
}

/// The entry of a key that is written and not empty.
fn present<'a>(node: &'a Node, key: &str) -> Option<&'a Entry> {
    node.entry(key)
        .filter(|entry| !matches!(entry.node.value, Value::Null))
}

fn named<T>(root: &Node, key: &str, read: impl Fn(&Entry) -> T) -> Option<Vec<T>> {
    let node = root.get(key)?;
    matches!(node.value, Value::Map(_)).then(|| node.entries().iter().map(read).collect())
}

fn list(node: &Node) -> Option<&[Node]> {
    matches!(node.value, Value::List(_)).then(|| node.items())
}

fn key<T>(map: Option<&Node>, name: &str, read: impl Fn(&Node) -> Option<T>) -> Key<T> {
    let Some(map) = map else {
        return Key {
            place: None,
            value: None,
        };
    };
    let Some(entry) = present(map, name) else {
        return Key {
            place: None,
            value: None,
        };
    };
    Key {
        place: Some(map.follow([name]).1),
        value: read(&entry.node),
    }
}

fn text(node: &Node) -> Option<&str> {
    if let Value::Text(text) = &node.value {
        Some(text)
    } else {
        None
    }
}

fn integer(node: &Node) -> Option<i64> {
    if let Value::Integer(number) = node.value {
        Some(number)
    } else {
        None
    }
}

fn seconds(node: &Node) -> Option<Seconds> {
    integer(node)
        .map(Seconds)
        .or_else(|| text(node)?.parse().ok())
}

/// A choice by its written name.
fn written<T: serde::de::DeserializeOwned>(node: &Node) -> Option<T> {
    serde_json::from_value(node.to_json()).ok()
}

fn edge_j(node: &Node) -> Option<EdgeJ> {
    written(node)
}

impl EdgeJ {
    /// The pivot of a north fold.
    pub(crate) fn pivot(self) -> Option<Pivot> {
        if let Self::NorthFold(pivot) = self {
            Some(pivot)
        } else {
            None
        }
    }
}

impl Draft {
    /// Whether fields or grids are only in exchanges that name no component, at least one; `uses` tells which these are.
    pub(crate) fn only_open(&self, uses: impl Fn(&DraftExchange) -> bool) -> bool {
        let mut using = self
            .exchanges
            .iter()
            .flatten()
            .filter(|exchange| uses(exchange))
            .peekable();
        using.peek().is_some() && using.all(DraftExchange::is_open)
    }

    /// Names of the grids that an exchange uses, as far as they are written.
    pub(crate) fn grids_of<'a>(
        &'a self,
        exchange: &'a DraftExchange,
    ) -> impl Iterator<Item = &'a str> {
        let own = [&exchange.grid, &exchange.receive_grid];
        let own = own.into_iter().filter_map(|key| key.value.as_deref());
        own.chain(
            exchange
                .all_fields()
                .filter_map(|name| self.grid_name_of(&name.text)),
        )
    }

    /// Name of the grid that a field says it is on.
    pub(crate) fn grid_name_of(&self, field: &str) -> Option<&str> {
        let field = self
            .fields
            .iter()
            .flatten()
            .find(|other| other.name.text == field)?;
        field.grid.value.as_deref()
    }

    /// Grid and point kind of a field.
    pub(crate) fn grid_of(&self, field: &str) -> Option<(&DraftGrid, PointKind)> {
        let field = self
            .fields
            .iter()
            .flatten()
            .find(|other| other.name.text == field)?;
        let name = field.grid.value.as_deref()?;
        let grid = self
            .grids
            .iter()
            .flatten()
            .find(|grid| grid.name.text == name)?;
        Some((grid, field.point.or(PointKind::default())?))
    }
}
