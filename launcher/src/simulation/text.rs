//! The figures of a simulation as a table for people.

use super::figures::{ComponentFigures, ExchangeFigures, SideFigures, Simulation, Spread};
use crate::quantities::{duration, number, size};
use std::fmt;

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "simulation of {} ranks, in {}; a rank: mean, worst (which rank of its component)",
            self.ranks,
            duration(self.simulated_in_seconds)
        )?;
        table(f, &self.exchange_rows())?;
        writeln!(f)?;
        table(f, &self.component_rows())?;
        writeln!(
            f,
            "\n  time: of a processor, without waiting for others. memory: the most at a time while planning, with what \
             came from others;\n  plans: what is left of it for the run. Each allocation counts 16 bytes more than it asks for"
        )
    }
}

impl Simulation {
    fn exchange_rows(&self) -> Vec<Vec<String>> {
        let head = ["exchange", "ranks", "messages", "bytes", "runs"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for exchange in &self.exchanges {
            rows.extend(exchange_rows(exchange));
        }
        rows
    }

    fn component_rows(&self) -> Vec<Vec<String>> {
        let head = [
            "component",
            "ranks",
            "messages",
            "bytes",
            "partners",
            "time",
            "memory",
            "plans",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(self.components.iter().map(component_row));
        if self.components.len() > 1 {
            rows.push(component_row(&self.all));
        }
        rows
    }
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn exchange_rows(exchange: &ExchangeFigures) -> [Vec<String>; 3] {
    let ExchangeFigures {
        name,
        messages,
        bytes,
        sends,
        receives,
    } = exchange;
    let total = vec![
        format!("{name}, in all"),
        String::new(),
        messages.to_string(),
        size(*bytes as f64),
    ];
    [
        total,
        side_row(sends, "sends"),
        side_row(receives, "receives"),
    ]
}

fn side_row(side: &SideFigures, does: &str) -> Vec<String> {
    vec![
        format!("  {} {does}", side.component),
        side.ranks.to_string(),
        spread(&side.messages, number),
        spread(&side.bytes, size),
        spread(&side.runs, number),
    ]
}

fn component_row(component: &ComponentFigures) -> Vec<String> {
    let partition = match component.partition.as_str() {
        "" => String::new(),
        partition => format!(", {partition}"),
    };
    vec![
        format!("{}{partition}", component.component),
        component.ranks.to_string(),
        spread(&component.messages, number),
        spread(&component.bytes, size),
        spread(&component.partners, number),
        spread(&component.seconds, duration),
        spread(&component.memory_bytes, size),
        spread(&component.kept_bytes, size),
    ]
}

/// `1.5 KiB, 12 KiB (7)`.
fn spread(spread: &Spread, shown: fn(f64) -> String) -> String {
    let Spread {
        mean,
        worst,
        worst_rank,
    } = spread;
    format!("{}, {} ({worst_rank})", shown(*mean), shown(*worst))
}

/// Columns as wide as their widest entry; the first to the left, the others to the right.
fn table(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let entries = rows.iter().filter_map(|row| row.get(column));
        entries.map(String::len).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (entry, width)) in row.iter().zip(&widths).enumerate() {
            line += &match column {
                0 => format!("  {entry:<width$}"),
                _ => format!("   {entry:>width$}"),
            };
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
