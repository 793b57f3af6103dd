//! What the program prints without running anything.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const EXPERIMENT: &str = "\
time: {start: 2000-01-01, step: 20 min, length: 10 days}
components:
  ocean: {ranks: 2, command: ./ocean namelist.nml}
  closure: {ranks: 3, worker: closure.py:closure, directory: ., tiles: {nx: 16, ny: 16}}
grids:
  gyre: {nx: 64, ny: 64, boundary: {i: closed, j: closed}}
fields:
  u: {units: m/s, grid: gyre, point: U, kind: vector}
  u_f: {units: m/s2, grid: gyre, point: U, kind: vector, levels: 2}
  mask: {units: '1', grid: gyre}
exchanges:
  - {from: ocean, to: closure, fields: [mask], static: true, halo: 7}
  - {from: ocean, to: closure, fields: [u], period: 20 min, halo: 7, wire: float32}
  - {from: closure, to: ocean, fields: [u_f], period: 1 day, lag: 20 min, initial: 0.0}
";

const WORKER: &str = "\
import halocline

@halocline.worker
def closure(u, mask):
    return u * mask
";

fn halocline(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

/// The program in a folder; its Python says nothing.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_halocline"));
    command
        .env_remove("SLURM_JOB_ID")
        .env_remove("HALOCLINE_LOG")
        .env("COLUMNS", "100");
    command.env("HALOCLINE_PYTHON", "/bin/true");
    command.args(arguments).current_dir(folder);
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gyre.yaml"), EXPERIMENT).unwrap();
    fs::write(folder.path().join("closure.py"), WORKER).unwrap();
    fs::write(
        folder.path().join("broken.yaml"),
        EXPERIMENT.replace(
            "from: ocean, to: closure, fields: [u]",
            "from: ocaen, to: closure, fields: [u]",
        ),
    )
    .unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn check_tells_files_that_are_right_from_those_that_are_not() {
    let folder = folder();
    let right = halocline(folder.path(), &["check", "gyre.yaml"]);
    assert!(right.status.success());
    let said = text(&right.stdout);
    let summary = "gyre.yaml: right: 2 components on 5 ranks, 3 fields in 3 exchanges, 720 steps of 20 min, from 2000-01-01 to 2000-01-11";
    assert!(said.starts_with(summary), "{said}");
    assert!(
        said.contains("note, before a run: component 'ocean' starts"),
        "{said}"
    );
    let both = halocline(folder.path(), &["check", "broken.yaml", "gyre.yaml"]);
    assert_eq!(both.status.code(), Some(1));
    assert!(text(&both.stdout).contains("gyre.yaml: right"));
    assert!(
        text(&both.stderr).contains("did you mean 'ocean'?"),
        "{}",
        text(&both.stderr)
    );
    assert!(
        !text(&both.stderr).contains('\x1b'),
        "no colour without a terminal"
    );
}

#[test]
fn short_problems_begin_with_their_place() {
    let folder = folder();
    let output = halocline(folder.path(), &["check", "--short", "broken.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).starts_with("broken.yaml:13:12: "),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn the_plan_shows_ranks_dates_and_bytes() {
    let folder = folder();
    let output = halocline(folder.path(), &["plan", "gyre.yaml", "--dates", "2"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let place = format!("{}/", folder.path().canonicalize().unwrap().display());
    insta::assert_snapshot!(text(&output.stdout).replace(&place, ""));
}

#[test]
fn a_line_for_another_machine_can_be_printed_here() {
    let folder = folder();
    let output = halocline(
        folder.path(),
        &["run", "--print", "gyre.yaml", "--launcher", "srun"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let place = folder.path().canonicalize().unwrap().display().to_string();
    insta::assert_snapshot!(text(&output.stdout).replace(&place, "/here"));
    assert!(!folder.path().join("runs").exists(), "nothing was made");
}

#[test]
fn a_launcher_that_is_not_here_is_an_error_with_advice() {
    let folder = folder();
    fs::copy("/bin/true", folder.path().join("ocean")).unwrap();
    let output = halocline(folder.path(), &["run", "gyre.yaml", "--launcher", "mpirum"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("the launcher 'mpirum' is not on this machine") && said.contains("--print"),
        "{said}"
    );
}

#[test]
fn the_schema_is_json_and_names_the_keys() {
    let folder = folder();
    let said = text(&halocline(folder.path(), &["schema"]).stdout);
    assert!(
        said.starts_with('{') && said.contains("\"exchanges\""),
        "{said}"
    );
}

#[test]
fn completions_know_the_subcommands() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish"] {
        let said = text(&halocline(folder.path(), &["completion", shell]).stdout);
        assert!(said.contains("check") && said.contains("plan"), "{shell}");
    }
}

#[test]
fn the_help_has_examples() {
    let folder = folder();
    for arguments in [
        &["--help"][..],
        &["run", "--help"],
        &["check", "--help"],
        &["plan", "--help"],
        &["serve", "--help"],
    ] {
        let said = text(&halocline(folder.path(), arguments).stdout);
        assert!(said.contains("Examples:\n  halocline "), "{said}");
    }
}

#[test]
fn a_log_filter_that_cannot_be_read_is_an_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_halocline"));
    let output = command
        .arg("schema")
        .env("HALOCLINE_LOG", "halocline=loud")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("HALOCLINE_LOG cannot be read"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn files_that_are_missing_are_named_together() {
    let folder = folder();
    let text_with_files = EXPERIMENT
        .replace(
            "boundary: {i: closed, j: closed}",
            "boundary: {i: closed, j: closed}, mesh_mask: mesh.nc",
        )
        .replace("initial: 0.0", "initial: {file: first.nc, variable: u_f}");
    fs::write(folder.path().join("files.yaml"), text_with_files).unwrap();
    let output = halocline(folder.path(), &["check", "files.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr));
    fs::write(folder.path().join("first.nc"), "").unwrap();
    let short = halocline(folder.path(), &["check", "--short", "files.yaml"]);
    let said = text(&short.stderr);
    assert!(said.starts_with("files.yaml:6:71: "), "{said}");
    assert!(said.contains("first.nc: cannot be read"), "{said}");
}

#[test]
fn an_experiment_file_that_is_not_there_gets_the_nearest_name() {
    let folder = folder();
    let output = halocline(folder.path(), &["check", "gyer.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr));
}

/// Longitudes of T points (j, i), 64 x 64, that are all right but for NaN at j = 2, i = 5.
fn write_longitude_with_nan(path: &Path) {
    let mut values = vec![10.0; 64 * 64];
    values[2 * 64 + 5] = f64::NAN;
    let mut file = netcdf::create(path).unwrap();
    for name in ["y", "x"] {
        file.add_dimension(name, 64).unwrap();
    }
    let mut longitude = file.add_variable::<f64>("lon", &["y", "x"]).unwrap();
    longitude.put_values(&values, ..).unwrap();
}

#[test]
fn nan_in_a_coordinate_is_found_by_check_and_by_run() {
    let folder = folder();
    write_longitude_with_nan(&folder.path().join("grid.nc"));
    fs::copy("/bin/true", folder.path().join("ocean")).unwrap();
    let experiment = EXPERIMENT.replace(
        "boundary: {i: closed, j: closed}",
        "boundary: {i: closed, j: closed}, points: {T: {longitude: {file: grid.nc, variable: lon}}}",
    );
    fs::write(folder.path().join("gyre.yaml"), experiment).unwrap();
    let check = halocline(folder.path(), &["check", "gyre.yaml"]);
    assert_eq!(check.status.code(), Some(1));
    insta::assert_snapshot!(text(&check.stderr));
    let run = halocline(folder.path(), &["run", "gyre.yaml", "-d", "run"]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(text(&run.stderr), text(&check.stderr));
    assert!(!folder.path().join("run").exists(), "nothing was made");
}

/// What `check` says of the experiment with another worker, or another text of its file.
fn said_of_worker(worker: &str, source: &str) -> String {
    let folder = folder();
    fs::write(folder.path().join("closure.py"), source).unwrap();
    let experiment = EXPERIMENT.replace("closure.py:closure", worker);
    fs::write(folder.path().join("gyre.yaml"), experiment).unwrap();
    let mut command = program(folder.path(), &["check", "gyre.yaml"]);
    command.env("HALOCLINE_PYTHON", "python3");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    text(&output.stderr)
}

#[test]
fn a_worker_file_that_is_not_there_is_underlined_with_the_nearest_one() {
    insta::assert_snapshot!(said_of_worker("closrue.py:closure", WORKER));
}

#[test]
fn a_function_that_the_worker_file_does_not_define_is_underlined_with_the_nearest_one() {
    insta::assert_snapshot!(said_of_worker("closure.py:clousre", WORKER));
}

#[test]
fn a_worker_file_without_functions_is_told_so() {
    insta::assert_snapshot!(said_of_worker("closure.py:closure", "import halocline\n"));
}

#[test]
fn a_worker_file_that_python_cannot_read_is_told_with_its_line() {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this machine has no python3 on PATH");
        return;
    }
    insta::assert_snapshot!(said_of_worker("closure.py:closure", "x = 1\nreturn x\n"));
}

#[test]
fn run_finds_a_missing_function_before_anything_starts() {
    let folder = folder();
    fs::write(folder.path().join("closure.py"), "def other(u): pass\n").unwrap();
    let output = halocline(folder.path(), &["run", "gyre.yaml", "-d", "run"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("closure.py defines no 'closure'"), "{said}");
    assert!(!folder.path().join("run").exists(), "nothing was made");
}
