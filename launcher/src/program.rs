//! Find programs: on PATH, beside this one, and the Python of workers.

use crate::error::Error;
use std::{
    env,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Whether `path` is a file that may be executed.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The first executable of this name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| is_executable(path))
}

/// The program that supervises ranks: as chosen, else this program if it is `halocline`, else one found.
pub(crate) fn supervisor(chosen: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(chosen) = chosen {
        return Ok(chosen.to_path_buf());
    }
    let this = env::current_exe().ok();
    if let Some(this) = this
        .as_ref()
        .filter(|path| path.file_name().is_some_and(|name| name == "halocline"))
    {
        return Ok(this.clone());
    }
    let beside = this
        .and_then(|path| Some(path.parent()?.join("halocline")))
        .filter(|path| is_executable(path));
    let venv = env::var_os("VIRTUAL_ENV").map(|folder| PathBuf::from(folder).join("bin/halocline"));
    beside
        .or(venv.filter(|path| is_executable(path)))
        .or_else(|| on_path("halocline"))
        .ok_or_else(|| {
            Error::new(
                "the program `halocline`, which supervises each rank, is not on PATH",
                "`halocline` beside this program, in the virtual environment, or on PATH",
                "install it (`make install PREFIX=...`) and add PREFIX/bin to PATH",
            )
        })
}

/// The Python that runs workers: `$HALOCLINE_PYTHON`, the virtual environment's, the one beside `halocline`, PATH's.
pub fn python() -> Result<PathBuf, Error> {
    if let Some(chosen) = env::var_os("HALOCLINE_PYTHON").filter(|value| !value.is_empty()) {
        return chosen_python(&PathBuf::from(chosen));
    }
    let venv = env::var_os("VIRTUAL_ENV").map(|folder| PathBuf::from(folder).join("bin/python3"));
    let beside = env::current_exe()
        .ok()
        .and_then(|path| Some(path.parent()?.join("python3")));
    let near = [venv, beside]
        .into_iter()
        .flatten()
        .find(|path| is_executable(path));
    near.or_else(|| on_path("python3")).ok_or_else(|| {
        Error::new(
            "no Python for the worker: neither an active virtual environment nor python3 on PATH",
            "a Python that has the package halocline",
            "activate the virtual environment, or set HALOCLINE_PYTHON to its python",
        )
    })
}

fn chosen_python(chosen: &Path) -> Result<PathBuf, Error> {
    let found = if chosen.components().count() == 1 {
        on_path(&chosen.to_string_lossy())
    } else {
        std::path::absolute(chosen)
            .ok()
            .filter(|path| is_executable(path))
    };
    found.ok_or_else(|| {
        Error::new(
            format!(
                "HALOCLINE_PYTHON is {}, which is no executable file",
                chosen.display()
            ),
            "the path of a Python that has the package halocline",
            "correct HALOCLINE_PYTHON, or unset it to use the virtual environment's python3",
        )
    })
}
