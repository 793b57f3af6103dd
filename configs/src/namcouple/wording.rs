//! An experiment in the words of a namcouple, with a list of what a namcouple has no words for.

use super::{Entry, FIRST_DATE, GridWords, Namcouple, RowEnds, entries::is_good_name};
use crate::{
    calendar::DateTime,
    grid::{EdgeI, EdgeJ, GridSpec},
    spec::{
        CouplingSpec, Element, ExchangeSpec, FieldKind, FieldSpec, Oasis, PointKind, RemapOrder,
        RemapSide, Status, Watch,
    },
};
use std::path::Path;

/// Written where an exchange has no grid, and a namcouple needs the name of one.
const NO_GRID: &str = "none";
/// Written where an exchange has a lag and first values, and a namcouple needs a file.
const RESTART: &str = "restart.nc";

/// What a namcouple cannot say, each key once, with its first owner.
#[derive(Default)]
struct Lost {
    keys: Vec<String>,
    list: Vec<String>,
}

impl Lost {
    fn key(&mut self, key: &str, owner: &str) {
        if !self.keys.iter().any(|known| known == key) {
            self.keys.push(key.to_owned());
            self.list.push(match owner {
                "" => format!("'{key}'"),
                _ => format!("'{key}' ({owner})"),
            });
        }
    }

    fn keys_if<const N: usize>(&mut self, owner: &str, keys: [(&str, bool); N]) {
        for (key, _) in keys.into_iter().filter(|(_, is_lost)| *is_lost) {
            self.key(key, owner);
        }
    }

    /// A name as one word; blanks end words.
    fn word(&mut self, name: &str, what: &str) -> String {
        let word = name.replace(|letter: char| letter.is_whitespace() || letter == ':', "_");
        if word != name {
            self.list
                .push(format!("the {what} '{name}', written as '{word}'"));
        }
        word
    }
}

impl Namcouple {
    /// The experiment in the words of a namcouple, and what is lost on the way.
    pub(crate) fn wording(spec: &CouplingSpec) -> (Self, Vec<String>) {
        let mut lost = Lost::default();
        lost.keys_if(
            "",
            [
                ("components", !spec.components.is_empty()),
                ("watch", spec.watch != Watch::default()),
                ("time.step", spec.time.step.get() != 1),
            ],
        );
        spec.grids
            .iter()
            .for_each(|(name, grid)| grid_losses(name, grid, &mut lost));
        spec.fields
            .iter()
            .for_each(|(name, field)| field_losses(name, field, &mut lost));
        let entries = spec
            .exchanges
            .iter()
            .map(|exchange| entry(spec, exchange, &mut lost))
            .collect();
        let namcouple = Self {
            job_name: spec
                .experiment
                .as_ref()
                .map(|name| lost.word(name, "name of the experiment")),
            start: start(spec.time.start, &mut lost),
            calendar: spec.time.calendar,
            run_seconds: spec.time.length_seconds(),
            oasis: spec.oasis.unwrap_or_else(|| Oasis {
                log_level: 0,
                ..Oasis::default()
            }),
            entries,
        };
        (namcouple, lost.list)
    }
}

/// `$INIDATE` has eight digits, and no time of day.
fn start(start: DateTime, lost: &mut Lost) -> DateTime {
    let fits =
        (0..=9999).contains(&start.year) && (start.hour, start.minute, start.second) == (0, 0, 0);
    if fits {
        return start;
    }
    lost.key("time.start", &start.to_string());
    FIRST_DATE
}

fn grid_losses(name: &str, grid: &GridSpec, lost: &mut Lost) {
    let owner = format!("grid '{name}'");
    lost.keys_if(
        &owner,
        [
            ("boundary.j", grid.boundary.j != EdgeJ::Closed),
            ("points", !grid.points.is_empty()),
            ("mesh_mask", grid.mesh_mask.is_some()),
            ("domain_cfg", grid.domain_cfg.is_some()),
        ],
    );
}

fn field_losses(name: &str, field: &FieldSpec, lost: &mut Lost) {
    let owner = format!("field '{name}'");
    lost.keys_if(
        &owner,
        [
            ("units", field.units != "unknown"),
            ("point", field.point != PointKind::T),
            ("levels", field.levels.is_some()),
            ("kind", field.kind != FieldKind::Scalar),
            ("long_name", field.long_name.is_some()),
        ],
    );
}

fn entry(spec: &CouplingSpec, exchange: &ExchangeSpec, lost: &mut Lost) -> Entry {
    let owner = format!("exchange '{}'", exchange.name);
    lost.keys_if(
        &owner,
        [
            ("from", !exchange.from.is_empty()),
            ("to", !exchange.to.is_empty()),
            ("static", exchange.is_static),
            ("halo", exchange.halo != 0),
            ("wire", exchange.wire != Element::Float64),
            ("receive_as", exchange.receive_as.is_some()),
            ("fill", exchange.fill != 0.0),
            ("initial", exchange.initial.is_some()),
            ("hold", exchange.hold),
        ],
    );
    let mut entry = Entry {
        sent: exchange.fields.clone(),
        received: exchange.received_fields().to_vec(),
        period: exchange
            .period
            .map_or_else(|| spec.time.length_seconds(), crate::Seconds::get),
        restart: exchange.restart.as_deref().map(|path| file(path, lost)),
        status: exchange.status,
        grids: grids(spec, exchange, &owner, lost),
        lag: exchange.lag.get(),
        sequence: exchange.sequence,
        accumulate: exchange.accumulate,
        scale_sent: exchange.scale_sent,
        check_sent: exchange.check_sent,
        remap: exchange.remap.clone(),
        conserve: exchange.conserve,
        scale_received: exchange.scale_received,
        check_received: exchange.check_received,
    };
    if entry.lag > 0 && entry.restart.is_none() {
        entry.restart = Some(RESTART.into());
    }
    if let Some(remap) = &mut entry.remap {
        remap.weights = remap.weights.as_deref().map(|path| file(path, lost));
        let has_options =
            (remap.side, remap.order) != (RemapSide::default(), RemapOrder::default());
        lost.keys_if(
            &owner,
            [(
                "remap.side and remap.order without remap.weights",
                has_options && remap.weights.is_none(),
            )],
        );
    }
    without_partner(&mut entry, &owner, lost);
    entry
}

/// Entries with OUTPUT and INPUT have fewer lines, and no words for most keys.
fn without_partner(entry: &mut Entry, owner: &str, lost: &mut Lost) {
    if !matches!(entry.status, Status::Output | Status::Input) {
        return;
    }
    lost.keys_if(
        owner,
        [
            ("check_sent", std::mem::take(&mut entry.check_sent)),
            ("check_received", std::mem::take(&mut entry.check_received)),
            ("remap", entry.remap.take().is_some()),
            ("conserve", entry.conserve.take().is_some()),
            ("scale_received", entry.scale_received.take().is_some()),
        ],
    );
    if entry.status == Status::Input {
        lost.keys_if(
            owner,
            [
                ("accumulate", entry.accumulate.take().is_some()),
                ("scale_sent", entry.scale_sent.take().is_some()),
                ("sequence", entry.sequence.take().is_some()),
                ("lag", std::mem::take(&mut entry.lag) != 0),
            ],
        );
    }
}

fn file(path: &Path, lost: &mut Lost) -> std::path::PathBuf {
    let path = path.to_string_lossy();
    let word = path.replace(char::is_whitespace, "_");
    if word != path {
        lost.list
            .push(format!("the file name '{path}', written as '{word}'"));
    }
    word.into()
}

fn grids(
    spec: &CouplingSpec,
    exchange: &ExchangeSpec,
    owner: &str,
    lost: &mut Lost,
) -> Option<[GridWords; 2]> {
    if exchange.status == Status::Input {
        return None;
    }
    let source = spec.source_grid(exchange);
    let target = if exchange.status == Status::Output {
        source
    } else {
        spec.target_grid(exchange)
    };
    let has_ends = exchange.status != Status::Output;
    let mut side = |key: Option<&str>| {
        let grid = key.and_then(|key| spec.grids.get(key));
        let (Some(key), Some(grid)) = (key, grid) else {
            lost.keys_if(owner, [("the missing grid", true)]);
            return no_grid(has_ends);
        };
        let name = spec.grid_file_name(key);
        let name = if is_good_name(name) {
            name.to_owned()
        } else {
            lost.word(name, "name of the grid")
        };
        GridWords {
            name,
            size: grid.nx.zip(grid.ny).map(|(nx, ny)| [nx, ny]),
            ends: has_ends.then(|| row_ends(grid)),
        }
    };
    Some([side(source), side(target)])
}

fn no_grid(has_ends: bool) -> GridWords {
    GridWords {
        name: NO_GRID.to_owned(),
        size: None,
        ends: has_ends.then_some(RowEnds {
            is_periodic: false,
            overlap: 0,
        }),
    }
}

fn row_ends(grid: &GridSpec) -> RowEnds {
    RowEnds {
        is_periodic: grid.boundary.i == EdgeI::Cyclic,
        overlap: grid.overlap,
    }
}
