//! The program `halocline`: arguments in, text and an exit status out; the work is done by the libraries.

mod actions;
mod arguments;
mod memory;
mod output;
mod suggestion;

use arguments::{Action, Arguments};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments: Arguments = suggestion::parse();
    if let Err(status) = start_logs() {
        return status;
    }
    let status = match arguments.action {
        Action::Check(arguments) => actions::check(&arguments),
        Action::Run(arguments) => actions::run(&arguments),
        Action::Plan(arguments) => actions::plan(&arguments),
        Action::Serve(arguments) => actions::serve(&arguments),
        Action::ImportEophis(arguments) => actions::import_eophis(&arguments),
        Action::ImportNamcouple(arguments) => actions::import_namcouple(&arguments),
        Action::ExportNamcouple(arguments) => actions::export_namcouple(&arguments),
        Action::Schema => actions::schema(),
        Action::Completion { shell } => actions::completion(shell),
        Action::Rank(arguments) => actions::rank(arguments),
        Action::WithParent(arguments) => actions::with_parent(&arguments),
    };
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}

/// Logs go to standard error, from warnings on unless `HALOCLINE_LOG` says otherwise.
fn start_logs() -> Result<(), ExitCode> {
    let wanted = std::env::var("HALOCLINE_LOG")
        .ok()
        .filter(|filter| !filter.is_empty());
    let filter = EnvFilter::builder().parse(wanted.as_deref().unwrap_or("warn")).map_err(|error| {
        eprintln!("{} HALOCLINE_LOG cannot be read: {error}", output::red("error:"));
        eprintln!("  expected: error, warn, info, debug or trace, or module=level pairs with commas between");
        eprintln!("  to change: correct or unset HALOCLINE_LOG");
        ExitCode::FAILURE
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(output::errors_have_colour())
        .init();
    Ok(())
}
