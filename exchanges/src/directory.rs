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
//! What a rank tells, asks and keeps is in proportion to its own runs; nobody holds a whole grid.

use crate::{
    error::PlanError,
    grid::Grid,
    matching::Wanted,
    owners::{DoubleOwner, OwnedRun, Owners, placed},
    partition::{CellRun, OwnedCells},
    plan::PlanRequest,
    ranges::{common, joined},
    words::{WordReader, Words},
    world::World,
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// The part of the ranks of one component on one grid.
#[derive(Debug)]
struct Domain<'a> {
    component: &'a str,
    grid: &'a Arc<Grid>,
    /// Own cells of this rank, if it is of the component.
    own: Option<&'a OwnedCells>,
}

/// All domains of a job, in the same order on all ranks.
#[derive(Debug)]
pub(crate) struct Domains<'a>(Vec<Domain<'a>>);

/// A rank whose own cells do not suit an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Misfit {
    /// Position of the exchange.
    pub(crate) exchange: usize,
    pub(crate) rank: usize,
    pub(crate) cells: usize,
}

/// What the directory says to one rank.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For each domain the owners of the cells that were asked for.
    pub(crate) owners: Vec<Owners>,
    /// The first double owner among the cells that this rank keeps: domain and cell.
    pub(crate) overlap: Option<(usize, DoubleOwner)>,
}

impl<'a> Domains<'a> {
    pub(crate) fn of(requests: &[PlanRequest<'a>]) -> Self {
        let mut domains = Self(Vec::new());
        for request in requests {
            domains.add(
                request.source_component,
                &request.shape.grid,
                request.source,
            );
            domains.add(
                request.target_component,
                &request.shape.grid,
                request.target,
            );
        }
        domains
    }

    fn add(&mut self, component: &'a str, grid: &'a Arc<Grid>, own: Option<&'a OwnedCells>) {
        let Some(known) = self.find(component, grid) else {
            self.0.push(Domain {
                component,
                grid,
                own,
            });
            return;
        };
        let domain = &mut self.0[known];
        let same = domain.own.is_none() || own.is_none() || domain.own == own;
        assert!(
            same,
            "a rank of component '{component}' has two domains on grid '{}'",
            grid.name
        );
        domain.own = domain.own.or(own);
    }

    fn find(&self, component: &str, grid: &Arc<Grid>) -> Option<usize> {
        self.0
            .iter()
            .position(|domain| domain.component == component && domain.grid == grid)
    }

    /// Position of the domain that an exchange takes its cells from.
    pub(crate) fn source(&self, request: &PlanRequest<'_>) -> usize {
        self.find(request.source_component, &request.shape.grid)
            .expect("all domains of the requests are known")
    }

    /// For each domain the cells whose owners this rank needs to know, each once.
    pub(crate) fn questions(
        &self,
        requests: &[PlanRequest<'_>],
        wanted: &[Option<Wanted>],
    ) -> Vec<Vec<Range<usize>>> {
        let mut questions = vec![Vec::new(); self.0.len()];
        for (request, wanted) in requests.iter().zip(wanted) {
            if let Some(wanted) = wanted {
                questions[self.source(request)].extend(wanted.cells());
            }
        }
        questions.into_iter().map(joined).collect()
    }
}

/// What a keeper hears.
#[derive(Debug, Default)]
struct Heard {
    owned: Vec<OwnedRun>,
    /// Who asks for what.
    asked: Vec<(usize, Range<usize>)>,
}

const TELL: usize = 0;
const ASK: usize = 1;

/// Tell the directory what this rank owns and ask it who owns what it needs. Collective: two meetings.
pub(crate) fn consult(
    world: &mut dyn World,
    domains: &Domains<'_>,
    questions: &[Vec<Range<usize>>],
) -> Result<Answer, PlanError> {
    let mut letters = Letters::new(world.size());
    for (number, domain) in domains.0.iter().enumerate() {
        letters.tell(number, domain);
        letters.ask(number, domain, &questions[number]);
    }
    let heard = hear(world.meet(letters.into_parcels())?, domains.0.len());
    let mut replies: BTreeMap<usize, Words> = BTreeMap::new();
    let mut overlap = None;
    for (number, Heard { owned, asked }) in heard.into_iter().enumerate() {
        let owners = Owners::new(owned);
        overlap = overlap.or_else(|| owners.first_double().map(|double| (number, double)));
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
    let mut learned = vec![Vec::new(); domains.0.len()];
    for (_, bytes) in world.meet(parcels)? {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            let (number, mut run) = read_owned(&mut words, 0);
            run.rank = words.next();
            learned[number].push(run);
        }
    }
    Ok(Answer {
        owners: learned.into_iter().map(Owners::new).collect(),
        overlap,
    })
}

fn hear(parcels: Vec<(usize, Vec<u8>)>, domains: usize) -> Vec<Heard> {
    let mut heard: Vec<Heard> = (0..domains).map(|_| Heard::default()).collect();
    for (rank, bytes) in parcels {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            if words.next() == TELL {
                let (number, run) = read_owned(&mut words, rank);
                heard[number].owned.push(run);
            } else {
                let [number, first, end] = words.take();
                heard[number].asked.push((rank, first..end));
            }
        }
    }
    heard
}

fn write_owned(words: &mut Words, number: usize, run: &OwnedRun) {
    words.extend([
        number,
        run.cells.start,
        run.cells.end,
        run.local,
        run.levels.start,
        run.levels.end,
    ]);
}

fn read_owned(words: &mut WordReader<'_>, rank: usize) -> (usize, OwnedRun) {
    let [number, first, end, local, bottom, top] = words.take();
    (
        number,
        OwnedRun {
            cells: first..end,
            rank,
            local,
            levels: bottom..top,
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
        let Some(own) = domain.own else { return };
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
                    .extend([ASK, number, cells.start, cells.end]);
            }
        }
    }

    fn into_parcels(self) -> Vec<(usize, Vec<u8>)> {
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

/// Make the first problem that any rank found the result of all. Collective: one gathering.
pub(crate) fn agree(
    world: &mut dyn World,
    domains: &Domains<'_>,
    requests: &[PlanRequest<'_>],
    misfit: Option<Misfit>,
    overlap: Option<(usize, DoubleOwner)>,
) -> Result<(), PlanError> {
    let mut words = Words::default();
    if let Some(Misfit {
        exchange,
        rank,
        cells,
    }) = misfit
    {
        words.extend([MISFIT, exchange, rank, cells]);
    }
    if let Some((
        number,
        DoubleOwner {
            cell,
            first,
            second,
        },
    )) = overlap
    {
        words.extend([OVERLAP, number, cell, first, second]);
    }
    let (mut misfits, mut overlaps) = (Vec::new(), Vec::new());
    for bytes in world.gather_all(&words.into_bytes())? {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            if words.next() == MISFIT {
                let [exchange, rank, cells] = words.take();
                misfits.push(Misfit {
                    exchange,
                    rank,
                    cells,
                });
            } else {
                let [number, cell, first, second] = words.take();
                overlaps.push((
                    number,
                    DoubleOwner {
                        cell,
                        first,
                        second,
                    },
                ));
            }
        }
    }
    match (misfits.into_iter().min(), overlaps.into_iter().min()) {
        (Some(misfit), _) => Err(misfit_error(misfit, requests)),
        (None, Some((number, double))) => Err(overlap_error(&domains.0[number], double)),
        (None, None) => Ok(()),
    }
}

const MISFIT: usize = 0;
const OVERLAP: usize = 1;

fn misfit_error(
    Misfit {
        exchange,
        rank,
        cells,
    }: Misfit,
    requests: &[PlanRequest<'_>],
) -> PlanError {
    let PlanRequest {
        shape,
        target_component,
        ..
    } = requests[exchange];
    PlanError::HaloNeedsRectangle {
        exchange: shape.name.clone(),
        halo: shape.halo,
        grid: shape.grid.name.clone(),
        component: target_component.to_owned(),
        rank,
        cells,
    }
}

fn overlap_error(
    domain: &Domain<'_>,
    DoubleOwner {
        cell,
        first,
        second,
    }: DoubleOwner,
) -> PlanError {
    let (i, j) = domain.grid.position(cell);
    PlanError::Overlap {
        grid: domain.grid.name.clone(),
        component: domain.component.to_owned(),
        first,
        second,
        i,
        j,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
