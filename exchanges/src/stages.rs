//! Planning in stages, each of them what one rank does by itself; between them ranks hand each other bytes.
//!
//! ```text
//!   Opening    what do I need?           -- record, to all -->
//!   Survey     whose boxes concern me?   -- tell and ask, to keepers --> reply --> learn    (irregular domains only)
//!                                        -- verdict, to all -->
//!   Draft      what comes from whom?     -- letters, to owners -->
//!   complete   what goes to whom?
//! ```
//!
//! [`build_plans`] leads one rank of a job through them over a [`World`]; [`crate::rehearsal`] leads all ranks of a job
//! that does not exist.

use crate::{
    directory,
    domains::Domains,
    error::PlanError,
    matching::{Incoming, Wanted},
    owners::{DoubleOwner, Owners},
    partition::Rectangle,
    parts::IncomingPart,
    plan::{ExchangePlan, ExchangeShape, PlanRequest, SendMessage},
    survey::{self, Surveyed},
    verdict::{self, Misfit, agree},
    words::{WordReader, Words},
    world::{Parcels, World},
};
use std::collections::BTreeMap;

/// Plan all exchanges of a job together. Collective over `world`: every rank gives the same exchanges in the same order.
///
/// A rank that is of neither component of an exchange gives it without cells, and lends its part of the directory.
///
/// # Errors
/// Two owners of one cell, a halo that is wider than the grid or around no rectangle: the same error on all ranks.
///
/// # Panics
/// When a rank gives different cells for the same component and grid.
pub fn build_plans(
    world: &mut dyn World,
    requests: &[PlanRequest<'_>],
) -> Result<Vec<ExchangePlan>, PlanError> {
    let opening = Opening::new(world.rank(), world.size(), requests)?;
    let records = world.gather_all(&opening.record())?;
    let mut survey = opening.survey(&records);
    drop(records);
    if survey.needs_directory() {
        let told = world.meet(survey.tell_and_ask())?;
        let replies = survey.reply(told);
        survey.learn(world.meet(replies)?);
    }
    agree(requests, &world.gather_all(&survey.verdict())?)?;
    let Draft { mut plans, letters } = survey.draft();
    complete(requests, &mut plans, world.meet(letters)?);
    Ok(plans)
}

/// What one rank needs, before it has heard of the others.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    rank: usize,
    ranks: usize,
    requests: &'a [PlanRequest<'a>],
    domains: Domains<'a>,
    wanted: Vec<Option<Wanted>>,
    misfit: Option<Misfit>,
    /// For each domain the rectangles whose owners are to be found.
    questions: Vec<Vec<Rectangle>>,
}

/// What one rank has heard of the others.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    opening: Opening<'a>,
    owners: Vec<Owners>,
    is_listed: Vec<bool>,
    overlap: Option<(usize, DoubleOwner)>,
}

/// The plans of one rank without what it sends, and what it asks the owners of its cells.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) plans: Vec<ExchangePlan>,
    pub(crate) letters: Parcels,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(
        rank: usize,
        ranks: usize,
        requests: &'a [PlanRequest<'a>],
    ) -> Result<Self, PlanError> {
        check_halos(requests)?;
        let domains = Domains::of(requests);
        let (wanted, misfit) = wanted_cells(rank, requests);
        let questions = domains.questions(&wanted);
        Ok(Self {
            rank,
            ranks,
            requests,
            domains,
            wanted,
            misfit,
            questions,
        })
    }

    /// Where this rank's own cells lie, for all ranks.
    pub(crate) fn record(&self) -> Vec<u8> {
        survey::record(&self.domains, self.rank)
    }

    /// Read the records of all ranks, in their order.
    pub(crate) fn survey(self, records: &[Vec<u8>]) -> Survey<'a> {
        let Surveyed {
            boxes,
            is_listed,
            overlap,
        } = survey::survey(&self.domains, self.rank, &self.questions, records);
        Survey {
            opening: self,
            owners: boxes.into_iter().map(Owners::Boxes).collect(),
            is_listed,
            overlap,
        }
    }
}

impl Survey<'_> {
    /// Whether there are cells that are no boxes; the same on all ranks.
    pub(crate) fn needs_directory(&self) -> bool {
        self.is_listed.contains(&true)
    }

    pub(crate) fn tell_and_ask(&self) -> Parcels {
        let Opening {
            ranks,
            domains,
            questions,
            ..
        } = &self.opening;
        directory::tell_and_ask(*ranks, domains, &self.is_listed, questions)
    }

    pub(crate) fn reply(&mut self, told: Parcels) -> Parcels {
        let (replies, overlap) = directory::reply(&self.opening.domains, told);
        self.overlap = self.overlap.into_iter().chain(overlap).min();
        replies
    }

    pub(crate) fn learn(&mut self, replies: Parcels) {
        let domains = &self.opening.domains;
        let learned = directory::learn(domains.count(), replies);
        let learned = learned.into_iter().zip(&self.is_listed).enumerate();
        for (number, (runs, _)) in learned.filter(|(_, (_, is_listed))| **is_listed) {
            self.owners[number] = Owners::Runs(domains.all[number].grid.nx, runs);
        }
    }

    /// What is wrong with the cells that this rank has seen, for all ranks.
    pub(crate) fn verdict(&self) -> Vec<u8> {
        verdict::verdict(self.opening.misfit, self.overlap)
    }

    /// Find out what comes from whom.
    pub(crate) fn draft(self) -> Draft {
        let Opening {
            requests,
            domains,
            wanted,
            ..
        } = self.opening;
        let mut letters: BTreeMap<usize, Words> = BTreeMap::new();
        let mut plans = Vec::with_capacity(requests.len());
        for (exchange, wanted) in wanted.into_iter().enumerate() {
            let Some(wanted) = wanted else {
                plans.push(ExchangePlan::default());
                continue;
            };
            let request = &requests[exchange];
            let incoming = wanted.matched(request, &self.owners[domains.source(exchange)]);
            for (owner, part) in &incoming.parts {
                let letter = letters.entry(*owner).or_default();
                letter.push(exchange);
                part.write(letter);
            }
            plans.push(receiving(request, incoming));
        }
        let letters = letters
            .into_iter()
            .map(|(owner, words)| (owner, words.into_bytes()))
            .collect();
        Draft { plans, letters }
    }
}

/// The plan of an exchange as far as this rank receives.
fn receiving(request: &PlanRequest<'_>, incoming: Incoming) -> ExchangePlan {
    let Incoming { block, gaps, parts } = incoming;
    let message = |(from, part): (usize, IncomingPart)| part.message(request, from);
    ExchangePlan {
        send: Vec::new(),
        receive: parts.into_iter().map(message).collect(),
        block: Some(block),
        gaps,
    }
}

/// Add what this rank sends, as the receivers ask for it.
pub(crate) fn complete(requests: &[PlanRequest<'_>], plans: &mut [ExchangePlan], letters: Parcels) {
    for (receiver, bytes) in letters {
        let mut words = WordReader::new(&bytes);
        while !words.is_empty() {
            let exchange = words.next();
            let message = SendMessage::read(&requests[exchange], receiver, &mut words);
            plans[exchange].send.push(message);
        }
    }
}

fn check_halos(requests: &[PlanRequest<'_>]) -> Result<(), PlanError> {
    for ExchangeShape {
        name, grid, halo, ..
    } in requests.iter().map(|request| request.shape)
    {
        if *halo > grid.nx.min(grid.ny) {
            let (nx, ny) = (grid.nx, grid.ny);
            return Err(PlanError::HaloTooWide {
                exchange: name.clone(),
                halo: *halo,
                grid: grid.name.clone(),
                nx,
                ny,
            });
        }
    }
    Ok(())
}

/// What this rank needs in each exchange, and the first exchange whose halo does not fit its cells.
fn wanted_cells(
    rank: usize,
    requests: &[PlanRequest<'_>],
) -> (Vec<Option<Wanted>>, Option<Misfit>) {
    let mut misfit = None;
    let wanted = requests.iter().enumerate().map(|(exchange, request)| {
        let own = request.target?;
        if request.shape.halo > 0 && own.cells() > 0 && own.rectangle().is_none() {
            misfit.get_or_insert(Misfit {
                exchange,
                rank,
                cells: own.cells(),
            });
            return None;
        }
        Some(Wanted::new(request.shape, own))
    });
    let wanted = wanted.collect();
    (wanted, misfit)
}
