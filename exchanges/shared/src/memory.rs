//! How much memory there is: of the machine, and of the control group that a batch system put this process in.

use std::{fs, io, path::Path};

/// Whether `bytes` bytes are to be had; most of what is free may be taken, not the last of it.
///
/// What the system does not tell does not limit.
///
/// # Errors
/// The machine or the group has less.
pub(crate) fn check_available(bytes: u64) -> io::Result<()> {
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

/// `MemAvailable` of /proc/meminfo [bytes].
fn available_of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What the limit of this process's group (control groups, version 2) leaves [bytes].
fn available_of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = Path::new("/sys/fs/cgroup").join(group);
    let number = |name: &str| -> Option<u64> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        text.trim().parse().ok()
    };
    // "max" is no number: no limit.
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
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
    fn a_page_is_to_be_had_and_a_pebibyte_is_not() {
        assert!(check_available(4096).is_ok());
        assert!(check_available(1 << 50).is_err());
    }
}
