//! A worker's Python file, looked at without importing it: it is there, Python can read it, it defines the function.

use crate::{program::python, python_names::Names};
use halocline_configs::{Code, CouplingSpec, Problem, WorkerFunction, Written, hint};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// How many functions are listed where none is near.
const FUNCTIONS_SHOWN: usize = 8;

/// Compiles a file without running it; says where it cannot.
const SYNTAX_CHECK: &str = "\
import sys
try:
    with open(sys.argv[1], 'rb') as file:
        compile(file.read(), sys.argv[1], 'exec', dont_inherit=True)
except SyntaxError as error:
    print(f'halocline: {error.lineno or 1}:{error.offset or 1}: {error.msg}')
except ValueError as error:
    print(f'halocline: 1:1: {error}')
";
const SYNTAX_MARK: &str = "halocline: ";

/// What is wrong with the file of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkerProblem {
    component: String,
    code: Code,
    found: String,
    expected: String,
    change: String,
}

impl WorkerProblem {
    /// The problem at the place where the experiment file names the worker.
    pub(crate) fn in_experiment(self, written: &Written) -> Problem {
        let place = written.place(&["components", &self.component, "worker"]);
        Problem::new(self.code, place, self.found, self.expected, self.change)
    }
}

/// Look at the files of all workers; names are relative to `folder`.
pub(crate) fn check(spec: &CouplingSpec, folder: &Path) -> Vec<WorkerProblem> {
    let of_component = |(name, component): (&String, &halocline_configs::Component)| {
        let worker = component.worker.as_ref()?;
        let (code, found, expected, change) = problem(worker, folder)?;
        let found = format!("component '{name}': {found}");
        Some(WorkerProblem {
            component: name.clone(),
            code,
            found,
            expected,
            change,
        })
    };
    spec.components.iter().filter_map(of_component).collect()
}

/// Code, found, expected, what to change.
type Parts = (Code, String, String, String);

fn problem(worker: &WorkerFunction, folder: &Path) -> Option<Parts> {
    let path = folder.join(&worker.file);
    if !path.is_file() {
        return Some(missing(worker, &path));
    }
    let text = match fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            return Some((
                Code::NamedFile,
                format!("{} cannot be read: {error}", path.display()),
                "a Python file that you may read".to_owned(),
                "correct its permissions".to_owned(),
            ));
        }
    };
    syntax(&path).or_else(|| function(worker, &text))
}

fn missing(worker: &WorkerFunction, path: &Path) -> Parts {
    let shown = worker.file.display().to_string();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let others: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(worker.file.with_file_name(entry.ok()?.file_name())))
        .filter(|other| other.extension().is_some_and(|extension| extension == "py"))
        .map(|other| other.display().to_string())
        .collect();
    let otherwise = "write it, or correct its name: names are relative to the experiment file";
    (
        Code::NamedFile,
        format!("there is no file {}", path.display()),
        format!("a Python file with the function '{}'", worker.function),
        hint::change_to(&shown, others.iter().map(String::as_str), otherwise),
    )
}

/// What Python says of the file; nothing where no Python is at hand: then the run will tell.
fn syntax(path: &Path) -> Option<Parts> {
    let said = said_by_python(path).inspect_err(|error| {
        tracing::debug!("the syntax of {} is not checked: {error}", path.display());
    });
    let said = said.ok()?;
    let place_and_message = said
        .lines()
        .find_map(|line| line.strip_prefix(SYNTAX_MARK))?;
    Some((
        Code::PythonSyntax,
        format!("{}:{place_and_message}", path.display()),
        "a file that Python can read".to_owned(),
        "correct the line; `python -m py_compile FILE` says the same".to_owned(),
    ))
}

fn said_by_python(path: &Path) -> std::io::Result<String> {
    let python = python().map_err(|error| std::io::Error::other(error.to_string()))?;
    let mut child = Command::new(python)
        .args(["-I", "-S", "-"])
        .arg(std::path::absolute(path)?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let script = child
        .stdin
        .take()
        .map(|mut input| input.write_all(SYNTAX_CHECK.as_bytes()));
    let output = child.wait_with_output()?;
    script.transpose()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn function(worker: &WorkerFunction, text: &str) -> Option<Parts> {
    let names = Names::of(text);
    let name = worker.function.as_str();
    if names.may_define(name) {
        return None;
    }
    let file = worker.file.display();
    let expected = match &names.functions[..] {
        [] => format!("a function at the top level of the file: `def {name}(...):`"),
        known => {
            let shown = known[..known.len().min(FUNCTIONS_SHOWN)].join(", ");
            format!("a function of the file: {shown}")
        }
    };
    let known = names.functions.iter().map(String::as_str);
    let otherwise = "correct the name after the colon, or the function's name in the file";
    Some((
        Code::UnknownFunction,
        format!("{file} defines no '{name}'"),
        expected,
        hint::change_to(name, known, otherwise),
    ))
}
