//! A namcouple as an experiment file, and an experiment file as a namcouple.

use crate::error::Error;
use halocline_configs::{namcouple, parse_noting, read_text, yaml};
use std::path::Path;

/// A file that was written from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Its text.
    pub text: String,
    /// What the other file says and this one does not.
    pub note: Option<String>,
}

/// The experiment file that says what a namcouple says.
///
/// # Errors
/// All problems of the namcouple.
pub fn import_namcouple(path: &Path) -> Result<Converted, Error> {
    let text = read_text(path)?;
    let reading = namcouple::read(&text, &path.display().to_string())?;
    let yaml = yaml::to_yaml(&reading.spec).map_err(|error| {
        Error::new(
            format!("{} cannot be written as YAML: {error}", path.display()),
            "names of files in UTF-8",
            "rename the files",
        )
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut head = format!(
        "# Written by halocline import-namcouple from {}.\n",
        name.escape_debug()
    );
    if let Some(note) = &reading.note {
        head += &format!("# {note}\n");
    }
    head += "# Units were unknown. Components with 'ranks' and 'command' make it an experiment that `halocline run` starts.\n";
    Ok(Converted {
        text: head + &yaml,
        note: reading.note,
    })
}

/// The namcouple that says what an experiment file says.
///
/// # Errors
/// All problems of the experiment file.
pub fn export_namcouple(path: &Path) -> Result<Converted, Error> {
    let text = read_text(path)?;
    let (spec, _) = parse_noting(&text, &path.display().to_string())?;
    let namcouple::Writing { text, note } = namcouple::write(&spec);
    Ok(Converted { text, note })
}
