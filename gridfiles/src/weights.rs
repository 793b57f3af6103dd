//! Weights of a remapping, from files as SCRIP, ESMF and xESMF write them.
//!
//! ```text
//!                    source cells   target cells   weights                           sizes, where the file has them
//!   SCRIP            src_address    dst_address    remap_matrix(num_links, num_wgts)  src_grid_size, dst_grid_size
//!   ESMF, xESMF      col            row            S(n_s)                             n_a, n_b
//! ```
//!
//! Addresses count from 1. A rank reads the target addresses block by block, of all else only what lies between the first
//! and the last link of the block that it wants.

use crate::{
    error::{FileError, FileErrorKind, shape_text},
    variable::{OpenFile, Variable},
};
use halocline_configs::BadWeights;
use std::{ops::Range, path::Path};

/// Links that are read at once: 8 MB of target addresses.
const LINKS_AT_ONCE: usize = 1 << 20;

/// What the weights must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightsSize {
    /// Number of cells of the source grid.
    pub source_cells: usize,
    /// Number of cells of the target grid.
    pub target_cells: usize,
    /// How many weights of each link are wanted at most; files of SCRIP may have more.
    pub most_sets: usize,
}

/// Links from source cells to target cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// Number of weights of each link.
    pub sets: usize,
    /// For each link its source cell, counted from 0 over the grid.
    pub sources: Vec<usize>,
    /// For each link its target cell, as the caller numbers those that it wants.
    pub targets: Vec<usize>,
    /// For each link its weights, `sets` of them, one link after the other.
    pub weights: Vec<f64>,
    /// Links that were left out because a cell of theirs is in neither grid.
    pub left_out: usize,
}

/// Names of variables and dimensions of a file of weights.
struct Names {
    format: &'static str,
    sources: &'static str,
    targets: &'static str,
    weights: &'static str,
    source_cells: &'static str,
    target_cells: &'static str,
}

const SCRIP: Names = Names {
    format: "SCRIP",
    sources: "src_address",
    targets: "dst_address",
    weights: "remap_matrix",
    source_cells: "src_grid_size",
    target_cells: "dst_grid_size",
};

const ESMF: Names = Names {
    format: "ESMF",
    sources: "col",
    targets: "row",
    weights: "S",
    source_cells: "n_a",
    target_cells: "n_b",
};

/// Read the links of those target cells that `wanted` numbers, in the order of the file.
///
/// `wanted` is given target cells counted from 0 over the grid; it returns how the caller numbers a cell, or `None`.
/// What the caller holds is in proportion to its own links.
///
/// # Errors
/// The file or a variable of it is missing or cut short, sizes that are not those of the grids, a weight that is not a
/// finite number; unless `bad` says otherwise, an address that is in neither grid.
pub fn read_weights(
    file: &Path,
    size: WeightsSize,
    bad: BadWeights,
    wanted: impl Fn(usize) -> Option<usize>,
) -> Result<Weights, FileError> {
    let open = OpenFile::open(file)?;
    let names = names(&open, file)?;
    check_grids(&open, file, names, size)?;
    let links = Links {
        sources: open.variable(names.sources)?,
        targets: open.variable(names.targets)?,
        weights: open.variable(names.weights)?,
        size,
        bad,
    };
    let (count, sets) = links.shape(names)?;
    let mut read = Weights {
        sets: sets.min(size.most_sets).max(1),
        ..Weights::default()
    };
    let mut first = 0;
    while first < count {
        let block = first..count.min(first + LINKS_AT_ONCE);
        first = block.end;
        links.read(block, &wanted, &mut read)?;
    }
    Ok(read)
}

/// Which format the file has.
fn names(open: &OpenFile, file: &Path) -> Result<&'static Names, FileError> {
    let found = [&SCRIP, &ESMF]
        .into_iter()
        .find(|names| open.has(names.weights));
    found.ok_or_else(|| {
        FileError::new(
            FileErrorKind::MissingVariable,
            file,
            "is no file of weights: it has neither 'remap_matrix' nor 'S'",
            "'src_address', 'dst_address' and 'remap_matrix' (SCRIP), or 'col', 'row' and 'S' (ESMF, xESMF)",
            "name a file of weights",
        )
    })
}

/// The file's own sizes must be those of the grids; files of xESMF do not say them.
fn check_grids(
    open: &OpenFile,
    file: &Path,
    names: &Names,
    size: WeightsSize,
) -> Result<(), FileError> {
    let sides = [
        ("source", names.source_cells, size.source_cells),
        ("target", names.target_cells, size.target_cells),
    ];
    for (side, dimension, cells) in sides {
        let Some(found) = open.dimension(dimension).filter(|found| *found != cells) else {
            continue;
        };
        let other = [size.source_cells, size.target_cells];
        let change = if size.source_cells != size.target_cells && other.contains(&found) {
            "make weights for the other direction, from the sender's grid to the receiver's"
        } else {
            "make weights for these two grids, or correct nx and ny of the grid in the experiment file"
        };
        return Err(FileError::new(
            FileErrorKind::WrongShape,
            file,
            format!("has weights for {found} cells of the {side} grid ('{dimension}')"),
            format!("{cells}, as the {side} grid of the exchange has"),
            change,
        ));
    }
    Ok(())
}

/// The three variables of a file of weights.
struct Links<'a> {
    sources: Variable<'a>,
    targets: Variable<'a>,
    weights: Variable<'a>,
    size: WeightsSize,
    bad: BadWeights,
}

impl Links<'_> {
    /// Number of links, and of weights of each.
    fn shape(&self, names: &Names) -> Result<(usize, usize), FileError> {
        let shapes = [&self.targets, &self.sources, &self.weights].map(Variable::shape);
        let [targets, sources, weights] = &shapes;
        let change = "write the file anew; it may have been cut short";
        let &[count] = targets.as_slice() else {
            let variable = &self.targets;
            return Err(FileError::wrong_shape(
                variable.path,
                variable.name,
                targets,
                "one number for each link",
                change,
            ));
        };
        if sources != targets {
            let expected = format!("({count}), as '{}' has", names.targets);
            let variable = &self.sources;
            return Err(FileError::wrong_shape(
                variable.path,
                variable.name,
                sources,
                &expected,
                change,
            ));
        }
        match weights.as_slice() {
            [links] if *links == count => Ok((count, 1)),
            [links, sets] if *links == count && *sets > 0 => Ok((count, *sets)),
            _ => {
                let transposed = weights.len() == 2 && weights[1] == count;
                let change = if transposed {
                    "transpose the variable: the weights of one link lie together"
                } else {
                    change
                };
                let shape = match names.format {
                    "SCRIP" => format!("({count}, number of weights of each link)"),
                    _ => shape_text(&[count]),
                };
                Err(FileError::wrong_shape(
                    self.weights.path,
                    self.weights.name,
                    weights,
                    &format!("{shape}: '{}' has {count} links", names.targets),
                    change,
                ))
            }
        }
    }

    /// Append the wanted links of a block.
    fn read(
        &self,
        block: Range<usize>,
        wanted: &impl Fn(usize) -> Option<usize>,
        read: &mut Weights,
    ) -> Result<(), FileError> {
        let mut found = Vec::new();
        let addresses = self.targets.read(std::slice::from_ref(&block), f64::NAN)?;
        for (link, address) in block.zip(addresses) {
            match self.cell(
                &self.targets,
                link,
                address,
                "target",
                self.size.target_cells,
            )? {
                None => read.left_out += 1,
                Some(cell) => found.extend(wanted(cell).map(|number| (link, number))),
            }
        }
        let (Some((first, _)), Some((last, _))) = (found.first(), found.last()) else {
            return Ok(());
        };
        let between = *first..*last + 1;
        let sources = self
            .sources
            .read(std::slice::from_ref(&between), f64::NAN)?;
        let mut ranges = vec![between.clone()];
        if self.weights.shape().len() == 2 {
            ranges.push(0..read.sets);
        }
        let weights = self.weights.read(&ranges, f64::NAN)?;
        for (link, target) in found {
            let place = link - between.start;
            let cells = self.size.source_cells;
            let Some(source) = self.cell(&self.sources, link, sources[place], "source", cells)?
            else {
                read.left_out += 1;
                continue;
            };
            let weights = &weights[place * read.sets..][..read.sets];
            if let Some(weight) = weights.iter().find(|weight| !weight.is_finite()) {
                return Err(self.not_a_number(link, *weight));
            }
            read.sources.push(source);
            read.targets.push(target);
            read.weights.extend_from_slice(weights);
        }
        Ok(())
    }

    /// The cell, counted from 0, that an address means; `None` where there is no such cell and the link is left out.
    fn cell(
        &self,
        variable: &Variable<'_>,
        link: usize,
        address: f64,
        side: &str,
        cells: usize,
    ) -> Result<Option<usize>, FileError> {
        #[allow(
            clippy::cast_precision_loss,
            reason = "grids have less than 2^53 cells"
        )]
        let is_cell = (1.0..=cells as f64).contains(&address) && address.fract() == 0.0;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a whole number from 1 to the number of cells"
        )]
        if is_cell {
            return Ok(Some(address as usize - 1));
        }
        if self.bad != BadWeights::Error {
            return Ok(None);
        }
        Err(FileError::new(
            FileErrorKind::OutOfRange,
            variable.path,
            format!(
                "'{}' of link {}, counted from 1, is {address}",
                variable.name,
                link + 1
            ),
            format!("a cell of the {side} grid, from 1 to {cells}"),
            "make the weights anew, or leave such links out: `oasis: {bad_weights: warn}` ($NWGTOPT in a namcouple)",
        ))
    }

    fn not_a_number(&self, link: usize, weight: f64) -> FileError {
        FileError::new(
            FileErrorKind::NotANumber,
            self.weights.path,
            format!(
                "'{}' of link {}, counted from 1, is {weight}",
                self.weights.name,
                link + 1
            ),
            "finite numbers",
            "make the weights anew",
        )
    }
}
