//! Exchanges between two grids, with weights from files of SCRIP and of ESMF.

#[path = "support/pair.rs"]
mod pair;
#[path = "support/two_grids.rs"]
mod two_grids;
#[path = "support/weights.rs"]
mod weights;

use halocline_coupler::{Code, Error};
use pair::{LAYOUTS, pair_in};
use std::path::Path;
use two_grids::{Deal, LEVELS, experiment, gets, puts, run, value};
use weights::{links, remapped, write_esmf, write_scrip};

/// What one rank alone would sum.
fn serial(date: i64) -> Vec<f64> {
    let level = |level| remapped(&links(), |cell| value(cell, level, date), -9.5);
    (0..LEVELS).flat_map(level).collect()
}

fn check(folder: &Path, text: &str) {
    use Deal::{Apples, EveryNth};
    for layout in LAYOUTS {
        for deals in [
            [Apples, Apples],
            [EveryNth, Apples],
            [Apples, EveryNth],
            [EveryNth; 2],
        ] {
            let got = run(folder, text, layout, deals);
            let dates: Vec<i64> = got.iter().map(|(date, _)| *date).collect();
            assert_eq!(dates, [0, 2, 4]);
            for (date, values) in got {
                let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
                let (found, expected): (Vec<u64>, Vec<u64>) = (bits(&values), bits(&serial(date)));
                assert_eq!(
                    found, expected,
                    "{layout:?} {deals:?} at {date} s: {values:?}"
                );
            }
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn values_are_weighted_sums_with_the_same_bits_on_any_layout() {
    let folder = folder();
    write_esmf(&folder.path().join("weights.nc"), &links());
    check(folder.path(), &experiment("{weights: weights.nc}", ""));
}

#[test]
fn either_side_and_any_order_give_the_same_bits() {
    let folder = folder();
    write_esmf(&folder.path().join("weights.nc"), &links());
    for (side, order) in [("target", "bfb"), ("source", "sum"), ("target", "opt")] {
        let remap = format!("{{weights: weights.nc, side: {side}, order: {order}}}");
        check(folder.path(), &experiment(&remap, ""));
    }
}

#[test]
fn weights_that_scrip_left_behind_are_found_by_their_name() {
    let folder = folder();
    let name = "rmp_atmt_to_ocnt_CONSERV_FRACNNEI.nc";
    write_scrip(&folder.path().join(name), &links(), 3);
    let remap = "{scrip: {method: conserv, normalisation: fracnnei, order: first}}";
    check(folder.path(), &experiment(remap, ""));
}

/// What the job says that fails.
fn refusal(folder: &Path, text: &str) -> Error {
    let outcomes = pair_in(folder, text, (2, 2), puts(Deal::Apples), gets(Deal::Apples));
    let errors: Vec<Error> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 4, "all ranks end");
    let cause = errors.into_iter().find(|error| !error.is_consequence());
    cause.expect("one of them knows why")
}

#[test]
fn weights_that_nobody_made_end_the_job_and_say_how_to_make_them() {
    let folder = folder();
    write_scrip(
        &folder.path().join("rmp_atmt_to_ocnt_DISTWGT.nc"),
        &links(),
        1,
    );
    let error = refusal(
        folder.path(),
        &experiment("{scrip: {method: bilinear}}", ""),
    );
    assert_eq!(error.code, Code::File);
    let body = error
        .body()
        .replace(&format!("{}/", folder.path().display()), "");
    assert_eq!(
        body,
        "exchange 'heat' has no weights: there is no file rmp_atmt_to_ocnt_BILINEAR.nc (but rmp_atmt_to_ocnt_DISTWGT.nc)
  expected: weights that were made before the run: Halocline applies weights and does not compute them
  change: make rmp_atmt_to_ocnt_BILINEAR.nc once, from the two grids as ESMF reads them: `ESMF_RegridWeightGen -s \
         SOURCE.nc -d TARGET.nc -m bilinear -w rmp_atmt_to_ocnt_BILINEAR.nc`, or keep the file that a run of OASIS3-MCT \
         with the same SCRIPR entry left behind; or name another file: `remap: {weights: FILE}` (MAPPING in a namcouple)"
    );
}

#[test]
fn wrong_weights_end_the_job_unless_they_are_to_be_left_out() {
    let folder = folder();
    let mut wrong = links();
    wrong[1].1 = 13;
    write_esmf(&folder.path().join("weights.nc"), &wrong);
    let text = experiment("{weights: weights.nc}", "");
    let error = refusal(folder.path(), &text);
    assert_eq!(error.code, Code::File);
    assert!(
        error
            .found
            .ends_with("'row' of link 2, counted from 1, is 14"),
        "{error}"
    );
    wrong.remove(1);
    let left_out = format!("oasis: {{bad_weights: ignore}}\n{text}");
    let got = run(folder.path(), &left_out, (2, 2), [Deal::Apples; 2]);
    let expected = remapped(&wrong, |cell| value(cell, 0, 0), -9.5);
    assert_eq!(got[0].1[..expected.len()], expected);
}

#[test]
fn gradients_and_halos_are_refused() {
    let folder = folder();
    let error = refusal(folder.path(), &experiment("{scrip: {method: bicubic}}", ""));
    assert!(
        error.found.contains("remaps with gradients (BICUBIC)"),
        "{error}"
    );
    let error = refusal(
        folder.path(),
        &experiment("{weights: weights.nc}", ", halo: 1"),
    );
    assert!(error.found.contains("has a halo of 1"), "{error}");
}
