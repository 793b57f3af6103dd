//! The figures of a simulation as a table for people.

use super::figures::{ComponentFigures, ExchangeFigures, SideFigures, Simulation, Spread};
use crate::{
    check::count,
    quantities::{duration, number, size},
};
use std::fmt;

/// One quantity.
struct Row<'a> {
    name: &'static str,
    spread: &'a Spread,
    shown: fn(f64) -> String,
    sum: Sum,
}

/// Whether a sum over all ranks means anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sum {
    Shown,
    Hidden,
}

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = format!("simulation of {}", count(self.ranks, "rank"));
        writeln!(
            f,
            "{head:<34} {:>12} {:>12} {:>12} {:>9}",
            "in all", "mean", "worst", "of rank"
        )?;
        for exchange in &self.exchanges {
            self.exchange(f, exchange)?;
        }
        for component in &self.components {
            let ranks = count(component.ranks, "rank");
            writeln!(
                f,
                "  {}: {ranks}, cut into {}",
                component.component, component.partition
            )?;
            component_rows(f, component)?;
        }
        if self.components.len() > 1 {
            writeln!(f, "  all ranks of the job")?;
            component_rows(f, &self.all)?;
        }
        writeln!(f, "{NOTES}")
    }
}

const NOTES: &str = "
  messages, bytes   when all exchanges are due; ranks count within their component
  runs              pieces of rows that a rank copies, on each level
  planning          processor time of a rank from its own cells to its plans, without waiting for others
  memory            the most that a rank holds meanwhile, with what it got from others
  plans             what it keeps for the run. Each allocation counts 16 bytes more than it asks for";

impl Simulation {
    fn exchange(&self, f: &mut fmt::Formatter<'_>, exchange: &ExchangeFigures) -> fmt::Result {
        let ExchangeFigures {
            name,
            sends,
            receives,
            ..
        } = exchange;
        writeln!(
            f,
            "  exchange {name}: {} to {}",
            sends.component, receives.component
        )?;
        side_rows(f, sends, "sends")?;
        side_rows(f, receives, "receives")
    }
}

fn side_rows(f: &mut fmt::Formatter<'_>, side: &SideFigures, does: &str) -> fmt::Result {
    writeln!(f, "    {} {does}", side.component)?;
    row("messages", &side.messages, number, Sum::Shown).write(f)?;
    row("bytes", &side.bytes, size, Sum::Shown).write(f)?;
    row("runs", &side.runs, number, Sum::Shown).write(f)
}

fn component_rows(f: &mut fmt::Formatter<'_>, component: &ComponentFigures) -> fmt::Result {
    row("messages", &component.messages, number, Sum::Shown).write(f)?;
    row("bytes", &component.bytes, size, Sum::Shown).write(f)?;
    row("partners", &component.partners, number, Sum::Hidden).write(f)?;
    row("planning", &component.seconds, duration, Sum::Hidden).write(f)?;
    row("memory", &component.memory_bytes, size, Sum::Hidden).write(f)?;
    row("plans", &component.kept_bytes, size, Sum::Hidden).write(f)
}

fn row<'a>(name: &'static str, spread: &'a Spread, shown: fn(f64) -> String, sum: Sum) -> Row<'a> {
    Row {
        name,
        spread,
        shown,
        sum,
    }
}

impl Row<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spread {
            sum,
            mean,
            worst,
            worst_rank,
        } = *self.spread;
        let [sum, mean, worst] = [sum, mean, worst].map(self.shown);
        let sum = if self.sum == Sum::Shown {
            sum
        } else {
            String::new()
        };
        writeln!(
            f,
            "      {:<28} {sum:>12} {mean:>12} {worst:>12} {worst_rank:>9}",
            self.name
        )
    }
}
