//! Values of some cells of a grid, from a variable that has as many cells in one or two dimensions: restart files and
//! input files of exchanges.

use crate::{
    error::{FileError, FileErrorKind},
    variable::{OpenFile, Variable},
};
use std::{ops::Range, path::Path};

/// Cells of a field to read: all of `levels`, on each the cells of `runs`, (first, count), counted over the grid.
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    /// Number of cells of the whole grid.
    pub grid_cells: usize,
    /// Number of levels of the whole field.
    pub field_levels: usize,
    /// Levels to read.
    pub levels: Range<usize>,
    /// Consecutive cells: (first, count) each, in the order in which they are wanted.
    pub runs: &'a [(usize, usize)],
    /// Whether values may be what is no number: in files that a model wrote for itself.
    pub may_be_any: bool,
}

/// What a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// The only record: a variable without a time axis, or the first of one.
    Only,
    /// The record of a date [s], as the variable `time` of the file numbers them.
    Date(i64),
}

/// Read cells of a variable: for each level the cells of all runs, one after the other. Missing values become `fill`.
///
/// The variable has the shape (level, j, i), (j, i) or (cell), with as many cells as the grid, however it is wide; a time
/// axis comes first where a date is asked for. A field of several levels has the axis of its levels.
///
/// # Errors
/// The file or variable is missing, has another shape, has no such date, or holds numbers that are not finite.
pub fn read_cells(
    file: &Path,
    variable: &str,
    record: Record,
    cells: &Cells<'_>,
    fill: f64,
) -> Result<Vec<f64>, FileError> {
    let open = OpenFile::open(file)?;
    let record = match record {
        Record::Only => None,
        Record::Date(date) => Some(find_date(&open, file, date)?),
    };
    let variable = open.variable(variable)?;
    let rows = Rows::of(&variable, cells, record.is_some())?;
    let mut values = Vec::with_capacity(cells.levels.len() * count(cells.runs));
    for level in cells.levels.clone() {
        rows.read(&variable, record, level, cells.runs, fill, &mut values)?;
    }
    let allowed = |value: &f64| value.is_finite() || (value.is_nan() && fill.is_nan());
    if cells.may_be_any {
        return Ok(values);
    }
    match values.iter().find(|value| !allowed(value)) {
        None => Ok(values),
        Some(value) => Err(FileError::new(
            FileErrorKind::NotANumber,
            file,
            format!("variable '{}' holds {value}", variable.name),
            "finite numbers, or the variable's _FillValue where there is none",
            "correct the values",
        )),
    }
}

/// A variable of one number, for example a count; `None` where the file has none of that name.
///
/// # Errors
/// The file is missing, or the variable holds no numbers.
pub fn read_number(file: &Path, variable: &str) -> Result<Option<f64>, FileError> {
    let open = OpenFile::open(file)?;
    if !open.has(variable) {
        return Ok(None);
    }
    let variable = open.variable(variable)?;
    let one = vec![0..1; variable.shape().len()];
    Ok(variable.read(&one, 0.0)?.first().copied())
}

fn count(runs: &[(usize, usize)]) -> usize {
    runs.iter().map(|(_, count)| count).sum()
}

fn find_date(open: &OpenFile, file: &Path, date: i64) -> Result<usize, FileError> {
    let time = open.variable("time")?;
    let shape = time.shape();
    let all: Vec<Range<usize>> = shape.iter().map(|length| 0..*length).collect();
    let dates = time.read(&all, f64::NAN)?;
    #[allow(clippy::cast_precision_loss, reason = "dates of a run are small")]
    let wanted = date as f64;
    let found = dates.iter().position(|known| (known - wanted).abs() < 0.5);
    found.ok_or_else(|| {
        let span = match (dates.first(), dates.last()) {
            (Some(first), Some(last)) => {
                format!("{} dates from {first} to {last} s", dates.len())
            }
            _ => "no dates".to_owned(),
        };
        FileError::new(
            FileErrorKind::OutOfRange,
            file,
            format!("'time' holds {span}, and not {date} s"),
            format!("a record for {date} s after the start of the run"),
            "write the missing record, or correct 'time': it counts seconds from the start of the run",
        )
    })
}

/// How a variable lays out the cells of one level.
struct Rows {
    width: usize,
    has_levels: bool,
    is_line: bool,
}

impl Rows {
    fn of(variable: &Variable<'_>, cells: &Cells<'_>, has_time: bool) -> Result<Self, FileError> {
        let shape = variable.shape();
        let own = if has_time {
            shape.get(1..)
        } else {
            Some(&shape[..])
        };
        let own = own.unwrap_or_default();
        // Axes of length 1 in front say nothing, unless they are those of the levels.
        let leading = own.iter().take_while(|length| **length == 1).count();
        let (total, levels) = (cells.grid_cells, cells.field_levels);
        let fits = |shape: &[usize]| match shape {
            [nj, ni] if nj * ni == total => Some(*ni),
            [ni] if *ni == total => Some(*ni),
            _ => None,
        };
        for skipped in 0..=leading.min(own.len()) {
            let shape = &own[skipped..];
            if let [first, rest @ ..] = shape
                && *first == levels
                && !rest.is_empty()
                && let Some(width) = fits(rest)
            {
                let is_line = rest.len() == 1;
                return Ok(Self {
                    width,
                    has_levels: true,
                    is_line,
                });
            }
            if levels == 1
                && let Some(width) = fits(shape)
            {
                let is_line = shape.len() == 1;
                return Ok(Self {
                    width,
                    has_levels: false,
                    is_line,
                });
            }
        }
        Err(FileError::wrong_shape(
            variable.path,
            variable.name,
            &shape,
            &format!(
                "(level, j, i) with {levels} levels and {total} cells on each, for one level also (j, i) or (cell){}",
                if has_time {
                    ", after the time axis"
                } else {
                    ""
                }
            ),
            "correct the file, or the grid and the levels that the component defines",
        ))
    }

    /// Append the cells of one level: only the rows that hold them are read.
    fn read(
        &self,
        variable: &Variable<'_>,
        record: Option<usize>,
        level: usize,
        runs: &[(usize, usize)],
        fill: f64,
        values: &mut Vec<f64>,
    ) -> Result<(), FileError> {
        let Some(first) = runs.iter().map(|(first, _)| *first).min() else {
            return Ok(());
        };
        let end = runs.iter().map(|(first, count)| first + count).max();
        let end = end.unwrap_or(first);
        let mut rows: Vec<Range<usize>> = Vec::with_capacity(2);
        let base = if self.is_line {
            rows.push(first..end);
            first
        } else {
            rows.push(first / self.width..end.div_ceil(self.width));
            rows.push(0..self.width);
            first / self.width * self.width
        };
        let mut ranges: Vec<Range<usize>> = Vec::new();
        if let Some(record) = record {
            ranges.push(record..record + 1);
            let inner = rows.len() + usize::from(self.has_levels);
            let between = variable.shape().len() - 1 - inner;
            ranges.extend(std::iter::repeat_n(0..1, between));
        }
        if self.has_levels {
            ranges.push(level..level + 1);
        }
        ranges.extend(rows);
        let read = variable.read(&ranges, fill)?;
        for (start, count) in runs {
            values.extend_from_slice(&read[start - base..start - base + count]);
        }
        Ok(())
    }
}
