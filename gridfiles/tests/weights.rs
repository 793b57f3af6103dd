//! Weights of a remapping in the formats of SCRIP and ESMF: own links, and nothing else.

use halocline_configs::BadWeights;
use halocline_gridfiles::{FileErrorKind, Weights, WeightsOf, read_weights};
use std::path::Path;

const LINKS: usize = 6;
const SOURCES: [i32; LINKS] = [1, 4, 2, 3, 4, 1];
const TARGETS: [i32; LINKS] = [3, 1, 2, 3, 1, 2];
const VALUES: [f64; LINKS] = [0.5, 0.25, 1.0, 0.5, 0.75, 0.125];

fn write(path: &Path, names: [&str; 3], sources: &[i32], weights: usize) {
    let mut file = netcdf::create(path).unwrap();
    file.add_dimension("links", LINKS).unwrap();
    file.add_dimension("weights", weights).unwrap();
    file.add_variable::<i32>(names[0], &["links"])
        .unwrap()
        .put_values(&TARGETS, ..)
        .unwrap();
    file.add_variable::<i32>(names[1], &["links"])
        .unwrap()
        .put_values(sources, ..)
        .unwrap();
    let dimensions: &[&str] = if weights == 1 {
        &["links"]
    } else {
        &["links", "weights"]
    };
    let values: Vec<f64> = VALUES
        .iter()
        .flat_map(|value| {
            (0..weights).map(move |order| value + 10.0 * f64::from(u8::try_from(order).unwrap()))
        })
        .collect();
    file.add_variable::<f64>(names[2], dimensions)
        .unwrap()
        .put_values(&values, ..)
        .unwrap();
}

fn read(
    path: &Path,
    bad: BadWeights,
    own: &[usize],
) -> Result<Weights, halocline_gridfiles::FileError> {
    let of = WeightsOf {
        file: path,
        source_cells: 4,
        target_cells: 3,
        bad,
    };
    read_weights(of, |cell| own.contains(&cell))
}

#[test]
fn both_formats_give_the_links_of_own_cells_counted_from_0() {
    let folder = tempfile::tempdir().unwrap();
    let (scrip, esmf) = (
        folder.path().join("rmp.nc"),
        folder.path().join("weights.nc"),
    );
    write(
        &scrip,
        ["dst_address", "src_address", "remap_matrix"],
        &SOURCES,
        3,
    );
    write(&esmf, ["row", "col", "S"], &SOURCES, 1);

    let of_esmf = read(&esmf, BadWeights::Error, &[2]).unwrap();
    let of_scrip = read(&scrip, BadWeights::Error, &[0, 1]).unwrap();

    assert_eq!(
        (of_esmf.sources, of_esmf.targets, of_esmf.values),
        (vec![0, 2], vec![2, 2], vec![0.5, 0.5])
    );
    assert_eq!((of_esmf.weights_per_link, of_esmf.left_out), (1, 0));
    assert_eq!(
        (of_scrip.sources, of_scrip.targets),
        (vec![3, 1, 3, 0], vec![0, 1, 0, 1])
    );
    assert_eq!(of_scrip.weights_per_link, 3);
    assert_eq!(of_scrip.values[..6], [0.25, 10.25, 20.25, 1.0, 11.0, 21.0]);
}

#[test]
fn links_that_lead_nowhere_are_an_error_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.nc");
    write(&path, ["row", "col", "S"], &[1, 5, 2, 3, 0, 1], 1);

    let error = read(&path, BadWeights::Error, &[0]).unwrap_err();
    let warned = read(&path, BadWeights::Warn, &[0, 1]).unwrap();
    let elsewhere = read(&path, BadWeights::Error, &[1, 2]).unwrap();

    assert_eq!(error.kind, FileErrorKind::OutOfRange);
    assert!(error.found.contains("link 2"), "{error}");
    assert_eq!((warned.sources, warned.left_out), (vec![1, 0], 2));
    assert_eq!((elsewhere.sources.len(), elsewhere.left_out), (4, 0));
}

#[test]
fn a_file_without_weights_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grids.nc");
    write(&path, ["a", "b", "c"], &SOURCES, 1);

    assert_eq!(
        read(&path, BadWeights::Error, &[0]).unwrap_err().kind,
        FileErrorKind::NoSource
    );
    let missing = read(&folder.path().join("none.nc"), BadWeights::Error, &[0]);
    assert_eq!(missing.unwrap_err().kind, FileErrorKind::MissingFile);
}
