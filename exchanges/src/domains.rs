//! The domains of a job: who has a part of which grid.

use crate::{
    grid::Grid,
    matching::Wanted,
    owners::OwnedBox,
    partition::{OwnedCells, Rectangle},
    plan::PlanRequest,
    ranges::joined,
};
use std::{ops::Range, sync::Arc};

/// The part of the ranks of one component on one grid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Domain<'a> {
    pub(crate) component: &'a str,
    pub(crate) grid: &'a Arc<Grid>,
    /// Own cells of this rank, if it is of the component.
    pub(crate) own: Option<&'a OwnedCells>,
}

impl Domain<'_> {
    /// This rank's own cells as rectangles; none if they are too many to tell everybody.
    pub(crate) fn boxes(&self, rank: usize) -> Option<Vec<OwnedBox>> {
        let own = self.own?;
        let boxes = own.boxes(self.grid.nx)?;
        Some(crate::owners::boxes(boxes, rank, 0, own.level_range()).collect())
    }
}

/// All domains of a job, in the same order on all ranks, and for each exchange the domains of its two sides.
#[derive(Debug, Clone)]
pub(crate) struct Domains<'a> {
    pub(crate) all: Vec<Domain<'a>>,
    sides: Vec<[usize; 2]>,
    /// For each exchange, whether ranks of its target may receive the same cell.
    shares_targets: Vec<bool>,
}

impl<'a> Domains<'a> {
    pub(crate) fn of(requests: &[PlanRequest<'a>]) -> Self {
        let mut domains = Self {
            all: Vec::new(),
            sides: Vec::with_capacity(requests.len()),
            shares_targets: requests
                .iter()
                .map(|request| request.shares_targets)
                .collect(),
        };
        for request in requests {
            let grid = &request.shape.grid;
            let source = domains.add(request.source_component, grid, request.source);
            let target = domains.add(request.target_component, grid, request.target);
            domains.sides.push([source, target]);
        }
        domains
    }

    /// Whether each cell of a domain must have one owner: some exchange leaves from it, or does not share its targets.
    pub(crate) fn is_disjoint(&self, number: usize) -> bool {
        let mut sides = self.sides.iter().zip(&self.shares_targets);
        sides.any(|([source, target], shares)| *source == number || (*target == number && !shares))
    }

    /// Position of a domain, new or known.
    fn add(
        &mut self,
        component: &'a str,
        grid: &'a Arc<Grid>,
        own: Option<&'a OwnedCells>,
    ) -> usize {
        let same = |domain: &Domain<'_>| domain.component == component && domain.grid == grid;
        let Some(known) = self.all.iter().position(same) else {
            self.all.push(Domain {
                component,
                grid,
                own,
            });
            return self.all.len() - 1;
        };
        let domain = &mut self.all[known];
        let same = domain.own.is_none() || own.is_none() || domain.own == own;
        assert!(
            same,
            "a rank of component '{component}' has two domains on grid '{}'",
            grid.name
        );
        domain.own = domain.own.or(own);
        known
    }

    pub(crate) const fn count(&self) -> usize {
        self.all.len()
    }

    pub(crate) const fn exchanges(&self) -> usize {
        self.sides.len()
    }

    /// Position of the domain that an exchange takes its cells from.
    pub(crate) fn source(&self, exchange: usize) -> usize {
        self.sides[exchange][0]
    }

    /// Position of the domain that an exchange gives its cells to.
    pub(crate) fn target(&self, exchange: usize) -> usize {
        self.sides[exchange][1]
    }

    /// For each domain the rectangles whose owners this rank needs to know, each once.
    pub(crate) fn questions(&self, wanted: &[Option<Wanted>]) -> Vec<Vec<Rectangle>> {
        let mut questions = vec![Vec::new(); self.count()];
        for (exchange, wanted) in wanted.iter().enumerate() {
            let all: &mut Vec<Rectangle> = &mut questions[self.source(exchange)];
            all.extend(wanted.iter().flat_map(Wanted::rectangles));
        }
        for question in &mut questions {
            question.sort_unstable_by_key(|asked| (asked.j, asked.i, asked.nj, asked.ni));
            question.dedup();
        }
        questions
    }
}

/// Rectangles of a grid of `nx` columns as cells, each once, in their order.
pub(crate) fn as_ranges(rectangles: &[Rectangle], nx: usize) -> Vec<Range<usize>> {
    let ranges = rectangles.iter().flat_map(|asked| asked.ranges(nx));
    joined(ranges.collect())
}
