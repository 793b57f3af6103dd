//! What can be written after `halocline`, and the help that teaches it.

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use halocline_launcher::{Cut, GridSize, Named};
use std::{path::PathBuf, str::FromStr};

const EXAMPLES: &str = "\
Examples:
  halocline check experiment.yaml          is the file right? all problems at once, no MPI needed
  halocline plan experiment.yaml           who sends what to whom, when, and how much
  halocline run experiment.yaml            run all components as one MPI job
  halocline run --print experiment.yaml    the plain mpirun line, for your own job script
  halocline check namcouple                OASIS's own file is read wherever an experiment file is

Environment:
  HALOCLINE_LOG      what is logged: error, warn, info (default for ranks), debug, trace
  HALOCLINE_PYTHON   the Python that runs workers (default: the active virtual environment's)
  NO_COLOR           set to any value for messages without colour";

/// Couple ocean models and machine learning in one MPI job, described by one experiment file.
#[derive(Debug, Parser)]
#[command(name = "halocline", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Check experiment files: all problems at once, each with its place and what to change
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Run an experiment: all components as one MPI job
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// Show what a run would do: components, exchanges with their dates, boxes of workers, bytes
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArguments),
    /// Serve a Python function as a component (one rank of a job that an MPI launcher starts)
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArguments),
    /// Write the experiment file that a script for Eophis implies; runs the script in preproduction, without MPI
    #[command(after_help = EOPHIS_EXAMPLES)]
    ImportEophis(ImportArguments),
    /// Write the experiment file that says what a namcouple says
    #[command(after_help = IMPORT_EXAMPLES)]
    ImportNamcouple(ConvertArguments),
    /// Write the namcouple that says what an experiment file says
    #[command(after_help = EXPORT_EXAMPLES)]
    ExportNamcouple(ConvertArguments),
    /// Print the JSON Schema of the experiment file, which editors complete with
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Print the completions of a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completion {
        /// The shell
        shell: Shell,
    },
    /// Supervise one rank (the launcher's own use)
    #[command(hide = true)]
    Rank(RankArguments),
    /// Become a program that ends with its parent (the launcher's own use)
    #[command(hide = true)]
    WithParent(WithParentArguments),
}

const EOPHIS_EXAMPLES: &str = "\
Examples:
  halocline import-eophis main.py                    runs main.py --exec preprod, writes experiment.yaml
  halocline import-eophis main.py -o coupled.yaml
  halocline import-eophis main.py -- --mode preprod  with the script's own words for preproduction

Exit status: 0 when the file was written, 1 when the script registers no tunnels or fails.";

/// `halocline import-eophis`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The script; then what `python -m halocline.eophis.importing --help` lists
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "SCRIPT [WORDS]"
    )]
    pub words: Vec<String>,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  halocline check experiment.yaml
  halocline check examples/*/*.yaml
  halocline check namcouple
  halocline check --short experiment.yaml    one line per problem, FILE:LINE:COLUMN first, for editors

Exit status: 0 when all files are right, 1 when one is not.";

/// `halocline check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Experiment files, or namcouples
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// One line per problem, as compilers write them
    #[arg(long)]
    pub short: bool,
}

const RUN_EXAMPLES: &str = "\
Examples:
  halocline run experiment.yaml
  halocline run experiment.yaml --run-directory runs/test --overwrite
  halocline run experiment.yaml --launcher /opt/mpich/bin/mpiexec
  halocline run experiment.yaml --mpi-args '--hostfile hosts --map-by node'
  halocline run --print experiment.yaml >> job.sh    into your own job script

The run directory gets <component>.<rank>.log, launcher.log, progress.<component>.json,
exits.jsonl (how each rank ended), first_cause.json (after a failure), experiment.yaml (a copy),
programs.srun (under Slurm), and what the components write there.

Exit status: 0 when all ranks ended well; 130 after Ctrl-C; else that of the job, never 0.";

/// `halocline run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The experiment file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Where logs and output go [default: `runs/EXPERIMENT-TIME`, the time in UTC]
    #[arg(long, short = 'd', value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub run_directory: Option<PathBuf>,
    /// Replace the logs and records of an earlier run in the run directory; other files stay
    #[arg(long)]
    pub overwrite: bool,
    /// The MPI launcher: auto, mpirun, mpiexec, srun, or a path. auto: srun inside a Slurm allocation,
    /// else mpirun, else mpiexec
    #[arg(long, value_name = "LAUNCHER", default_value = "auto", value_hint = ValueHint::CommandName)]
    pub launcher: String,
    /// Arguments for the launcher, as one string that is split like a shell does
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub mpi_args: Option<String>,
    /// How progress is shown
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    pub progress: Progress,
    /// Print the plain command line instead, complete with folders and variables, and exit. Its run directory is the
    /// current folder unless `--run-directory` names one. It needs no launcher on this machine
    #[arg(long)]
    pub print: bool,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar on a terminal, lines elsewhere
    Auto,
    /// A line every few seconds
    Lines,
    /// Only the end
    None,
}

const PLAN_EXAMPLES: &str = "\
Examples:
  halocline plan experiment.yaml
  halocline plan experiment.yaml --dates 10    the first ten dates of each exchange
  halocline plan experiment.yaml --simulate    what each rank would send, receive, spend and hold
  halocline plan experiment.yaml --ranks ocean=6912,worker=64 --grid 3000x3000
  halocline plan experiment.yaml --ranks ocean=6912,worker=6912 --partition ocean=rows,worker=columns

A simulation plans the exchanges of all ranks as a job would, one rank after the other in this
process: 50,000 ranks take minutes. It needs no MPI, and none of the programs.";

/// `halocline plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The experiment file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How many dates of each exchange are listed
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    pub dates: usize,
    /// Simulate the planning of all ranks, and show messages, bytes, partners, time and memory of a rank. The options
    /// below do so too
    #[arg(long)]
    pub simulate: bool,
    /// Other numbers of ranks than in the file
    #[arg(long, value_name = "COMPONENT=RANKS,...", value_delimiter = ',', value_parser = parsed::<Named<usize>>)]
    pub ranks: Vec<Named<usize>>,
    /// Another size of the grid, or of one of several grids [cells along i x cells along j]
    #[arg(long, value_name = "[GRID=]NXxNY,...", value_delimiter = ',', value_parser = parsed::<GridSize>)]
    pub grid: Vec<GridSize>,
    /// How components cut their grids: boxes (near to squares, the default), rows, columns (boxes as long as possible),
    /// apples (consecutive cells), oranges (eight segments of cells)
    #[arg(long, value_name = "COMPONENT=CUT,...", value_delimiter = ',', value_parser = parsed::<Named<Cut>>)]
    pub partition: Vec<Named<Cut>>,
    /// The figures of the simulation as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
}

fn parsed<T: FromStr<Err = String>>(text: &str) -> Result<T, String> {
    text.parse()
}

const SERVE_EXAMPLES: &str = "\
Examples:
  halocline serve closure.py:closure    as one rank, started by mpirun beside the other components

`halocline run` starts workers by itself; this is for job scripts of your own. The component's name
comes from HALOCLINE_COMPONENT, the experiment file from HALOCLINE_EXPERIMENT.";

/// `halocline serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The Python file and the function in it; options of halocline.serve may follow
    #[arg(
        required = true,
        value_name = "FILE:FUNCTION",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub words: Vec<String>,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  halocline import-namcouple namcouple > experiment.yaml

What has no effect here is named on standard error and at the head of the experiment file. Jobs take the
namcouple as it is; the experiment file is for adding what a namcouple has no words for.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  halocline export-namcouple experiment.yaml > namcouple

What a namcouple has no words for is named on standard error.";

/// `halocline import-namcouple` and `halocline export-namcouple`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// The namcouple or experiment file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  halocline schema > halocline.schema.json

Then, as the first line of an experiment file, for editors with a YAML language server:
  # yaml-language-server: $schema=halocline.schema.json";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  halocline completion bash > ~/.local/share/bash-completion/completions/halocline
  halocline completion zsh > ~/.zfunc/_halocline
  halocline completion fish > ~/.config/fish/completions/halocline.fish";

/// `halocline rank`.
#[derive(Debug, Args)]
pub struct RankArguments {
    /// The component
    #[arg(long)]
    pub component: String,
    /// First rank of the component in the job
    #[arg(long)]
    pub first_rank: usize,
    /// Where logs and records go
    #[arg(long)]
    pub run_directory: PathBuf,
    /// Where the component runs
    #[arg(long)]
    pub directory: PathBuf,
    /// Program and arguments
    #[arg(last = true, required = true)]
    pub words: Vec<String>,
}

/// `halocline with-parent`.
#[derive(Debug, Args)]
pub struct WithParentArguments {
    /// Process that must be this one's parent
    pub parent: u32,
    /// Signal at the parent's end
    #[arg(long, value_enum)]
    pub signal: EndSignal,
    /// Program and arguments
    #[arg(last = true, required = true)]
    pub words: Vec<String>,
}

/// How a program is ended when its parent has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EndSignal {
    /// SIGTERM
    Term,
    /// SIGKILL
    Kill,
}
