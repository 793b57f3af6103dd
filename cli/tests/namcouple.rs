//! Namcouples in the hands of the program: checked, turned into experiment files and back.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const NAMCOUPLE: &str = include_str!("../../configs/tests/namcouple/ocean_atmosphere");

fn halocline(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_halocline"))
        .env_remove("HALOCLINE_LOG")
        .env("COLUMNS", "100")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("namcouple"), NAMCOUPLE).unwrap();
    folder
}

#[test]
fn check_tells_what_a_namcouple_holds_and_what_has_no_effect() {
    let folder = folder();

    let output = halocline(folder.path(), &["check", "namcouple"]);

    assert!(output.status.success(), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn check_points_at_the_lines_of_a_namcouple_that_is_wrong() {
    let folder = folder();
    let wrong = NAMCOUPLE.replace("LOCTRANS CHECKIN", "LOCTRAN CHECKIN");
    fs::write(folder.path().join("namcouple"), wrong).unwrap();

    let output = halocline(folder.path(), &["check", "--short", "namcouple"]);

    assert_eq!(output.status.code(), Some(1));
    let line = NAMCOUPLE
        .lines()
        .position(|line| line.contains("LOCTRANS CHECKIN"))
        .unwrap()
        + 1;
    let said = text(&output.stderr);
    assert!(
        said.starts_with(&format!(
            "namcouple:{line}:2: 'LOCTRAN' is not a transformation"
        )),
        "{said}"
    );
    assert!(said.contains("did you mean 'LOCTRANS'?"), "{said}");
}

#[test]
fn an_imported_namcouple_is_exported_as_it_was() {
    let folder = folder();

    let imported = halocline(folder.path(), &["import-namcouple", "namcouple"]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    assert!(
        text(&imported.stderr).contains("$NMAPDEC (line 21)"),
        "{}",
        text(&imported.stderr)
    );
    assert!(
        text(&imported.stdout).contains("$NMAPDEC (line 21)"),
        "{}",
        text(&imported.stdout)
    );
    fs::write(folder.path().join("experiment.yaml"), &imported.stdout).unwrap();
    let checked = halocline(folder.path(), &["check", "experiment.yaml"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let exported = halocline(folder.path(), &["export-namcouple", "experiment.yaml"]);
    assert_eq!(text(&exported.stderr), "");
    fs::write(folder.path().join("again"), &exported.stdout).unwrap();
    let again = halocline(folder.path(), &["import-namcouple", "again"]);

    let without_head = |bytes: &[u8]| -> Vec<String> {
        text(bytes)
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(without_head(&again.stdout), without_head(&imported.stdout));
    assert_eq!(text(&again.stderr), "");
}

#[test]
fn what_a_namcouple_cannot_say_is_told_when_it_is_written() {
    let folder = folder();
    let experiment = include_str!("../../configs/tests/good/double_gyre.yaml");
    fs::write(folder.path().join("experiment.yaml"), experiment).unwrap();

    let output = halocline(folder.path(), &["export-namcouple", "experiment.yaml"]);

    assert!(output.status.success());
    insta::assert_snapshot!(text(&output.stderr));
}

#[test]
fn a_job_without_components_cannot_be_planned_or_started() {
    let folder = folder();

    for action in [&["plan", "namcouple"][..], &["run", "--print", "namcouple"]] {
        let output = halocline(folder.path(), action);

        assert_eq!(output.status.code(), Some(1), "{action:?}");
        let said = text(&output.stderr);
        assert!(
            said.contains("to change:") && said.contains("import-namcouple"),
            "{said}"
        );
    }
}
