//! How much memory there is: of the machine, and of the control groups that a batch system put this process in.

use rustix::process::{Resource, getrlimit};
use std::{fs, io, path::Path};

/// Whether `bytes` bytes are to be had; most of what is free may be taken, not the last of it.
///
/// What the system does not tell does not limit.
///
/// # Errors
/// The machine or the group has less, or a file of this process must be smaller.
pub(crate) fn check_available(bytes: u64) -> io::Result<()> {
    check_file_size(bytes, getrlimit(Resource::Fsize).current)?;
    let machine = fs::read_to_string("/proc/meminfo").ok();
    let machine = machine.as_deref().and_then(available_of_machine);
    let limits = [machine, available_of_group()];
    let Some(available) = limits.into_iter().flatten().min() else {
        return Ok(());
    };
    if bytes <= available / 8 * 7 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::OutOfMemory,
        format!("{available} bytes of memory are available"),
    ))
}

/// Whether a file may have `bytes` bytes: the kernel does not refuse more than `ulimit -f` says, it ends the process.
fn check_file_size(bytes: u64, limit: Option<u64>) -> io::Result<()> {
    match limit {
        Some(limit) if bytes > limit => Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("files of this process may have {limit} bytes (ulimit -f)"),
        )),
        _ => Ok(()),
    }
}

/// `MemAvailable` of /proc/meminfo [bytes].
fn available_of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What the limits of this process's groups (control groups, version 2) leave [bytes].
///
/// A limit holds for all groups below: batch systems set that of the job, and put each task in a group without one.
fn available_of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let root = Path::new("/sys/fs/cgroup");
    let folder = root.join(group);
    let folders = folder.ancestors();
    let folders = folders.take_while(|folder| folder.starts_with(root));
    folders.filter_map(left_by_limit).min()
}

/// What the limit of one group leaves [bytes].
fn left_by_limit(folder: &Path) -> Option<u64> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    left(&read("memory.max")?, &read("memory.current")?)
}

/// "max" is no number: no limit.
fn left(limit: &str, in_use: &str) -> Option<u64> {
    let limit: u64 = limit.trim().parse().ok()?;
    let in_use: u64 = in_use.trim().parse().ok()?;
    Some(limit.saturating_sub(in_use))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_tells_what_it_has() {
        let text = "MemTotal:  100 kB\nMemAvailable:    42 kB\nSwapFree: 7 kB\n";
        assert_eq!(available_of_machine(text), Some(42 * 1024));
        assert_eq!(available_of_machine("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn a_file_may_be_as_long_as_the_limit() {
        assert!(check_file_size(4096, None).is_ok());
        assert!(check_file_size(4096, Some(4096)).is_ok());
        let error = check_file_size(4097, Some(4096)).expect_err("too long");
        assert!(error.to_string().contains("4096 bytes (ulimit -f)"));
    }

    #[test]
    fn the_limit_of_a_group_leaves_what_is_not_in_use() {
        assert_eq!(left("142\n", "100\n"), Some(42));
        assert_eq!(left("100\n", "142\n"), Some(0));
        assert_eq!(left("max\n", "100\n"), None);
    }

    #[test]
    fn a_page_is_to_be_had_and_a_pebibyte_is_not() {
        assert!(check_available(4096).is_ok());
        assert!(check_available(1 << 50).is_err());
    }
}
