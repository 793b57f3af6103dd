//! What a receiver wants beyond its own cells: a halo, on the grid whose edges it knows.
//!
//! Where the experiment file says nothing of halos, as a namcouple does, the receiver says it with its variable; all
//! ranks then complete the exchange alike.

use crate::{code::Code, convert, error::Error};
use halocline_configs::{CouplingSpec, ExchangeSpec};
use halocline_exchanges::grid::{EdgeI, EdgeJ, FoldRow, Grid, Pivot, PointKind, Sign};

/// The grid and the halo that a receiver wants for a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wish {
    /// Cells along i.
    pub nx: usize,
    /// Cells along j.
    pub ny: usize,
    /// Edges in the west and east.
    pub edge_i: EdgeI,
    /// Edges in the south and north.
    pub edge_j: EdgeJ,
    /// Width of the halo around the own cells.
    pub halo: usize,
    /// Where in its cell the field lives, for a fold.
    pub point: PointKind,
    /// Whether it changes sign across a fold.
    pub sign: Sign,
}

const EDGES_J: [EdgeJ; 8] = [
    EdgeJ::Closed,
    EdgeJ::Cyclic,
    EdgeJ::NorthFold {
        pivot: Pivot::T,
        row: FoldRow::Mirrored,
    },
    EdgeJ::NorthFold {
        pivot: Pivot::T,
        row: FoldRow::Owned,
    },
    EdgeJ::NorthFold {
        pivot: Pivot::F,
        row: FoldRow::Mirrored,
    },
    EdgeJ::NorthFold {
        pivot: Pivot::F,
        row: FoldRow::Owned,
    },
    EdgeJ::SouthFold { pivot: Pivot::T },
    EdgeJ::SouthFold { pivot: Pivot::F },
];
const EDGES_I: [EdgeI; 2] = [EdgeI::Closed, EdgeI::Cyclic];
const POINTS: [PointKind; 4] = [PointKind::T, PointKind::U, PointKind::V, PointKind::F];
const SIGNS: [Sign; 2] = [Sign::Scalar, Sign::Vector];

/// Numbers that one rank tells the others.
pub(crate) const WORDS: usize = 4;

impl Wish {
    /// Say it in numbers; all are 0 where there is no wish.
    pub(crate) fn words(wish: Option<&Self>) -> [usize; WORDS] {
        let Some(wish) = wish else {
            return [0; WORDS];
        };
        let mut code = place(&EDGES_J, &wish.edge_j);
        code = code * EDGES_I.len() + place(&EDGES_I, &wish.edge_i);
        code = code * POINTS.len() + place(&POINTS, &wish.point);
        code = code * SIGNS.len() + place(&SIGNS, &wish.sign);
        [wish.nx, wish.ny, wish.halo, code + 1]
    }

    /// Read what [`Wish::words`] said.
    pub(crate) fn read([nx, ny, halo, code]: [usize; WORDS]) -> Option<Self> {
        let mut code = code.checked_sub(1)?;
        let mut next = |choices: usize| {
            let choice = code % choices;
            code /= choices;
            choice
        };
        let (sign, point) = (SIGNS[next(SIGNS.len())], POINTS[next(POINTS.len())]);
        let (edge_i, edge_j) = (EDGES_I[next(EDGES_I.len())], EDGES_J[next(EDGES_J.len())]);
        Some(Self {
            nx,
            ny,
            edge_i,
            edge_j,
            halo,
            point,
            sign,
        })
    }

    /// The grid that the cells of the exchange count on.
    pub(crate) fn grid(&self, name: &str) -> Grid {
        Grid {
            name: name.to_owned(),
            nx: self.nx,
            ny: self.ny,
            edge_i: self.edge_i,
            edge_j: self.edge_j,
        }
    }

    /// Number of cells of that grid.
    pub(crate) const fn cells(&self) -> usize {
        self.nx * self.ny
    }

    /// Complete an exchange: cells outside closed edges, and those that nobody sends, hold 0.
    pub(crate) fn complete(&self, exchange: &mut ExchangeSpec) {
        exchange.halo = self.halo;
        exchange.fill = 0.0;
    }

    /// Whether the sender counts the same cells: `variables` are all cells of its grid and the first beyond its own.
    pub(crate) fn check_sender(
        &self,
        spec: &CouplingSpec,
        exchange: &ExchangeSpec,
        variables: Option<(Option<usize>, usize)>,
    ) -> Result<(), Error> {
        let found = match variables {
            Some((Some(total), _)) if total != self.cells() => {
                format!("the sender's grid {total} cells")
            }
            Some((_, end)) if end > self.cells() => format!("and the sender has cell {}", end - 1),
            Some(_) => return Ok(()),
            None => {
                let name = spec.source_grid(exchange).unwrap_or_default();
                match spec.grids.get(name).map(|grid| convert::grid(name, grid)) {
                    Some(grid) if [grid.nx, grid.ny] != [self.nx, self.ny] => {
                        format!(
                            "grid '{name}' of the experiment file {} x {}",
                            grid.nx, grid.ny
                        )
                    }
                    _ => return Ok(()),
                }
            }
        };
        Err(Error::new(
            Code::Partition,
            format!(
                "exchange '{}': the receiver's grid has {} x {} cells, {found}",
                exchange.name, self.nx, self.ny
            ),
            "the same cells on both sides",
            "correct the number of points that the receiver passes (`npts` of a tunnel's grid), or the sender's partition",
        ))
    }
}

fn place<T: PartialEq>(choices: &[T], choice: &T) -> usize {
    choices
        .iter()
        .position(|known| known == choice)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_was_said() {
        assert_eq!(Wish::read(Wish::words(None)), None);
        for edge_j in EDGES_J {
            for edge_i in EDGES_I {
                for point in POINTS {
                    for sign in SIGNS {
                        let wish = Wish {
                            nx: 12,
                            ny: 10,
                            edge_i,
                            edge_j,
                            halo: 7,
                            point,
                            sign,
                        };
                        assert_eq!(Wish::read(Wish::words(Some(&wish))), Some(wish));
                    }
                }
            }
        }
    }
}
