//! The program `halocline`: arguments in, text and an exit status out; the work is done by the libraries.

mod actions;
mod arguments;
mod output;

use arguments::{Action, Arguments};
use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logs();
    let status = match arguments.action {
        Action::Check(arguments) => actions::check(&arguments),
        Action::Run(arguments) => actions::run(&arguments),
        Action::Plan(arguments) => actions::plan(&arguments),
        Action::Serve(arguments) => actions::serve(&arguments),
        Action::Schema => actions::schema(),
        Action::Completion { shell } => actions::completion(shell),
        Action::Rank(arguments) => actions::rank(arguments),
        Action::WithParent(arguments) => actions::with_parent(&arguments),
    };
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}

/// Logs go to standard error, from warnings on unless `HALOCLINE_LOG` says otherwise.
fn start_logs() {
    let filter =
        EnvFilter::try_from_env("HALOCLINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(output::errors_have_colour())
        .init();
}
