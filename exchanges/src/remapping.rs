//! Remapping with given weights: each target cell is a weighted sum of source cells.
//!
//! ```text
//! links (source, target, weights)          from a file, of the cells that this rank owns
//!   --Remapping::new-->  sources           the source cells that must be brought here, each once, ascending
//!                        runs of links     one for each own cell, in the order of its sources
//!   --apply-->           target values     summed link by link, from left to right
//! ```
//!
//! A target cell is summed by the rank that owns it, in an order that is the file's alone: the same bits on any number of
//! ranks, however either grid is cut. A cell without links gets 0.

use std::fmt;

/// One link: how much a source cell counts for a target cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Cell of the source grid, from 0.
    pub source: usize,
    /// Cell of the target grid, from 0.
    pub target: usize,
}

/// Links with their weights, in the order of their file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// The links.
    pub links: Vec<Link>,
    /// Weights, shape (link, weight), weight fastest: one a link, or more for methods with gradients.
    pub weights: Vec<f64>,
    /// Number of weights of each link, at least 1.
    pub weights_per_link: usize,
}

/// Why links do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemappingError {
    /// There are not as many weights as the links have.
    Weights {
        /// Number of weights.
        found: usize,
        /// Number of links times weights of each.
        expected: usize,
    },
    /// A link leads to a cell that this rank does not own.
    Target(usize),
    /// A cell is owned twice.
    OwnedTwice(usize),
}

impl fmt::Display for RemappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weights { found, expected } => {
                write!(f, "{found} weights for links that have {expected}")
            }
            Self::Target(cell) => write!(f, "a link to cell {cell}, which is not owned here"),
            Self::OwnedTwice(cell) => write!(f, "cell {cell} is owned twice"),
        }
    }
}

impl std::error::Error for RemappingError {}

/// The links of the cells that one rank owns, ready to be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Remapping {
    sources: Vec<usize>,
    /// Of each own cell, in their order, the first of its links; then the number of links.
    first_link: Vec<usize>,
    /// Position among `sources` of each link.
    source_of_link: Vec<usize>,
    /// Shape (weight, link), link fastest: what `apply` reads lies together.
    weights: Vec<f64>,
    weights_per_link: usize,
}

impl Remapping {
    /// Order the links of own cells.
    ///
    /// `own` are the target cells of this rank, from 0, in the order of its array. All links lead to these.
    ///
    /// # Errors
    /// Links to other cells, weights that are not as many as the links have, and cells that are owned twice.
    pub fn new(own: &[usize], links: &Links) -> Result<Self, RemappingError> {
        let count = links.links.len();
        let expected = count * links.weights_per_link;
        if links.weights.len() != expected || links.weights_per_link == 0 {
            let found = links.weights.len();
            return Err(RemappingError::Weights { found, expected });
        }
        let own = Own::new(own)?;
        let mut order = Vec::with_capacity(count);
        for (number, link) in links.links.iter().enumerate() {
            let cell = own
                .position(link.target)
                .ok_or(RemappingError::Target(link.target))?;
            order.push((cell, link.source, number));
        }
        // Two links between the same cells stay in the order of the file.
        order.sort_unstable();
        let mut sources: Vec<usize> = links.links.iter().map(|link| link.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let source_of_link = order
            .iter()
            .map(|(_, source, _)| sources.partition_point(|other| other < source));
        Ok(Self {
            first_link: first_links(own.count(), order.iter().map(|(cell, ..)| *cell)),
            source_of_link: source_of_link.collect(),
            weights: (0..links.weights_per_link)
                .flat_map(|weight| {
                    order.iter().map(move |(.., number)| {
                        links.weights[number * links.weights_per_link + weight]
                    })
                })
                .collect(),
            weights_per_link: links.weights_per_link,
            sources,
        })
    }

    /// The source cells whose values must be here, from 0, ascending, each once.
    #[must_use]
    pub fn sources(&self) -> &[usize] {
        &self.sources
    }

    /// Number of weights of each link: as many arrays does [`apply`](Self::apply) need.
    #[must_use]
    pub fn weights_per_link(&self) -> usize {
        self.weights_per_link
    }

    /// Number of target cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.first_link.len() - 1
    }

    /// Sum one level: `values[0]` are the values at [`sources`](Self::sources), in their order; with more than one
    /// weight a link, `values[1]` and so on their gradients. `remapped` are the own cells, in their order.
    ///
    /// Arrays for which there is no weight, and weights for which there is no array, do not count. Allocates nothing.
    ///
    /// # Panics
    /// When an array is shorter than the sources, or `remapped` is not as long as the own cells.
    pub fn apply(&self, values: &[&[f64]], remapped: &mut [f64]) {
        assert_eq!(remapped.len(), self.cells(), "one value for each own cell");
        let links = self.source_of_link.len();
        remapped.fill(0.0);
        for (order, values) in values.iter().enumerate().take(self.weights_per_link) {
            let weights = &self.weights[order * links..(order + 1) * links];
            for (cell, sum) in remapped.iter_mut().enumerate() {
                let run = self.first_link[cell]..self.first_link[cell + 1];
                for (source, weight) in self.source_of_link[run.clone()].iter().zip(&weights[run]) {
                    *sum += weight * values[*source];
                }
            }
        }
    }
}

/// Positions of own cells.
struct Own {
    /// Cell and position, ascending.
    sorted: Vec<(usize, usize)>,
}

impl Own {
    fn new(own: &[usize]) -> Result<Self, RemappingError> {
        let mut sorted: Vec<(usize, usize)> = own.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(RemappingError::OwnedTwice(pair[0].0)),
            None => Ok(Self { sorted }),
        }
    }

    fn count(&self) -> usize {
        self.sorted.len()
    }

    fn position(&self, cell: usize) -> Option<usize> {
        let at = self
            .sorted
            .binary_search_by_key(&cell, |(cell, _)| *cell)
            .ok()?;
        Some(self.sorted[at].1)
    }
}

/// Where the links of each cell begin, of links in the order of their cells.
fn first_links(cells: usize, of_links: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut first = vec![0; cells + 1];
    of_links.for_each(|cell| first[cell + 1] += 1);
    (1..=cells).for_each(|cell| first[cell] += first[cell - 1]);
    first
}
