//! Which processes can share memory: those that see the same processes of the same running kernel.

use std::{ffi::OsStr, fs, io, os::unix::ffi::OsStrExt};

/// A number that processes share exactly when they can look at each other's entries in /proc: made of the boot that the
/// kernel is in, the namespace of process numbers and the user.
///
/// # Errors
/// When /proc does not tell; the process then shares memory with nobody.
pub fn identity() -> io::Result<u64> {
    let boot = fs::read("/proc/sys/kernel/random/boot_id")?;
    let namespace = fs::read_link("/proc/self/ns/pid")?;
    let user = rustix::process::getuid().as_raw();
    Ok(fingerprint(&boot, namespace.as_os_str(), user).max(1))
}

/// 64-bit FNV-1a.
fn fingerprint(boot: &[u8], namespace: &OsStr, user: u32) -> u64 {
    let bytes = boot.iter().copied();
    let bytes = bytes
        .chain(namespace.as_bytes().iter().copied())
        .chain(user.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_three_tells_processes_apart() {
        let one = fingerprint(b"a", OsStr::new("pid:[1]"), 0);
        assert_ne!(one, fingerprint(b"b", OsStr::new("pid:[1]"), 0));
        assert_ne!(one, fingerprint(b"a", OsStr::new("pid:[2]"), 0));
        assert_ne!(one, fingerprint(b"a", OsStr::new("pid:[1]"), 1));
    }

    #[test]
    fn this_process_has_one() {
        assert_eq!(identity().ok(), identity().ok());
        assert!(identity().is_ok_and(|identity| identity != 0));
    }
}
