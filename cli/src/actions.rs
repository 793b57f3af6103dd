//! One function per subcommand; each returns the exit status.

use crate::{
    arguments::{
        Arguments, CheckArguments, ConvertArguments, EndSignal, ImportArguments, PlanArguments,
        Progress, RankArguments, RunArguments, ServeArguments, WithParentArguments,
    },
    memory,
    output::{self, red},
};
use clap::CommandFactory;
use halocline_launcher::{
    Converted, End, Error, ExistingRun, LauncherChoice, Outcome, ProgressStyle, RankOptions,
    RunOptions, Signal, WhatIf, shown,
};
use std::{os::unix::process::CommandExt, process::Command};

/// `halocline check`: say for each file that it is right, or all that is wrong with it.
pub fn check(arguments: &CheckArguments) -> i32 {
    let mut status = 0;
    for file in &arguments.files {
        match halocline_launcher::check(file) {
            Ok(report) => status = status.max(output::print(&format!("{report}\n"))),
            Err(Error::Experiment(problems)) if arguments.short => {
                problems.lines().iter().for_each(|line| eprintln!("{line}"));
                status = 1;
            }
            Err(error) => status = output::error(&error),
        }
    }
    status
}

/// `halocline run`: run the job, or print its command line.
pub fn run(arguments: &RunArguments) -> i32 {
    let options = match run_options(arguments) {
        Ok(options) => options,
        Err(error) => return output::error(&error),
    };
    if arguments.print {
        return match halocline_launcher::print(&arguments.file, &options) {
            Ok(text) => print_line(&text),
            Err(error) => output::error(&error),
        };
    }
    match halocline_launcher::run(&arguments.file, &options) {
        Ok(outcome) => report(&outcome),
        Err(error) => output::error(&error),
    }
}

/// The command line to standard output; advice that is not part of it to standard error.
fn print_line(text: &str) -> i32 {
    if text.contains(" --oversubscribe ") {
        eprintln!(
            "note: --oversubscribe --bind-to none: this machine has fewer cores than ranks; drop them elsewhere"
        );
    }
    output::print(text)
}

fn run_options(arguments: &RunArguments) -> Result<RunOptions, Error> {
    let words = arguments
        .mpi_args
        .as_deref()
        .map(halocline_launcher::split_words)
        .transpose()?;
    Ok(RunOptions {
        run_directory: arguments.run_directory.clone(),
        existing: if arguments.overwrite {
            ExistingRun::Overwrite
        } else {
            ExistingRun::Refuse
        },
        launcher: arguments.launcher.parse().unwrap_or(LauncherChoice::Auto),
        launcher_arguments: words.unwrap_or_default(),
        progress: match arguments.progress {
            Progress::Auto => ProgressStyle::Auto,
            Progress::Lines => ProgressStyle::Lines,
            Progress::None => ProgressStyle::Silent,
        },
        program: None,
    })
}

/// Say how the job ended.
fn report(outcome: &Outcome) -> i32 {
    let logs = shown(&outcome.run_directory);
    match &outcome.end {
        End::Finished => {
            output::print(&format!("{outcome}\n"));
        }
        End::Failed { cause, .. } => eprintln!(
            "{} {cause}\n  logs of all ranks: {logs}",
            red("the job failed:")
        ),
        End::Interrupted { .. } => eprintln!(
            "{} logs of all ranks: {logs}",
            red("the job was interrupted;")
        ),
    }
    if !outcome.ranks.are_all_good() {
        let ranks = outcome.ranks.to_string().replace('\n', "\n    ");
        eprintln!("  how each rank ended:\n    {ranks}");
    }
    outcome.exit_status()
}

/// `halocline plan`: print the plan, and a simulation of all ranks where one is asked for.
pub fn plan(arguments: &PlanArguments) -> i32 {
    match planned(arguments) {
        Ok(text) => output::print(&text),
        Err(error) => output::error(&error),
    }
}

fn planned(arguments: &PlanArguments) -> Result<String, Error> {
    let what_if = WhatIf {
        ranks: arguments.ranks.clone(),
        grids: arguments.grid.clone(),
        cuts: arguments.partition.clone(),
    };
    let plan = halocline_launcher::plan_what_if(&arguments.file, arguments.dates, &what_if)?;
    if arguments.json {
        let simulation = plan.simulate(memory::measure)?;
        return Ok(format!("{:#}\n", serde_json::json!(simulation)));
    }
    if what_if.is_nothing() && !arguments.simulate {
        return Ok(plan.to_string());
    }
    Ok(format!("{plan}\n{}", plan.simulate(memory::measure)?))
}

/// `halocline serve`: become Python.
pub fn serve(arguments: &ServeArguments) -> i32 {
    become_python("halocline.serve", &arguments.words)
}

/// `halocline import-eophis`: become Python.
pub fn import_eophis(arguments: &ImportArguments) -> i32 {
    become_python("halocline.eophis.importing", &arguments.words)
}

fn become_python(module: &str, words: &[String]) -> i32 {
    let python = match halocline_launcher::python() {
        Ok(python) => python,
        Err(error) => return output::error(&error),
    };
    let error = Command::new(&python)
        .args(["-m", module])
        .args(words)
        .exec();
    eprintln!(
        "{} cannot start {}: {error}; set HALOCLINE_PYTHON to another one",
        red("error:"),
        python.display()
    );
    127
}

/// `halocline import-namcouple`: print the experiment file that says what a namcouple says.
pub fn import_namcouple(arguments: &ConvertArguments) -> i32 {
    converted(halocline_launcher::import_namcouple(&arguments.file))
}

/// `halocline export-namcouple`: print the namcouple that says what an experiment file says.
pub fn export_namcouple(arguments: &ConvertArguments) -> i32 {
    converted(halocline_launcher::export_namcouple(&arguments.file))
}

/// The file to standard output; what it does not say to standard error.
fn converted(file: Result<Converted, Error>) -> i32 {
    match file {
        Ok(Converted { text, note }) => {
            if let Some(note) = note {
                eprintln!("note: {note}");
            }
            output::print(&text)
        }
        Err(error) => output::error(&error),
    }
}

/// `halocline schema`: print the JSON Schema.
pub fn schema() -> i32 {
    output::print(&format!("{:#}\n", halocline_configs::schema::schema()))
}

/// `halocline completion`: print the completions of a shell.
pub fn completion(shell: clap_complete::Shell) -> i32 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "halocline", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}

/// `halocline rank`: supervise one rank.
pub fn rank(arguments: RankArguments) -> i32 {
    let RankArguments {
        component,
        first_rank,
        run_directory,
        directory,
        words,
    } = arguments;
    let options = RankOptions {
        component,
        first_rank,
        run_directory,
        directory,
        words,
    };
    halocline_launcher::supervise(&options).unwrap_or_else(|error| output::error(&error))
}

/// `halocline with-parent`: become another program.
pub fn with_parent(arguments: &WithParentArguments) -> i32 {
    let signal = match arguments.signal {
        EndSignal::Term => Signal::TERM,
        EndSignal::Kill => Signal::KILL,
    };
    output::error(&halocline_launcher::become_child_of(
        arguments.parent,
        signal,
        &arguments.words,
    ));
    127
}
