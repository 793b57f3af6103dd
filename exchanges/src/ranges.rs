//! Sets of numbers as sorted ranges.

use std::ops::Range;

/// Sort ranges and join those that touch or overlap; empty ones go.
pub(crate) fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// What of `whole` none of `parts` covers; `parts` are sorted by their start.
pub(crate) fn uncovered(
    whole: Range<usize>,
    parts: impl Iterator<Item = Range<usize>>,
) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut covered = whole.start;
    for part in parts {
        if part.start > covered {
            open.push(covered..part.start.min(whole.end));
        }
        covered = covered.max(part.end);
    }
    if covered < whole.end {
        open.push(covered..whole.end);
    }
    open
}

/// The part that two ranges share.
pub(crate) fn common(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    a.start.max(b.start)..a.end.min(b.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_ranges_are_sorted_and_apart() {
        assert_eq!(joined(vec![5..7, 0..2, 1..3, 4..4, 3..4]), [0..4, 5..7]);
    }

    #[test]
    fn uncovered_is_what_no_part_reaches() {
        assert_eq!(
            uncovered(2..10, [0..3, 4..5, 4..6, 9..20].into_iter()),
            [3..4, 6..9]
        );
        assert_eq!(uncovered(2..4, std::iter::empty()), vec![2..4; 1]);
    }
}
