//! The survey: every rank hears the rectangles of every other, and keeps those that concern it.
//!
//! A few bytes a rank say where its boxes lie; boxes are then compared as boxes, without a message more. Domains that
//! are no boxes, on whichever side of an exchange, go through the [`crate::directory`] instead.

use crate::{
    domains::Domains,
    owners::{DoubleOwner, OwnedBox, boxes},
    partition::{MOST_BOXES, Rectangle},
    ranges::common,
    words::{WordReader, Words},
};

/// What a rank publishes of one domain.
const IN_THE_DIRECTORY: usize = 0;

/// What this rank learned of all others.
#[derive(Debug)]
pub(crate) struct Surveyed {
    /// For each domain the boxes that concern this rank.
    pub(crate) boxes: Vec<Vec<OwnedBox>>,
    /// For each domain whether its owners are asked for in the directory; the same on all ranks.
    pub(crate) is_listed: Vec<bool>,
    /// The first double owner of a cell of this rank's: domain and cell.
    pub(crate) overlap: Option<(usize, DoubleOwner)>,
}

/// This rank's record: for each of its domains where its boxes lie.
pub(crate) fn record(domains: &Domains<'_>, rank: usize) -> Vec<u8> {
    let mut words = Words::default();
    for (number, domain) in domains.all.iter().enumerate() {
        if domain.own.is_none_or(|own| own.cells() == 0) {
            continue;
        }
        words.push(number);
        let Some(boxes) = domain.boxes(rank) else {
            words.push(IN_THE_DIRECTORY);
            continue;
        };
        let levels = &boxes[0].levels;
        let on_all_levels = *levels == (0..usize::MAX);
        words.push(2 * boxes.len() + usize::from(!on_all_levels));
        if !on_all_levels {
            words.extend([levels.start, levels.end]);
        }
        for Rectangle { i, j, ni, nj } in boxes.into_iter().map(|owned| owned.cells) {
            words.extend([i, j, ni, nj]);
        }
    }
    words.into_bytes()
}

/// Read the records of all ranks, in their order. `questions` are the rectangles whose owners this rank needs.
pub(crate) fn survey(
    domains: &Domains<'_>,
    rank: usize,
    questions: &[Vec<Rectangle>],
    records: &[Vec<u8>],
) -> Surveyed {
    let own: Vec<Vec<OwnedBox>> = domains
        .all
        .iter()
        .map(|domain| domain.boxes(rank).unwrap_or_default())
        .collect();
    let questions: Vec<&[Rectangle]> = (0..domains.count())
        .map(|number| questions_of_boxes(domains, number, &questions[number]))
        .collect();
    let must_be_disjoint: Vec<bool> = (0..domains.count())
        .map(|number| domains.is_disjoint(number))
        .collect();
    let mut is_irregular = vec![false; domains.count()];
    let mut found = vec![Vec::new(); domains.count()];
    let mut overlap: Option<(usize, DoubleOwner)> = None;
    for (other, record) in records.iter().enumerate() {
        let mut words = WordReader::new(record);
        while !words.is_empty() {
            let number = words.next();
            let Some(boxes) = read_boxes(&mut words, other) else {
                is_irregular[number] = true;
                continue;
            };
            for owned in boxes {
                if other != rank && must_be_disjoint[number] {
                    let nx = domains.all[number].grid.nx;
                    let mine = own[number].iter();
                    let doubles = mine.filter_map(|mine| double(nx, mine, &owned));
                    let doubles = doubles.map(|double| (number, double));
                    overlap = overlap.into_iter().chain(doubles).min();
                }
                let mut asked = questions[number].iter();
                if asked.any(|asked| asked.common(&owned.cells).is_some()) {
                    found[number].push(owned);
                }
            }
        }
    }
    Surveyed {
        boxes: found,
        is_listed: listed(domains, &is_irregular),
        overlap,
    }
}

/// What this rank asks of boxes: nothing where the directory will tell.
fn questions_of_boxes<'a>(
    domains: &Domains<'_>,
    number: usize,
    questions: &'a [Rectangle],
) -> &'a [Rectangle] {
    let mut askers = (0..domains.exchanges())
        .filter(|exchange| domains.source(*exchange) == number)
        .map(|exchange| &domains.all[domains.target(exchange)]);
    let is_irregular = askers.any(|asker| {
        asker
            .own
            .is_some_and(|own| own.boxes(asker.grid.nx).is_none())
    });
    if is_irregular { &[] } else { questions }
}

/// Which domains the directory keeps: those that are no boxes, and those whose cells such a domain asks for.
fn listed(domains: &Domains<'_>, is_irregular: &[bool]) -> Vec<bool> {
    let mut listed = is_irregular.to_vec();
    for exchange in 0..domains.exchanges() {
        listed[domains.source(exchange)] |= is_irregular[domains.target(exchange)];
    }
    listed
}

fn read_boxes(
    words: &mut WordReader<'_>,
    rank: usize,
) -> Option<impl Iterator<Item = OwnedBox> + use<>> {
    let head = words.next();
    if head == IN_THE_DIRECTORY {
        return None;
    }
    let levels = if head.is_multiple_of(2) {
        0..usize::MAX
    } else {
        words.next()..words.next()
    };
    // At most four: they are read before the next domain.
    let mut rectangles = [Rectangle::default(); MOST_BOXES];
    let count = head / 2;
    for rectangle in &mut rectangles[..count] {
        let [i, j, ni, nj] = words.take();
        *rectangle = Rectangle { i, j, ni, nj };
    }
    Some(boxes(rectangles.into_iter().take(count), rank, 0, levels))
}

/// The first cell of a grid of `nx` columns that both own on one level.
fn double(nx: usize, mine: &OwnedBox, other: &OwnedBox) -> Option<DoubleOwner> {
    let cells = mine.cells.common(&other.cells)?;
    let (first, second) = (mine.rank.min(other.rank), mine.rank.max(other.rank));
    (!common(&mine.levels, &other.levels).is_empty()).then_some(DoubleOwner {
        cell: cells.j * nx + cells.i,
        first,
        second,
    })
}
