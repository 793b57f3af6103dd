//! From the cells that a receiver needs, and their owners, to the parts of messages.

use crate::{
    grid::{PointKind, Sign},
    halo::{BlockCells, Demand, block_cells, block_shape},
    owners::{OwnedRun, Owners},
    partition::OwnedCells,
    plan::{
        BlockRun, BlockShape, ExchangeShape, FieldReceive, FieldSend, FieldShape, LocalRun,
        PlanRequest, ReceiveMessage, SendMessage, message_layout,
    },
    ranges::{common, joined, uncovered},
    words::{WordReader, Words},
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// What a rank needs of one exchange. Fields of one point kind and sign need the same cells.
#[derive(Debug)]
pub(crate) struct Wanted {
    block: BlockShape,
    kinds: Vec<((PointKind, Sign), BlockCells)>,
}

/// What a rank receives in one exchange.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) block: BlockShape,
    pub(crate) gaps: Vec<Arc<[BlockRun]>>,
    /// For each owner its part.
    pub(crate) parts: BTreeMap<usize, IncomingPart>,
}

/// What a rank receives from one owner: for each field a position in `cells`, and levels of the field.
#[derive(Debug, Default)]
pub(crate) struct IncomingPart {
    cells: Vec<PartCells>,
    fields: Vec<(usize, Range<usize>)>,
    /// First level of the receiver's array.
    first_level: usize,
}

/// The cells of one part, as the owner and as the receiver counts them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct PartCells {
    local: Vec<LocalRun>,
    block: Vec<BlockRun>,
    levels: Range<usize>,
}

/// Fields of one kind on the same levels have the same owners.
type LevelledKind = (PointKind, Sign, Range<usize>);

/// One kind of field on some levels: what comes from whom, and what from nobody.
#[derive(Debug, Default)]
struct Match {
    parts: BTreeMap<usize, PartCells>,
    gaps: Vec<Range<usize>>,
}

impl Wanted {
    pub(crate) fn new(shape: &ExchangeShape, own: &OwnedCells) -> Self {
        let mut kinds: Vec<((PointKind, Sign), BlockCells)> = Vec::new();
        for field in &shape.fields {
            let kind = (field.point, field.sign);
            if !kinds.iter().any(|(known, _)| *known == kind) {
                kinds.push((kind, block_cells(&shape.grid, own, shape.halo, *field)));
            }
        }
        Self {
            block: block_shape(own, shape.halo),
            kinds,
        }
    }

    /// All cells of the grid that any field may need.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Range<usize>> {
        self.kinds
            .iter()
            .flat_map(|(_, cells)| cells.demands.iter().chain(&cells.mirrors))
            .map(Demand::cells)
    }

    /// Find the owners of all cells.
    pub(crate) fn matched(&self, request: &PlanRequest<'_>, owners: &Owners) -> Incoming {
        let fields = &request.shape.fields;
        let own = request.target.expect("who wants cells has a domain");
        let mut matches: Vec<(LevelledKind, Match)> = Vec::new();
        let kind_of = |field: &FieldShape| (field.point, field.sign, own.own_levels(field.levels));
        for field in fields {
            let kind = kind_of(field);
            if !matches.iter().any(|(known, _)| *known == kind) {
                let found = Match::new(self.cells_of(field), &kind.2, owners);
                matches.push((kind, found));
            }
        }
        let gaps: Vec<Arc<[BlockRun]>> =
            matches.iter().map(|(_, found)| found.gap_runs()).collect();
        let positions: Vec<usize> = fields
            .iter()
            .map(|field| {
                matches
                    .iter()
                    .position(|(known, _)| *known == kind_of(field))
                    .expect("each kind was matched")
            })
            .collect();
        Incoming {
            block: self.block,
            gaps: positions
                .iter()
                .map(|position| Arc::clone(&gaps[*position]))
                .collect(),
            parts: parts(
                matches.into_iter().map(|(_, found)| found).collect(),
                &positions,
                own,
            ),
        }
    }

    fn cells_of(&self, field: &FieldShape) -> &BlockCells {
        let known = self
            .kinds
            .iter()
            .find(|(kind, _)| *kind == (field.point, field.sign));
        &known.expect("each kind of field was asked for").1
    }
}

/// Sort what the matches found by owner.
fn parts(
    matches: Vec<Match>,
    positions: &[usize],
    own: &OwnedCells,
) -> BTreeMap<usize, IncomingPart> {
    let mut parts: BTreeMap<usize, IncomingPart> = BTreeMap::new();
    let count = matches.len();
    for (position, found) in matches.into_iter().enumerate() {
        for (owner, cells) in found.parts {
            let part = parts.entry(owner).or_default();
            part.cells.resize(count, PartCells::default());
            part.cells[position] = cells;
        }
    }
    for part in parts.values_mut() {
        part.first_level = own.level_range().start;
        part.fields = positions
            .iter()
            .map(|position| (*position, part.cells[*position].levels.clone()))
            .collect();
    }
    parts
}

impl Match {
    fn new(cells: &BlockCells, levels: &Range<usize>, owners: &Owners) -> Self {
        let mut found = Self::default();
        if levels.is_empty() {
            return found;
        }
        found.gaps.clone_from(&cells.outside);
        let mut absent = Vec::new();
        for demand in &cells.demands {
            absent.extend(found.take(demand, levels, owners));
        }
        if cells.mirrors.is_empty() {
            found.gaps.extend(absent);
        } else {
            found.take_from_mirrors(&cells.mirrors, joined(absent), levels, owners);
        }
        found.gaps = joined(std::mem::take(&mut found.gaps));
        found
    }

    /// Cells that nobody owns are taken from their mirrors, where they have one.
    fn take_from_mirrors(
        &mut self,
        mirrors: &[Demand],
        absent: Vec<Range<usize>>,
        levels: &Range<usize>,
        owners: &Owners,
    ) {
        let mut by_place: Vec<&Demand> = mirrors.iter().collect();
        by_place.sort_unstable_by_key(|mirror| mirror.shown().start);
        for missing in absent {
            let first = by_place.partition_point(|mirror| mirror.shown().end <= missing.start);
            let near: Vec<&&Demand> = by_place[first..]
                .iter()
                .take_while(|mirror| mirror.shown().start < missing.end)
                .collect();
            self.gaps.extend(uncovered(
                missing.clone(),
                near.iter().map(|mirror| mirror.shown()),
            ));
            for mirror in near {
                let part = mirror.showing(&common(&mirror.shown(), &missing));
                let lost = self.take(&part, levels, owners);
                self.gaps.extend(lost);
            }
        }
    }

    /// Take what anybody owns of a demand; return the block cells that nobody owns on any level.
    fn take(
        &mut self,
        demand: &Demand,
        levels: &Range<usize>,
        owners: &Owners,
    ) -> Vec<Range<usize>> {
        let on_levels = |run: &OwnedRun| !common(&run.levels, levels).is_empty();
        let runs: Vec<OwnedRun> = owners.within(&demand.cells()).filter(on_levels).collect();
        for run in &runs {
            let part = self.parts.entry(run.rank).or_default();
            part.levels = common(&run.levels, levels);
            push_local(
                &mut part.local,
                LocalRun {
                    start: run.local,
                    len: run.cells.len(),
                },
            );
            push_block(&mut part.block, demand.taking(&run.cells).run);
        }
        let absent = uncovered(demand.cells(), runs.iter().map(|run| run.cells.clone()));
        self.gaps
            .extend(partly_owned(demand, levels, &runs, &absent));
        absent
            .into_iter()
            .map(|cells| demand.taking(&cells).shown())
            .collect()
    }

    fn gap_runs(&self) -> Arc<[BlockRun]> {
        let runs = self.gaps.iter().map(|gap| BlockRun {
            start: gap.start,
            len: gap.len(),
            step: 1,
            flip: false,
        });
        runs.collect()
    }
}

/// Block cells that have an owner on some of the levels, but not on all. Only cubes have any.
fn partly_owned(
    demand: &Demand,
    levels: &Range<usize>,
    runs: &[OwnedRun],
    absent: &[Range<usize>],
) -> Vec<Range<usize>> {
    if runs
        .iter()
        .all(|run| run.levels.start <= levels.start && levels.end <= run.levels.end)
    {
        return Vec::new();
    }
    let mut cuts: Vec<usize> = runs
        .iter()
        .flat_map(|run| [run.levels.start, run.levels.end])
        .collect();
    cuts.push(levels.start);
    cuts.retain(|level| levels.contains(level));
    cuts.sort_unstable();
    cuts.dedup();
    let missing = cuts.into_iter().flat_map(|level| {
        let there = runs.iter().filter(move |run| run.levels.contains(&level));
        uncovered(demand.cells(), there.map(|run| run.cells.clone()))
    });
    let missing = joined(missing.collect());
    let partly = missing
        .into_iter()
        .flat_map(|missing| uncovered(missing, absent.iter().cloned()));
    partly
        .filter(|cells| !cells.is_empty())
        .map(|cells| demand.taking(&cells).shown())
        .collect()
}

fn push_local(runs: &mut Vec<LocalRun>, run: LocalRun) {
    match runs.last_mut() {
        Some(last) if last.start + last.len == run.start => last.len += run.len,
        _ => runs.push(run),
    }
}

fn push_block(runs: &mut Vec<BlockRun>, run: BlockRun) {
    if let Some(last) = runs.last_mut() {
        let next = if last.step > 0 {
            last.start.checked_add(last.len)
        } else {
            last.start.checked_sub(last.len)
        };
        if next == Some(run.start) && (last.step, last.flip) == (run.step, run.flip) {
            last.len += run.len;
            return;
        }
    }
    runs.push(run);
}

impl IncomingPart {
    /// Tell the owner: the lists of its cells, then for each field which list on which levels.
    pub(crate) fn write(&self, letter: &mut Words) {
        letter.push(self.cells.len());
        for PartCells { local, .. } in &self.cells {
            letter.push(local.len());
            letter.extend(local.iter().flat_map(|run| [run.start, run.len]));
        }
        letter.extend(
            self.fields
                .iter()
                .flat_map(|(cells, levels)| [*cells, levels.start, levels.end]),
        );
    }

    /// The message as this rank unpacks it.
    pub(crate) fn message(self, request: &PlanRequest<'_>, from: usize) -> ReceiveMessage {
        let runs: Vec<Arc<[BlockRun]>> = self
            .cells
            .iter()
            .map(|cells| cells.block.as_slice().into())
            .collect();
        let elements = self
            .fields
            .iter()
            .map(|(cells, levels)| levels.len() * count(&self.cells[*cells].local));
        let (offsets, bytes) = message_layout(request.shape.wire, elements);
        let fields = self
            .fields
            .iter()
            .zip(offsets)
            .map(|((cells, levels), offset)| FieldReceive {
                offset,
                runs: Arc::clone(&runs[*cells]),
                levels: own_numbers(levels, self.first_level),
            });
        ReceiveMessage {
            from,
            bytes,
            fields: fields.collect(),
        }
    }
}

impl SendMessage {
    /// Read what a receiver wants of this rank's cells.
    pub(crate) fn read(request: &PlanRequest<'_>, to: usize, words: &mut WordReader<'_>) -> Self {
        let own = request.source.expect("only owners are asked for cells");
        let lists: Vec<Arc<[LocalRun]>> = (0..words.next())
            .map(|_| {
                let runs = (0..words.next()).map(|_| {
                    let [start, len] = words.take();
                    LocalRun { start, len }
                });
                runs.collect()
            })
            .collect();
        let wanted: Vec<(Arc<[LocalRun]>, Range<usize>)> = (0..request.shape.fields.len())
            .map(|_| {
                let [list, first, end] = words.take();
                (Arc::clone(&lists[list]), first..end)
            })
            .collect();
        let (offsets, bytes) = message_layout(
            request.shape.wire,
            wanted
                .iter()
                .map(|(runs, levels)| levels.len() * count(runs)),
        );
        let first_level = own.level_range().start;
        let fields = wanted.into_iter().zip(offsets);
        let fields = fields.map(|((runs, levels), offset)| FieldSend {
            offset,
            runs,
            levels: own_numbers(&levels, first_level),
        });
        Self {
            to,
            bytes,
            fields: fields.collect(),
        }
    }
}

fn count(runs: &[LocalRun]) -> usize {
    runs.iter().map(|run| run.len).sum()
}

/// Levels of a field as an array counts them whose first is `first`.
fn own_numbers(levels: &Range<usize>, first: usize) -> Range<usize> {
    levels.start.saturating_sub(first)..levels.end.saturating_sub(first)
}
