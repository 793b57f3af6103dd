//! Grids that several components write into the same files.

use halocline_gridfiles::{
    FileErrorKind, Format,
    oasis::{GridArray, Quantity, Values, add_to_files},
};
use std::path::Path;

/// A grid of `nx` x 2 cells whose values say cell and corner.
fn array(grid: &str, quantity: Quantity, nx: usize, corners: usize) -> GridArray {
    let count = 2 * nx * corners;
    GridArray {
        grid: grid.to_owned(),
        quantity,
        size: [nx, 2],
        corners,
        values: if quantity == Quantity::Mask {
            Values::Whole((0..count as i32).collect())
        } else {
            Values::Real((0..count).map(|number| number as f64).collect())
        },
    }
}

fn shape_and_values(file: &Path, name: &str) -> (Vec<usize>, Vec<f64>) {
    let file = netcdf::open(file).expect("a netCDF file");
    let variable = file.variable(name).expect("it was written");
    let shape = variable
        .dimensions()
        .iter()
        .map(netcdf::Dimension::len)
        .collect();
    (shape, variable.get_values::<f64, _>(..).expect("numbers"))
}

#[test]
fn components_add_their_grids_at_the_same_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::thread::scope(|scope| {
        for (number, grid) in ["torc", "lmdz", "bggd", "icoh"].into_iter().enumerate() {
            let folder = folder.path();
            scope.spawn(move || {
                let nx = 3 + number;
                let arrays = [
                    array(grid, Quantity::Longitude, nx, 1),
                    array(grid, Quantity::CornerLongitude, nx, 4),
                    array(grid, Quantity::Mask, nx, 1),
                    array(grid, Quantity::Area, nx, 1),
                ];
                add_to_files(folder, &arrays, Format::default())
                    .expect("a folder that can be written");
            });
        }
    });
    for (number, grid) in ["torc", "lmdz", "bggd", "icoh"].into_iter().enumerate() {
        let nx = 3 + number;
        for (file, suffix, shape) in [
            ("grids.nc", "lon", vec![2, nx]),
            ("grids.nc", "clo", vec![4, 2, nx]),
            ("masks.nc", "msk", vec![2, nx]),
            ("areas.nc", "srf", vec![2, nx]),
        ] {
            let found = shape_and_values(&folder.path().join(file), &format!("{grid}.{suffix}"));
            let count = shape.iter().product::<usize>();
            let expected = (0..count).map(|number| number as f64).collect();
            assert_eq!(found, (shape, expected), "{grid}.{suffix}");
        }
    }
}

#[test]
fn an_array_is_replaced_by_one_of_its_shape_and_kept_from_another() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut latitude = array("torc", Quantity::Latitude, 3, 1);
    add_to_files(
        folder.path(),
        std::slice::from_ref(&latitude),
        Format::Data64,
    )
    .expect("a new file");
    latitude.values = Values::Real(vec![7.0; 6]);
    add_to_files(
        folder.path(),
        std::slice::from_ref(&latitude),
        Format::Data64,
    )
    .expect("the same shape");
    let file = folder.path().join("grids.nc");
    assert_eq!(shape_and_values(&file, "torc.lat").1, vec![7.0; 6]);
    let error = add_to_files(
        folder.path(),
        &[array("torc", Quantity::Latitude, 4, 1)],
        Format::Data64,
    )
    .expect_err("another shape");
    assert_eq!(error.kind, FileErrorKind::WrongShape);
    assert!(error.to_string().contains("(2, 3)"), "{error}");
    assert_eq!(
        shape_and_values(&file, "torc.lat").1,
        vec![7.0; 6],
        "the file is as it was"
    );
}
