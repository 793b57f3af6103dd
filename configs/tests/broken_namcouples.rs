//! Namcouples with faults: which rules they break on which lines, and the report, beside each file.

use halocline_configs::{Colour, Problems, namcouple};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_namcouple")
}

/// Names and texts of the files, in the order of their names.
fn broken_files() -> Vec<(String, String)> {
    let entries = fs::read_dir(folder()).expect("the folder of broken files");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter(|path| path.extension().is_none());
    let mut files: Vec<(String, String)> = files
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(&path).expect("a broken file"))
        })
        .collect();
    files.sort();
    files
}

fn problems_of(name: &str, text: &str) -> Problems {
    match namcouple::read(text, name) {
        Err(problems) => problems,
        Ok(_) => panic!("{name} has no problem"),
    }
}

/// The first line of each file says which rules are broken where: `# broken: wrong-value on 9`.
fn announced(text: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let list = first
        .strip_prefix("# broken: ")
        .expect("the first line announces the problems");
    let mut announced: Vec<String> = list.split(", ").map(str::to_owned).collect();
    announced.sort();
    announced
}

#[test]
fn each_broken_namcouple_breaks_the_announced_rules_on_the_announced_lines() {
    let files = broken_files();
    assert!(files.len() >= 40, "only {}", files.len());
    let mut wrong = Vec::new();
    for (name, text) in files {
        let problems = problems_of(&name, &text).problems;
        let mut found: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} on {}", problem.code, problem.place.line))
            .collect();
        found.sort();
        if found != announced(&text) {
            wrong.push(format!(
                "{name}\n  announced {:?}\n  found     {found:?}",
                announced(&text)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reports_of_broken_namcouples_read_as_before() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in broken_files() {
            insta::assert_snapshot!(name.clone(), problems_of(&name, &text).report(Colour::No));
        }
    });
}
