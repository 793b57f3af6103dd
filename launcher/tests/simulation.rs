//! What a simulation says of jobs that are small enough to count by hand.

use halocline_launcher::{MemoryUse, Simulation, Spread, WhatIf, plan_what_if};
use std::{fs, str::FromStr};

const EXPERIMENT: &str = "\
time: {start: 2000-01-01, step: 1 h, length: 1 day}
components:
  ocean: {ranks: 2, command: ./ocean}
  waves: {ranks: 2, command: ./waves}
grids:
  square: {nx: 8, ny: 8, boundary: {i: cyclic, j: closed}}
fields:
  t: {units: K, grid: square, levels: 3}
  h: {units: m, grid: square}
exchanges:
  - {name: heat, from: ocean, to: waves, fields: [t], period: 1 h, halo: 1}
  - {name: height, from: waves, to: ocean, fields: [h], period: 1 h, wire: float32}
";

/// Counts nothing: memory is measured by the program.
fn uncounted(action: &mut dyn FnMut()) -> MemoryUse {
    action();
    MemoryUse::default()
}

fn listed<T: FromStr<Err = String>>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn simulate(what_if: &WhatIf) -> Result<Simulation, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("square.yaml");
    fs::write(&file, EXPERIMENT).unwrap();
    plan_what_if(&file, 1, what_if)
        .and_then(|plan| plan.simulate(uncounted))
        .map_err(|error| error.to_string())
}

fn numbers(spread: &Spread) -> (f64, f64, f64) {
    (spread.sum, spread.mean, spread.worst)
}

#[test]
fn rows_send_to_all_columns() {
    let what_if = WhatIf {
        ranks: listed(&["ocean=4", "waves=4"]),
        cuts: listed(&["ocean=rows", "waves=columns"]),
        ..WhatIf::default()
    };
    let simulation = simulate(&what_if).unwrap();
    assert_eq!(simulation.ranks, 8);
    let [heat, height] = simulation.exchanges.as_slice() else {
        panic!("two exchanges");
    };
    assert_eq!((heat.messages, height.messages), (16, 16));
    // Two columns of eight rows and the halo of one on each side are 4 columns of 2 rows from each ocean rank.
    let message = 16.0 + 4.0 * 2.0 * 3.0 * 8.0;
    assert_eq!(numbers(&heat.sends.messages), (16.0, 4.0, 4.0));
    assert_eq!(
        numbers(&heat.receives.bytes),
        (16.0 * message, 4.0 * message, 4.0 * message)
    );
    // 2 x 2 cells of single precision.
    assert_eq!(height.bytes, 16 * (16 + 4 * 4));
    for component in &simulation.components {
        assert_eq!(numbers(&component.partners), (16.0, 4.0, 4.0));
        assert_eq!(numbers(&component.messages), (32.0, 8.0, 8.0));
        assert!(component.seconds.worst > 0.0);
    }
    assert_eq!(numbers(&simulation.all.messages), (32.0, 8.0, 8.0));
}

#[test]
fn the_worst_rank_is_named() {
    // Three ranks share eight rows as 3, 3, 2; the two halves of the other side meet in the second.
    let what_if = WhatIf {
        ranks: listed(&["ocean=3", "waves=2"]),
        cuts: listed(&["ocean=rows", "waves=rows"]),
        ..WhatIf::default()
    };
    let simulation = simulate(&what_if).unwrap();
    let sends = &simulation.exchanges[0].sends.messages;
    assert_eq!((sends.sum, sends.worst, sends.worst_rank), (4.0, 2.0, 1));
    assert_eq!(simulation.components[0].partition, "rows");
}

#[test]
fn a_grid_of_another_size_is_planned() {
    let what_if = WhatIf {
        grids: listed(&["16x4"]),
        ..WhatIf::default()
    };
    let simulation = simulate(&what_if).unwrap();
    let cells = (simulation.exchanges[1].bytes - 16 * simulation.exchanges[1].messages) / 4;
    assert_eq!(cells, 64);
}

#[test]
fn a_halo_around_apples_cannot_be_planned() {
    let what_if = WhatIf {
        ranks: listed(&["waves=3"]),
        cuts: listed(&["waves=apples"]),
        ..WhatIf::default()
    };
    let error = simulate(&what_if).unwrap_err();
    assert!(error.contains("are no rectangle"), "{error}");
    assert!(error.contains("--partition"), "{error}");
}

#[test]
fn names_that_the_experiment_does_not_have_get_the_nearest() {
    let ranks = WhatIf {
        ranks: listed(&["ocaen=4"]),
        ..WhatIf::default()
    };
    let error = simulate(&ranks).unwrap_err();
    assert!(error.contains("did you mean 'ocean'?"), "{error}");
    let grid = WhatIf {
        grids: listed(&["globe=4x4"]),
        ..WhatIf::default()
    };
    let error = simulate(&grid).unwrap_err();
    assert!(error.contains("one of square"), "{error}");
}
