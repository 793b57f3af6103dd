//! `halocline plan` with ranks and grids that are only imagined.

use std::{
    fs,
    process::{Command, Output},
};

const EXPERIMENT: &str = "\
time: {start: 2000-01-01, step: 1 h, length: 1 day}
components:
  ocean: {ranks: 2, command: ./ocean}
  worker: {ranks: 1, worker: closure.py:closure}
grids:
  globe: {nx: 60, ny: 40, boundary: {i: cyclic, j: {north_fold: T}}}
fields:
  u: {units: m/s, grid: globe, point: U, kind: vector, levels: 2}
exchanges:
  - {from: ocean, to: worker, fields: [u], period: 1 h, halo: 2}
";

fn plan(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("globe.yaml"), EXPERIMENT).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_halocline"));
    command.env("HALOCLINE_PYTHON", "/bin/true");
    command.args(["plan", "globe.yaml"]).args(arguments);
    command.current_dir(folder.path()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The numbers of a row, by the words that it begins with.
fn row(said: &str, name: &str) -> Vec<String> {
    let line = said.lines().find(|line| line.trim().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in:\n{said}"));
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn other_ranks_and_grids_are_simulated() {
    let output = plan(&["--ranks", "ocean=48,worker=6", "--grid", "120x80"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for expected in [
        "globe: 120 x 80 cells",
        "ocean: ranks 0-47",
        "simulation of 54 ranks",
        "ocean: 48 ranks, cut into boxes",
        "all ranks of the job",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
    let memory = row(&said, "memory");
    assert_ne!(memory[3], "0", "the program counts memory: {memory:?}");
}

#[test]
fn a_plain_plan_is_not_simulated() {
    assert!(!text(&plan(&[]).stdout).contains("simulation"));
    assert!(text(&plan(&["--simulate"]).stdout).contains("simulation of 3 ranks"));
}

#[test]
fn figures_come_as_json() {
    let output = plan(&["--json", "--partition", "ocean=columns"]);
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(figures["ranks"], 3);
    assert_eq!(figures["exchanges"][0]["messages"], 2);
    assert_eq!(figures["components"][0]["partition"], "columns");
    let memory = &figures["components"][1]["memory_bytes"]["worst"];
    // The plan has a run for each row that comes from each of two ranks.
    assert!(memory.as_f64().unwrap() > 2.0 * 40.0 * 24.0, "{memory}");
}

#[test]
fn what_cannot_be_read_is_an_error_with_an_example() {
    for (option, wrong, expected) in [
        ("--ranks", "ocean", "as in ocean=128"),
        ("--grid", "120", "as in 1442x1207"),
        ("--partition", "ocean=row", "did you mean 'rows'?"),
    ] {
        let output = plan(&[option, wrong]);
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{said}");
    }
}
