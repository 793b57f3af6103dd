//! From the cells that a receiver needs, and their owners, to the parts of messages.

use crate::{
    demand::{BlockCells, Demand, Mirror},
    grid::{PointKind, Sign},
    halo::{block_cells, block_shape},
    owners::{OwnedBox, Owners},
    partition::{OwnedCells, Rectangle},
    parts::{IncomingPart, PartCells, Piece},
    plan::{BlockRun, BlockShape, ExchangeShape, FieldShape, PlanRequest},
    ranges::{common, joined, uncovered},
    rectangles,
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// What a rank needs of one exchange. Fields of one point kind and sign need the same cells.
#[derive(Debug)]
pub(crate) struct Wanted {
    block: BlockShape,
    /// Each kind of field with its position in `cells`: away from a fold all kinds need the same.
    kinds: Vec<((PointKind, Sign), usize)>,
    cells: Vec<BlockCells>,
}

/// What a rank receives in one exchange.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) block: BlockShape,
    pub(crate) gaps: Vec<Arc<[BlockRun]>>,
    /// For each owner its part.
    pub(crate) parts: BTreeMap<usize, IncomingPart>,
}

/// Fields that need the same cells on the same levels have the same owners.
type LevelledCells = (usize, Range<usize>);

/// Some cells on some levels: what comes from whom, and what from nobody.
#[derive(Debug, Default)]
struct Match {
    parts: BTreeMap<usize, PartCells>,
    gaps: Vec<Range<usize>>,
}

impl Wanted {
    pub(crate) fn new(shape: &ExchangeShape, own: &OwnedCells) -> Self {
        let mut wanted = Self {
            block: block_shape(own, shape.halo),
            kinds: Vec::new(),
            cells: Vec::new(),
        };
        for field in &shape.fields {
            let kind = (field.point, field.sign);
            if wanted.kinds.iter().any(|(known, _)| *known == kind) {
                continue;
            }
            let cells = block_cells(&shape.grid, own, shape.halo, *field);
            let known = wanted.cells.iter().position(|known| *known == cells);
            let position = known.unwrap_or_else(|| {
                wanted.cells.push(cells);
                wanted.cells.len() - 1
            });
            wanted.kinds.push((kind, position));
        }
        wanted
    }

    /// All rectangles of the grid that any field may need.
    pub(crate) fn rectangles(&self) -> impl Iterator<Item = Rectangle> {
        self.cells.iter().flat_map(BlockCells::rectangles)
    }

    /// Find the owners of all cells.
    pub(crate) fn matched(&self, request: &PlanRequest<'_>, owners: &Owners) -> Incoming {
        let own = request.target.expect("who wants cells has a domain");
        let mut matches: Vec<(LevelledCells, Match)> = Vec::new();
        let mut positions = Vec::new();
        for field in &request.shape.fields {
            let needed = (self.cells_of(field), own.own_levels(field.levels));
            let known = matches.iter().position(|(known, _)| *known == needed);
            positions.push(known.unwrap_or_else(|| {
                let found = Match::new(&self.cells[needed.0], &needed.1, owners);
                matches.push((needed, found));
                matches.len() - 1
            }));
        }
        let gaps: Vec<Arc<[BlockRun]>> =
            matches.iter().map(|(_, found)| found.gap_runs()).collect();
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

    /// Position of the cells that a field needs.
    fn cells_of(&self, field: &FieldShape) -> usize {
        let kind = (field.point, field.sign);
        let known = self.kinds.iter().find(|(known, _)| *known == kind);
        known.expect("each kind of field has its cells").1
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
        mirrors: &[Mirror],
        absent: Vec<Range<usize>>,
        levels: &Range<usize>,
        owners: &Owners,
    ) {
        let mut by_place: Vec<&Mirror> = mirrors.iter().collect();
        by_place.sort_unstable_by_key(|mirror| mirror.shown().start);
        for missing in absent {
            let first = by_place.partition_point(|mirror| mirror.shown().end <= missing.start);
            let near: Vec<&&Mirror> = by_place[first..]
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
        let mut owned = owners.within(&demand.cells);
        owned.retain(|owned| !common(&owned.levels, levels).is_empty());
        for owned in &owned {
            let part = self.parts.entry(owned.rank).or_default();
            part.levels = common(&owned.levels, levels);
            part.push(Piece::new(owned, &demand.taking(owned.cells)));
        }
        let is_whole =
            |owned: &OwnedBox| owned.levels.start <= levels.start && levels.end <= owned.levels.end;
        let all_levels = owned.iter().all(is_whole);
        let count: usize = owned.iter().map(|owned| owned.cells.cells()).sum();
        if all_levels && count == demand.cells.cells() {
            // Whole boxes share no cell: as many as there are wanted are all of them.
            return Vec::new();
        }
        let parts: Vec<Rectangle> = owned.iter().map(|owned| owned.cells).collect();
        let absent = rectangles::uncovered(&demand.cells, &parts);
        if !all_levels {
            self.gaps
                .extend(partly_owned(demand, levels, &owned, &absent));
        }
        shown(demand, absent)
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

/// The block cells that show some of the cells of a demand.
fn shown(demand: &Demand, cells: Vec<Rectangle>) -> Vec<Range<usize>> {
    cells
        .into_iter()
        .flat_map(|cells| demand.taking(cells).shown())
        .collect()
}

/// Block cells that have an owner on some of the levels, but not on all. Only cubes have any.
fn partly_owned(
    demand: &Demand,
    levels: &Range<usize>,
    owned: &[OwnedBox],
    absent: &[Rectangle],
) -> Vec<Range<usize>> {
    let mut cuts: Vec<usize> = owned
        .iter()
        .flat_map(|owned| [owned.levels.start, owned.levels.end])
        .collect();
    cuts.push(levels.start);
    cuts.retain(|level| levels.contains(level));
    cuts.sort_unstable();
    cuts.dedup();
    let missing = cuts.into_iter().flat_map(|level| {
        let there = owned.iter().filter(|owned| owned.levels.contains(&level));
        let there: Vec<Rectangle> = there.map(|owned| owned.cells).collect();
        rectangles::uncovered(&demand.cells, &there)
    });
    let partly = missing.flat_map(|missing| {
        let nowhere: Vec<Rectangle> = absent
            .iter()
            .filter_map(|absent| absent.common(&missing))
            .collect();
        rectangles::uncovered(&missing, &nowhere)
    });
    shown(demand, partly.collect())
}
