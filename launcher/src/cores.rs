//! How many ranks this machine runs side by side without sharing a core.

use std::{collections::HashSet, fs, thread};

/// Number of physical cores that this process may use: MPI launchers count these, not hardware threads.
pub(crate) fn physical_cores() -> usize {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    match cores_of_the_machine() {
        0 => threads,
        cores => threads.min(cores),
    }
}

/// Number of distinct groups of hardware threads in sysfs; 0 where it does not tell.
fn cores_of_the_machine() -> usize {
    let Ok(entries) = fs::read_dir("/sys/devices/system/cpu") else {
        return 0;
    };
    let siblings = entries.flatten().filter_map(|entry| {
        fs::read_to_string(entry.path().join("topology/thread_siblings_list")).ok()
    });
    siblings.collect::<HashSet<_>>().len()
}

/// Whether a batch system tells the launcher which hosts and slots it has.
pub(crate) fn in_an_allocation() -> bool {
    [
        "SLURM_JOB_ID",
        "PBS_NODEFILE",
        "LSB_HOSTS",
        "LSB_DJOB_HOSTFILE",
        "PE_HOSTFILE",
        "COBALT_NODEFILE",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some())
}
