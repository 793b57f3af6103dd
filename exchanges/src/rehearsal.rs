//! A rehearsal: the plans of all ranks of a job that does not exist, one rank after the other, without threads or MPI.
//!
//! ```text
//!   rank 0   record            survey -> draft            complete
//!   rank 1          record     .               survey ... .        complete
//!   ...                   ...  .                          .                 ...
//!                              records of all             letters of all
//! ```
//!
//! Each rank goes through the same [`crate::stages`] as in a job. What ranks hand each other lies in memory until it is
//! read; plans are shown to an observer and dropped, so that a job of many ranks fits into one process.

use crate::{
    error::PlanError,
    plan::{ExchangePlan, PlanRequest},
    stages::{Draft, Opening, Survey, complete},
    verdict::agree,
    world::Parcels,
};

/// Who watches a rehearsal.
pub trait Observer {
    /// One rank does one stage of its planning: call `stage`, once.
    ///
    /// Beside what the stage itself holds, the rank of a job would hold `others` bytes that it got from others or is
    /// still sending.
    fn stage(&mut self, rank: usize, others: usize, stage: &mut dyn FnMut());

    /// The plans of a rank as far as it receives: without what it sends.
    fn receives(&mut self, rank: usize, plans: &[ExchangePlan]);

    /// The plans of a rank as far as it sends: without blocks, gaps and what it receives.
    fn sends(&mut self, rank: usize, plans: &[ExchangePlan]);

    /// `done` of `all` steps are done.
    fn step(&mut self, done: usize, all: usize);
}

/// Plan the exchanges of all ranks; `requests` has those of each rank, the same exchanges in the same order.
///
/// # Errors
/// As [`crate::plan::build_plans`].
///
/// # Panics
/// When a rank gives different cells for the same component and grid.
pub fn rehearse(
    requests: &[Vec<PlanRequest<'_>>],
    observer: &mut dyn Observer,
) -> Result<(), PlanError> {
    let Some(first) = requests.first() else {
        return Ok(());
    };
    let mut rehearsal = Rehearsal::new(requests, observer)?;
    let surveys = rehearsal.survey()?;
    if !surveys.is_empty() {
        rehearsal.ask_the_directory(surveys);
    }
    agree(first, &rehearsal.verdicts)?;
    rehearsal.complete();
    Ok(())
}

struct Rehearsal<'a> {
    requests: &'a [Vec<PlanRequest<'a>>],
    observer: &'a mut dyn Observer,
    /// Where the boxes of each rank lie.
    records: Vec<Vec<u8>>,
    verdicts: Vec<Vec<u8>>,
    /// What was handed out in the meeting under way.
    post: Post,
    done: usize,
}

impl<'a> Rehearsal<'a> {
    fn new(
        requests: &'a [Vec<PlanRequest<'a>>],
        observer: &'a mut dyn Observer,
    ) -> Result<Self, PlanError> {
        let ranks = requests.len();
        let records = requests.iter().enumerate().map(|(rank, requests)| {
            let opening = Opening::new(rank, ranks, requests)?;
            Ok(opening.record())
        });
        Ok(Self {
            requests,
            observer,
            records: records.collect::<Result<_, PlanError>>()?,
            verdicts: vec![Vec::new(); ranks],
            post: Post::new(ranks),
            done: 0,
        })
    }

    fn ranks(&self) -> usize {
        self.requests.len()
    }

    /// Let each rank read the records of all. Without irregular domains each goes on to its draft at once, else their
    /// surveys are returned.
    fn survey(&mut self) -> Result<Vec<Survey<'a>>, PlanError> {
        let others = bytes_of(self.records.iter().map(Vec::len));
        let mut surveys = Vec::new();
        for (rank, requests) in self.requests.iter().enumerate() {
            let (records, ranks) = (&self.records, self.requests.len());
            let survey = staged(self.observer, rank, others, || {
                let opening = Opening::new(rank, ranks, requests)?;
                let record = opening.record();
                debug_assert_eq!(record, records[rank]);
                Ok::<_, PlanError>(opening.survey(records))
            })?;
            if survey.needs_directory() {
                let told = staged(self.observer, rank, 0, || survey.tell_and_ask());
                self.send(rank, told);
                surveys.push(survey);
            } else {
                self.draft(rank, survey);
            }
            self.step(if surveys.is_empty() { 2 } else { 4 });
        }
        Ok(surveys)
    }

    /// Let the keepers answer, then let each rank make its draft.
    fn ask_the_directory(&mut self, mut surveys: Vec<Survey<'a>>) {
        let mut told = self.post.collected();
        for (rank, survey) in surveys.iter_mut().enumerate() {
            let (told, others) = told.open(rank);
            let replies = staged(self.observer, rank, others, || survey.reply(told.parcels()));
            self.send(rank, replies);
            self.step(4);
        }
        let mut replies = self.post.collected();
        for (rank, mut survey) in surveys.into_iter().enumerate() {
            let (replies, others) = replies.open(rank);
            staged(self.observer, rank, others, || {
                survey.learn(replies.parcels())
            });
            self.draft(rank, survey);
            self.step(4);
        }
    }

    fn draft(&mut self, rank: usize, survey: Survey<'a>) {
        self.verdicts[rank] = survey.verdict();
        let mut survey = Some(survey);
        let draft = staged(self.observer, rank, 0, || survey.take().map(Survey::draft));
        let Draft { plans, letters } = draft.expect("a stage runs once");
        self.observer.receives(rank, &plans);
        self.send(rank, letters);
    }

    /// Let each rank read the letters that it got.
    fn complete(&mut self) {
        let all = if self.done > 2 * self.ranks() { 4 } else { 2 };
        let mut letters = self.post.collected();
        for (rank, requests) in self.requests.iter().enumerate() {
            let (letters, others) = letters.open(rank);
            let plans = staged(self.observer, rank, others, || {
                let mut plans = vec![ExchangePlan::default(); requests.len()];
                complete(requests, &mut plans, letters.parcels());
                plans
            });
            self.observer.sends(rank, &plans);
            self.step(all);
        }
    }

    /// Hand out what a rank has written; that it lets go of it is a stage of its own.
    fn send(&mut self, rank: usize, parcels: Parcels) {
        self.post.take(rank, &parcels);
        let mut parcels = Some(parcels);
        self.observer.stage(rank, 0, &mut || drop(parcels.take()));
    }

    fn step(&mut self, passes: usize) {
        self.done += 1;
        self.observer.step(self.done, passes * self.requests.len());
    }
}

/// Let an observer watch a stage that has a result.
fn staged<T>(
    observer: &mut dyn Observer,
    rank: usize,
    others: usize,
    mut stage: impl FnMut() -> T,
) -> T {
    let mut result = None;
    observer.stage(rank, others, &mut || result = Some(stage()));
    result.expect("the observer calls the stage")
}

/// The memory of so many parcels of these lengths.
fn bytes_of(lengths: impl Iterator<Item = usize>) -> usize {
    lengths
        .map(|bytes| size_of::<(usize, Vec<u8>)>() + bytes)
        .sum()
}

/// What ranks hand each other in one meeting: for each reader who wrote how many bytes, and the bytes one after the
/// other, because millions of small parcels would be more memory than what they say.
#[derive(Debug)]
struct Post {
    boxes: Vec<Letterbox>,
    /// Memory that the outgoing parcels of each rank take.
    outgoing: Vec<usize>,
}

#[derive(Debug, Default)]
struct Letterbox {
    from: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Post {
    fn new(ranks: usize) -> Self {
        Self {
            boxes: (0..ranks).map(|_| Letterbox::default()).collect(),
            outgoing: vec![0; ranks],
        }
    }

    fn take(&mut self, from: usize, parcels: &Parcels) {
        let short = |number: usize| u32::try_from(number).expect("set-up records are short");
        self.outgoing[from] = bytes_of(parcels.iter().map(|(_, bytes)| bytes.len()));
        for (to, bytes) in parcels {
            let letterbox = &mut self.boxes[*to];
            letterbox.from.push((short(from), short(bytes.len())));
            letterbox.bytes.extend_from_slice(bytes);
        }
    }

    /// All that was handed out; what comes next is of another meeting.
    fn collected(&mut self) -> Self {
        let ranks = self.boxes.len();
        std::mem::replace(self, Self::new(ranks))
    }

    /// What a rank got, and the memory that what it has sent itself still takes.
    fn open(&mut self, rank: usize) -> (Letterbox, usize) {
        (std::mem::take(&mut self.boxes[rank]), self.outgoing[rank])
    }
}

impl Letterbox {
    /// The parcels as a [`crate::world::World`] delivers them: ranks write in their order.
    fn parcels(&self) -> Parcels {
        let mut rest = self.bytes.as_slice();
        let parcels = self.from.iter().map(|(from, len)| {
            let (bytes, others) = rest.split_at(*len as usize);
            rest = others;
            (*from as usize, bytes.to_vec())
        });
        parcels.collect()
    }
}
