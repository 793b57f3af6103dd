//! The second and third line of an entry: grids, lag, position in the order, ends of rows.

use super::{
    Entry, GridWords, RowEnds,
    entries::{Broken, good_name},
    findings::{Findings, missing_word, wrong_word},
    lines::{Line, Word},
    numbers::{count, integer},
};
use crate::{
    problem::{Code, Problem},
    spec::Status,
};

pub(super) const SECOND_LINE: &str =
    "nx ny nx ny source_grid target_grid LAG=n SEQ=n, of which the numbers may be left out";
pub(super) const THIRD_LINE: &str =
    "P or R and a number of overlapping columns for each of the two grids, for example 'P 2 P 0'";

/// Sizes and names of the grids, lag and position in the order.
pub(super) fn second_line(
    entry: &mut Entry,
    line: &Line<'_>,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let indices = line.words.iter().position(|word| word.text.contains('='));
    let (grids, indices) = line.words.split_at(indices.unwrap_or(line.words.len()));
    let (sizes, names) = grids.split_at(
        grids
            .iter()
            .take_while(|word| count(word.text).is_some())
            .count()
            .min(4),
    );
    let has_sizes = match (sizes.len(), names.len()) {
        (0, 1 | 2) => false,
        (4, 1 | 2) => true,
        (2, 1) if entry.status == Status::Output => true,
        _ => {
            let found = format!(
                "the line of grids has {} numbers and {} names",
                sizes.len(),
                names.len()
            );
            let change = "write four numbers or none, then the names of the two grids";
            findings.problem(Problem::new(
                Code::WrongValue,
                line.place(),
                found,
                SECOND_LINE,
                change,
            ));
            return Err(Broken);
        }
    };
    if names.len() == 1 && entry.status != Status::Output {
        findings.problem(missing_word(
            line,
            grids.len(),
            "the name of the target grid",
            SECOND_LINE,
        ));
        return Err(Broken);
    }
    for name in names {
        good_name(name.text, *name, "grid", findings)?;
    }
    let size = |first: usize| -> Option<[usize; 2]> {
        let first = if sizes.len() < first + 2 { 0 } else { first };
        let size = [count(sizes[first].text)?, count(sizes[first + 1].text)?];
        size.iter().all(|cells| *cells > 0).then_some(size)
    };
    let side = |name: usize, first: usize| GridWords {
        name: names[name].text.to_owned(),
        size: has_sizes.then(|| size(first)).flatten(),
        ends: None,
    };
    let source = side(0, 0);
    let target = if entry.status == Status::Output {
        let other = names[names.len() - 1];
        if other.text != source.name {
            let what = format!("the grid '{}' on the side of the file", other.shown());
            findings.remark(other.place, what);
        }
        source.clone()
    } else {
        side(1, 2)
    };
    entry.grids = Some([source, target]);
    indices
        .iter()
        .try_for_each(|word| index(entry, *word, findings))
}

/// `LAG=+3600` or `SEQ=1`.
fn index(entry: &mut Entry, word: Word<'_>, findings: &mut Findings) -> Result<(), Broken> {
    let capitals = word.capitals();
    let Some((key, value)) = capitals.split_once('=') else {
        findings.remark(word.place, format!("'{}'", word.shown()));
        return Ok(());
    };
    let number = integer(value);
    let wrong = |what: &str, expected: &str, change: &str| {
        let mut problem = wrong_word(word, what, expected, change);
        problem.code = Code::WrongValue;
        problem
    };
    let problem = match (key, number) {
        ("LAG", Some(lag)) => {
            entry.lag = lag;
            return Ok(());
        }
        ("LAG", None) => wrong(
            "the lag",
            "LAG= and whole seconds, without blanks",
            "write for example LAG=+3600",
        ),
        ("SEQ", number) => match number.and_then(|number| u32::try_from(number).ok()) {
            Some(sequence) => {
                entry.sequence = Some(sequence);
                return Ok(());
            }
            None => wrong(
                "the position",
                "SEQ= and a whole number, without blanks",
                "write for example SEQ=+1",
            ),
        },
        _ => {
            findings.remark(word.place, format!("'{}'", word.shown()));
            return Ok(());
        }
    };
    findings.problem(problem);
    Err(Broken)
}

/// How the rows of the two grids end.
pub(super) fn third_line(
    entry: &mut Entry,
    line: &Line<'_>,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let mut ends = [RowEnds {
        is_periodic: false,
        overlap: 0,
    }; 2];
    for (side, ends) in ends.iter_mut().enumerate() {
        let (kind, overlap) = (line.words.get(2 * side), line.words.get(2 * side + 1));
        let (Some(kind), Some(overlap)) = (kind, overlap) else {
            let missing = line.words.len();
            findings.problem(missing_word(
                line,
                missing,
                "the ends of the rows of both grids",
                THIRD_LINE,
            ));
            return Err(Broken);
        };
        ends.is_periodic = match kind.capitals().as_str() {
            "P" => true,
            "R" => false,
            _ => {
                let change = "write P for a periodic grid, R for a regional one";
                findings.problem(wrong_word(*kind, "the kind of a grid", THIRD_LINE, change));
                return Err(Broken);
            }
        };
        ends.overlap = count(overlap.text).ok_or_else(|| {
            let change =
                "write how many columns at the end of a row repeat the first ones, 0 for none";
            findings.problem(wrong_word(
                *overlap,
                "the overlap",
                "a whole number, 0 or more",
                change,
            ));
            Broken
        })?;
    }
    findings.surplus(line, 4);
    if let Some(grids) = &mut entry.grids {
        grids[0].ends = Some(ends[0]);
        grids[1].ends = Some(ends[1]);
    }
    Ok(())
}
