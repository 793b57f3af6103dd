//! Weights of a remapping: files of SCRIP, and of ESMF and xESMF. Each rank keeps the links of its own cells only.
//!
//! | | SCRIP, as OASIS writes it | ESMF, xESMF |
//! |---|---|---|
//! | source cell, from 1 | `src_address(num_links)` | `col(n_s)` |
//! | target cell, from 1 | `dst_address(num_links)` | `row(n_s)` |
//! | weights | `remap_matrix(num_links, num_wgts)` | `S(n_s)` |

use crate::{
    error::{FileError, FileErrorKind},
    variable::{OpenFile, Variable},
};
use halocline_configs::BadWeights;
use std::{ops::Range, path::Path};

/// Links that are looked at together: all that is held of those that others own.
const LINKS_AT_ONCE: usize = 1 << 18;

/// Names of the variables of a format: target cells, source cells, weights.
const SCRIP: [&str; 3] = ["dst_address", "src_address", "remap_matrix"];
const ESMF: [&str; 3] = ["row", "col", "S"];

/// What is read of a file of weights.
#[derive(Debug, Clone, Copy)]
pub struct WeightsOf<'a> {
    /// The file.
    pub file: &'a Path,
    /// Number of cells of the source grid.
    pub source_cells: usize,
    /// Number of cells of the target grid.
    pub target_cells: usize,
    /// What is done with links to cells that the grids do not have, and with weights that are no numbers.
    pub bad: BadWeights,
}

/// The links of own target cells, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// Source cells, from 0.
    pub sources: Vec<usize>,
    /// Target cells, from 0.
    pub targets: Vec<usize>,
    /// Weights, shape (link, weight), weight fastest.
    pub values: Vec<f64>,
    /// Number of weights of each link.
    pub weights_per_link: usize,
    /// Links that were left out because they are bad; those of cells that others own may be among them.
    pub left_out: usize,
}

/// Read the links of the target cells that `is_own` tells, cells counted from 0.
///
/// The file is read in pieces; of pieces without own cells, only the target cells.
///
/// # Errors
/// The file is missing or has neither format, or holds bad weights and `bad` is [`BadWeights::Error`].
pub fn read_weights(
    of: WeightsOf<'_>,
    is_own: impl Fn(usize) -> bool,
) -> Result<Weights, FileError> {
    let open = OpenFile::open(of.file)?;
    let [targets, sources, values] = variables(&open, of.file)?;
    let links = number_of_links(&targets, &sources, &values)?;
    let mut weights = Weights {
        weights_per_link: values.shape().get(1).copied().unwrap_or(1),
        ..Weights::default()
    };
    for first in (0..links).step_by(LINKS_AT_ONCE) {
        let piece = first..links.min(first + LINKS_AT_ONCE);
        let numbers = targets.read(std::slice::from_ref(&piece), f64::NAN)?;
        let cells: Vec<Option<usize>> = numbers
            .iter()
            .map(|number| cell(*number, of.target_cells))
            .collect();
        let wanted = |cell: &Option<usize>| cell.is_none_or(&is_own);
        let (Some(from), Some(to)) = (
            cells.iter().position(wanted),
            cells.iter().rposition(wanted),
        ) else {
            continue;
        };
        let part = piece.start + from..piece.start + to + 1;
        let brought = Part {
            targets: &cells[from..=to],
            sources: sources.read(std::slice::from_ref(&part), f64::NAN)?,
            values: read_values(&values, part.clone())?,
            first_link: part.start,
        };
        weights.keep(&brought, of, &is_own)?;
    }
    Ok(weights)
}

/// A stretch of links as it was read.
struct Part<'a> {
    /// None where there is no such cell.
    targets: &'a [Option<usize>],
    sources: Vec<f64>,
    values: Vec<f64>,
    first_link: usize,
}

impl Weights {
    fn keep(
        &mut self,
        part: &Part<'_>,
        of: WeightsOf<'_>,
        is_own: &impl Fn(usize) -> bool,
    ) -> Result<(), FileError> {
        for (number, target) in part.targets.iter().enumerate() {
            if target.is_some_and(|target| !is_own(target)) {
                continue;
            }
            let values = &part.values[number * self.weights_per_link..][..self.weights_per_link];
            let source = cell(part.sources[number], of.source_cells);
            match (source, target) {
                (Some(source), Some(target)) if values.iter().all(|value| value.is_finite()) => {
                    self.sources.push(source);
                    self.targets.push(*target);
                    self.values.extend_from_slice(values);
                }
                _ if of.bad == BadWeights::Error => {
                    return Err(bad_link(of, part.first_link + number));
                }
                _ => self.left_out += 1,
            }
        }
        Ok(())
    }
}

/// A cell from 0, of a number from 1.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of cells are whole, and far below 2^53"
)]
fn cell(number: f64, cells: usize) -> Option<usize> {
    (number >= 1.0 && number <= cells as f64).then(|| number as usize - 1)
}

fn variables<'a>(open: &'a OpenFile, file: &Path) -> Result<[Variable<'a>; 3], FileError> {
    let has_all = |names: &[&str; 3]| names.iter().all(|name| open.has(name));
    let Some(names) = [SCRIP, ESMF].into_iter().find(has_all) else {
        return Err(FileError::new(
            FileErrorKind::NoSource,
            file,
            "holds no weights of a remapping",
            "the variables src_address, dst_address and remap_matrix of SCRIP, or col, row and S of ESMF and xESMF",
            "name a file of weights, or make one with ESMF_RegridWeightGen, xESMF or OASIS",
        ));
    };
    Ok([
        open.variable(names[0])?,
        open.variable(names[1])?,
        open.variable(names[2])?,
    ])
}

/// The number of links, which all three variables must have.
fn number_of_links(
    targets: &Variable<'_>,
    sources: &Variable<'_>,
    values: &Variable<'_>,
) -> Result<usize, FileError> {
    let shape = targets.shape();
    let [links] = shape[..] else {
        let expected = "one dimension, the links";
        return Err(wrong_shape(targets, expected));
    };
    if sources.shape() != shape {
        return Err(wrong_shape(
            sources,
            &format!("({links}), as '{}'", targets.name),
        ));
    }
    match values.shape()[..] {
        [first] if first == links => Ok(links),
        [first, weights] if first == links && weights > 0 => Ok(links),
        _ => Err(wrong_shape(
            values,
            &format!("({links}) or ({links}, number of weights)"),
        )),
    }
}

fn wrong_shape(variable: &Variable<'_>, expected: &str) -> FileError {
    let change = "make the file of weights anew";
    FileError::wrong_shape(
        variable.path,
        variable.name,
        &variable.shape(),
        expected,
        change,
    )
}

fn read_values(values: &Variable<'_>, links: Range<usize>) -> Result<Vec<f64>, FileError> {
    match values.shape()[..] {
        [_, weights] => values.read(&[links, 0..weights], f64::NAN),
        _ => values.read(&[links], f64::NAN),
    }
}

fn bad_link(of: WeightsOf<'_>, link: usize) -> FileError {
    FileError::new(
        FileErrorKind::OutOfRange,
        of.file,
        format!(
            "link {} leads to or from a cell that the grids do not have, or its weight is no number",
            link + 1
        ),
        format!(
            "source cells from 1 to {}, target cells from 1 to {}",
            of.source_cells, of.target_cells
        ),
        "make weights for these grids; or leave such links out with `oasis: {bad_weights: warn}` ($NWGTOPT ignore_bad_weights)",
    )
}
