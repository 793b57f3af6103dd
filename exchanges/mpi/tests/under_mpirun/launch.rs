//! Start this program as an MPI job and judge it by its exit status.

use crate::cases::{Case, Expect};
use std::{path::Path, process::Command};

/// Hard limit of one job [s].
const LIMIT_SECONDS: &str = "60";

/// Run `case` on so many ranks; what went wrong, with the output.
pub fn job(variable: &str, case: &Case, ranks: usize) -> Result<(), String> {
    let mpirun = launcher();
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", LIMIT_SECONDS, &mpirun]);
    if is_open_mpi(&mpirun) {
        command.args(["--oversubscribe", "--bind-to", "none"]);
    }
    command
        .args(["-n", &ranks.to_string()])
        .arg(std::env::current_exe().expect("the path of this program"))
        .env(variable, case.name)
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    let output = command
        .output()
        .map_err(|error| format!("cannot start `timeout {mpirun}`: {error}"))?;
    let good = match case.expect {
        Expect::Success => output.status.success(),
        Expect::Status(status) => output.status.code() == Some(status),
    };
    if good {
        return Ok(());
    }
    Err(format!(
        "{command:?}\nended with {}, expected {:?}\n{}{}",
        output.status,
        case.expect,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// The launcher that belongs to the MPI that this program was built with.
fn launcher() -> String {
    if let Ok(launcher) = std::env::var("HALOCLINE_MPIRUN") {
        return launcher;
    }
    if let Some(wrapper) = option_env!("MPICC") {
        // mpicc.mpich -> mpirun.mpich; /opt/mpi/bin/mpicc -> /opt/mpi/bin/mpirun
        if let Some((folder, suffix)) = wrapper.rsplit_once("mpicc") {
            return format!("{folder}mpirun{suffix}");
        }
    }
    "mpirun".to_owned()
}

fn is_open_mpi(launcher: &str) -> bool {
    let answer = Command::new(Path::new(launcher)).arg("--version").output();
    let answer = answer
        .unwrap_or_else(|error| panic!("cannot start `{launcher}`: {error}; set HALOCLINE_MPIRUN"));
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    // Debian's mpirun.openmpi calls itself by the name of its runtime.
    text.contains("Open MPI") || text.contains("OpenRTE")
}
