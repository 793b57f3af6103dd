//! Any text as a namcouple: no panic, and what can be read survives the way through YAML and back.
//!
//! ```text
//! cargo install cargo-fuzz
//! cd configs/fuzz
//! cargo +nightly fuzz run --fuzz-dir . -s none namcouple -- -dict=namcouple.dict -timeout=10 -rss_limit_mb=1024
//! ```
//!
//! There is no `unsafe` code here, so that no sanitizer is needed.
#![no_main]

use halocline_configs::{Colour, Problems, namcouple, parse, yaml::to_yaml};
use libfuzzer_sys::fuzz_target;

/// Reports of longer texts take the time, and show no more.
const LONGEST_REPORTED: usize = 2_000;
/// Of so many texts one goes through YAML: its schema takes a hundred times as long as the reader.
const ONE_THROUGH_YAML_OF: usize = 16;

fuzz_target!(|text: &str| {
    match namcouple::read(text, "namcouple") {
        Ok(reading) => {
            if text.len() % ONE_THROUGH_YAML_OF == 0 {
                let yaml = to_yaml(&reading.spec).expect("paths are UTF-8");
                let through =
                    parse(&yaml, "yaml").unwrap_or_else(|problems| panic!("{yaml}\n{problems}"));
                assert_eq!(through, reading.spec, "{yaml}");
            }
            let written = namcouple::write(&reading.spec).text;
            let again = namcouple::read(&written, "written")
                .unwrap_or_else(|problems| panic!("{written}\n{problems}"));
            assert_eq!(again.spec, reading.spec, "{written}");
        }
        Err(problems) => check_problems(&problems, text),
    }
});

fn check_problems(problems: &Problems, text: &str) {
    assert!(!problems.problems.is_empty());
    for problem in &problems.problems {
        let place = problem.place;
        assert!(text.get(place.start..place.end).is_some(), "{place:?}");
    }
    assert_eq!(problems.lines().len(), problems.problems.len());
    if text.len() <= LONGEST_REPORTED {
        assert!(!problems.report(Colour::No).is_empty());
    }
}
