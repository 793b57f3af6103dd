//! `halocline run` as a person meets it: whole jobs of shell scripts, under a launcher that is a shell script too, and
//! under the MPI of this machine.

use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A folder with an experiment, scripts for its components, and a launcher.
struct Place {
    folder: TempDir,
}

/// Starts `-np N words : -np M words` like Open MPI: sets the rank, ends all when one fails, or when told to.
const LAUNCHER: &str = r#"#!/bin/bash
if [ "$1" = --version ]; then echo "mpirun (Open MPI) 9.9.9"; exit 0; fi
ranks=(); rank=0
trap 'kill -TERM ${ranks[@]} 2>/dev/null; wait; exit 143' TERM
start() { for ((n = 0; n < count; n++)); do
    OMPI_COMM_WORLD_RANK=$rank env "${variables[@]}" "${words[@]}" & ranks+=($!); rank=$((rank + 1)); done; }
reset() { words=(); variables=(A=A); count=0; }
reset
while [ $# -gt 0 ]; do
    if [ ${#words[@]} = 0 ]; then case $1 in
        -np) count=$2; shift 2; continue;;
        -x) variables+=("$2"); shift 2; continue;;
        --oversubscribe) shift; continue;;
        --bind-to) shift 2; continue;;
    esac; fi
    if [ "$1" = : ]; then start; reset; else words+=("$1"); fi
    shift
done
start
for _ in ${ranks[@]}; do
    wait -n; status=$?
    if [ $status != 0 ]; then kill -TERM ${ranks[@]} 2>/dev/null; wait; echo avalanche; exit $status; fi
done
"#;

/// For closure.sh: go on when both ranks of the ocean have started.
const BOTH_STARTED: &str =
    "until [ -e run/ocean.0000.log ] && [ -e run/ocean.0001.log ]; do sleep 0.05; done\n";

impl Place {
    /// Components: `ocean` on two ranks, `closure` on one, each the text of a shell script.
    fn new(ocean: &str, closure: &str) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.script("ocean.sh", &format!("#!/bin/sh\n{ocean}\n"));
        place.script("closure.sh", &format!("#!/bin/sh\n{closure}\n"));
        place.script("mpirun", LAUNCHER);
        fs::write(place.path("experiment.yaml"), EXPERIMENT).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `halocline` with these arguments, in the folder, its launcher first on PATH.
    fn halocline(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_halocline"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("PATH", self.programs())
            .env_remove("HALOCLINE_LOG");
        for name in ["SLURM_JOB_ID", "HALOCLINE_PYTHON", "VIRTUAL_ENV"] {
            command.env_remove(name);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// PATH with the launcher of this folder first.
    fn programs(&self) -> String {
        let folder = self.folder.path().display();
        format!("{folder}:{}", std::env::var("PATH").unwrap())
    }

    fn run(&self, more: &[&str]) -> Output {
        let arguments = [&["run", "experiment.yaml", "-d", "run"], more].concat();
        self.halocline(&arguments).output().unwrap()
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.path("run").join(name)).unwrap()
    }
}

const EXPERIMENT: &str = "\
experiment: scripts
time: {start: 2000-01-01, step: 20 min, length: 1 day}
components:
  ocean: {ranks: 2, command: ./ocean.sh one 'two words', environment: {NOTE: from the file}}
  closure: {ranks: 1, command: ./closure.sh, directory: .}
grids:
  gyre: {nx: 8, ny: 8, boundary: {i: closed, j: closed}}
fields:
  u: {units: m/s, grid: gyre, point: U, kind: vector}
  u_f: {units: m/s2, grid: gyre, point: U, kind: vector}
exchanges:
  - {from: ocean, to: closure, fields: [u], period: 20 min}
  - {from: closure, to: ocean, fields: [u_f], period: 20 min, lag: 20 min, initial: 0.0}
";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn wait_for(path: &Path) {
    let since = Instant::now();
    while !path.exists() {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{} does not appear",
            path.display()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process lives; a zombie does not.
fn is_alive(process: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.trim()));
    status.is_ok_and(|status| !status.contains("State:\tZ"))
}

#[test]
fn each_rank_gets_its_arguments_variables_folder_and_log() {
    let place = Place::new(
        r#"echo "$1, $2, $NOTE, $HALOCLINE_COMPONENT, $(basename $PWD), $HALOCLINE_LOG"; echo oops >&2"#,
        r#"echo "$HALOCLINE_COMPONENT in $PWD; $HALOCLINE_EXPERIMENT; $HALOCLINE_RUN_DIRECTORY""#,
    );
    let output = place.run(&[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let ocean = "one, two words, from the file, ocean, run, info\noops\n";
    assert_eq!(place.log("ocean.0000.log"), ocean);
    assert_eq!(place.log("ocean.0001.log"), ocean);
    let folder = place.folder.path().canonicalize().unwrap();
    let folder = folder.display();
    assert_eq!(
        place.log("closure.0000.log"),
        format!("closure in {folder}; {folder}/experiment.yaml; {folder}/run\n")
    );
    assert_eq!(place.log("experiment.yaml"), EXPERIMENT);
    let said = text(&output.stdout);
    assert!(
        said.contains("scripts: ocean on 2 ranks, closure on 1 rank under mpirun (Open MPI 9.9.9)"),
        "{said}"
    );
    assert!(
        said.contains("finished") && said.contains("logs in run"),
        "{said}"
    );
}

#[test]
fn a_rank_that_is_killed_is_the_one_message() {
    let place = Place::new(
        "sleep 60",
        &format!("{BOTH_STARTED}echo last words; kill -SEGV $$"),
    );
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(128 + 11));
    let said = text(&output.stderr);
    let cause = "component closure rank 0: killed by signal 11 (SIGSEGV: invalid memory reference)";
    assert!(
        said.starts_with(&format!("the job failed: {cause}\n  | last words\n")),
        "{said}"
    );
    assert!(!said.contains("avalanche"), "{said}");
    assert!(place.log("launcher.log").contains("avalanche"));
    assert_eq!(
        place.log("ocean.0001.log"),
        format!("halocline: ended by {cause}\n")
    );
}

#[test]
fn the_readme_and_the_help_name_every_file_of_a_run_directory() {
    let words = r#"{"component": "ocean", "rank": 1, "message": "no", "time": 1.5}"#;
    let place = Place::new(
        &format!("echo '{words}' > first_cause.json; echo '{{}}' > progress.ocean.json"),
        "true",
    );
    assert_eq!(place.run(&[]).status.code(), Some(1));
    let help = text(&place.halocline(&["run", "--help"]).output().unwrap().stdout);
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    for entry in fs::read_dir(place.path("run")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = match name.split('.').collect::<Vec<_>>()[..] {
            [_, rank, "log"] if rank.len() == 4 => "<component>.<rank>.log".to_owned(),
            ["progress", _, "json"] => "progress.<component>.json".to_owned(),
            _ => name,
        };
        assert!(help.contains(&name), "{name} is not in the help:\n{help}");
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn what_a_rank_says_of_its_failure_is_the_message() {
    let words =
        r#"{"component": "ocean", "rank": 1, "message": "field u: NaN at (3, 4)", "time": 1.5}"#;
    let place = Place::new(
        "sleep 60",
        &format!(
            "{BOTH_STARTED}echo '{words}' > $HALOCLINE_RUN_DIRECTORY/first_cause.json; echo \"I know: field u: NaN at (3, 4)\"; exit 1"
        ),
    );
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("the job failed: component ocean rank 1: field u: NaN at (3, 4)\n"),
        "{said}"
    );
    assert!(
        place
            .log("ocean.0000.log")
            .contains("halocline: ended by component ocean rank 1: field u")
    );
    assert!(
        !place.log("closure.0000.log").contains("halocline: ended"),
        "it has said so itself"
    );
}

#[test]
fn a_failure_that_the_launcher_overlooks_is_a_failure() {
    let words = r#"{"component": "ocean", "rank": 0, "message": "no", "time": 1.5}"#;
    let place = Place::new(
        "true",
        &format!("echo '{words}' > $HALOCLINE_RUN_DIRECTORY/first_cause.json"),
    );
    assert_eq!(place.run(&[]).status.code(), Some(1));
}

#[test]
fn a_rank_that_leaves_early_is_the_cause_when_no_other_failed() {
    let place = Place::new("sleep 60", "true");
    place.script(
        "mpirun",
        &LAUNCHER
            .replace("if [ $status != 0 ]", "if true")
            .replace("exit $status", "exit 9"),
    );
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(9));
    let said = text(&output.stderr);
    assert!(
        said.contains(
            "component closure rank 0: ended with status 0 while other ranks were still running"
        ),
        "{said}"
    );
}

#[test]
fn ranks_that_the_launcher_kills_outright_are_named_with_the_others() {
    let place = Place::new("sleep 60", &format!("{BOTH_STARTED}exit 7"));
    place.script("mpirun", &LAUNCHER.replace("kill -TERM", "kill -KILL"));
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(7));
    let said = text(&output.stderr);
    let expected = "  how each rank ended:
    ocean ranks 0-1: ended by the MPI launcher, which left it no time for a record
    closure rank 0: ended with status 7\n";
    assert!(said.ends_with(expected), "{said}");
    let records = place.log("exits.jsonl");
    for (component, rank) in [("ocean", 0), ("ocean", 1), ("closure", 0)] {
        let place = format!(r#""component":"{component}","rank":{rank},"#);
        assert_eq!(records.matches(&place).count(), 1, "{records}");
    }
}

#[test]
fn ranks_that_the_launcher_asks_to_end_are_named_with_their_signal() {
    let place = Place::new("exec sleep 60", &format!("{BOTH_STARTED}exit 7"));
    let said = text(&place.run(&[]).stderr);
    assert!(
        said.contains("ocean ranks 0-1: ended by the MPI launcher, signal 15\n"),
        "{said}"
    );
}

#[test]
fn a_launcher_that_is_killed_is_the_cause_and_not_the_ranks_that_end_with_it() {
    let place = Place::new("exec sleep 60", &format!("{BOTH_STARTED}exec sleep 60"));
    let launcher = LAUNCHER.replace("start\nfor _ in", "start; sleep 1; kill -KILL $$\nfor _ in");
    place.script("mpirun", &launcher);
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(128 + 9));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("the job failed: the MPI launcher was killed by signal 9 (SIGKILL"),
        "{said}"
    );
    for ranks in ["ocean ranks 0-1", "closure rank 0"] {
        assert!(
            said.contains(&format!("{ranks}: ended by the MPI launcher")),
            "{said}"
        );
    }
}

#[test]
fn the_printed_line_runs_the_job_from_any_folder() {
    let place = Place::new(
        r#"echo "$HALOCLINE_COMPONENT $OMPI_COMM_WORLD_RANK in $PWD, $NOTE" > out.$OMPI_COMM_WORLD_RANK"#,
        r#"echo "$HALOCLINE_EXPERIMENT, $HALOCLINE_RUN_DIRECTORY" > closure.out"#,
    );
    // The launcher of this test knows no `-wdir`.
    let launcher = LAUNCHER.replace(
        "        --oversubscribe)",
        "        -wdir) variables=(-C \"$2\" \"${variables[@]}\"); shift 2; continue;;\n        --oversubscribe)",
    );
    place.script("mpirun", &launcher);
    let printed = place
        .halocline(&["run", "--print", "experiment.yaml", "-d", "my run"])
        .output()
        .unwrap();
    let line = text(&printed.stdout);
    let status = Command::new("sh")
        .args(["-c", &line])
        .current_dir("/")
        .env("PATH", place.programs())
        .status()
        .unwrap();
    assert!(status.success(), "{line}");
    let folder = place.folder.path().canonicalize().unwrap();
    let run = folder.join("my run");
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    assert_eq!(
        read(run.join("out.1")),
        format!("ocean 1 in {}, from the file\n", run.display())
    );
    assert_eq!(
        read(folder.join("closure.out")),
        format!("{0}/experiment.yaml, {0}/my run\n", folder.display())
    );
}

#[test]
fn a_launcher_that_fails_by_itself_is_quoted() {
    let place = Place::new("true", "true");
    place.script(
        "mpirun",
        "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho no slots; exit 3\n",
    );
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert!(
        said.contains("the launcher ended with status 3") && said.contains("| no slots"),
        "{said}"
    );
    assert!(said.contains("ocean ranks 0-1: never started"), "{said}");
}

#[test]
fn an_interrupt_ends_everything_with_status_130() {
    let place = Place::new(
        "echo $$ > pid.$OMPI_COMM_WORLD_RANK; exec sleep 60",
        "echo $$ > run/pid; exec sleep 60",
    );
    let child = place
        .halocline(&["run", "experiment.yaml", "-d", "run"])
        .spawn()
        .unwrap();
    let pids = ["pid.0", "pid.1", "pid"].map(|name| place.path("run").join(name));
    pids.iter().for_each(|path| wait_for(path));
    thread::sleep(Duration::from_millis(200));
    interrupt(child.id());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    for path in pids {
        assert!(!is_alive(&fs::read_to_string(path).unwrap()));
    }
    assert!(text(&output.stderr).contains("the job was interrupted"));
}

#[test]
fn a_second_interrupt_kills_components_that_do_not_listen() {
    let place = Place::new(
        "trap '' TERM; echo $$ > pid.$OMPI_COMM_WORLD_RANK; while :; do sleep 0.1; done",
        "exec sleep 60",
    );
    let child = place
        .halocline(&["run", "experiment.yaml", "-d", "run"])
        .spawn()
        .unwrap();
    let pids = ["pid.0", "pid.1"].map(|name| place.path("run").join(name));
    pids.iter().for_each(|path| wait_for(path));
    thread::sleep(Duration::from_millis(200));
    interrupt(child.id());
    thread::sleep(Duration::from_millis(500));
    interrupt(child.id());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    let pids = pids.map(|path| fs::read_to_string(path).unwrap());
    let since = Instant::now();
    while pids.iter().any(|pid| is_alive(pid)) {
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "a component is left running"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

fn interrupt(process: u32) {
    // The shell's own `kill`: a bare system has no program of that name.
    assert!(
        Command::new("sh")
            .args(["-c", &format!("kill -INT {process}")])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn progress_is_told_in_lines_where_there_is_no_terminal() {
    let report = r#"{"date_seconds": 43200, "waiting_for": "closure u_f", "waiting_seconds": 31}"#;
    let place = Place::new(
        &format!("[ $OMPI_COMM_WORLD_RANK = 0 ] && echo '{report}' > progress.ocean.json; sleep 6"),
        "sleep 6",
    );
    let mut child = place
        .halocline(&["run", "experiment.yaml", "-d", "run"])
        .spawn()
        .unwrap();
    let mut said = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(
        said.contains("step 36/72  2000-01-01T12:00:00  ocean waits 31 s for closure u_f"),
        "{said}"
    );
}

#[test]
fn a_used_run_directory_is_refused_until_overwriting_is_asked_for() {
    let place = Place::new("true", "true");
    assert!(place.run(&[]).status.success());
    let again = place.run(&[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("add --overwrite"),
        "{}",
        text(&again.stderr)
    );
    assert!(place.run(&["--overwrite"]).status.success());
}

#[test]
fn a_program_that_is_not_there_is_found_out_before_the_start() {
    let place = Place::new("true", "true");
    fs::remove_file(place.path("ocean.sh")).unwrap();
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("component 'ocean' starts"),
        "{}",
        text(&output.stderr)
    );
    assert!(!place.path("run").exists(), "nothing was made");
}

#[test]
fn a_program_that_cannot_be_executed_says_why() {
    let place = Place::new("true", "true");
    place.script("ocean.sh", "#!/no/such/interpreter\n");
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(127));
    let said = text(&output.stderr);
    assert!(
        said.contains("its program could not be started") && said.contains("cannot start"),
        "{said}"
    );
}

#[test]
fn worker_files_run_under_the_chosen_python() {
    let place = Place::new("true", "true");
    place.script("snake", "#!/bin/sh\necho \"$@; $OMP_NUM_THREADS\"\n");
    fs::write(place.path("closure.py"), "def closure(u): return u\n").unwrap();
    let worker = EXPERIMENT.replace(
        "command: ./closure.sh, directory: .",
        "worker: closure.py:closure, threads: 3",
    );
    fs::write(place.path("experiment.yaml"), worker).unwrap();
    let output = place
        .halocline(&["run", "experiment.yaml", "-d", "run"])
        .env("HALOCLINE_PYTHON", "./snake")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let file = place
        .folder
        .path()
        .canonicalize()
        .unwrap()
        .join("closure.py");
    assert_eq!(
        place.log("closure.0000.log"),
        format!("-m halocline.serve {}:closure; 3\n", file.display())
    );
}

/// The launchers of this machine, with the scripts as components.
#[test]
fn the_launchers_of_this_machine_run_the_same_job() {
    let place = Place::new(
        r#"echo "$NOTE in $(basename $PWD)""#,
        "echo $HALOCLINE_COMPONENT ${PATH%%:*}",
    );
    fs::remove_file(place.path("mpirun")).unwrap();
    let candidates = ["mpirun", "mpirun.openmpi", "mpirun.mpich", "mpiexec.hydra"];
    let installed = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    let launchers: Vec<_> = candidates.iter().filter(installed).collect();
    if launchers.is_empty() {
        eprintln!(
            "SKIPPED: this machine has no MPI launcher ({})",
            candidates.join(", ")
        );
    }
    for launcher in launchers {
        let output = place.run(&["--overwrite", "--launcher", launcher]);
        assert!(
            output.status.success(),
            "{launcher}: {}",
            text(&output.stderr)
        );
        assert_eq!(
            place.log("ocean.0001.log"),
            "from the file in run\n",
            "{launcher}"
        );
        assert_eq!(
            place.log("closure.0000.log"),
            format!("closure {}\n", place.folder.path().display()),
            "{launcher}"
        );
    }
}
