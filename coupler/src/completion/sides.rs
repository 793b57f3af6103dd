//! Who is on one side of an exchange.

use super::{
    Known,
    records::{Names, Summary, Told},
};
use crate::{code::Code, error::Error, handshake::Roll, variables::Direction, wish::Wish};
use halocline_configs::ExchangeSpec;

/// One side of an exchange.
#[derive(Debug)]
pub(super) enum Side {
    /// A component whose domain on the grid says which cells it has.
    Native(String),
    /// A component that defines the fields as variables.
    Variables(Variables),
    /// A file.
    File,
    /// Nobody, because no component defines these fields.
    Missing(Vec<String>),
}

/// What a component says of the variables of one exchange.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) component: String,
    /// Levels of each field of the exchange.
    levels: Vec<usize>,
    pub(super) end: usize,
    pub(super) width: usize,
    pub(super) total: Option<usize>,
    pub(super) needs_extent: bool,
    pub(super) wish: Option<Wish>,
    pub(super) group: usize,
    /// The first rank of the world that defines them.
    writer: usize,
}

impl Variables {
    /// Number of cells of the whole grid, as far as this side shows it.
    pub(super) fn cells(&self) -> usize {
        self.total.unwrap_or(0).max(self.end)
    }
}

impl Side {
    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    pub(super) const fn variables(&self) -> Option<&Variables> {
        match self {
            Self::Variables(variables) => Some(variables),
            _ => None,
        }
    }

    pub(super) fn component(&self) -> Option<&str> {
        match self {
            Self::Native(component) => Some(component),
            Self::Variables(variables) => Some(&variables.component),
            Self::File | Self::Missing(_) => None,
        }
    }

    /// The rank of the world that writes files for this side.
    pub(super) fn writer(&self, roll: &Roll) -> usize {
        match self {
            Self::Variables(variables) => variables.writer,
            Self::Native(component) => roll.first_rank(component),
            Self::File | Self::Missing(_) => 0,
        }
    }

    /// Levels of a field of the exchange, where this side says how many.
    pub(super) fn levels(&self, field: usize) -> Option<usize> {
        self.variables().map(|variables| variables.levels[field])
    }
}

/// Who sends or receives the fields of an exchange.
///
/// # Errors
/// Two components that define them, or one that defines them on different cells.
pub(super) fn find(
    known: &Known<'_>,
    names: &Names<'_>,
    told: &Told,
    exchange: &ExchangeSpec,
    direction: Direction,
) -> Result<Side, Error> {
    let (named, fields) = match direction {
        Direction::Send => (&exchange.from, &exchange.fields[..]),
        Direction::Receive => (&exchange.to, exchange.received_fields()),
    };
    let components = known.roll.components.iter().enumerate();
    let candidates = components.filter(|(_, name)| named.is_empty() || *name == named);
    let mut owners: Vec<Variables> = Vec::new();
    let mut missing: Vec<String> = fields.to_vec();
    for (component, name) in candidates {
        let summaries: Vec<Option<&Summary>> = fields
            .iter()
            .map(|field| {
                told.variables
                    .get(&(component, names.code(direction, field)?))
            })
            .collect();
        let absent = |(_, summary): &(&String, &Option<&Summary>)| summary.is_none();
        let absent: Vec<String> = fields
            .iter()
            .zip(&summaries)
            .filter(absent)
            .map(|(field, _)| field.clone())
            .collect();
        let speaks_by_domain = !told.uses_variables[component] || told.has_domains[component];
        if absent.len() == fields.len() && !named.is_empty() && speaks_by_domain {
            return Ok(Side::Native(name.clone()));
        }
        if absent.is_empty() {
            let summaries: Vec<&Summary> = summaries.into_iter().flatten().collect();
            owners.push(join(exchange, name, &summaries)?);
        } else if absent.len() < missing.len() {
            missing = absent;
        }
    }
    let mut owners = owners.into_iter();
    match (owners.next(), owners.next()) {
        (None, _) => Ok(Side::Missing(missing)),
        (Some(owner), None) => Ok(Side::Variables(owner)),
        (Some(first), Some(second)) => Err(two_owners(exchange, &fields[0], &first, &second)),
    }
}

fn two_owners(
    exchange: &ExchangeSpec,
    field: &str,
    first: &Variables,
    second: &Variables,
) -> Error {
    Error::new(
        Code::Mismatch,
        format!(
            "exchange '{}': components '{}' and '{}' both define the field",
            exchange.name, first.component, second.component
        ),
        "one component on each side",
        "give the fields of one of them another name, or name the components in the experiment file (`from:`, `to:`)",
    )
    .about(field)
}

/// What a component says of all fields of an exchange; they must lie on the same cells.
fn join(
    exchange: &ExchangeSpec,
    component: &str,
    summaries: &[&Summary],
) -> Result<Variables, Error> {
    let first = summaries[0];
    if summaries.iter().any(|other| other.group != first.group) {
        return Err(Error::new(
            Code::Partition,
            format!(
                "the fields of exchange '{}' ({}) lie on different cells of component '{component}'",
                exchange.name,
                exchange.fields.join(", ")
            ),
            "one partition for all fields that go together",
            "define them with the same partition, or give each an exchange of its own",
        ));
    }
    Ok(Variables {
        component: component.to_owned(),
        levels: summaries.iter().map(|summary| summary.levels).collect(),
        end: summaries
            .iter()
            .map(|summary| summary.end)
            .max()
            .unwrap_or(0),
        width: first.width,
        total: summaries.iter().filter_map(|summary| summary.total).max(),
        needs_extent: first.needs_extent,
        wish: first.wish,
        group: first.group,
        writer: first.writer,
    })
}
