//! Any text as a namcouple: no panic, and what can be read survives the way through YAML and back.
//!
//! ```text
//! cargo install cargo-fuzz
//! cd configs && cargo +nightly fuzz run namcouple -- -dict=fuzz/namcouple.dict -timeout=5 -rss_limit_mb=1024
//! ```
#![no_main]

use halocline_configs::{Colour, Problems, namcouple, parse, yaml::to_yaml};
use libfuzzer_sys::fuzz_target;

/// Reports of longer texts take the time, and show no more.
const LONGEST_REPORTED: usize = 2_000;

fuzz_target!(|text: &str| {
    match namcouple::read(text, "namcouple") {
        Ok(reading) => {
            let yaml = to_yaml(&reading.spec).expect("paths are UTF-8");
            let through_yaml = parse(&yaml, "yaml").unwrap_or_else(|problems| panic!("{yaml}\n{problems}"));
            assert_eq!(through_yaml, reading.spec, "{yaml}");
            let written = namcouple::write(&through_yaml).text;
            let again = namcouple::read(&written, "written").unwrap_or_else(|problems| panic!("{written}\n{problems}"));
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
