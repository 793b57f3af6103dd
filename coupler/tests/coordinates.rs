//! A job that nobody checked before its start: what its first ranks find in the files of coordinates.

use halocline_coupler::{Code, Error, Session};
use halocline_exchanges::{local::LocalWorld, partition::Partition};
use std::{path::Path, thread};
use tempfile::TempDir;

const NX: usize = 6;
const NY: usize = 4;

/// Latitudes (j, i) of a 6 x 4 grid, with one value of the writer's choice at j = 3, i = 5.
fn write_latitude(path: &Path, last: f64) {
    let mut values = vec![45.0; NX * NY];
    values[NX * NY - 1] = last;
    let mut file = netcdf::create(path).expect("a temporary folder can be written");
    for (name, length) in [("y", NY), ("x", NX)] {
        file.add_dimension(name, length).expect("a new dimension");
    }
    let mut latitude = file
        .add_variable::<f64>("lat", &["y", "x"])
        .expect("a new variable");
    latitude.put_values(&values, ..).expect("values that fit");
}

/// End the definition phase of an ocean on two ranks and an analyst on one; the outcome of each, in rank order.
fn end_definition(folder: &TempDir) -> Vec<Result<(), Error>> {
    let text = "time: {start: 2000-01-01, step: 10, length: 40}
components:
  ocean: {ranks: 2, command: ./ocean}
  analyst: {ranks: 1, worker: 'analyst.py:analyse'}
grids:
  basin: {nx: 6, ny: 4, boundary: {i: cyclic, j: closed}, points: {T: {latitude: {file: grid.nc, variable: lat}}}}
fields:
  u: {units: m/s, grid: basin, point: T}
watch: {warn_after: 1 s, timeout: 2 s}
exchanges:
  - {from: ocean, to: analyst, fields: [u], period: 10}
";
    let path = folder.path().join("experiment.yaml");
    std::fs::write(&path, text).expect("a temporary folder can be written");
    let worlds = LocalWorld::spawn(3);
    thread::scope(|scope| {
        let rank = |(rank, world): (usize, LocalWorld)| {
            let path = &path;
            scope.spawn(move || {
                let component = if rank < 2 { "ocean" } else { "analyst" };
                let mut session = Session::begin(Box::new(world), component, Some(path))?;
                if component == "ocean" {
                    let rows = Partition::Box {
                        i: 0,
                        j: 2 * rank,
                        ni: NX,
                        nj: 2,
                    };
                    session.define_domain("basin", &rows)?;
                }
                session.end_definition()
            })
        };
        let ranks: Vec<_> = worlds.into_iter().enumerate().map(rank).collect();
        ranks
            .into_iter()
            .map(|rank| rank.join().expect("no rank panics"))
            .collect()
    })
}

#[test]
fn nan_in_a_coordinate_ends_the_definition_phase_on_every_rank() {
    let folder = TempDir::new().expect("a temporary folder");
    write_latitude(&folder.path().join("grid.nc"), f64::NAN);

    let outcomes = end_definition(&folder);

    let error = outcomes[0].as_ref().expect_err("the first rank has looked");
    assert_eq!(error.code, Code::File);
    assert_eq!(
        (error.place.component.as_str(), error.place.rank),
        ("ocean", Some(0))
    );
    let place = format!("{}/", folder.path().display());
    let said = error.to_string().replace(&place, "");
    assert!(
        said.starts_with(
            "component 'ocean' rank 0: grid 'basin', latitude of T points: grid.nc: variable 'lat' is NaN, infinite or missing at (i, j) = (5, 3)"
        ),
        "{said}"
    );
    for outcome in &outcomes[1..] {
        let error = outcome.as_ref().expect_err("all ranks learn of it");
        assert_eq!(error.code, Code::Ended);
        assert!(
            error.to_string().contains("latitude of T points"),
            "{error}"
        );
    }
}

#[test]
fn a_file_that_is_missing_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    let outcomes = end_definition(&folder);
    let error = outcomes[0].as_ref().expect_err("there is no file");
    assert!(
        error.to_string().contains("there is no such file"),
        "{error}"
    );
}

#[test]
fn coordinates_that_are_right_are_passed_over() {
    let folder = TempDir::new().expect("a temporary folder");
    write_latitude(&folder.path().join("grid.nc"), -90.0);
    for outcome in end_definition(&folder) {
        outcome.expect("the phase ends well");
    }
}
