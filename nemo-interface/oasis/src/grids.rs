//! Grids that components write: parts of all processes are brought to the component's first one, which adds them to
//! grids.nc, masks.nc and areas.nc.

use crate::{communicators::Choice, component::Component, partition, refused};
use halocline_coupler::{Code, Error, Session};
use halocline_exchanges_mpi::Gathering;
use halocline_gridfiles::oasis::{GridArray, Quantity, Values, add_to_files};
use std::path::Path;

/// What a component has to write, and how its processes meet.
#[derive(Default)]
pub(crate) struct GridWriting {
    arrays: Vec<GridArray>,
    gathering: Option<Gathering>,
}

/// Which cells an array of a grid holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All of them; the call is this process' alone.
    Whole,
    /// Those of a partition, by its number; the call is collective over the processes that take part in the coupling.
    Partition(i32),
}

/// One array of a grid: cells in the order of the partition, for corners one after the other.
#[derive(Debug, Clone)]
pub struct Array {
    /// Name of the grid.
    pub grid: String,
    /// What it is.
    pub quantity: Quantity,
    /// Cells of the whole grid along i and j.
    pub size: [usize; 2],
    /// Corners of a cell; 1 for what has one value a cell.
    pub corners: usize,
    /// `corners` times the own cells.
    pub values: Values,
}

impl Component {
    /// Begin to write grids.
    ///
    /// # Errors
    /// After the end of the definition.
    pub fn begin_grids(&mut self) -> Result<(), Error> {
        self.check_definition("a grid")
    }

    /// Add an array to what is written.
    ///
    /// # Errors
    /// An array that is not as long as its cells, a partition that was not defined or does not fit the grid, a mask of
    /// real numbers, and what MPI reports.
    pub fn write_array(&mut self, array: Array, place: Place) -> Result<(), Error> {
        self.check_definition("a grid")?;
        match place {
            Place::Whole => self.keep(array),
            Place::Partition(number) => self.keep_parts(array, number),
        }
        .map_err(|error| self.here(error))
    }

    fn keep(&mut self, array: Array) -> Result<(), Error> {
        let [nx, ny] = array.size;
        check_length(&array, nx * ny)?;
        self.grids.arrays.push(GridArray {
            grid: array.grid.trim().to_owned(),
            quantity: array.quantity,
            size: array.size,
            corners: array.corners,
            values: array.values,
        });
        Ok(())
    }

    fn keep_parts(&mut self, array: Array, number: i32) -> Result<(), Error> {
        let partition = self.partition(number)?.clone();
        check_length(&array, partition.cells)?;
        let runs = partition::runs(&partition.partition);
        let parts = self.gathering()?.at_first(encode(&runs, &array.values))?;
        let Some(parts) = parts else { return Ok(()) };
        let [nx, ny] = array.size;
        let mut whole = nothing(&array, nx * ny * array.corners);
        for part in &parts {
            fill(&mut whole, part, nx * ny, array.corners)?;
        }
        self.keep(Array {
            values: whole,
            ..array
        })
    }

    fn gathering(&mut self) -> Result<&mut Gathering, Error> {
        let (communicator, patience) = (self.coupling_communicator(), self.patience);
        if self.choice == Choice::Others {
            return Err(refused(
                Code::Order,
                "a part of a grid from a process that takes no part in the coupling",
                "a process of the communicator of create_couplcomm or set_couplcomm",
                "leave the call to the others",
            ));
        }
        if self.grids.gathering.is_none() {
            self.grids.gathering = Some(Gathering::over(communicator, patience)?);
        }
        Ok(self.grids.gathering.as_mut().expect("made above"))
    }

    /// Write what was added, into files of this folder: what is there already stays, arrays of the same name are
    /// replaced. Components that write at the same time wait for each other.
    ///
    /// # Errors
    /// Files that cannot be written, or hold arrays of the same name and another shape.
    pub fn end_grids(&mut self) -> Result<(), Error> {
        let arrays = std::mem::take(&mut self.grids.arrays);
        if arrays.is_empty() {
            return Ok(());
        }
        self.journal
            .line(format!("writing {} arrays of grids", arrays.len()));
        let format = self
            .session
            .as_ref()
            .map_or_else(Default::default, Session::file_format);
        add_to_files(Path::new("."), &arrays, format).map_err(|error| {
            self.here(Error::new(
                Code::File,
                format!("{}: {}", error.file.display(), error.found),
                error.expected,
                error.change,
            ))
        })
    }
}

fn check_length(array: &Array, cells: usize) -> Result<(), Error> {
    let found = match &array.values {
        Values::Real(values) => values.len(),
        Values::Whole(values) => values.len(),
    };
    if found == cells * array.corners {
        return Ok(());
    }
    Err(refused(
        Code::Shape,
        format!(
            "{} of grid '{}' with {found} values",
            array.quantity.name(),
            array.grid
        ),
        format!("{} values for {cells} cells", cells * array.corners),
        "pass one value for each own cell, of corners as many as a cell has",
    ))
}

/// What cells hold that no process owns: a mask of 1 (not to be used), 0 otherwise.
fn nothing(array: &Array, count: usize) -> Values {
    match array.values {
        Values::Real(_) => Values::Real(vec![0.0; count]),
        Values::Whole(_) => Values::Whole(vec![1; count]),
    }
}

/// Number of runs, (first cell, cells) of each, values; 8 bytes each, little endian.
fn encode(runs: &[(usize, usize)], values: &Values) -> Vec<u8> {
    let numbers = runs
        .iter()
        .flat_map(|(start, cells)| [*start as u64, *cells as u64]);
    let head = std::iter::once(runs.len() as u64).chain(numbers);
    let mut bytes: Vec<u8> = head.flat_map(u64::to_le_bytes).collect();
    match values {
        Values::Real(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        Values::Whole(values) => {
            bytes.extend(
                values
                    .iter()
                    .flat_map(|value| i64::from(*value).to_le_bytes()),
            );
        }
    }
    bytes
}

/// Put a process' values where they belong in the whole grid, corner by corner.
fn fill(whole: &mut Values, part: &[u8], cells: usize, corners: usize) -> Result<(), Error> {
    let word = |index: usize| {
        let bytes = part[8 * index..8 * index + 8].try_into();
        u64::from_le_bytes(bytes.expect("eight bytes"))
    };
    let number_of_runs = word(0) as usize;
    let mut from = 1 + 2 * number_of_runs;
    for corner in 0..corners {
        for run in 0..number_of_runs {
            let (start, count) = (word(1 + 2 * run) as usize, word(2 + 2 * run) as usize);
            if start + count > cells {
                return Err(beyond(start + count, cells));
            }
            for cell in start..start + count {
                let bits = word(from);
                match whole {
                    Values::Real(values) => values[corner * cells + cell] = f64::from_bits(bits),
                    Values::Whole(values) => values[corner * cells + cell] = bits as i32,
                }
                from += 1;
            }
        }
    }
    Ok(())
}

fn beyond(end: usize, cells: usize) -> Error {
    refused(
        Code::Partition,
        format!("a partition that reaches to cell {end}, counted from 1"),
        format!("cells of a grid of nx * ny = {cells}"),
        "write the grid with the partition that it is cut into, and its nx and ny",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_two_processes_come_together() {
        // 4 cells with 2 corners: the value says corner and cell.
        let values = |cells: &[usize]| {
            let of_corner =
                |corner: usize| cells.iter().map(move |cell| (10 * corner + cell) as f64);
            Values::Real((0..2).flat_map(of_corner).collect())
        };
        let mut whole = Values::Real(vec![-1.0; 8]);
        for (runs, cells) in [
            (vec![(3, 1), (0, 1)], vec![3, 0]),
            (vec![(1, 2)], vec![1, 2]),
        ] {
            fill(&mut whole, &encode(&runs, &values(&cells)), 4, 2).expect("within the grid");
        }
        assert_eq!(whole, values(&[0, 1, 2, 3]));
    }

    #[test]
    fn masks_keep_their_sign() {
        let mut whole = Values::Whole(vec![1; 3]);
        let part = encode(&[(1, 2)], &Values::Whole(vec![0, -7]));
        fill(&mut whole, &part, 3, 1).expect("within the grid");
        assert_eq!(whole, Values::Whole(vec![1, 0, -7]));
        assert!(fill(&mut whole, &part, 2, 1).is_err());
    }
}
