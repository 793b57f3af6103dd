//! Files as people have them, made here: what is read from them, and what is said about wrong ones.

use halocline_configs::{CouplingSpec, GridSpec, PointKind, parse};
use halocline_gridfiles::{
    Box3, FieldSize, FileErrorKind, Size, check_grid_files, read_coordinates, read_initial,
    read_mask,
};
use std::path::Path;
use tempfile::TempDir;

const NX: usize = 4;
const NY: usize = 3;

/// Name, shape and value at (level, j, i) of a variable.
type Content<'a> = (&'a str, &'a [usize], &'a dyn Fn(usize, usize, usize) -> f64);

/// Write variables of float64 with their dimensions' lengths; cell (level, j, i) gets `value(level, j, i)`.
fn write(path: &Path, variables: &[Content<'_>]) {
    let mut file = netcdf::create(path).unwrap();
    for (name, shape, value) in variables {
        let dimensions: Vec<String> = (0..shape.len())
            .map(|number| format!("{name}_{number}"))
            .collect();
        for (dimension, length) in dimensions.iter().zip(*shape) {
            file.add_dimension(dimension, *length).unwrap();
        }
        let names: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        let (nx, ny) = (shape[shape.len() - 1], shape[shape.len() - 2]);
        let count: usize = shape.iter().product();
        let values: Vec<f64> = (0..count)
            .map(|cell| value(cell / (nx * ny), cell / nx % ny, cell % nx))
            .collect();
        file.add_variable::<f64>(name, &names)
            .unwrap()
            .put_values(&values, ..)
            .unwrap();
    }
}

/// Tells misplaced cells apart: i + 100 j + 10000 level.
fn code(level: usize, j: usize, i: usize) -> f64 {
    f64::from(u32::try_from(i + 100 * j + 10_000 * level).unwrap())
}

fn small_code(_: usize, j: usize, i: usize) -> f64 {
    code(0, j, i) / 10.0
}

fn upper_ocean(level: usize, j: usize, _: usize) -> f64 {
    if level == 0 && j > 0 { 1.0 } else { 0.0 }
}

const MESH_MASK: [&str; 20] = [
    "glamt", "gphit", "tmask", "e1t", "e2t", "glamu", "gphiu", "umask", "e1u", "e2u", "glamv",
    "gphiv", "vmask", "e1v", "e2v", "glamf", "gphif", "fmask", "e1f", "e2f",
];

/// A mesh_mask file as NEMO writes it: (t, y, x), masks (t, z, y, x), t = 1.
fn write_mesh_mask(path: &Path) {
    let variables: Vec<Content<'_>> = MESH_MASK
        .iter()
        .map(|name| -> Content<'_> {
            if name.ends_with("mask") {
                (name, &[1, 2, NY, NX], &upper_ocean)
            } else {
                (name, &[1, NY, NX], &small_code)
            }
        })
        .collect();
    write(path, &variables);
}

fn experiment(grid: &str, exchange: &str) -> CouplingSpec {
    let text = format!(
        "time: {{start: 2000-01-01, step: 20 min, steps: 3}}
components:
  ocean: {{ranks: 1, command: ./ocean}}
  closure: {{ranks: 1, worker: closure.py:closure}}
grids:
  gyre: {{nx: {NX}, ny: {NY}, boundary: {{i: closed, j: closed}}, {grid}}}
fields:
  u: {{units: m/s, grid: gyre, point: U, kind: vector, levels: 2}}
exchanges:
  - {{from: ocean, to: closure, fields: [u], period: 20 min, {exchange}}}
"
    );
    parse(&text, "experiment.yaml").unwrap_or_else(|problems| panic!("{problems}"))
}

fn grid(keys: &str) -> GridSpec {
    experiment(keys, "").grids["gyre"].clone()
}

/// What the check says about an experiment, without the names of temporary folders.
fn said(spec: &CouplingSpec, folder: &TempDir) -> Vec<String> {
    let base = format!("{}/", folder.path().display());
    check_grid_files(spec, folder.path())
        .iter()
        .map(|problem| problem.to_string().replace(&base, ""))
        .collect()
}

const LONGITUDE: &str = "points: {T: {longitude: {file: grid.nc, variable: lon}}}";

#[test]
fn mesh_mask_is_read_as_nemo_writes_it() {
    let folder = TempDir::new().unwrap();
    write_mesh_mask(&folder.path().join("mesh_mask.nc"));
    let grid = grid("mesh_mask: mesh_mask.nc");

    for point in [PointKind::T, PointKind::U, PointKind::V, PointKind::F] {
        let read = read_coordinates(&grid, point, folder.path()).unwrap();

        let longitude = read.longitude.unwrap();
        assert_eq!(longitude.dim(), (NY, NX));
        assert!(
            longitude
                .indexed_iter()
                .all(|((j, i), value)| *value == small_code(0, j, i)),
            "{point:?}"
        );
        let mask = read.mask.unwrap();
        assert!(
            mask.indexed_iter()
                .all(|((j, i), value)| *value == upper_ocean(0, j, i)),
            "level 0 is taken"
        );
        assert!(read.latitude.is_some() && read.e1.is_some() && read.e2.is_some());
    }
    assert_eq!(
        said(&experiment("mesh_mask: mesh_mask.nc", ""), &folder),
        [""; 0]
    );
}

#[test]
fn domain_cfg_has_coordinates_and_the_mask_of_t_points() {
    let folder = TempDir::new().unwrap();
    let bottom = |_: usize, j: usize, _: usize| if j == 0 { 0.0 } else { 30.0 };
    write(
        &folder.path().join("domain_cfg.nc"),
        &[
            ("glamt", &[1, NY, NX], &small_code),
            ("gphit", &[1, NY, NX], &small_code),
            ("e1t", &[1, NY, NX], &code),
            ("e2t", &[1, NY, NX], &code),
            ("bottom_level", &[1, NY, NX], &bottom),
        ],
    );
    let grid = grid("domain_cfg: domain_cfg.nc");

    let read = read_coordinates(&grid, PointKind::T, folder.path()).unwrap();

    assert!(
        read.mask
            .unwrap()
            .indexed_iter()
            .all(|((j, _), value)| *value == if j > 0 { 1.0 } else { 0.0 })
    );
    assert_eq!(read.e1.unwrap()[(2, 3)], 203.0);
    let error = read_mask(&grid, PointKind::U, folder.path()).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::NoSource);
}

#[test]
fn points_come_before_mesh_mask() {
    let folder = TempDir::new().unwrap();
    write_mesh_mask(&folder.path().join("mesh_mask.nc"));
    write(
        &folder.path().join("grid.nc"),
        &[("lon", &[NY, NX], &|_, _, _| 7.0)],
    );
    let grid = grid(&format!("mesh_mask: mesh_mask.nc, {LONGITUDE}"));

    let read = read_coordinates(&grid, PointKind::T, folder.path()).unwrap();

    assert!(read.longitude.unwrap().iter().all(|value| *value == 7.0));
    assert!(read.latitude.unwrap()[(1, 1)] == small_code(0, 1, 1));
}

#[test]
fn missing_files_are_named_once() {
    let folder = TempDir::new().unwrap();
    let spec = experiment(
        "mesh_mask: mesh_mask.nc",
        "lag: 20 min, initial: {file: first.nc, variable: u}",
    );

    assert_eq!(
        said(&spec, &folder),
        [
            "grid 'gyre', longitude of U points: mesh_mask.nc: there is no such file; expected a netCDF file; make it, \
             or correct its name in the experiment file: names are relative to that file",
            "exchange 'ocean->closure[0]', initial values of 'u': first.nc: there is no such file; expected a netCDF \
             file; make it, or correct its name in the experiment file: names are relative to that file",
        ]
    );
}

#[test]
fn a_file_that_is_not_netcdf_is_unreadable() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("grid.nc"), "longitudes").unwrap();

    let problems = check_grid_files(&experiment(LONGITUDE, ""), folder.path());

    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].error.kind, FileErrorKind::Unreadable);
}

#[test]
fn a_missing_variable_gets_the_nearest_name() {
    let folder = TempDir::new().unwrap();
    write(
        &folder.path().join("grid.nc"),
        &[
            ("long", &[NY, NX], &small_code),
            ("lat", &[NY, NX], &small_code),
        ],
    );

    assert_eq!(
        said(&experiment(LONGITUDE, ""), &folder),
        [
            "grid 'gyre', longitude of T points: grid.nc: has no variable 'lon'; expected one of its variables: long, \
             lat; did you mean 'long'?"
        ]
    );
}

#[test]
fn a_wrong_shape_is_shown_with_the_right_one() {
    let wrong: [(&[usize], &str); 3] = [
        (&[NX, NY], "transpose the variable"),
        (&[1, NY, NX + 2], "cut the two halo columns off"),
        (&[5, NY, NX], "correct nx and ny"),
    ];
    for (shape, change) in wrong {
        let folder = TempDir::new().unwrap();
        write(
            &folder.path().join("grid.nc"),
            &[("lon", shape, &|_, _, _| 1.0)],
        );

        let problems = check_grid_files(&experiment(LONGITUDE, ""), folder.path());

        let [problem] = &problems[..] else {
            panic!("{shape:?}: {problems:?}")
        };
        assert_eq!(problem.error.kind, FileErrorKind::WrongShape);
        assert!(
            problem.error.expected.contains("(j, i) = (3, 4)"),
            "{problem}"
        );
        assert!(problem.error.change.contains(change), "{problem}");
    }
}

#[test]
fn nan_in_a_coordinate_is_reported_with_its_cell() {
    let folder = TempDir::new().unwrap();
    let value = |_: usize, j: usize, i: usize| if (i, j) == (3, 1) { f64::NAN } else { 1.0 };
    write(
        &folder.path().join("grid.nc"),
        &[("lon", &[1, NY, NX], &value)],
    );

    assert_eq!(
        said(&experiment(LONGITUDE, ""), &folder),
        [
            "grid 'gyre', longitude of T points: grid.nc: variable 'lon' is NaN, infinite or missing at (i, j) = (3, \
             1), counted from 0; expected a number in every cell, on land too: degrees east, from -1080 to 1080; fill \
             the cell: coordinates, masks and cell sizes have values everywhere"
        ]
    );
}

#[test]
fn a_latitude_beyond_the_pole_is_out_of_range() {
    let folder = TempDir::new().unwrap();
    write(
        &folder.path().join("grid.nc"),
        &[("lat", &[NY, NX], &|_, j, i| {
            if (i, j) == (0, 2) { 91.0 } else { 89.0 }
        })],
    );
    let spec = experiment(
        "points: {T: {latitude: {file: grid.nc, variable: lat}}}",
        "",
    );

    let problems = check_grid_files(&spec, folder.path());

    assert_eq!(problems[0].error.kind, FileErrorKind::OutOfRange);
    assert!(
        problems[0].error.found.contains("91 at (i, j) = (0, 2)"),
        "{}",
        problems[0]
    );
}

const FIELD: FieldSize = FieldSize {
    grid: Size { nx: NX, ny: NY },
    levels: 2,
};

#[test]
fn a_box_of_initial_values_is_cut_from_the_variable() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("first.nc");
    write(&file, &[("u", &[1, 2, NY, NX], &code)]);

    let values = read_initial(
        &file,
        "u",
        FIELD,
        &Box3 {
            levels: 1..2,
            j: 1..3,
            i: 2..4,
        },
        0.0,
    )
    .unwrap();

    assert_eq!(values.dim(), (1, 2, 2));
    assert_eq!(
        values.iter().copied().collect::<Vec<_>>(),
        [10_102.0, 10_103.0, 10_202.0, 10_203.0]
    );
}

#[test]
fn packed_initial_values_are_unpacked_and_missing_ones_filled() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("first.nc");
    let mut file = netcdf::create(&path).unwrap();
    file.add_dimension("y", 1).unwrap();
    file.add_dimension("x", 3).unwrap();
    let mut variable = file.add_variable::<i16>("t", &["y", "x"]).unwrap();
    variable.set_fill_value(-999_i16).unwrap();
    variable.put_values(&[10_i16, -999, 30], ..).unwrap();
    variable.put_attribute("scale_factor", 0.5_f64).unwrap();
    variable.put_attribute("add_offset", 273.0_f64).unwrap();
    drop(file);
    let field = FieldSize {
        grid: Size { nx: 3, ny: 1 },
        levels: 1,
    };

    let values = read_initial(
        &path,
        "t",
        field,
        &Box3 {
            levels: 0..1,
            j: 0..1,
            i: 0..3,
        },
        -1.0,
    )
    .unwrap();

    assert_eq!(
        values.iter().copied().collect::<Vec<_>>(),
        [278.0, -1.0, 288.0]
    );
}

#[test]
fn initial_values_with_nan_or_with_too_few_levels_are_refused() {
    let folder = TempDir::new().unwrap();
    let lag = "lag: 20 min, initial: {file: first.nc, variable: u}";
    let value = |level: usize, j: usize, i: usize| {
        if (level, j, i) == (1, 2, 0) {
            f64::NAN
        } else {
            0.0
        }
    };
    write(
        &folder.path().join("first.nc"),
        &[("u", &[2, NY, NX], &value)],
    );

    let nan = said(&experiment("", lag), &folder);
    write(&folder.path().join("first.nc"), &[("u", &[NY, NX], &code)]);
    let flat = said(&experiment("", lag), &folder);

    assert!(
        nan[0].contains("variable 'u' is NaN at (level, j, i) = (1, 2, 0)"),
        "{nan:?}"
    );
    assert!(
        flat[0].contains("has the shape (3, 4); expected (level, j, i) = (2, 3, 4)"),
        "{flat:?}"
    );
}

#[test]
fn texts_are_not_numbers() {
    let folder = TempDir::new().unwrap();
    let mut file = netcdf::create(folder.path().join("grid.nc")).unwrap();
    file.add_dimension("x", 2).unwrap();
    file.add_string_variable("lon", &["x"]).unwrap();
    drop(file);

    let problems = check_grid_files(&experiment(LONGITUDE, ""), folder.path());

    assert_eq!(problems[0].error.kind, FileErrorKind::NotNumeric);
}
