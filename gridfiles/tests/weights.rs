//! Files of weights as SCRIP, ESMF and xESMF write them, and wrong ones.

use halocline_configs::BadWeights;
use halocline_gridfiles::{FileError, FileErrorKind, Weights, WeightsSize, read_weights};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SIZE: WeightsSize = WeightsSize {
    source_cells: 6,
    target_cells: 4,
    most_sets: 1,
};

/// Addresses from 1, and the first weights of five links.
const SOURCES: [i32; 5] = [6, 1, 2, 1, 3];
const TARGETS: [i32; 5] = [4, 1, 1, 2, 2];
const WEIGHTS: [f64; 5] = [1.0, 0.25, 0.75, 0.5, 0.125];

/// What is written into a file.
#[derive(Clone)]
struct Content {
    sources: Vec<i32>,
    targets: Vec<i32>,
    weights: Vec<f64>,
    sets: usize,
    sizes: [usize; 2],
}

impl Default for Content {
    fn default() -> Self {
        Self {
            sources: SOURCES.into(),
            targets: TARGETS.into(),
            weights: WEIGHTS.into(),
            sets: 1,
            sizes: [SIZE.source_cells, SIZE.target_cells],
        }
    }
}

impl Content {
    fn scrip(&self, folder: &Path) -> PathBuf {
        let path = folder.join("rmp_aaaa_to_bbbb_BILINEAR.nc");
        let mut file = netcdf::create(&path).unwrap();
        file.add_dimension("src_grid_size", self.sizes[0]).unwrap();
        file.add_dimension("dst_grid_size", self.sizes[1]).unwrap();
        file.add_dimension("num_links", self.targets.len()).unwrap();
        file.add_dimension("num_wgts", self.sets).unwrap();
        for (name, values) in [
            ("src_address", &self.sources),
            ("dst_address", &self.targets),
        ] {
            let mut variable = file.add_variable::<i32>(name, &["num_links"]).unwrap();
            variable.put_values(values, ..).unwrap();
        }
        let dimensions = ["num_links", "num_wgts"];
        let mut matrix = file
            .add_variable::<f64>("remap_matrix", &dimensions)
            .unwrap();
        matrix.put_values(&self.weights, ..).unwrap();
        path
    }

    /// With `sizes` as ESMF's own program writes it, without as xESMF does.
    fn esmf(&self, folder: &Path, sizes: bool) -> PathBuf {
        let path = folder.join("weights.nc");
        let mut file = netcdf::create(&path).unwrap();
        if sizes {
            file.add_dimension("n_a", self.sizes[0]).unwrap();
            file.add_dimension("n_b", self.sizes[1]).unwrap();
        }
        file.add_dimension("n_s", self.targets.len()).unwrap();
        for (name, values) in [("col", &self.sources), ("row", &self.targets)] {
            let mut variable = file.add_variable::<i32>(name, &["n_s"]).unwrap();
            variable.put_values(values, ..).unwrap();
        }
        let mut variable = file.add_variable::<f64>("S", &["n_s"]).unwrap();
        variable.put_values(&self.weights, ..).unwrap();
        path
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn read(file: &Path) -> Result<Weights, FileError> {
    read_weights(file, SIZE, BadWeights::Error, Some)
}

fn expected() -> Weights {
    Weights {
        sets: 1,
        sources: vec![5, 0, 1, 0, 2],
        targets: vec![3, 0, 0, 1, 1],
        weights: WEIGHTS.into(),
        left_out: 0,
    }
}

#[test]
fn both_formats_are_read_with_cells_counted_from_zero() {
    let folder = folder();
    let content = Content::default();
    assert_eq!(read(&content.scrip(folder.path())), Ok(expected()));
    assert_eq!(read(&content.esmf(folder.path(), true)), Ok(expected()));
    assert_eq!(read(&content.esmf(folder.path(), false)), Ok(expected()));
}

#[test]
fn only_links_of_wanted_targets_are_kept_in_the_order_of_the_file() {
    let folder = folder();
    let file = Content::default().scrip(folder.path());
    let wanted = |cell: usize| [None, Some(10), None, Some(20)][cell];
    let read = read_weights(&file, SIZE, BadWeights::Error, wanted).unwrap();
    assert_eq!(read.sources, [5, 0, 2]);
    assert_eq!(read.targets, [20, 10, 10]);
    assert_eq!(read.weights, [1.0, 0.5, 0.125]);
    let none = read_weights(&file, SIZE, BadWeights::Error, |_| None).unwrap();
    assert!(none.sources.is_empty());
}

#[test]
fn as_many_sets_of_weights_are_read_as_are_wanted_and_there() {
    let folder = folder();
    let three: Vec<f64> = (0..15).map(f64::from).collect();
    let file = Content {
        sets: 3,
        weights: three.clone(),
        ..Content::default()
    }
    .scrip(folder.path());
    let sets = |most_sets| {
        let size = WeightsSize { most_sets, ..SIZE };
        let read = read_weights(&file, size, BadWeights::Error, Some).unwrap();
        (read.sets, read.weights)
    };
    assert_eq!(sets(1), (1, vec![0.0, 3.0, 6.0, 9.0, 12.0]));
    assert_eq!(sets(5), (3, three));
}

#[test]
fn a_file_of_several_blocks_is_read_to_its_end() {
    let folder = folder();
    let links = (1 << 20) + 3;
    let content = Content {
        sources: (0..links).map(|link| link % 6 + 1).collect(),
        targets: (0..links).map(|link| link % 4 + 1).collect(),
        weights: (0..links).map(f64::from).collect(),
        ..Content::default()
    };
    let file = content.esmf(folder.path(), true);
    let wanted = |cell: usize| (cell == 2).then_some(0);
    let read = read_weights(&file, SIZE, BadWeights::Error, wanted).unwrap();
    let mine: Vec<i32> = (0..links).filter(|link| link % 4 == 2).collect();
    let weights: Vec<f64> = mine.iter().copied().map(f64::from).collect();
    assert_eq!(read.weights, weights);
    let sources: Vec<usize> = mine.iter().map(|link| (link % 6) as usize).collect();
    assert_eq!(read.sources, sources);
}

/// What is said about a wrong file.
fn refusal(content: &Content) -> (FileErrorKind, String) {
    let folder = folder();
    let error = read(&content.scrip(folder.path())).unwrap_err();
    let text = error.to_string();
    let path = format!("{}/", folder.path().display());
    (error.kind, text.replace(&path, ""))
}

#[test]
fn addresses_outside_the_grids_are_refused_with_their_link() {
    let mut zero = Content::default();
    zero.sources[3] = 0;
    let (kind, text) = refusal(&zero);
    assert_eq!(kind, FileErrorKind::OutOfRange);
    assert_eq!(
        text,
        "rmp_aaaa_to_bbbb_BILINEAR.nc: 'src_address' of link 4, counted from 1, is 0; expected a cell of the source \
         grid, from 1 to 6; make the weights anew, or leave such links out: `oasis: {bad_weights: warn}` ($NWGTOPT in \
         a namcouple)"
    );
    let mut beyond = Content::default();
    beyond.targets[1] = 5;
    let (kind, text) = refusal(&beyond);
    assert_eq!(kind, FileErrorKind::OutOfRange);
    assert!(
        text.contains("'dst_address' of link 2, counted from 1, is 5"),
        "{text}"
    );
    assert!(
        text.contains("a cell of the target grid, from 1 to 4"),
        "{text}"
    );
}

#[test]
fn addresses_outside_the_grids_may_be_left_out() {
    let folder = folder();
    let mut bad = Content::default();
    bad.sources[3] = 7;
    bad.targets[1] = -1;
    let file = bad.esmf(folder.path(), false);
    for choice in [BadWeights::Warn, BadWeights::Ignore] {
        let read = read_weights(&file, SIZE, choice, Some).unwrap();
        assert_eq!(read.left_out, 2);
        assert_eq!(read.sources, [5, 1, 2]);
        assert_eq!(read.weights, [1.0, 0.75, 0.125]);
    }
}

#[test]
fn weights_that_are_no_numbers_are_refused_always() {
    let folder = folder();
    for wrong in [f64::NAN, f64::INFINITY] {
        let mut content = Content::default();
        content.weights[2] = wrong;
        let file = content.scrip(folder.path());
        for choice in [BadWeights::Error, BadWeights::Ignore] {
            let error = read_weights(&file, SIZE, choice, Some).unwrap_err();
            assert_eq!(error.kind, FileErrorKind::NotANumber);
            let found = format!("'remap_matrix' of link 3, counted from 1, is {wrong}");
            assert_eq!(error.found, found);
        }
    }
}

#[test]
fn weights_of_other_grids_are_refused() {
    let (kind, text) = refusal(&Content {
        sizes: [6, 9],
        ..Content::default()
    });
    assert_eq!(kind, FileErrorKind::WrongShape);
    assert!(
        text.contains("weights for 9 cells of the target grid ('dst_grid_size')"),
        "{text}"
    );
    assert!(text.contains("expected 4,"), "{text}");
    let (_, text) = refusal(&Content {
        sizes: [4, 6],
        ..Content::default()
    });
    assert!(
        text.contains("make weights for the other direction"),
        "{text}"
    );
}

#[test]
fn files_without_weights_are_refused() {
    let folder = folder();
    let missing = read(&folder.path().join("rmp.nc")).unwrap_err();
    assert_eq!(missing.kind, FileErrorKind::MissingFile);
    let path = folder.path().join("other.nc");
    drop(netcdf::create(&path).unwrap());
    let error = read(&path).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::MissingVariable);
    assert_eq!(
        error.found,
        "is no file of weights: it has neither 'remap_matrix' nor 'S'"
    );
    let path = folder.path().join("rowless.nc");
    let mut file = netcdf::create(&path).unwrap();
    file.add_dimension("n_s", 2).unwrap();
    file.add_variable::<f64>("S", &["n_s"]).unwrap();
    file.add_variable::<i32>("col", &["n_s"]).unwrap();
    drop(file);
    let error = read(&path).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::MissingVariable);
    assert_eq!(error.found, "has no variable 'row'");
}

#[test]
fn variables_of_unequal_lengths_are_refused() {
    let folder = folder();
    let path = folder.path().join("uneven.nc");
    let mut file = netcdf::create(&path).unwrap();
    for (name, length) in [("links", 5), ("few", 3)] {
        file.add_dimension(name, length).unwrap();
    }
    file.add_variable::<i32>("row", &["links"]).unwrap();
    file.add_variable::<i32>("col", &["few"]).unwrap();
    file.add_variable::<f64>("S", &["links"]).unwrap();
    drop(file);
    let error = read(&path).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::WrongShape);
    assert_eq!(error.found, "variable 'col' has the shape (3)");
}

#[test]
fn a_file_that_was_cut_short_is_refused() {
    let folder = folder();
    let file = Content::default().scrip(folder.path());
    let bytes = std::fs::read(&file).unwrap();
    for kept in [0, 100, bytes.len() / 2, bytes.len() - 8] {
        std::fs::write(&file, &bytes[..kept]).unwrap();
        let error = read(&file).unwrap_err();
        assert_eq!(
            error.kind,
            FileErrorKind::Unreadable,
            "{kept} of {} bytes",
            bytes.len()
        );
    }
}
