//! What the user wrote: one type per part of the experiment file, one field per key.
//!
//! The doc comments of the fields are the reference of the file; the JSON Schema repeats them.

mod oasis;

pub use oasis::{
    BadWeights, Conserve, ConserveKind, ConserveOrder, Linear, MissingRestart, NetcdfKind,
    Normalisation, Oasis, Remap, RemapOrder, RemapSide, Restriction, Scrip, ScripGrid, ScripMethod,
    ScripOrder, Status, TimeOperation,
};

use crate::{
    calendar::{Calendar, DateTime},
    duration::Seconds,
    grid::GridSpec,
    launch::{Command, Device, WorkerFunction},
    text::AnyScalar,
};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// An experiment: which components run, on which grids, and which fields they exchange when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouplingSpec {
    /// Name of the experiment, for logs and the progress bar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyScalar")]
    pub experiment: Option<String>,
    /// Start, step and length of the run.
    pub time: Time,
    /// The programs and workers of the job, by name. May be left out where no exchange names one: then all programs that
    /// start together are components.
    #[serde(default)]
    pub components: IndexMap<String, Component>,
    /// The horizontal grids, by name.
    pub grids: IndexMap<String, GridSpec>,
    /// The fields, by name; a worker's function gets its fields under these names.
    pub fields: IndexMap<String, FieldSpec>,
    /// Who sends what to whom, and when.
    pub exchanges: Vec<ExchangeSpec>,
    /// When to say that a rank waits, and when to give up.
    #[serde(default)]
    pub watch: Watch,
    /// What holds for all exchanges of models that couple through OASIS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oasis: Option<Oasis>,
}

impl CouplingSpec {
    /// Name of a grid in files and in OASIS.
    #[must_use]
    pub fn grid_file_name<'a>(&'a self, key: &'a str) -> &'a str {
        let grid = self.grids.get(key);
        grid.and_then(|grid| grid.name.as_deref()).unwrap_or(key)
    }

    /// Key under `grids` of the grid that an exchange leaves from, where the file says it.
    #[must_use]
    pub fn source_grid<'a>(&'a self, exchange: &'a ExchangeSpec) -> Option<&'a str> {
        self.grid_on_side(exchange.grid.as_deref(), &exchange.fields)
    }

    /// Key under `grids` of the grid that an exchange arrives on, where the file says it.
    #[must_use]
    pub fn target_grid<'a>(&'a self, exchange: &'a ExchangeSpec) -> Option<&'a str> {
        let own = exchange.receive_grid.as_deref();
        if own.is_none() && exchange.receive_fields.is_empty() {
            return self.source_grid(exchange);
        }
        self.grid_on_side(own, exchange.received_fields())
    }

    /// Files in which the weights of an exchange may be, the likeliest first; none without a remapping.
    ///
    /// SCRIP names them after the grids and the method; with neighbours, newer versions also after their number.
    #[must_use]
    pub fn weight_files(&self, exchange: &ExchangeSpec) -> Vec<PathBuf> {
        let Some(remap) = &exchange.remap else {
            return Vec::new();
        };
        if let Some(weights) = &remap.weights {
            return vec![weights.clone()];
        }
        let name = |key: Option<&str>| {
            key.map_or(String::new(), |key| self.grid_file_name(key).to_owned())
        };
        let (source, target) = (
            name(self.source_grid(exchange)),
            name(self.target_grid(exchange)),
        );
        let methods = remap
            .scrip
            .as_ref()
            .map(Scrip::file_names)
            .unwrap_or_default();
        let file = |method: String| format!("rmp_{source}_to_{target}_{method}.nc").into();
        methods.into_iter().map(file).collect()
    }

    fn grid_on_side<'a>(&'a self, own: Option<&'a str>, fields: &[String]) -> Option<&'a str> {
        let of_field = || Some(self.fields.get(fields.first()?)?.grid.as_str());
        own.or_else(of_field).filter(|name| !name.is_empty())
    }
}

/// Start, step and length of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Date of the first step: `2000-01-01` or `2000-01-01T12:00:00`.
    pub start: DateTime,
    /// `gregorian` (default), `noleap` or `360_day`.
    #[serde(default)]
    pub calendar: Calendar,
    /// The coupling step: periods and lags are multiples of it.
    pub step: Seconds,
    /// Length of the run, a multiple of `step`. Exactly one of `length` and `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Seconds>,
    /// Number of steps of the run. Exactly one of `length` and `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub steps: Option<i64>,
}

impl Time {
    /// Length of the run [s], from `length` or `steps`.
    #[must_use]
    pub fn length_seconds(&self) -> i64 {
        match (self.length, self.steps) {
            (Some(length), _) => length.get(),
            (None, steps) => steps.unwrap_or(0).saturating_mul(self.step.get()),
        }
    }

    /// Number of steps of the run.
    #[must_use]
    pub fn number_of_steps(&self) -> i64 {
        self.length_seconds()
            .checked_div(self.step.get())
            .unwrap_or(0)
    }

    /// The calendar date `seconds` after the start.
    #[must_use]
    pub fn date_at(&self, seconds: i64) -> DateTime {
        self.calendar.add(self.start, seconds)
    }
}

/// One component: a program of its own, or a Python function that Halocline calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Number of MPI ranks.
    #[schemars(range(min = 1))]
    pub ranks: usize,
    /// The program and its arguments: one line, split like a shell does, or a list of words. Exactly one of `command`
    /// and `worker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The Python file, relative to the experiment file, and the function in it. Exactly one of `command` and `worker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerFunction>,
    /// Where the component runs, relative to the experiment file. Default: the run directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// Environment variables of the component's ranks.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<String, AnyScalar>")]
    pub environment: IndexMap<String, String>,
    /// Worker: where its arrays live: `auto` (default: CUDA when there is one), `cpu`, `cuda`, `cuda:N`.
    #[serde(default)]
    pub device: Device,
    /// Worker: what its function gets, `torch` (default) or `numpy` arrays.
    #[serde(default)]
    pub arrays: Arrays,
    /// Worker: number of threads of torch on the CPU. Default: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub threads: usize,
    /// Worker: call the function for global tiles of this fixed shape, so that results do not depend on the number of
    /// ranks. Default: for each rank's own box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiles: Option<Tiles>,
}

fn one() -> usize {
    1
}

/// What a worker's function gets and returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arrays {
    /// `torch.Tensor`.
    #[default]
    Torch,
    /// `numpy.ndarray`.
    Numpy,
}

/// Global tiles that a worker computes one by one, counted from cell (0, 0); edge tiles are padded with `fill`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiles {
    /// Cells of a tile along i, without halo.
    #[schemars(range(min = 1))]
    pub nx: usize,
    /// Cells of a tile along j, without halo.
    #[schemars(range(min = 1))]
    pub ny: usize,
    /// Tiles per call; with more than one the arrays have a leading batch axis. Default: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub batch: usize,
}

/// A field: what is exchanged, and where on the grid its values are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// Unit, for example `m/s`, or `1` for a pure number.
    #[schemars(with = "AnyScalar")]
    pub units: String,
    /// Name of the grid. May be left out where only exchanges without `from` and `to` carry the field.
    #[serde(default)]
    pub grid: String,
    /// Point of the cell that the values belong to: `T` (default), `U`, `V` or `F`.
    #[serde(default)]
    pub point: PointKind,
    /// Number of levels. Default: 1; in exchanges without `from` and `to`, as many as the components define.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub levels: Option<usize>,
    /// `scalar` (default), or `vector` for a component of a vector, which changes sign across the north fold.
    #[serde(default)]
    pub kind: FieldKind,
    /// What the field is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_name: Option<String>,
}

impl FieldSpec {
    /// Number of levels; 1 where nobody has said it.
    #[must_use]
    pub fn levels(&self) -> usize {
        self.levels.unwrap_or(1)
    }
}

/// A point of a cell of the C grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum PointKind {
    /// Centre.
    #[default]
    T,
    /// Middle of the eastern face.
    U,
    /// Middle of the northern face.
    V,
    /// North-eastern corner.
    F,
}

/// Whether values keep their sign across the north fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// The sign stays.
    #[default]
    Scalar,
    /// A component along i or j: the sign changes.
    Vector,
}

/// Fields that go together from one component to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSpec {
    /// Name of the exchange, for messages and logs. Default: `ocean->closure[0]`, with the exchange's position; of one
    /// without `from` and `to`, its first field at both sides.
    #[serde(default)]
    pub name: String,
    /// The component that sends. With neither `from` nor `to`: the components that define the fields.
    #[serde(default)]
    pub from: String,
    /// The component that receives.
    #[serde(default)]
    pub to: String,
    /// Names of the fields, all on one grid.
    #[schemars(length(min = 1))]
    pub fields: Vec<String>,
    /// Names of the same fields at the receiver, one for each. Default: as `fields`.
    #[serde(default)]
    pub receive_fields: Vec<String>,
    /// Grid of the fields in this exchange. Default: the one that `fields` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    /// Grid of `receive_fields` in this exchange. Default: the one that `fields` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive_grid: Option<String>,
    /// `exported` (default): to the other component; `expout`: and to files; `output`: to a file only; `input`: from
    /// the file that `restart` names.
    #[serde(default)]
    pub status: Status,
    /// Time between two exchanges, a multiple of the step. Needed unless `static`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Seconds>,
    /// What is sent at a date is received at that date plus the lag; -period < lag <= period. Default: 0.
    #[serde(default)]
    pub lag: Seconds,
    /// Sent and received once, before anything else. Default: false.
    #[serde(default, rename = "static")]
    pub is_static: bool,
    /// Width of the halo that the receiver wants around its own cells [cells]. Default: 0.
    #[serde(default)]
    pub halo: usize,
    /// Element type of the messages, `float32` or `float64` (default).
    #[serde(default)]
    pub wire: Element,
    /// Element type of a worker's arrays, `float32` or `float64`. Default: as `wire`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive_as: Option<Element>,
    /// Value of cells that nobody owns, and outside closed boundaries. Default: 0.
    #[serde(default)]
    pub fill: f64,
    /// What the receiver gets before the first message arrives: a number, a file and a variable, or a map with one of
    /// these per field. Needed when `lag` is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Initial>,
    /// Worker: at dates when the exchange is not due, give the last values instead of None. Default: false.
    #[serde(default)]
    pub hold: bool,
    /// netCDF file of the values that a lag carries from one run to the next, read at the start and written at the end.
    /// Instead of `initial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<PathBuf>,
    /// What is made of the values that are sent between two dates: `instant`, `mean`, `sum`, `min` or `max`. Default:
    /// values that are sent between two dates have no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accumulate: Option<TimeOperation>,
    /// Position in the order of exchanges at a date; a call out of order is an error. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// Linear change of the values before they are remapped and sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_sent: Option<Linear>,
    /// Linear change of the values after they are received and remapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_received: Option<Linear>,
    /// Write least, greatest and sum of the values that are sent into the log. Default: false.
    #[serde(default)]
    pub check_sent: bool,
    /// Write least, greatest and sum of the values that are received into the log. Default: false.
    #[serde(default)]
    pub check_received: bool,
    /// Remapping to the receiver's grid. Default: both sides have the same cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remap: Option<Remap>,
    /// Global conservation after the remapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conserve: Option<Conserve>,
}

impl ExchangeSpec {
    /// Names of the fields at the receiver, one for each of `fields`.
    #[must_use]
    pub fn received_fields(&self) -> &[String] {
        if self.receive_fields.is_empty() {
            &self.fields
        } else {
            &self.receive_fields
        }
    }

    /// Whether the components are those that define the fields, and not named by the file.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from.is_empty() && self.to.is_empty()
    }

    /// The name of an exchange for which the file says none.
    pub(crate) fn default_name(&self, position: usize) -> String {
        let first = |names: &[String]| names.first().cloned().unwrap_or_default();
        let (from, to) = if self.is_open() {
            (first(&self.fields), first(self.received_fields()))
        } else {
            (self.from.clone(), self.to.clone())
        };
        format!("{from}->{to}[{position}]")
    }

    /// The keys of this exchange, as written, that go beyond an exchange of the same cells between two named components.
    ///
    /// Whoever cannot do what one of them asks for must say so.
    #[must_use]
    pub fn further_keys(&self) -> Vec<&'static str> {
        let keys = [
            ("receive_fields", !self.receive_fields.is_empty()),
            ("grid", self.grid.is_some()),
            ("receive_grid", self.receive_grid.is_some()),
            ("status", self.status != Status::default()),
            ("restart", self.restart.is_some()),
            ("accumulate", self.accumulate.is_some()),
            ("sequence", self.sequence.is_some()),
            ("scale_sent", self.scale_sent.is_some()),
            ("scale_received", self.scale_received.is_some()),
            ("check_sent", self.check_sent),
            ("check_received", self.check_received),
            ("remap", self.remap.is_some()),
            ("conserve", self.conserve.is_some()),
        ];
        let written = keys.into_iter().filter(|(_, is_written)| *is_written);
        written.map(|(key, _)| key).collect()
    }

    /// Element type of a worker's arrays: `receive_as`, else `wire`.
    #[must_use]
    pub fn receive_element(&self) -> Element {
        self.receive_as.unwrap_or(self.wire)
    }

    /// Where the first values of a field come from, if the file says so.
    #[must_use]
    pub fn initial_of(&self, field: &str) -> Option<InitialValue> {
        match self.initial.as_ref()? {
            Initial::Number(number) => Some(InitialValue::Number(*number)),
            Initial::File(file) => Some(InitialValue::File(file.clone())),
            Initial::PerField(map) => map.get(field).cloned(),
        }
    }
}

/// Element type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Element {
    /// IEEE 754 single precision.
    Float32,
    /// IEEE 754 double precision.
    #[default]
    Float64,
}

/// First values of an exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Initial {
    /// One number for all cells of all fields.
    Number(f64),
    /// A variable of a netCDF file, for all fields.
    File(FileVariable),
    /// A number or a file for each field.
    PerField(IndexMap<String, InitialValue>),
}

/// First values of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InitialValue {
    /// One number for all cells.
    Number(f64),
    /// A variable of a netCDF file.
    File(FileVariable),
}

/// A variable of a netCDF file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileVariable {
    /// The file, relative to the experiment file.
    pub file: PathBuf,
    /// Name of the variable in it.
    pub variable: String,
}

/// When to say that a rank waits, and when to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// Say who waits for what after this time. Default: 30 s.
    pub warn_after: Seconds,
    /// End the job when a rank has waited this long. Default: 10 min.
    pub timeout: Seconds,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            warn_after: Seconds(30),
            timeout: Seconds(600),
        }
    }
}
