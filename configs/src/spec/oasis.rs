//! What a coupling can do that comes from OASIS: operations in time, linear changes, remapping, files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What holds for all exchanges of models that couple through OASIS; the first part of a namcouple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Oasis {
    /// How much the debug files hold, as the first number of `$NLOGPRT`. Default: 0.
    pub log_level: i32,
    /// What is timed, as the second number of `$NLOGPRT`. Default: 0, nothing.
    pub timers: i32,
    /// What is done when a restart file is not there: `error` (default), or `zeros` (`$NNOREST T`).
    pub missing_restart: MissingRestart,
    /// What is done with weights whose cells are not in the grids: `error` (default), `warn` or `ignore` (`$NWGTOPT`).
    pub bad_weights: BadWeights,
    /// Kind of the netCDF files that are written, `cdf1` (default), `cdf2` or `cdf5` (`$NCDFTYP`).
    pub netcdf: NetcdfKind,
}

/// What is done when a restart file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingRestart {
    /// The job ends.
    #[default]
    Error,
    /// The first values are 0.
    Zeros,
}

/// What is done with weights whose cells are not in the grids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BadWeights {
    /// The job ends.
    #[default]
    Error,
    /// They are left out, and the log says how many.
    Warn,
    /// They are left out.
    Ignore,
}

/// Kind of a netCDF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NetcdfKind {
    /// The classic format.
    #[default]
    Cdf1,
    /// The classic format with 64-bit offsets.
    Cdf2,
    /// The classic format with 64-bit data.
    Cdf5,
}

/// What is made of the values that are sent between two dates of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeOperation {
    /// The last value.
    Instant,
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
    /// The least of each cell.
    Min,
    /// The greatest of each cell.
    Max,
}

/// Between whom an exchange goes: two components, or a component and a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// From one component to another.
    #[default]
    Exported,
    /// From one component to another; both sides also write what they send and receive to files.
    Expout,
    /// From a component to a file.
    Output,
    /// From the file that `restart` names to a component.
    Input,
}

/// A linear change of all values: factor * x + offset.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// What values are multiplied with. Default: 1.
    #[serde(default = "unit_factor")]
    pub factor: f64,
    /// What is added then. Default: 0.
    #[serde(default)]
    pub offset: f64,
}

fn unit_factor() -> f64 {
    1.0
}

impl Linear {
    /// The changed value.
    #[must_use]
    pub fn apply(self, value: f64) -> f64 {
        self.factor * value + self.offset
    }
}

/// Remapping from the sender's grid to the receiver's with given weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remap {
    /// File of the weights, in the format of SCRIP or of ESMF and xESMF. Default, with `scrip`: the name that SCRIP
    /// gives, `rmp_SRC_to_DST_METHOD.nc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Where the weights are applied: `source` (default), before sending, or `target`, after receiving.
    #[serde(default)]
    pub side: RemapSide,
    /// Order of the sums: `bfb` (default), `sum` or `opt`.
    #[serde(default)]
    pub order: RemapOrder,
    /// How the weights were, or are to be, computed by SCRIP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrip: Option<Scrip>,
}

/// Where weights are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RemapSide {
    /// By the sender.
    #[default]
    Source,
    /// By the receiver.
    Target,
}

/// Order of the sums of a remapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RemapOrder {
    /// The same bits on any number of ranks.
    #[default]
    Bfb,
    /// Partial sums on the ranks of the source, added on the ranks of the target.
    Sum,
    /// Whichever is fastest.
    Opt,
}

/// Parameters of a computation of weights by SCRIP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scrip {
    /// The method.
    pub method: ScripMethod,
    /// Kind of the source grid: `LR` (longitudes and latitudes of a logically rectangular grid, default), `D` (reduced)
    /// or `U` (unstructured).
    #[serde(default)]
    pub grid: ScripGrid,
    /// What the search is restricted by: `latitude` (default), `latlon` or `reduced`.
    #[serde(default)]
    pub restriction: Restriction,
    /// Number of bins of the search. Default: 1.
    #[serde(default = "one_bin")]
    #[schemars(range(min = 1))]
    pub bins: u32,
    /// `conserv`: what the sums of the weights are divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalisation: Option<Normalisation>,
    /// `conserv`: `first` or `second` order, the second with gradients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<ScripOrder>,
    /// `conserv`: latitude from which on cells in the north are taken in a plane projection [radians].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub north_threshold: Option<f64>,
    /// `conserv`: latitude up to which cells in the south are taken in a plane projection [radians].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub south_threshold: Option<f64>,
    /// `distwgt`, `gauswgt`, `loccdist`, `loccgaus`: number of neighbours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub neighbours: Option<u32>,
    /// `gauswgt`, `loccgaus`: variance of the weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variance: Option<f64>,
}

fn one_bin() -> u32 {
    1
}

impl Scrip {
    /// The method as files of weights are called after it, the likeliest name first.
    pub(super) fn file_names(&self) -> Vec<String> {
        let method = self.method.entry();
        match (self.normalisation, self.neighbours) {
            (Some(normalisation), _) => vec![format!("{method}_{}", normalisation.entry())],
            (None, Some(neighbours)) => vec![format!("{method}_{neighbours}"), method.to_owned()],
            (None, None) => vec![method.to_owned()],
        }
    }
}

impl ScripMethod {
    /// As a namcouple and the names of SCRIP's files have it.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Distwgt => "DISTWGT",
            Self::Gauswgt => "GAUSWGT",
            Self::Bilinear => "BILINEAR",
            Self::Bicubic => "BICUBIC",
            Self::Distwgtnf => "DISTWGTNF",
            Self::Gauswgtnf => "GAUSWGTNF",
            Self::Bilinearnf => "BILINEARNF",
            Self::Bicubicnf => "BICUBICNF",
            Self::Conserv => "CONSERV",
            Self::Loccunif => "LOCCUNIF",
            Self::Loccdist => "LOCCDIST",
            Self::Loccgaus => "LOCCGAUS",
        }
    }
}

impl Normalisation {
    /// As a namcouple and the names of SCRIP's files have it.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Fracarea => "FRACAREA",
            Self::Fracartr => "FRACARTR",
            Self::Fracnnei => "FRACNNEI",
            Self::Fracnntr => "FRACNNTR",
            Self::Destarea => "DESTAREA",
            Self::Destartr => "DESTARTR",
            Self::Destnnei => "DESTNNEI",
            Self::Destnntr => "DESTNNTR",
        }
    }
}

/// A method of SCRIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScripMethod {
    /// Nearest neighbours, weighted by distance.
    Distwgt,
    /// Nearest neighbours, weighted by a Gaussian of the distance.
    Gauswgt,
    /// Bilinear; where no source is unmasked, the nearest neighbour.
    Bilinear,
    /// Bicubic; where no source is unmasked, the nearest neighbour.
    Bicubic,
    /// As `distwgt`, without the nearest neighbour where all are masked.
    Distwgtnf,
    /// As `gauswgt`, without the nearest neighbour where all are masked.
    Gauswgtnf,
    /// As `bilinear`, without the nearest neighbour where all are masked.
    Bilinearnf,
    /// As `bicubic`, without the nearest neighbour where all are masked.
    Bicubicnf,
    /// Conservative: areas of intersections.
    Conserv,
    /// Locally conservative, uniform.
    Loccunif,
    /// Locally conservative, weighted by distance.
    Loccdist,
    /// Locally conservative, weighted by a Gaussian of the distance.
    Loccgaus,
}

/// Kind of a source grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum ScripGrid {
    /// Logically rectangular.
    #[default]
    LR,
    /// Reduced.
    D,
    /// Unstructured.
    U,
}

/// What a search is restricted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Restriction {
    /// Bins of latitude.
    #[default]
    Latitude,
    /// Bins of latitude and longitude.
    Latlon,
    /// The rows of a reduced grid.
    Reduced,
}

/// What the sums of conservative weights are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Normalisation {
    /// The part of the target cell that meets unmasked source cells.
    Fracarea,
    /// As `fracarea`, with true areas.
    Fracartr,
    /// As `fracarea`; where nothing is met, the nearest unmasked neighbour.
    Fracnnei,
    /// As `fracnnei`, with true areas.
    Fracnntr,
    /// The whole target cell.
    Destarea,
    /// As `destarea`, with true areas.
    Destartr,
    /// As `destarea`; where nothing is met, the nearest unmasked neighbour.
    Destnnei,
    /// As `destnnei`, with true areas.
    Destnntr,
}

/// Order of a conservative method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScripOrder {
    /// Constant in each source cell.
    First,
    /// Linear in each source cell.
    Second,
}

/// Global conservation after a remapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conserve {
    /// `global`, `glbpos`, `basbal` or `baspos`.
    pub kind: ConserveKind,
    /// Order of the global sums: `bfb` (default), the same bits on any number of ranks, or `opt`.
    #[serde(default)]
    pub order: ConserveOrder,
}

/// How the difference between the integrals is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConserveKind {
    /// Equal integrals; the difference spread over all cells by area.
    Global,
    /// Equal integrals; in proportion to the values, which keep their sign.
    Glbpos,
    /// Integrals in proportion to the unmasked areas; spread over all cells.
    Basbal,
    /// Integrals in proportion to the unmasked areas; in proportion to the values.
    Baspos,
}

/// Order of global sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConserveOrder {
    /// The same bits on any number of ranks.
    #[default]
    Bfb,
    /// Whichever is fastest.
    Opt,
}
