//! What each rank of a simulated job spends, holds and exchanges, noted while it is planned.

use super::{
    MeasureMemory,
    figures::{ComponentFigures, ExchangeFigures, SideFigures, Simulation, Spread},
};
use crate::{cut::Cut, job::Job};
use halocline_configs::CouplingSpec;
use halocline_exchanges::{plan::ExchangePlan, rehearsal::Observer};
use indicatif::ProgressBar;
use rustix::time::{ClockId, clock_gettime};
use std::{collections::BTreeMap, ops::Range, sync::Arc, time::Duration};

/// The planning of one rank.
#[derive(Debug, Clone, Default)]
struct Account {
    seconds: f64,
    /// Memory that it holds between stages [bytes].
    held: i64,
    /// The most that it has held [bytes].
    peak: i64,
    partners: Vec<u32>,
    messages: u64,
    bytes: u64,
}

/// One side of one exchange in one rank.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    messages: u64,
    bytes: u64,
    runs: u64,
}

impl Load {
    fn add(&mut self, bytes: usize, runs: usize) {
        self.messages += 1;
        self.bytes += bytes as u64;
        self.runs += runs as u64;
    }
}

/// All ranks of the job.
pub(super) struct Accounts {
    ranks: Vec<Account>,
    /// For each exchange what each rank sends, and what it receives.
    loads: Vec<[Vec<Load>; 2]>,
    measure: MeasureMemory,
    bar: ProgressBar,
}

impl Accounts {
    pub(super) fn new(
        job: &Job,
        exchanges: usize,
        measure: MeasureMemory,
        bar: ProgressBar,
    ) -> Self {
        let ranks = job.ranks();
        let loads = || vec![Load::default(); ranks];
        Self {
            ranks: vec![Account::default(); ranks],
            loads: (0..exchanges).map(|_| [loads(), loads()]).collect(),
            measure,
            bar,
        }
    }

    fn note(&mut self, exchange: usize, side: usize, rank: usize, load: Load) {
        self.loads[exchange][side][rank] = load;
        self.ranks[rank].messages += load.messages;
        self.ranks[rank].bytes += load.bytes;
    }

    fn meet(&mut self, rank: usize, partners: impl Iterator<Item = usize>) {
        let known = &mut self.ranks[rank].partners;
        known.extend(partners.map(|rank| u32::try_from(rank).expect("ranks are few")));
        known.sort_unstable();
        known.dedup();
        known.shrink_to_fit();
    }

    /// Sum everything up.
    pub(super) fn figures(
        &self,
        spec: &CouplingSpec,
        job: &Job,
        cuts: &BTreeMap<String, Cut>,
        elapsed: Duration,
    ) -> Simulation {
        let ranks_of = |name: &str| {
            let known = job.components.iter().find(|known| known.name == name);
            let component = known.expect("the spec and the job have the same components");
            component.first_rank..component.first_rank + component.ranks
        };
        let exchanges = spec.exchanges.iter().enumerate();
        let exchanges = exchanges.map(|(position, exchange)| {
            let side = |component: &str, side: usize| SideFigures {
                component: component.to_owned(),
                ..side_figures(&self.loads[position][side][ranks_of(component)])
            };
            let total = |of: fn(&Load) -> u64| self.loads[position][0].iter().map(of).sum();
            ExchangeFigures {
                name: exchange.name.clone(),
                messages: total(|load| load.messages),
                bytes: total(|load| load.bytes),
                sends: side(&exchange.from, 0),
                receives: side(&exchange.to, 1),
            }
        });
        let components = job.components.iter().map(|component| {
            let cut = cuts.get(&component.name).copied().unwrap_or_default();
            self.component(&component.name, cut.to_string(), ranks_of(&component.name))
        });
        let mut all = self.component("all", String::new(), 0..job.ranks());
        // Each message has been counted where it leaves and where it arrives.
        all.messages.sum /= 2.0;
        all.bytes.sum /= 2.0;
        Simulation {
            ranks: job.ranks(),
            simulated_in_seconds: elapsed.as_secs_f64(),
            exchanges: exchanges.collect(),
            components: components.collect(),
            all,
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    fn component(&self, name: &str, partition: String, ranks: Range<usize>) -> ComponentFigures {
        let accounts = &self.ranks[ranks];
        let spread = |of: fn(&Account) -> f64| Spread::of(accounts.iter().map(of));
        ComponentFigures {
            component: name.to_owned(),
            ranks: accounts.len(),
            partition,
            messages: spread(|account| account.messages as f64),
            bytes: spread(|account| account.bytes as f64),
            partners: spread(|account| account.partners.len() as f64),
            seconds: spread(|account| account.seconds),
            memory_bytes: spread(|account| account.peak as f64),
            kept_bytes: spread(|account| account.held as f64),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn side_figures(loads: &[Load]) -> SideFigures {
    let spread = |of: fn(&Load) -> u64| Spread::of(loads.iter().map(|load| of(load) as f64));
    SideFigures {
        component: String::new(),
        ranks: loads.len(),
        messages: spread(|load| load.messages),
        bytes: spread(|load| load.bytes),
        runs: spread(|load| load.runs),
    }
}

impl Observer for Accounts {
    fn stage(&mut self, rank: usize, others: usize, stage: &mut dyn FnMut()) {
        let started = processor_seconds();
        let memory = (self.measure)(stage);
        let account = &mut self.ranks[rank];
        account.seconds += processor_seconds() - started;
        let others = i64::try_from(others).expect("memory is counted in i64");
        account.peak = account.peak.max(account.held + others + memory.peak);
        account.held += memory.left;
    }

    fn receives(&mut self, rank: usize, plans: &[ExchangePlan]) {
        for (exchange, plan) in plans.iter().enumerate() {
            let mut load = Load::default();
            for message in &plan.receive {
                load.add(
                    message.bytes,
                    runs(message.fields.iter().map(|field| &field.runs)),
                );
            }
            self.note(exchange, 1, rank, load);
        }
        let messages = plans.iter().flat_map(|plan| &plan.receive);
        self.meet(rank, messages.map(|message| message.from));
    }

    fn sends(&mut self, rank: usize, plans: &[ExchangePlan]) {
        for (exchange, plan) in plans.iter().enumerate() {
            let mut load = Load::default();
            for message in &plan.send {
                load.add(
                    message.bytes,
                    runs(message.fields.iter().map(|field| &field.runs)),
                );
            }
            self.note(exchange, 0, rank, load);
        }
        let messages = plans.iter().flat_map(|plan| &plan.send);
        self.meet(rank, messages.map(|message| message.to));
    }

    fn step(&mut self, done: usize, all: usize) {
        // A bar is looked at a few times a second.
        if done.is_multiple_of(256) || done == all {
            self.bar.set_length(all as u64);
            self.bar.set_position(done as u64);
        }
    }
}

/// Runs of all fields of a message.
fn runs<'a, T: 'a>(fields: impl Iterator<Item = &'a Arc<[T]>>) -> usize {
    fields.map(|runs| runs.len()).sum()
}

/// Processor time of this thread [s]: what other programs take meanwhile does not count.
#[allow(
    clippy::cast_precision_loss,
    reason = "differences are microseconds to seconds"
)]
fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
