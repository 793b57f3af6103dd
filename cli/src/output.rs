//! Text for people: errors to standard error, coloured only on a terminal that wants colour.

use halocline_configs::{Colour, Problems};
use halocline_launcher::Error;
use std::io::{self, IsTerminal, Write};

/// Whether messages on standard error may be coloured: a terminal, and no `NO_COLOR`.
pub fn errors_have_colour() -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !forbidden
}

/// Write to standard output; a reader that has seen enough is no error.
///
/// Returns the exit status: 1 when the text could not be written.
pub fn print(text: &str) -> i32 {
    let mut output = io::stdout().lock();
    match output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("halocline: cannot write to standard output: {error}");
            1
        }
        _ => 0,
    }
}

/// Print the complete report of an experiment file's problems.
pub fn problems(problems: &Problems) {
    let colour = if errors_have_colour() {
        Colour::Yes
    } else {
        Colour::No
    };
    eprint!("{}", problems.report(colour));
}

/// Print why something could not be done; returns the exit status.
pub fn error(error: &Error) -> i32 {
    match error {
        Error::Experiment(found) => problems(found),
        other => eprintln!("{} {other}", red("error:")),
    }
    1
}

/// Text that shows a failure.
pub fn red(text: &str) -> String {
    if errors_have_colour() {
        format!("\x1b[1;31m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
