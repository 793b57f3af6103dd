//! An experiment with other numbers of ranks, on grids of other sizes: to plan before it is written.

use crate::{cut::Cut, error::Error};
use halocline_configs::{CouplingSpec, hint};
use std::{collections::BTreeMap, str::FromStr};

/// What is to be other than in the experiment file.
#[derive(Debug, Clone, Default)]
pub struct WhatIf {
    /// Numbers of ranks of components.
    pub ranks: Vec<Named<usize>>,
    /// Sizes of grids.
    pub grids: Vec<GridSize>,
    /// How components cut their grids.
    pub cuts: Vec<Named<Cut>>,
}

/// `NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The component.
    pub name: String,
    /// What it gets.
    pub value: T,
}

/// `NAME=NXxNY`, or `NXxNY` where there is one grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridSize {
    /// The grid; the only one if none is named.
    pub name: Option<String>,
    /// Number of cells along i.
    pub nx: usize,
    /// Number of cells along j.
    pub ny: usize,
}

impl WhatIf {
    /// Whether nothing is other than in the file.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.ranks.is_empty() && self.grids.is_empty() && self.cuts.is_empty()
    }

    /// Change an experiment; returns how its components cut their grids.
    pub(crate) fn apply(&self, spec: &mut CouplingSpec) -> Result<BTreeMap<String, Cut>, Error> {
        for Named { name, value } in &self.ranks {
            known_component(spec, name, "--ranks")?;
            spec.components[name].ranks = *value;
        }
        for size in &self.grids {
            let name = size.grid(spec)?;
            let grid = &mut spec.grids[&name];
            (grid.nx, grid.ny) = (Some(size.nx), Some(size.ny));
        }
        let mut cuts: BTreeMap<String, Cut> = spec
            .components
            .keys()
            .map(|name| (name.clone(), Cut::default()))
            .collect();
        for Named { name, value } in &self.cuts {
            known_component(spec, name, "--partition")?;
            cuts.insert(name.clone(), *value);
        }
        Ok(cuts)
    }
}

impl GridSize {
    /// Name of the grid that is meant.
    fn grid(&self, spec: &CouplingSpec) -> Result<String, Error> {
        let known: Vec<&str> = spec.grids.keys().map(String::as_str).collect();
        let (nx, ny) = (self.nx, self.ny);
        match (&self.name, known.as_slice()) {
            (None, [only]) => Ok((*only).to_owned()),
            (None, several) => Err(Error::new(
                format!("--grid {nx}x{ny} could be any of {} grids", several.len()),
                format!("one of {}", several.join(", ")),
                format!(
                    "name it: --grid {}={nx}x{ny}",
                    several.first().unwrap_or(&"NAME")
                ),
            )),
            (Some(name), known) if known.contains(&name.as_str()) => Ok(name.clone()),
            (Some(name), known) => Err(unknown("grid", name, known, "--grid")),
        }
    }
}

fn known_component(spec: &CouplingSpec, name: &str, option: &str) -> Result<(), Error> {
    if spec.components.contains_key(name) {
        return Ok(());
    }
    let known: Vec<&str> = spec.components.keys().map(String::as_str).collect();
    Err(unknown("component", name, &known, option))
}

fn unknown(what: &str, name: &str, known: &[&str], option: &str) -> Error {
    let otherwise = format!("name one of them after {option}");
    Error::new(
        format!("the experiment has no {what} '{name}', which {option} names"),
        format!("one of {}", known.join(", ")),
        hint::change_to(name, known.iter().copied(), &otherwise),
    )
}

impl FromStr for Named<usize> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text.split_once('=').and_then(|(name, number)| {
            let value = number.parse().ok().filter(|ranks| *ranks > 0)?;
            let name = name.to_owned();
            Some(Self { name, value })
        });
        read.ok_or_else(|| format!("'{text}' is not COMPONENT=RANKS, as in ocean=128"))
    }
}

impl FromStr for Named<Cut> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, cut) = text
            .split_once('=')
            .ok_or_else(|| format!("'{text}' is not COMPONENT=CUT, as in ocean=rows"))?;
        Ok(Self {
            name: name.to_owned(),
            value: cut.parse()?,
        })
    }
}

impl FromStr for GridSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, size) = match text.split_once('=') {
            Some((name, size)) => (Some(name.to_owned()), size),
            None => (None, text),
        };
        let extent = |digits: &str| digits.parse().ok().filter(|cells: &usize| *cells > 0);
        let read = size.split_once('x').and_then(|(nx, ny)| {
            let (nx, ny): (usize, usize) = (extent(nx)?, extent(ny)?);
            nx.checked_mul(ny)?;
            Some((nx, ny))
        });
        let (nx, ny) =
            read.ok_or_else(|| format!("'{text}' is not NXxNY or GRID=NXxNY, as in 1442x1207"))?;
        Ok(Self { name, nx, ny })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_a_name() {
        let size = |name: Option<&str>| GridSize {
            name: name.map(str::to_owned),
            nx: 3000,
            ny: 2000,
        };
        assert_eq!("3000x2000".parse(), Ok(size(None)));
        assert_eq!("globe=3000x2000".parse(), Ok(size(Some("globe"))));
        for wrong in [
            "3000",
            "0x5",
            "globe=3000",
            "axb",
            "9999999999999x9999999999999",
        ] {
            assert!(wrong.parse::<GridSize>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_ranks_are_refused() {
        let ranks = |text: &str| text.parse::<Named<usize>>();
        assert_eq!(ranks("ocean=64").map(|ranks| ranks.value), Ok(64));
        assert!(ranks("ocean=0").is_err() && ranks("64").is_err());
    }
}
