//! Files with faults: which rules they break on which lines, and the report, beside each file.

use halocline_configs::{Colour, Problems, parse};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn broken_files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder of broken files");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    files
}

fn problems_of(path: &Path) -> Problems {
    let text = fs::read_to_string(path).expect("a broken file");
    let name = path.file_name().expect("a name").to_string_lossy();
    match parse(&text, &name) {
        Err(problems) => problems,
        Ok(_) => panic!("{name} has no problem"),
    }
}

/// The first line of each file says which rules are broken where: `# broken: unknown-key on 3, wrong-type on 9`.
fn announced(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a broken file");
    let first = text.lines().next().unwrap_or_default();
    let list = first
        .strip_prefix("# broken: ")
        .expect("the first line announces the problems");
    let mut announced: Vec<String> = list.split(", ").map(str::to_owned).collect();
    announced.sort();
    announced
}

#[test]
fn each_broken_file_breaks_the_announced_rules_on_the_announced_lines() {
    let mut wrong = Vec::new();
    for path in broken_files() {
        let problems = problems_of(&path).problems;
        let mut found: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} on {}", problem.code, problem.place.line))
            .collect();
        found.sort();
        if found != announced(&path) {
            wrong.push(format!(
                "{}\n  announced {:?}\n  found     {found:?}",
                path.display(),
                announced(&path)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reports_of_broken_files_read_as_before() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in broken_files() {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            insta::assert_snapshot!(name, problems_of(&path).report(Colour::No));
        }
    });
}

#[test]
fn broken_files_cover_at_least_twenty_rules() {
    let codes: BTreeSet<_> = broken_files()
        .iter()
        .flat_map(|path| problems_of(path).problems)
        .map(|problem| problem.code)
        .collect();

    assert!(codes.len() >= 20, "only {codes:?}");
}

#[test]
fn ten_errors_of_ten_kinds_are_ten_messages() {
    let problems = problems_of(&folder().join("ten_errors_of_ten_kinds.yaml"));

    let codes: BTreeSet<_> = problems
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert!(codes.len() >= 10, "only {codes:?}");
    assert_eq!(problems.lines().len(), problems.problems.len());
}

#[test]
fn colours_are_used_only_on_request() {
    let problems = problems_of(&folder().join("unknown_field.yaml"));

    assert!(!problems.to_string().contains('\u{1b}'));
    assert!(problems.report(Colour::Yes).contains('\u{1b}'));
}

#[test]
fn a_missing_file_is_a_problem_too() {
    let problems = halocline_configs::load(Path::new("no/such/file.yaml")).unwrap_err();

    assert!(
        problems.to_string().contains("no/such/file.yaml"),
        "{problems}"
    );
}
