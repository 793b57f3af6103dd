//! What the ranks tell each other of their variables, in words of eight bytes.

use super::Known;
use crate::{
    handshake::Roll,
    variables::{Definition, Direction},
    wish::{self, Wish},
};
use halocline_configs::CouplingSpec;
use halocline_exchanges::partition::Partition;
use std::collections::{BTreeMap, HashMap};

/// The names that the experiment knows, each with a number that all ranks give it.
#[derive(Debug)]
pub(super) struct Names<'a>(Vec<(Direction, &'a str)>);

impl<'a> Names<'a> {
    pub(super) fn of(spec: &'a CouplingSpec) -> Self {
        let mut names = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for exchange in &spec.exchanges {
            let sent = exchange.fields.iter().map(|name| (Direction::Send, name));
            let received = exchange.received_fields().iter();
            let received = received.map(|name| (Direction::Receive, name));
            for (direction, name) in sent.chain(received) {
                let name = (direction, name.as_str());
                if seen.insert(name) {
                    names.push(name);
                }
            }
        }
        Self(names)
    }

    pub(super) fn code(&self, direction: Direction, name: &str) -> Option<usize> {
        self.0.iter().position(|known| *known == (direction, name))
    }

    pub(super) fn name(&self, code: usize) -> (Direction, &'a str) {
        self.0[code]
    }
}

const USES_VARIABLES: u64 = 1;
const HAS_DOMAINS: u64 = 2;
/// Words of one variable.
const WORDS: usize = 7 + wish::WORDS;

/// What a rank tells: its flags, then of each variable its name, levels, end and width of its cells, the number of all
/// cells (0: unknown), the first variable of this rank with the same cells, whether the cells are a box of a grid, and
/// what it wants beyond them.
pub(super) fn write(names: &Names<'_>, known: &Known<'_>) -> Vec<u8> {
    let flags = u64::from(known.uses_variables) * USES_VARIABLES
        + u64::from(!known.domains.is_empty()) * HAS_DOMAINS;
    let mut words = vec![flags];
    let codes: Vec<Option<usize>> = known
        .definitions
        .iter()
        .map(|definition| names.code(definition.direction, &definition.name))
        .collect();
    for (definition, code) in known.definitions.iter().zip(&codes) {
        let first = known.definitions.iter().zip(&codes).find(|(other, _)| {
            other.partition == definition.partition
                && other.global_cells == definition.global_cells
                && other.wish == definition.wish
        });
        let like = first.and_then(|(_, code)| *code).or(*code);
        let (Some(code), Some(like)) = (code, like) else {
            continue;
        };
        let Extent { end, width, is_box } = Extent::of(definition);
        words.extend(
            [
                *code,
                definition.levels,
                end,
                width,
                definition.global_cells.unwrap_or(0),
                like,
                usize::from(is_box),
            ]
            .into_iter()
            .chain(Wish::words(definition.wish.as_ref()))
            .map(|number| number as u64),
        );
    }
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// How far the cells of a variable reach.
#[derive(Debug, Default)]
struct Extent {
    /// First cell after all of them.
    end: usize,
    /// Columns of the grid, as far as the segments show; 0 where they do not.
    width: usize,
    /// Whether only the grid's own extent tells which cells they are.
    is_box: bool,
}

impl Extent {
    fn of(definition: &Definition) -> Self {
        match &definition.partition {
            Partition::Apple { offset, cells } => Self {
                end: offset.saturating_add(*cells),
                ..Self::default()
            },
            Partition::Orange(segments) => {
                let ends = segments
                    .iter()
                    .map(|(offset, cells)| offset.saturating_add(*cells));
                Self {
                    end: ends.max().unwrap_or(0),
                    width: width(segments),
                    is_box: false,
                }
            }
            Partition::Points(points) => Self {
                end: points.iter().max().map_or(0, |last| {
                    usize::try_from(last.saturating_add(1)).unwrap_or(usize::MAX)
                }),
                ..Self::default()
            },
            Partition::Empty => Self::default(),
            Partition::Serial | Partition::Box { .. } | Partition::Cube { .. } => Self {
                is_box: true,
                ..Self::default()
            },
        }
    }
}

/// Columns of the grid on which segments of equal length would be the rows of a box.
fn width(segments: &[(usize, usize)]) -> usize {
    let [(first, cells), (second, _), ..] = segments else {
        return 0;
    };
    let width = second.saturating_sub(*first);
    let is_row =
        |(row, segment): (usize, &(usize, usize))| *segment == (first + row * width, *cells);
    let is_box = width >= *cells && segments.iter().enumerate().all(is_row);
    if is_box { width } else { 0 }
}

/// What all ranks of a component say of a variable.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    pub(super) levels: usize,
    pub(super) end: usize,
    pub(super) width: usize,
    pub(super) total: Option<usize>,
    pub(super) needs_extent: bool,
    pub(super) wish: Option<Wish>,
    /// Variables of one group lie on the same cells, on every rank of the component.
    pub(super) group: usize,
    /// The first rank of the world that defines it.
    pub(super) writer: usize,
}

/// What all ranks told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// By component, as the roll counts them, and name.
    pub(super) variables: BTreeMap<(usize, usize), Summary>,
    /// For each component whether some rank of it asks for variables, or defines a domain.
    pub(super) uses_variables: Vec<bool>,
    pub(super) has_domains: Vec<bool>,
}

/// Read what all ranks wrote.
///
/// # Errors
/// Component and name of a variable that has different numbers of levels on two ranks.
pub(super) fn read(roll: &Roll, records: &[Vec<u8>]) -> Result<Told, (usize, usize)> {
    let count = roll.components.len();
    let mut told = Told {
        uses_variables: vec![false; count],
        has_domains: vec![false; count],
        ..Told::default()
    };
    for (rank, bytes) in records.iter().enumerate() {
        let component = roll.color(rank);
        let words: Vec<u64> = bytes
            .chunks_exact(8)
            .map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()))
            .collect();
        let Some((flags, variables)) = words.split_first() else {
            continue;
        };
        told.uses_variables[component] |= flags & USES_VARIABLES != 0;
        told.has_domains[component] |= flags & HAS_DOMAINS != 0;
        read_variables(&mut told, component, rank, variables)?;
    }
    Ok(told)
}

fn read_variables(
    told: &mut Told,
    component: usize,
    rank: usize,
    words: &[u64],
) -> Result<(), (usize, usize)> {
    let number = |word: u64| usize::try_from(word).unwrap_or(usize::MAX);
    let mut like = HashMap::new();
    for words in words.chunks_exact(WORDS) {
        let [code, levels, end, width, total, first, is_box] =
            std::array::from_fn(|position| number(words[position]));
        let wish = Wish::read(std::array::from_fn(|position| number(words[7 + position])));
        let known = told.variables.entry((component, code));
        let summary = known.or_insert_with(|| Summary {
            levels,
            writer: rank,
            ..Summary::default()
        });
        if summary.levels != levels {
            return Err((component, code));
        }
        summary.end = summary.end.max(end);
        summary.width = summary.width.max(width);
        summary.total = summary.total.max((total > 0).then_some(total));
        summary.needs_extent |= is_box == 1 && wish.is_none();
        summary.wish = summary.wish.or(wish);
        like.insert(code, first);
    }
    split_groups(told, component, &like);
    Ok(())
}

/// Variables that lie on different cells of one rank belong to different groups; a variable that the rank did not define
/// has no cells there.
fn split_groups(told: &mut Told, component: usize, like: &HashMap<usize, usize>) {
    let mut groups: HashMap<(usize, Option<usize>), usize> = HashMap::new();
    for ((_, code), summary) in told.variables.range_mut((component, 0)..(component + 1, 0)) {
        let next = groups.len();
        let key = (summary.group, like.get(code).copied());
        summary.group = *groups.entry(key).or_insert(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_a_box_show_how_wide_its_grid_is() {
        assert_eq!(width(&[(3, 2), (9, 2), (15, 2)]), 6);
        assert_eq!(width(&[(3, 2), (9, 2), (14, 2)]), 0);
        assert_eq!(width(&[(3, 2), (9, 1)]), 0);
        assert_eq!(width(&[(3, 2)]), 0);
        assert_eq!(width(&[(9, 2), (3, 2)]), 0);
    }

    #[test]
    fn variables_that_differ_on_any_rank_are_in_different_groups() {
        let mut told = Told::default();
        // Three variables: 0 and 1 alike on both ranks, 2 alike on the first only.
        let records = [[(0, 0), (1, 0), (2, 0)], [(0, 0), (1, 0), (2, 2)]];
        for (rank, records) in records.into_iter().enumerate() {
            let words: Vec<u64> = records
                .iter()
                .flat_map(|(code, like)| [*code, 1, 4, 0, 0, *like, 0])
                .collect();
            read_variables(&mut told, 0, rank, &words).expect("levels agree");
        }
        let groups: Vec<usize> = told
            .variables
            .values()
            .map(|summary| summary.group)
            .collect();
        assert_eq!(groups[0], groups[1]);
        assert_ne!(groups[0], groups[2]);
    }
}
