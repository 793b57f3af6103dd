//! The folder of one run: logs, records, and a copy of the experiment file.

use crate::{error::Error, job::Job, options::ExistingRun};
use halocline_configs::{Calendar, DateTime};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// `runs/<experiment>-<UTC timestamp>` under the current directory.
pub(crate) fn default_path(job: &Job) -> PathBuf {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    Path::new("runs").join(format!(
        "{}-{}",
        file_name_of(&job.name),
        timestamp(seconds)
    ))
}

/// The experiment's name with everything that a file name should not have replaced by `_`.
fn file_name_of(name: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    name.chars()
        .map(keep)
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}

/// `20000131T235959Z` from seconds since 1970.
fn timestamp(seconds: u64) -> String {
    let epoch = DateTime {
        year: 1970,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
    };
    let date = Calendar::Gregorian.add(epoch, i64::try_from(seconds).unwrap_or(0));
    let DateTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = date;
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Make the run directory (absolute path) and put a copy of the experiment file there.
pub(crate) fn prepare(path: &Path, job: &Job, existing: ExistingRun) -> Result<PathBuf, Error> {
    fs::create_dir_all(path)
        .map_err(|error| Error::file("make the run directory", path, &error))?;
    let path = path
        .canonicalize()
        .map_err(|error| Error::file("find the run directory", path, &error))?;
    let occupants =
        entries(&path).map_err(|error| Error::file("read the run directory", &path, &error))?;
    match (existing, occupants.first()) {
        (ExistingRun::Refuse, Some(first)) => return Err(occupied(&path, first, occupants.len())),
        (ExistingRun::Overwrite, _) => remove_records(&occupants)?,
        (ExistingRun::Refuse, None) => {}
    }
    copy_experiment(&job.experiment, &path)
        .map_err(|error| Error::file("copy the experiment file to", &path, &error))?;
    Ok(path)
}

fn entries(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn occupied(path: &Path, first: &Path, number: usize) -> Error {
    let first = first.file_name().unwrap_or_default().to_string_lossy();
    let others = if number > 1 {
        format!(" and {} more", number - 1)
    } else {
        String::new()
    };
    Error::new(
        format!(
            "the run directory {} is not empty: it has {first}{others}",
            path.display()
        ),
        "a new or empty folder",
        "choose another --run-directory, or add --overwrite to replace the logs and records in this one",
    )
}

/// Remove what an earlier run of Halocline left, and nothing else.
fn remove_records(entries: &[PathBuf]) -> Result<(), Error> {
    for path in entries.iter().filter(|path| is_record(path)) {
        fs::remove_file(path)
            .map_err(|error| Error::file("remove the earlier run's", path, &error))?;
    }
    Ok(())
}

fn is_record(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_rank_log = || {
        let rank = name
            .strip_suffix(".log")
            .and_then(|rest| rest.rsplit_once('.'))
            .map(|(_, rank)| rank);
        rank.is_some_and(|rank| rank.len() >= 4 && rank.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_progress = || name.starts_with("progress.") && name.contains(".json");
    path.is_file()
        && ([
            "first_cause.json",
            "exits.jsonl",
            "launcher.log",
            "programs.srun",
        ]
        .contains(&&*name)
            || is_rank_log()
            || is_progress())
}

/// Copy under another name first: `experiment.yaml` is whole or absent.
fn copy_experiment(experiment: &Path, run_directory: &Path) -> io::Result<()> {
    let target = run_directory.join("experiment.yaml");
    if target
        .canonicalize()
        .is_ok_and(|target| target == experiment)
    {
        return Ok(());
    }
    let beside = run_directory.join("experiment.yaml.new");
    fs::copy(experiment, &beside)?;
    fs::rename(beside, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_utc_and_sort_by_time() {
        assert_eq!(timestamp(0), "19700101T000000Z");
        assert_eq!(timestamp(951_782_399), "20000228T235959Z");
    }

    #[test]
    fn an_experiment_name_becomes_one_folder_name() {
        assert_eq!(file_name_of("../gyre 1/12°"), "_gyre_1_12_");
    }

    #[test]
    fn overwriting_removes_records_only() {
        let folder = tempfile::tempdir().unwrap();
        let ours = [
            "ocean.0000.log",
            "exits.jsonl",
            "first_cause.json",
            "progress.ocean.json",
            "launcher.log",
        ];
        let theirs = ["restart.nc", "ocean.log", "namelist.nml", "run.12.log"];
        for name in ours.iter().chain(&theirs) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        remove_records(&entries(folder.path()).unwrap()).unwrap();
        let mut left: Vec<String> = entries(folder.path())
            .unwrap()
            .iter()
            .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(
            left,
            ["namelist.nml", "ocean.log", "restart.nc", "run.12.log"]
        );
    }
}
