//! What a namcouple says, as an experiment.

use super::{Entry, GridWords, Namcouple};
use crate::{
    duration::Seconds,
    grid::{Boundary, EdgeI, EdgeJ, FoldRow, GridSpec, Points},
    spec::{
        CouplingSpec, Element, ExchangeSpec, FieldKind, FieldSpec, PointKind, Status, Time, Watch,
    },
};
use indexmap::IndexMap;
use std::collections::HashSet;

/// Unit of fields of which a namcouple says none.
const UNKNOWN_UNITS: &str = "unknown";

impl Namcouple {
    /// The experiment that a namcouple describes; components are those that start together.
    pub(crate) fn meaning(&self) -> CouplingSpec {
        let grids = Grids::of(&self.entries);
        let mut fields = IndexMap::new();
        let exchanges = self
            .entries
            .iter()
            .enumerate()
            .map(|(position, entry)| exchange(entry, position, &grids, &mut fields))
            .collect();
        CouplingSpec {
            experiment: self.job_name.clone(),
            time: Time {
                start: self.start,
                calendar: self.calendar,
                step: Seconds(1),
                length: Some(Seconds(self.run_seconds)),
                steps: None,
            },
            components: IndexMap::new(),
            grids: grids.into_specs(),
            fields,
            exchanges,
            watch: Watch::default(),
            oasis: Some(self.oasis),
        }
    }
}

/// The grids of all entries, by name. Entries may say different things about a grid of one name: then it is several.
struct Grids {
    found: IndexMap<String, Vec<Known>>,
}

/// What is known about a grid, and its key in the experiment.
struct Known {
    key: String,
    words: GridWords,
}

impl Grids {
    fn of(entries: &[Entry]) -> Self {
        let mut grids = Self {
            found: IndexMap::new(),
        };
        // Entries with OUTPUT say least, and may mean any of the others.
        let is_vague = |entry: &&Entry| entry.status == Status::Output;
        let (vague, precise): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_vague);
        let all = precise.into_iter().chain(vague);
        for words in all.filter_map(|entry| entry.grids.as_ref()).flatten() {
            grids.add(words);
        }
        grids.choose_keys();
        grids
    }

    fn add(&mut self, words: &GridWords) {
        let of_name = self.found.entry(words.name.clone()).or_default();
        match of_name.iter_mut().find(|known| agree(&known.words, words)) {
            Some(Known { words: known, .. }) => {
                known.size = known.size.or(words.size);
                known.ends = known.ends.or(words.ends);
            }
            None => of_name.push(Known {
                key: String::new(),
                words: words.clone(),
            }),
        }
    }

    /// The first grid of a name is called by it; further ones get a number.
    fn choose_keys(&mut self) {
        let names: HashSet<String> = self.found.keys().cloned().collect();
        for (name, of_name) in &mut self.found {
            let mut free = (2..)
                .map(|number| format!("{name}_{number}"))
                .filter(|key| !names.contains(key));
            for (position, known) in of_name.iter_mut().enumerate() {
                known.key = if position == 0 {
                    name.clone()
                } else {
                    free.next().expect("numbers do not end")
                };
            }
        }
    }

    fn key(&self, words: &GridWords) -> String {
        let of_name = self.found.get(&words.name).into_iter().flatten();
        let mut agreeing = of_name.filter(|known| agree(&known.words, words));
        agreeing
            .next()
            .map(|known| known.key.clone())
            .unwrap_or_default()
    }

    fn into_specs(self) -> IndexMap<String, GridSpec> {
        let all = self.found.into_values().flatten();
        all.map(|Known { key, words }| {
            let spec = grid(&key, words);
            (key, spec)
        })
        .collect()
    }
}

/// Whether two descriptions may be of one grid: what both say is the same.
fn agree(known: &GridWords, words: &GridWords) -> bool {
    let same_size = known.size.is_none() || words.size.is_none() || known.size == words.size;
    let same_ends = known.ends.is_none() || words.ends.is_none() || known.ends == words.ends;
    known.name == words.name && same_size && same_ends
}

fn grid(key: &str, words: GridWords) -> GridSpec {
    let is_periodic = words.ends.is_some_and(|ends| ends.is_periodic);
    GridSpec {
        nx: words.size.map(|[nx, _]| nx),
        ny: words.size.map(|[_, ny]| ny),
        name: (words.name != key).then_some(words.name),
        boundary: Boundary {
            i: if is_periodic {
                EdgeI::Cyclic
            } else {
                EdgeI::Closed
            },
            j: EdgeJ::Closed,
        },
        overlap: words.ends.map_or(0, |ends| ends.overlap),
        fold_row: FoldRow::default(),
        points: Points::default(),
        mesh_mask: None,
        domain_cfg: None,
    }
}

fn exchange(
    entry: &Entry,
    position: usize,
    grids: &Grids,
    fields: &mut IndexMap<String, FieldSpec>,
) -> ExchangeSpec {
    let keys = entry
        .grids
        .as_ref()
        .map(|sides| sides.each_ref().map(|words| grids.key(words)));
    let [source, target] = keys.unwrap_or_default();
    let grid = place_fields(&entry.sent, &source, fields);
    let (receive_fields, receive_grid) = if entry.sent == entry.received {
        (Vec::new(), (target != source).then_some(target))
    } else {
        let receive_grid = place_fields(&entry.received, &target, fields);
        (entry.received.clone(), receive_grid)
    };
    let mut exchange = ExchangeSpec {
        name: String::new(),
        from: String::new(),
        to: String::new(),
        fields: entry.sent.clone(),
        receive_fields,
        grid,
        receive_grid,
        status: entry.status,
        period: Some(Seconds(entry.period)),
        lag: Seconds(entry.lag),
        is_static: false,
        halo: 0,
        wire: Element::Float64,
        receive_as: None,
        fill: 0.0,
        initial: None,
        hold: false,
        restart: entry.restart.clone(),
        accumulate: entry.accumulate,
        sequence: entry.sequence,
        scale_sent: entry.scale_sent,
        scale_received: entry.scale_received,
        check_sent: entry.check_sent,
        check_received: entry.check_received,
        remap: entry.remap.clone(),
        conserve: entry.conserve,
    };
    exchange.name = exchange.default_name(position);
    exchange
}

/// Put fields on a grid; the grid itself where one of them is already on another one.
fn place_fields(
    names: &[String],
    grid: &str,
    fields: &mut IndexMap<String, FieldSpec>,
) -> Option<String> {
    let mut elsewhere = false;
    for name in names {
        let field = fields
            .entry(name.clone())
            .or_insert_with(field_without_grid);
        if field.grid.is_empty() {
            grid.clone_into(&mut field.grid);
        }
        elsewhere |= !grid.is_empty() && field.grid != grid;
    }
    elsewhere.then(|| grid.to_owned())
}

fn field_without_grid() -> FieldSpec {
    FieldSpec {
        units: UNKNOWN_UNITS.to_owned(),
        grid: String::new(),
        point: PointKind::T,
        levels: None,
        kind: FieldKind::Scalar,
        long_name: None,
    }
}
