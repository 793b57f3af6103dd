//! Run the cases of `under_mpirun/cases.rs` as MPI jobs of several sizes; the exit status decides.
//!
//! This program has no harness, because it plays two parts: started by cargo it starts MPI jobs of
//! itself, one a case and number of ranks; started so (`HALOCLINE_MPI_CASE` set) it is one rank.
//! Arguments select cases by part of their name. The launcher is `$HALOCLINE_MPIRUN`, else the one beside
//! the compiler wrapper `$MPICC`, else `mpirun`.

#[path = "under_mpirun/cases.rs"]
mod cases;
#[path = "under_mpirun/launch.rs"]
mod launch;

use cases::CASES;
use std::process::ExitCode;

const CASE: &str = "HALOCLINE_MPI_CASE";

fn main() -> ExitCode {
    if let Ok(name) = std::env::var(CASE) {
        let case = CASES
            .iter()
            .find(|case| case.name == name)
            .expect("a case of this program");
        (case.run)();
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let mut failures = 0;
    let mut runs = 0;
    for case in CASES
        .iter()
        .filter(|case| wanted.is_empty() || wanted.iter().any(|part| case.name.contains(part)))
    {
        for &ranks in case.ranks {
            runs += 1;
            let verdict = launch::job(CASE, case, ranks);
            println!(
                "{} on {ranks} ranks ... {}",
                case.name,
                verdict.as_ref().map_or("FAILED", |()| "ok")
            );
            if let Err(why) = verdict {
                failures += 1;
                println!("{why}");
            }
        }
    }
    println!("{runs} jobs, {failures} failed");
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
