//! The verdict: the first problem that any rank found is the result of all.

use crate::{
    domains::{Domain, Domains},
    error::PlanError,
    owners::DoubleOwner,
    plan::PlanRequest,
    words::{WordReader, Words},
};

/// A rank whose own cells do not suit an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Misfit {
    /// Position of the exchange.
    pub(crate) exchange: usize,
    pub(crate) rank: usize,
    pub(crate) cells: usize,
}

const MISFIT: usize = 0;
const OVERLAP: usize = 1;

/// What a rank found, for all others: no bytes where it found nothing.
pub(crate) fn verdict(misfit: Option<Misfit>, overlap: Option<(usize, DoubleOwner)>) -> Vec<u8> {
    let mut words = Words::default();
    if let Some(Misfit {
        exchange,
        rank,
        cells,
    }) = misfit
    {
        words.extend([MISFIT, exchange, rank, cells]);
    }
    if let Some((number, double)) = overlap {
        words.extend([OVERLAP, number, double.cell, double.first, double.second]);
    }
    words.into_bytes()
}

/// Make the first problem that any rank found the result of all.
pub(crate) fn agree(requests: &[PlanRequest<'_>], verdicts: &[Vec<u8>]) -> Result<(), PlanError> {
    let domains = Domains::of(requests);
    let (mut misfits, mut overlaps) = (Vec::new(), Vec::new());
    for bytes in verdicts {
        let mut words = WordReader::new(bytes);
        while !words.is_empty() {
            if words.next() == MISFIT {
                let [exchange, rank, cells] = words.take();
                misfits.push(Misfit {
                    exchange,
                    rank,
                    cells,
                });
            } else {
                let [number, cell, first, second] = words.take();
                let double = DoubleOwner {
                    cell,
                    first,
                    second,
                };
                overlaps.push((number, double));
            }
        }
    }
    match (misfits.into_iter().min(), overlaps.into_iter().min()) {
        (Some(misfit), _) => Err(misfit_error(misfit, requests)),
        (None, Some((number, double))) => Err(overlap_error(&domains.all[number], double)),
        (None, None) => Ok(()),
    }
}

fn misfit_error(
    Misfit {
        exchange,
        rank,
        cells,
    }: Misfit,
    requests: &[PlanRequest<'_>],
) -> PlanError {
    let PlanRequest {
        shape,
        target_component,
        ..
    } = requests[exchange];
    PlanError::HaloNeedsRectangle {
        exchange: shape.name.clone(),
        halo: shape.halo,
        grid: shape.grid.name.clone(),
        component: target_component.to_owned(),
        rank,
        cells,
    }
}

fn overlap_error(
    domain: &Domain<'_>,
    DoubleOwner {
        cell,
        first,
        second,
    }: DoubleOwner,
) -> PlanError {
    let (i, j) = domain.grid.position(cell);
    PlanError::Overlap {
        grid: domain.grid.name.clone(),
        component: domain.component.to_owned(),
        first,
        second,
        i,
        j,
    }
}
