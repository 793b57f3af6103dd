//! The shipped experiments, and those of the examples, have no problem.

use halocline_configs::{EdgeJ, Pivot, load};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect()
}

#[test]
fn shipped_experiments_have_no_problem() {
    let files = yaml_files(&root().join("shipped"));

    assert!(files.len() >= 3);
    for file in files {
        load(&file).unwrap_or_else(|problems| panic!("{problems}"));
    }
}

#[test]
fn experiments_of_the_examples_have_no_problem() {
    for example in ["double_gyre", "tripolar_toy"] {
        let file = root()
            .join("../examples")
            .join(example)
            .join("experiment.yaml");
        load(&file).unwrap_or_else(|problems| panic!("{problems}"));
    }
}

#[test]
fn folds_of_the_orca_grids_turn_about_the_points_of_nemo() {
    let fold = |file: &str, grid: &str| {
        load(&root().join("shipped").join(file)).unwrap().grids[grid]
            .boundary
            .j
    };

    assert_eq!(
        fold("eorca025_column_network.yaml", "eORCA025"),
        EdgeJ::NorthFold(Pivot::T)
    );
    assert_eq!(
        fold("eorca1_surface_fluxes.yaml", "eORCA1"),
        EdgeJ::NorthFold(Pivot::F)
    );
}
