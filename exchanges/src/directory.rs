//! The directory: who owns which cell, asked of all ranks together and kept by none alone.
//!
//! ```text
//!   cells of a grid   0 ........ c/P ........ 2c/P ........ c
//!   kept by           |  rank 0   |   rank 1   |  ...       |
//!
//!   first meeting     owner    -> keeper: these runs are mine          receiver -> keeper: who owns these?
//!   second meeting    keeper   -> receiver: these runs are with these ranks, there in their arrays
//! ```
//!
//! What a rank tells, asks and keeps is in proportion to its own runs; nobody holds a whole grid. Only domains that the
//! [`crate::survey`] lists are kept here.

use crate::{
    domains::{Domain, Domains, as_ranges},
    owners::{DoubleOwner, OwnedRun, OwnedRuns, placed},
    partition::{CellRun, Rectangle},
    ranges::common,
    words::{WordReader, Words},
    world::Parcels,
};
use std::{collections::BTreeMap, ops::Range};

/// What a keeper hears.
#[derive(Debug, Default)]
struct Heard {
    owned: Vec<OwnedRun>,
    /// Who asks for what.
    asked: Vec<(usize, Range<usize>)>,
}

const TELL: usize = 0;
const ASK: usize = 1;

/// What this rank tells the keepers and asks them, of the listed domains.
pub(crate) fn tell_and_ask(
    ranks: usize,
    domains: &Domains<'_>,
    is_listed: &[bool],
    questions: &[Vec<Rectangle>],
) -> Parcels {
    let mut letters = Letters::new(ranks);
    let listed = domains.all.iter().enumerate();
    for (number, domain) in listed.filter(|(number, _)| is_listed[*number]) {
        letters.tell(number, domain);
        letters.ask(
            number,
            domain,
            &as_ranges(&questions[number], domain.grid.nx),
        );
    }
    letters.into_parcels()
}

/// Answer what others ask of the cells that this rank keeps; also the first of them that two ranks own, and of which
/// domain.
pub(crate) fn reply(
    domains: &Domains<'_>,
    parcels: Parcels,
) -> (Parcels, Option<(usize, DoubleOwner)>) {
    let mut replies: BTreeMap<usize, Words> = BTreeMap::new();
    let mut overlap = None;
    for (number, Heard { owned, asked }) in hear(parcels, domains.count()).into_iter().enumerate() {
        let owners = OwnedRuns::new(owned);
        if overlap.is_none() && domains.is_disjoint(number) {
            overlap = owners.first_double().map(|double| (number, double));
        }
        for (rank, cells) in asked {
            let reply = replies.entry(rank).or_default();
            for run in owners.within(&cells) {
                write_owned(reply, number, &run);
                reply.push(run.rank);
            }
        }
    }
    let parcels = replies
        .into_iter()
        .map(|(rank, words)| (rank, words.into_bytes()))
        .collect();
    (parcels, overlap)
}

/// For each domain the owners that the keepers named.
pub(crate) fn learn(domains: usize, parcels: Parcels) -> Vec<OwnedRuns> {
    let mut learned = vec![Vec::new(); domains];
    for (_, bytes) in parcels {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            let (number, mut run) = read_owned(&mut words, 0);
            run.rank = words.next();
            learned[number].push(run);
        }
    }
    learned.into_iter().map(OwnedRuns::new).collect()
}

fn hear(parcels: Parcels, domains: usize) -> Vec<Heard> {
    let mut heard: Vec<Heard> = (0..domains).map(|_| Heard::default()).collect();
    for (rank, bytes) in parcels {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            if words.next() == TELL {
                let (number, run) = read_owned(&mut words, rank);
                heard[number].owned.push(run);
            } else {
                let [number, first, len] = words.take();
                heard[number].asked.push((rank, first..first + len));
            }
        }
    }
    heard
}

/// A number before a range of levels: all there are, which are many more bytes to write, or some.
const ALL_LEVELS: usize = 0;
const SOME_LEVELS: usize = 1;

fn write_owned(words: &mut Words, number: usize, run: &OwnedRun) {
    words.extend([number, run.cells.start, run.cells.len(), run.local]);
    if run.levels == (0..usize::MAX) {
        words.push(ALL_LEVELS);
    } else {
        words.extend([SOME_LEVELS, run.levels.start, run.levels.end]);
    }
}

fn read_owned(words: &mut WordReader<'_>, rank: usize) -> (usize, OwnedRun) {
    let [number, first, len, local, levels] = words.take();
    let levels = match levels {
        ALL_LEVELS => 0..usize::MAX,
        _ => words.next()..words.next(),
    };
    let cells = first..first + len;
    (
        number,
        OwnedRun {
            cells,
            rank,
            local,
            levels,
        },
    )
}

/// What one rank says in the first meeting, sorted by keeper.
#[derive(Debug)]
struct Letters {
    ranks: usize,
    to: BTreeMap<usize, Words>,
}

impl Letters {
    const fn new(ranks: usize) -> Self {
        Self {
            ranks,
            to: BTreeMap::new(),
        }
    }

    fn tell(&mut self, number: usize, domain: &Domain<'_>) {
        // Cells that are only asked for have other owners.
        let Some(own) = domain.own.filter(|own| !own.is_asked()) else {
            return;
        };
        for (CellRun { start, len }, local) in placed(own.runs()) {
            let run = OwnedRun {
                cells: start..start + len,
                rank: 0,
                local,
                levels: own.level_range(),
            };
            for (keeper, cells) in keepers(domain.grid.cells(), self.ranks, &run.cells) {
                let words = self.to.entry(keeper).or_default();
                words.push(TELL);
                write_owned(words, number, &run.within(&cells));
            }
        }
    }

    fn ask(&mut self, number: usize, domain: &Domain<'_>, questions: &[Range<usize>]) {
        for question in questions {
            for (keeper, cells) in keepers(domain.grid.cells(), self.ranks, question) {
                self.to
                    .entry(keeper)
                    .or_default()
                    .extend([ASK, number, cells.start, cells.len()]);
            }
        }
    }

    fn into_parcels(self) -> Parcels {
        self.to
            .into_iter()
            .map(|(keeper, words)| (keeper, words.into_bytes()))
            .collect()
    }
}

/// The ranks that keep `asked` of `cells` cells, and which of them each keeps.
fn keepers(
    cells: usize,
    ranks: usize,
    asked: &Range<usize>,
) -> impl Iterator<Item = (usize, Range<usize>)> {
    // Rank r keeps the cells from floor(r * cells / ranks) on.
    let first_kept = move |rank: usize| rank * cells / ranks;
    let keeper = |cell: usize| ((cell + 1) * ranks - 1) / cells;
    let concerned = if asked.is_empty() {
        0..0
    } else {
        keeper(asked.start)..keeper(asked.end - 1) + 1
    };
    let asked = asked.clone();
    let kept = concerned.map(move |rank| {
        (
            rank,
            common(&asked, &(first_kept(rank)..first_kept(rank + 1))),
        )
    });
    kept.filter(|(_, cells)| !cells.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranges::joined;

    #[test]
    fn every_cell_has_one_keeper() {
        for (cells, ranks) in (1..30).flat_map(|cells| (1..9).map(move |ranks| (cells, ranks))) {
            let kept: Vec<Range<usize>> = keepers(cells, ranks, &(0..cells))
                .map(|(_, kept)| kept)
                .collect();
            assert_eq!(joined(kept.clone()), vec![0..cells; 1]);
            assert_eq!(kept.iter().map(Range::len).sum::<usize>(), cells);
        }
    }
}
