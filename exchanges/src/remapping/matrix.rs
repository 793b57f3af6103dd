//! The weights of the target cells that a rank owns, and their product with source values.

use crate::{
    rows::{Convert, Element},
    view::{Elements, ElementsMut, Layout, ViewMut},
};

/// Links from source cells to own target cells, in any order.
///
/// Several sets of weights are for several source fields: the first for the values, further ones for their gradients.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// Number of weights of each link, at least 1.
    pub sets: usize,
    /// For each link its source cell, counted from 0 over the source grid.
    pub sources: Vec<usize>,
    /// For each link its target cell, counted from 0 over this rank's array.
    pub targets: Vec<usize>,
    /// For each link its weights, `sets` of them, one link after the other.
    pub weights: Vec<f64>,
}

/// A sparse matrix: a row for each own target cell, in each row its links by source cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    sets: usize,
    /// Source cells that have a link, ascending.
    sources: Vec<usize>,
    /// Where the links of each row begin; one more than there are rows.
    starts: Vec<usize>,
    /// For each link the position of its source cell in `sources`.
    columns: Vec<u32>,
    /// For each link its weights.
    weights: Vec<f64>,
}

/// Levels that are summed together, so that weights and columns are read once for all of them.
const LEVELS_TOGETHER: usize = 4;

impl Matrix {
    /// Sort links into rows of `targets` own cells. Links between the same two cells stay in their order.
    ///
    /// # Panics
    /// When the lists of links are of different lengths, a target is beyond `targets`, or this rank needs more source
    /// cells than 32 bits count.
    #[must_use]
    pub fn new(links: &Links, targets: usize) -> Self {
        let Links {
            sets,
            sources: from,
            targets: to,
            weights,
        } = links;
        let (sets, count) = (*sets, from.len());
        assert!(
            sets > 0 && to.len() == count && weights.len() == sets * count,
            "each link has a source, a target and {sets} weights"
        );
        let mut sources = from.clone();
        sources.sort_unstable();
        sources.dedup();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|link| (to[*link], from[*link]));
        let column = |link: &usize| {
            let position = sources.partition_point(|cell| *cell < from[*link]);
            u32::try_from(position).expect("one rank needs less than 2^32 source cells")
        };
        let columns = order.iter().map(column).collect();
        let weights = order
            .iter()
            .flat_map(|link| weights[link * sets..][..sets].iter().copied())
            .collect();
        let mut starts = vec![0; targets + 1];
        to.iter().for_each(|target| starts[target + 1] += 1);
        (0..targets).for_each(|row| starts[row + 1] += starts[row]);
        Self {
            sets,
            sources,
            starts,
            columns,
            weights,
        }
    }

    /// The source cells that have a link, ascending: what [`crate::partition::OwnedCells::asked`] is made of.
    #[must_use]
    pub fn sources(&self) -> &[usize] {
        &self.sources
    }

    /// Number of weights of each link, and of source fields for each target field.
    #[must_use]
    pub const fn sets(&self) -> usize {
        self.sets
    }

    /// Number of own target cells.
    #[must_use]
    pub const fn targets(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of links.
    #[must_use]
    pub const fn links(&self) -> usize {
        self.columns.len()
    }

    /// Whether an own target cell has a link.
    #[must_use]
    pub fn has_links(&self, target: usize) -> bool {
        self.starts[target] < self.starts[target + 1]
    }

    /// Write the target values: sums in double precision, `fill` in cells without a link.
    ///
    /// `from` has the axes (set, level, source), source fastest, as the block of an exchange has them. `to` has the axes
    /// (i, j, level), with any extents (i, j) that have the own target cells. No allocation.
    ///
    /// # Panics
    /// When `to` has other cells, or `from` is too short.
    pub fn apply(&self, from: Elements<'_>, fill: f64, to: &mut ViewMut<'_>) {
        let layout = to.layout;
        let [ni, nj, levels] = layout.shape;
        let targets = self.targets();
        assert!(
            ni * nj == targets,
            "an array of {ni} x {nj} cells where the own cells are {targets}"
        );
        match (from, &mut to.elements) {
            (Elements::F32(from), ElementsMut::F32(to)) => {
                self.each_level(from, levels, fill, layout, to);
            }
            (Elements::F32(from), ElementsMut::F64(to)) => {
                self.each_level(from, levels, fill, layout, to);
            }
            (Elements::F64(from), ElementsMut::F32(to)) => {
                self.each_level(from, levels, fill, layout, to);
            }
            (Elements::F64(from), ElementsMut::F64(to)) => {
                self.each_level(from, levels, fill, layout, to);
            }
        }
    }

    fn each_level<From: Convert<f64>, To: Element>(
        &self,
        from: &[From],
        levels: usize,
        fill: f64,
        layout: Layout,
        to: &mut [To],
    ) {
        let from = &from[..self.sets * levels * self.sources.len()];
        let mut level = 0;
        while level + LEVELS_TOGETHER <= levels {
            self.some_levels::<LEVELS_TOGETHER, _, _>(from, [level, levels], fill, layout, to);
            level += LEVELS_TOGETHER;
        }
        while level < levels {
            self.some_levels::<1, _, _>(from, [level, levels], fill, layout, to);
            level += 1;
        }
    }

    /// `LEVELS` levels from `level` on, of `levels`.
    fn some_levels<const LEVELS: usize, From: Convert<f64>, To: Element>(
        &self,
        from: &[From],
        [level, levels]: [usize; 2],
        fill: f64,
        layout: Layout,
        to: &mut [To],
    ) {
        let [ni, nj, _] = layout.shape;
        let [along_i, along_j, along_level] = layout.strides;
        let first = layout.origin.cast_signed() + level.cast_signed() * along_level;
        for j in 0..nj {
            let row = first + j.cast_signed() * along_j;
            for i in 0..ni {
                let target = j * ni + i;
                let values = if self.has_links(target) {
                    self.sums::<LEVELS, _>(from, [level, levels], target)
                } else {
                    [fill; LEVELS]
                };
                let place = row + i.cast_signed() * along_i;
                for (value, together) in values.into_iter().zip(0..) {
                    to[(place + together * along_level).cast_unsigned()] = To::from_double(value);
                }
            }
        }
    }

    /// The sums of one target cell: link after link, of each its weights one after the other.
    #[inline]
    fn sums<const LEVELS: usize, From: Convert<f64>>(
        &self,
        from: &[From],
        [level, levels]: [usize; 2],
        target: usize,
    ) -> [f64; LEVELS] {
        let (sets, sources) = (self.sets, self.sources.len());
        let links = self.starts[target]..self.starts[target + 1];
        let weights = self.weights[links.start * sets..links.end * sets].chunks_exact(sets);
        let mut sums = [0.0; LEVELS];
        for (column, weights) in self.columns[links].iter().zip(weights) {
            let first = level * sources + *column as usize;
            for (set, weight) in weights.iter().enumerate() {
                let first = first + set * levels * sources;
                for (together, sum) in sums.iter_mut().enumerate() {
                    *sum += weight * from[first + together * sources].convert();
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(list: &[(usize, usize, f64)]) -> Links {
        Links {
            sets: 1,
            sources: list.iter().map(|link| link.0).collect(),
            targets: list.iter().map(|link| link.1).collect(),
            weights: list.iter().map(|link| link.2).collect(),
        }
    }

    fn applied(matrix: &Matrix, from: &[f64], levels: usize) -> Vec<f64> {
        let mut to = vec![0.0; matrix.targets() * levels];
        let mut view = ViewMut {
            layout: Layout::contiguous([matrix.targets(), 1, levels]),
            elements: ElementsMut::F64(&mut to),
        };
        matrix.apply(Elements::F64(from), -1.0, &mut view);
        to
    }

    #[test]
    fn targets_are_weighted_sums_of_the_sources_they_are_linked_to() {
        let matrix = Matrix::new(
            &links(&[(9, 1, 0.25), (4, 1, 0.75), (4, 0, 2.0), (1, 3, 1.0)]),
            4,
        );
        assert_eq!(matrix.sources(), [1, 4, 9]);
        // Two levels of the sources 1, 4, 9; target 2 has no link.
        let values = applied(&matrix, &[1.0, 10.0, 100.0, 2.0, 20.0, 200.0], 2);
        let expected = [20.0, 32.5, -1.0, 1.0, 40.0, 65.0, -1.0, 2.0];
        assert_eq!(values, expected);
    }

    #[test]
    fn the_order_of_the_links_in_the_file_does_not_change_a_bit() {
        let list = [(0, 0, 1e16), (1, 0, 1.0), (2, 0, -1e16), (3, 0, 0.1)];
        let mut backwards = list;
        backwards.reverse();
        let values = [1.0; 4];
        let forth = applied(&Matrix::new(&links(&list), 1), &values, 1);
        assert_eq!(
            forth,
            applied(&Matrix::new(&links(&backwards), 1), &values, 1)
        );
        assert_eq!(forth, [((1e16 + 1.0) - 1e16) + 0.1]);
    }

    #[test]
    fn further_sets_of_weights_take_gradients() {
        let two = Links {
            sets: 2,
            sources: vec![5, 6],
            targets: vec![0, 0],
            weights: vec![0.5, 10.0, 0.25, 100.0],
        };
        // Values on two levels, then gradients on two levels.
        let from = [8.0, 4.0, 16.0, 8.0, 1.0, 2.0, 3.0, 4.0];
        let values = applied(&Matrix::new(&two, 1), &from, 2);
        assert_eq!(values, [4.0 + 10.0 + 1.0 + 200.0, 8.0 + 30.0 + 2.0 + 400.0]);
    }

    #[test]
    fn many_levels_and_strided_targets_get_the_values_of_single_levels() {
        let list: Vec<_> = (0..40)
            .map(|link| (link * 7 % 13, link % 6, 0.1 + link as f64))
            .collect();
        let matrix = Matrix::new(&links(&list), 6);
        let (levels, sources) = (7, matrix.sources().len());
        let from: Vec<f32> = (0..levels * sources).map(|at| at as f32 * 0.37).collect();
        // Level fastest, i backwards, a gap after each row.
        let layout = Layout {
            shape: [3, 2, levels],
            strides: [-7, 28, 1],
            origin: 14,
        };
        let mut to = vec![0.0; 28 + 21];
        let mut view = ViewMut {
            layout,
            elements: ElementsMut::F64(&mut to),
        };
        matrix.apply(Elements::F32(&from), 0.0, &mut view);
        for level in 0..levels {
            let one: Vec<f64> = from[level * sources..][..sources]
                .iter()
                .map(|value| f64::from(*value))
                .collect();
            let alone = applied(&matrix, &one, 1);
            for (target, value) in alone.iter().enumerate() {
                let (i, j) = (target % 3, target / 3);
                assert_eq!(to[14 - 7 * i + 28 * j + level], *value);
            }
        }
    }
}
