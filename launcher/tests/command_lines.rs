//! The command line that each launcher gets.

use halocline_launcher::{CommandLine, Dialect, Job, JobComponent, Launcher, Recipe, Starter};
use std::path::Path;

fn job() -> Job {
    let component = |name: &str, ranks, first_rank, words: &[&str]| JobComponent {
        name: name.into(),
        ranks,
        first_rank,
        words: words.iter().map(ToString::to_string).collect(),
        environment: Vec::new(),
        directory: None,
        threads: 1,
    };
    let mut ocean = component("ocean", 3, 0, &["/e/gyre", "name list.nml"]);
    ocean.environment.push(("NOTE".into(), "two words".into()));
    let mut closure = component(
        "closure",
        1,
        3,
        &[
            "/v/python3",
            "-m",
            "halocline.serve",
            "/e/closure.py:closure",
        ],
    );
    closure.directory = Some("/e".into());
    Job {
        name: "gyre".into(),
        experiment: "/e/gyre.yaml".into(),
        components: vec![ocean, closure],
    }
}

fn command_line(
    dialect: Dialect,
    starter: Starter<'_>,
    cores: Option<usize>,
    root: bool,
    extra: &[&str],
) -> CommandLine {
    let launcher = Launcher {
        program: "/mpi/launch".into(),
        dialect,
        version: String::new(),
    };
    let extra: Vec<String> = extra.iter().map(ToString::to_string).collect();
    let recipe = Recipe {
        job: &job(),
        launcher: &launcher,
        starter,
        run_directory: Some(Path::new("/run dir")),
        extra: &extra,
        log_filter: "info",
    };
    recipe.command_line_for(cores, root)
}

fn supervisor() -> Starter<'static> {
    Starter::Supervisor {
        program: Path::new("/bin/halocline"),
    }
}

#[test]
fn open_mpi_gets_each_components_variables_with_x() {
    let line = command_line(
        Dialect::OpenMpi,
        Starter::Launcher,
        Some(8),
        false,
        &["--map-by", "node"],
    );
    insta::assert_snapshot!(line.for_a_shell(), @"/mpi/launch --map-by node -np 3 -wdir '/run dir' -x HALOCLINE_EXPERIMENT=/e/gyre.yaml -x HALOCLINE_COMPONENT=ocean -x HALOCLINE_LOG=info -x 'HALOCLINE_RUN_DIRECTORY=/run dir' -x 'NOTE=two words' /e/gyre 'name list.nml' : -np 1 -wdir /e -x HALOCLINE_EXPERIMENT=/e/gyre.yaml -x HALOCLINE_COMPONENT=closure -x HALOCLINE_LOG=info -x 'HALOCLINE_RUN_DIRECTORY=/run dir' /v/python3 -m halocline.serve /e/closure.py:closure");
}

#[test]
fn open_mpi_as_root_with_more_ranks_than_cores_is_allowed_to_and_does_not_bind() {
    let line = command_line(Dialect::OpenMpi, Starter::Launcher, Some(2), true, &[]).for_a_shell();
    let start = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 /mpi/launch --oversubscribe --bind-to none -np 3";
    assert!(line.starts_with(start), "{line}");
}

#[test]
fn an_allocation_decides_itself_how_many_ranks_it_takes() {
    let line = command_line(Dialect::OpenMpi, Starter::Launcher, None, false, &[]).for_a_shell();
    assert!(
        !line.contains("oversubscribe") && !line.contains("bind-to"),
        "{line}"
    );
}

#[test]
fn components_with_threads_are_not_bound_to_single_cores() {
    let mut job = job();
    job.components[1].threads = 4;
    let launcher = Launcher {
        program: "mpirun".into(),
        dialect: Dialect::OpenMpi,
        version: String::new(),
    };
    let recipe = Recipe {
        job: &job,
        launcher: &launcher,
        starter: supervisor(),
        run_directory: None,
        extra: &[],
        log_filter: "info",
    };
    let words = recipe.command_line_for(Some(64), false).words;
    assert_eq!(words[1..3], ["--bind-to", "none"]);
}

#[test]
fn mpich_gets_each_components_variables_with_env() {
    let line = command_line(Dialect::Mpich, supervisor(), Some(1), true, &[]);
    insta::assert_snapshot!(line.for_a_shell(), @"/mpi/launch -np 3 -env HALOCLINE_EXPERIMENT /e/gyre.yaml -env HALOCLINE_COMPONENT ocean -env HALOCLINE_LOG info -env HALOCLINE_RUN_DIRECTORY '/run dir' -env NOTE 'two words' /bin/halocline rank --component ocean --first-rank 0 --run-directory '/run dir' --directory '/run dir' -- /e/gyre 'name list.nml' : -np 1 -env HALOCLINE_EXPERIMENT /e/gyre.yaml -env HALOCLINE_COMPONENT closure -env HALOCLINE_LOG info -env HALOCLINE_RUN_DIRECTORY '/run dir' /bin/halocline rank --component closure --first-rank 3 --run-directory '/run dir' --directory /e -- /v/python3 -m halocline.serve /e/closure.py:closure");
}

#[test]
fn slurm_gets_a_file_of_programs() {
    let line = command_line(
        Dialect::Slurm,
        Starter::Launcher,
        Some(1),
        false,
        &["--exclusive"],
    );
    insta::assert_snapshot!(line.for_a_shell(), @r#"
    cat > '/run dir/programs.srun' <<'PROGRAMS'
    0-2 env -C "/run dir" HALOCLINE_EXPERIMENT=/e/gyre.yaml HALOCLINE_COMPONENT=ocean HALOCLINE_LOG=info "HALOCLINE_RUN_DIRECTORY=/run dir" "NOTE=two words" /e/gyre "name list.nml"
    3-3 env -C /e HALOCLINE_EXPERIMENT=/e/gyre.yaml HALOCLINE_COMPONENT=closure HALOCLINE_LOG=info "HALOCLINE_RUN_DIRECTORY=/run dir" /v/python3 -m halocline.serve /e/closure.py:closure
    PROGRAMS
    /mpi/launch --ntasks=4 --kill-on-bad-exit=1 --exclusive --multi-prog '/run dir/programs.srun'
    "#);
}

#[test]
fn an_unknown_launcher_gets_words_that_all_of_them_know() {
    let line = command_line(Dialect::Portable, Starter::Launcher, None, false, &[]).for_a_shell();
    let start = "/mpi/launch -np 3 env -C '/run dir' HALOCLINE_EXPERIMENT=/e/gyre.yaml HALOCLINE_COMPONENT=ocean";
    assert!(line.starts_with(start), "{line}");
    assert!(line.contains(" : -np 1 env -C /e "), "{line}");
}
