//! Global conservation of remapped fields, with areas and masks from files.

#[path = "support/pair.rs"]
mod pair;
#[path = "support/two_grids.rs"]
mod two_grids;
#[path = "support/weights.rs"]
mod weights;

use halocline_coupler::{Code, Error};
use halocline_exchanges::remapping::ExactSum;
use pair::{LAYOUTS, pair_in};
use std::path::Path;
use two_grids::{Deal, LEVELS, experiment, gets, puts, run, value};
use weights::{SOURCE, TARGET, links, remapped, write_esmf};

fn source_area(cell: usize) -> f64 {
    1.0 + (cell as f64).sin().abs() / 3.0
}

fn target_area(cell: usize) -> f64 {
    2.0 + (cell as f64).cos().abs() / 7.0
}

fn is_source_active(cell: usize) -> bool {
    cell % 4 != 1
}

fn is_target_active(cell: usize) -> bool {
    cell % 5 != 2
}

/// A name, and what the variable of a cell holds.
type Content<'a> = (&'a str, [usize; 2], &'a dyn Fn(usize) -> f64);

fn write(path: &Path, variables: &[Content<'_>]) {
    let mut file = netcdf::create(path).expect("a temporary folder can be written");
    for (name, [nx, ny], value) in variables {
        let dimensions = [format!("{name}_y"), format!("{name}_x")];
        for (dimension, length) in dimensions.iter().zip([ny, nx]) {
            file.add_dimension(dimension, *length).expect("a new one");
        }
        let names: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        let values: Vec<f64> = (0..nx * ny).map(value).collect();
        let variable = file.add_variable::<f64>(name, &names);
        let mut variable = variable.expect("a new variable");
        variable.put_values(&values, ..).expect("all cells");
    }
}

/// A folder with weights, areas and masks.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_esmf(&folder.path().join("weights.nc"), &links());
    let areas: [Content<'_>; 2] = [
        ("atmt.srf", SOURCE, &source_area),
        ("ocnt.srf", TARGET, &target_area),
    ];
    write(&folder.path().join("areas.nc"), &areas);
    // As OASIS has them: 1 is masked.
    let source = |cell| f64::from(u8::from(!is_source_active(cell)));
    let target = |cell| f64::from(u8::from(!is_target_active(cell)));
    let masks: [Content<'_>; 2] = [("atmt.msk", SOURCE, &source), ("ocnt.msk", TARGET, &target)];
    write(&folder.path().join("masks.nc"), &masks);
    folder
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = ExactSum::default();
    sum.extend(values);
    sum.value()
}

/// Integrals of the source, of the target, and both areas, on one level.
fn integrals(remapped: &[f64], level: usize, date: i64) -> [f64; 4] {
    let sources = || (0..SOURCE[0] * SOURCE[1]).filter(|cell| is_source_active(*cell));
    let targets = || (0..remapped.len()).filter(|cell| is_target_active(*cell));
    [
        sum(sources().map(|cell| source_area(cell) * value(cell, level, date))),
        sum(targets().map(|cell| target_area(cell) * remapped[cell])),
        sum(sources().map(source_area)),
        sum(targets().map(target_area)),
    ]
}

/// What one rank alone makes of a level.
fn serial(kind: &str, level: usize, date: i64, fill: f64) -> Vec<f64> {
    let mut values = remapped(&links(), |cell| value(cell, level, date), fill);
    let [source, target, source_area, target_area] = integrals(&values, level, date);
    let wanted = match kind {
        "global" | "glbpos" => source,
        _ => source * (target_area / source_area),
    };
    for (cell, value) in values.iter_mut().enumerate() {
        if is_target_active(cell) {
            *value = match kind {
                "global" | "basbal" => *value + (wanted - target) / target_area,
                _ => *value * (wanted / target),
            };
        }
    }
    values
}

fn conserving(kind: &str) -> String {
    experiment(
        "{weights: weights.nc}",
        &format!(", conserve: {{kind: {kind}}}"),
    )
}

#[test]
fn integrals_are_given_back_with_the_same_bits_on_any_layout() {
    let folder = folder();
    for kind in ["global", "glbpos", "basbal", "baspos"] {
        for layout in LAYOUTS {
            for deals in [
                [Deal::Apples, Deal::EveryNth],
                [Deal::EveryNth, Deal::Apples],
            ] {
                let got = run(folder.path(), &conserving(kind), layout, deals);
                assert_eq!(got.len(), 3);
                for (date, values) in got {
                    let expected = (0..LEVELS).flat_map(|level| serial(kind, level, date, -9.5));
                    let expected: Vec<u64> = expected.map(f64::to_bits).collect();
                    let found: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
                    assert_eq!(found, expected, "{kind} on {layout:?} ranks at {date} s");
                }
            }
        }
    }
}

#[test]
fn corrected_values_integrate_to_what_was_sent() {
    for kind in ["global", "glbpos", "basbal", "baspos"] {
        for level in 0..LEVELS {
            let [source, target, source_area, target_area] =
                integrals(&serial(kind, level, 2, -9.5), level, 2);
            let wanted = match kind {
                "global" | "glbpos" => source,
                _ => source * (target_area / source_area),
            };
            let error = ((target - wanted) / wanted).abs();
            assert!(error < 1e-14, "{kind} level {level}: {error}");
        }
    }
}

#[test]
fn masked_cells_keep_what_the_weights_make_of_them() {
    let folder = folder();
    let got = run(
        folder.path(),
        &conserving("glbpos"),
        (2, 2),
        [Deal::Apples; 2],
    );
    let plain = remapped(&links(), |cell| value(cell, 0, 0), -9.5);
    for cell in (0..plain.len()).filter(|cell| !is_target_active(*cell)) {
        assert_eq!(got[0].1[cell], plain[cell]);
    }
}

#[test]
fn a_namcouple_maps_conserves_and_writes_files_on_the_grid_of_the_target() {
    let folder = folder();
    let text = "$NFIELDS
1
$RUNTIME
6
$NLOGPRT
0
$STRINGS
A B 1 2 2 rst.nc EXPOUT
13 1 4 3 atmt ocnt LAG=0
R 0 R 0
MAPPING CONSERV
weights.nc dst sum
GLBPOS opt
$END
";
    for layout in LAYOUTS {
        let got = run(folder.path(), text, layout, [Deal::EveryNth, Deal::Apples]);
        assert_eq!(got.len(), 3);
        for (date, values) in got {
            let expected: Vec<f64> = (0..LEVELS)
                .flat_map(|level| serial("glbpos", level, date, 0.0))
                .collect();
            assert_eq!(values, expected, "on {layout:?} ranks at {date} s");
        }
        let file = netcdf::open(folder.path().join("B_ocean_01.nc")).expect("EXPOUT writes it");
        let written: Vec<f64> = file
            .variable("B")
            .expect("it is named as the field")
            .get_values(..)
            .expect("it holds numbers");
        let dates = [0, 2, 4].into_iter();
        let expected = dates
            .flat_map(|date| (0..LEVELS).flat_map(move |level| serial("glbpos", level, date, 0.0)));
        assert_eq!(written, expected.collect::<Vec<_>>(), "on {layout:?} ranks");
    }
}

/// What the job says that fails.
fn refusal(folder: &Path, text: &str) -> Error {
    let outcomes = pair_in(folder, text, (2, 2), puts(Deal::Apples), gets(Deal::Apples));
    let errors: Vec<Error> = outcomes.into_iter().filter_map(Result::err).collect();
    let cause = errors.into_iter().find(|error| !error.is_consequence());
    cause.expect("one of them knows why")
}

#[test]
fn areas_that_are_missing_end_the_job() {
    let folder = folder();
    std::fs::remove_file(folder.path().join("areas.nc")).expect("it is there");
    let error = refusal(folder.path(), &conserving("global"));
    assert_eq!(error.code, Code::File);
    assert!(
        error.found.contains("areas.nc: there is no such file"),
        "{error}"
    );
    assert!(error.change.contains("GRID.srf and GRID.msk"), "{error}");
}

#[test]
fn a_target_without_active_cells_ends_the_job() {
    let folder = folder();
    let all = |_| 1.0;
    let source = |_| 0.0;
    let masks: [Content<'_>; 2] = [("atmt.msk", SOURCE, &source), ("ocnt.msk", TARGET, &all)];
    write(&folder.path().join("masks.nc"), &masks);
    let error = refusal(folder.path(), &conserving("global"));
    assert!(
        error
            .found
            .ends_with("at 0 s on level 0: no cell of the target grid is active"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_conserved_is_refused() {
    let folder = folder();
    let text = conserving("global").replace("period: 2 s", "static: true");
    let error = refusal(folder.path(), &text);
    assert!(
        error
            .found
            .contains("conserves global integrals and is static"),
        "{error}"
    );
}
