//! File to [`CouplingSpec`]: tree, shape, rules, types; all that is wrong is reported together.

use crate::{
    check::check_graph,
    hint, namcouple,
    place::{Place, Places},
    problem::{Code, Problem, Problems},
    read_tree::read_tree,
    shape::check_shape,
    spec::CouplingSpec,
};
use std::{io, path::Path};

/// Read an experiment from the text of its file; `file_name` is for the messages.
///
/// ```
/// let problems = halocline_configs::parse("experiment: nothing yet", "empty.yaml").unwrap_err();
/// assert!(problems.to_string().contains("'fields'"));
/// ```
///
/// # Errors
/// All that is wrong with the text, each with its place.
pub fn parse(text: &str, file_name: &str) -> Result<CouplingSpec, Problems> {
    parse_noting(text, file_name).map(|(spec, _)| spec)
}

/// As [`parse`], with what a namcouple says without effect.
///
/// # Errors
/// As [`parse`].
pub fn parse_noting(
    text: &str,
    file_name: &str,
) -> Result<(CouplingSpec, Option<String>), Problems> {
    if namcouple::is_namcouple(text) {
        return namcouple::read(text, file_name).map(|reading| (reading.spec, reading.note));
    }
    parse_yaml(text, file_name).map(|spec| (spec, None))
}

fn parse_yaml(text: &str, file_name: &str) -> Result<CouplingSpec, Problems> {
    let mut problems = Vec::new();
    match read_tree(text, &mut problems) {
        Ok(root) => {
            problems.extend(check_shape(&root));
            problems.extend(check_graph(&root));
        }
        Err(problem) => problems.push(*problem),
    }
    if !problems.is_empty() {
        return Err(Problems::new(file_name, text, problems));
    }
    let mut spec =
        deserialize(text).map_err(|problem| Problems::new(file_name, text, vec![*problem]))?;
    name_exchanges(&mut spec);
    Ok(spec)
}

/// Read an experiment from its file.
///
/// # Errors
/// All that is wrong with the file, each with its place.
pub fn load(path: &Path) -> Result<CouplingSpec, Problems> {
    parse(&read_text(path)?, &path.display().to_string())
}

/// The text of an experiment file. A namcouple may have comments in Latin-1.
///
/// # Errors
/// The file cannot be read, or is no text.
pub fn read_text(path: &Path) -> Result<String, Problems> {
    let text = std::fs::read(path).and_then(|bytes| {
        String::from_utf8(bytes).or_else(|error| {
            let latin: String = error
                .as_bytes()
                .iter()
                .map(|byte| char::from(*byte))
                .collect();
            let not_text = io::Error::new(io::ErrorKind::InvalidData, "it is no text in UTF-8");
            namcouple::is_namcouple(&latin)
                .then_some(latin)
                .ok_or(not_text)
        })
    });
    text.map_err(|error| {
        let found = format!("the experiment file cannot be read: {error}");
        let others = yaml_files_beside(path);
        let change = hint::change_to(
            &path.display().to_string(),
            others.iter().map(String::as_str),
            "give the path of an experiment file that you may read",
        );
        let problem = Problem::new(
            Code::File,
            Place::beginning(),
            found,
            "a YAML file in UTF-8, or a namcouple",
            change,
        );
        Problems::new(&path.display().to_string(), "", vec![problem])
    })
}

/// Paths of the YAML files in the folder where a file was looked for, written as that one was.
fn yaml_files_beside(path: &Path) -> Vec<String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(path.with_file_name(entry.ok()?.file_name())))
        .filter(|other| matches!(other.extension(), Some(end) if end == "yaml" || end == "yml"))
        .map(|other| other.display().to_string())
        .collect()
}

fn deserialize(text: &str) -> Result<CouplingSpec, Box<Problem>> {
    serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location().map_or(Place::beginning(), |location| {
            let number = |value: u64| usize::try_from(value).unwrap_or(1);
            Places::new(text).at_line(number(location.line()), number(location.column()))
        });
        let found = error.without_snippet().to_string();
        Box::new(Problem::new(
            Code::WrongValue,
            place,
            found,
            "a value of the key's type",
            "correct the value",
        ))
    })
}

/// Exchanges without a name are called after what they connect and their position.
pub(crate) fn name_exchanges(spec: &mut CouplingSpec) {
    for (position, exchange) in spec.exchanges.iter_mut().enumerate() {
        if exchange.name.is_empty() {
            exchange.name = exchange.default_name(position);
        }
    }
}
