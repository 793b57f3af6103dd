//! What a simulation found, in numbers.

use serde::Serialize;

/// What all ranks of a job would send, receive, spend and hold.
#[derive(Debug, Clone, Serialize)]
pub struct Simulation {
    /// Number of ranks of the job.
    pub ranks: usize,
    /// Time that the simulation took [s].
    pub simulated_in_seconds: f64,
    /// Each exchange, in the order of the experiment file.
    pub exchanges: Vec<ExchangeFigures>,
    /// Each component, in the order of the experiment file.
    pub components: Vec<ComponentFigures>,
    /// All ranks together.
    pub all: ComponentFigures,
}

/// One exchange, at one date.
#[derive(Debug, Clone, Serialize)]
pub struct ExchangeFigures {
    /// Its name.
    pub name: String,
    /// Messages of all ranks; a rank sends at most one to each partner.
    pub messages: u64,
    /// Their length with headers [bytes].
    pub bytes: u64,
    /// The ranks that send.
    pub sends: SideFigures,
    /// The ranks that receive.
    pub receives: SideFigures,
}

/// The ranks of one side of an exchange.
#[derive(Debug, Clone, Serialize)]
pub struct SideFigures {
    /// The component.
    pub component: String,
    /// Number of its ranks.
    pub ranks: usize,
    /// Messages of a rank, each with another partner.
    pub messages: Spread,
    /// Bytes of a rank.
    pub bytes: Spread,
    /// Runs of cells that a rank copies, on each level.
    pub runs: Spread,
}

/// The ranks of one component, over all exchanges.
#[derive(Debug, Clone, Serialize)]
pub struct ComponentFigures {
    /// The component.
    pub component: String,
    /// Number of its ranks.
    pub ranks: usize,
    /// How it cuts its grids.
    pub partition: String,
    /// Messages that a rank sends and receives when all exchanges are due.
    pub messages: Spread,
    /// Their bytes.
    pub bytes: Spread,
    /// Other ranks that a rank exchanges anything with.
    pub partners: Spread,
    /// Processor time of planning [s].
    pub seconds: Spread,
    /// The most memory that planning takes at a time [bytes].
    pub memory_bytes: Spread,
    /// Memory of the plans that are kept for the run [bytes].
    pub kept_bytes: Spread,
}

/// A quantity of each of some ranks.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Spread {
    /// Sum over the ranks; messages between them count once.
    pub sum: f64,
    /// Mean over the ranks.
    pub mean: f64,
    /// The largest.
    pub worst: f64,
    /// The rank that has it, within its component; within the job where it is about all ranks.
    pub worst_rank: usize,
}

impl Spread {
    /// The spread of one value for each rank.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut spread, mut count) = (Self::default(), 0_u32);
        for (rank, value) in values.into_iter().enumerate() {
            if value > spread.worst {
                (spread.worst, spread.worst_rank) = (value, rank);
            }
            spread.sum += value;
            count += 1;
        }
        spread.mean = spread.sum / f64::from(count.max(1));
        spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_rank_is_the_first_with_the_largest_value() {
        let spread = Spread::of([1.0, 4.0, 4.0, 3.0]);
        assert_eq!(
            (spread.sum, spread.mean, spread.worst, spread.worst_rank),
            (12.0, 3.0, 4.0, 1)
        );
    }
}
