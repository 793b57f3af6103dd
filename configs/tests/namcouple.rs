//! Namcouples: what they mean, and that nothing is lost on the way to an experiment file and back.

use halocline_configs::{
    Calendar, Conserve, ConserveKind, ConserveOrder, CouplingSpec, EdgeI, Linear, MissingRestart,
    Normalisation, RemapOrder, RemapSide, ScripMethod, ScripOrder, Seconds, Status, TimeOperation,
    namcouple::{self, Reading},
    parse,
    yaml::to_yaml,
};
use std::path::Path;

const FILES: [(&str, &str); 4] = [
    ("nemo_and_worker", include_str!("namcouple/nemo_and_worker")),
    (
        "ocean_atmosphere",
        include_str!("namcouple/ocean_atmosphere"),
    ),
    (
        "windows_tabs_and_small_letters",
        include_str!("namcouple/windows_tabs_and_small_letters"),
    ),
    ("old_style", include_str!("namcouple/old_style")),
];

fn read(name: &str) -> Reading {
    let (_, text) = FILES.iter().find(|(file, _)| *file == name).unwrap();
    namcouple::read(text, name).unwrap_or_else(|problems| panic!("{problems}"))
}

fn from_yaml(spec: &CouplingSpec, name: &str) -> CouplingSpec {
    let yaml = to_yaml(spec).unwrap();
    parse(&yaml, name).unwrap_or_else(|problems| panic!("{yaml}\n{problems}"))
}

#[test]
fn nothing_is_lost_through_yaml_and_back() {
    for (name, _) in FILES {
        let spec = read(name).spec;

        let through_yaml = from_yaml(&spec, name);
        let written = namcouple::write(&through_yaml);
        let again =
            namcouple::read(&written.text, name).unwrap_or_else(|problems| panic!("{problems}"));

        assert_eq!(through_yaml, spec, "{name}");
        assert_eq!(again.spec, spec, "{name}\n{}", written.text);
        assert_eq!(
            (again.note, written.note),
            (None, None),
            "{name}\n{}",
            written.text
        );
    }
}

#[test]
fn experiment_files_and_notes_read_as_before() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("namcouple");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, _) in FILES {
            let Reading { spec, note } = read(name);
            let note = note.unwrap_or_default();
            let shown = format!(
                "note: {note}\n\n{}\n{}",
                to_yaml(&spec).unwrap(),
                namcouple::write(&spec).text
            );
            insta::assert_snapshot!(name, shown);
        }
    });
}

#[test]
fn files_are_told_apart_by_their_content() {
    for (name, text) in FILES {
        assert!(namcouple::is_namcouple(text), "{name}");
        assert!(parse(text, name).is_ok(), "{name}");
        let yaml = to_yaml(&read(name).spec).unwrap();
        assert!(!namcouple::is_namcouple(&yaml), "{name}");
    }
    assert!(!namcouple::is_namcouple(
        "# $NFIELDS\nexperiment: $RUNTIME\n"
    ));
}

#[test]
fn a_worker_beside_nemo_gets_two_grids_of_one_name() {
    let spec = read("nemo_and_worker").spec;

    let ends = |key: &str| (spec.grids[key].boundary.i, spec.grids[key].overlap);
    assert_eq!(ends("DINO"), (EdgeI::Cyclic, 2));
    assert_eq!(ends("DINO_2"), (EdgeI::Cyclic, 3));
    assert_eq!(ends("DINO_3"), (EdgeI::Closed, 0));
    assert_eq!(spec.grid_file_name("DINO_2"), "DINO");
    let u = &spec.exchanges[0];
    assert_eq!(
        (spec.source_grid(u), spec.target_grid(u)),
        (Some("DINO"), Some("DINO_2"))
    );
    assert!(u.is_open() && u.name == "E_OUT_0->M_IN_0[0]");
    assert_eq!((u.period, u.lag), (Some(Seconds(1200)), Seconds(0)));
    assert_eq!(
        (spec.grids["DINO"].nx, spec.grids["DINO"].ny),
        (Some(62), Some(199))
    );
}

#[test]
fn every_section_and_transformation_arrives_in_the_experiment() {
    let spec = read("ocean_atmosphere").spec;

    assert_eq!(spec.time.length_seconds(), 86_400);
    assert_eq!(
        (spec.time.calendar, spec.time.start.to_string().as_str()),
        (Calendar::Days360, "1979-01-01")
    );
    let oasis = spec.oasis.unwrap();
    assert_eq!((oasis.log_level, oasis.timers), (2, 1));
    assert_eq!(oasis.missing_restart, MissingRestart::Zeros);
    let [sst, fluxes, rain, runoff, file, plain, ice, chemistry] = &spec.exchanges[..] else {
        panic!("eight exchanges")
    };
    assert_eq!(
        (sst.status, sst.lag, sst.sequence),
        (Status::Expout, Seconds(3600), Some(1))
    );
    assert_eq!(sst.accumulate, Some(TimeOperation::Mean));
    assert_eq!(
        sst.scale_received,
        Some(Linear {
            factor: 1.0,
            offset: 273.15
        })
    );
    assert!(sst.check_sent && sst.check_received);
    assert_eq!(
        sst.remap.as_ref().unwrap().scrip.as_ref().unwrap().method,
        ScripMethod::Bilinear
    );

    assert_eq!(fluxes.fields, ["TAUX_ATM", "TAUY_ATM", "HEAT_ATM"]);
    assert_eq!(fluxes.receive_fields, ["TAUX_OCE", "TAUY_OCE", "HEAT_OCE"]);
    assert_eq!(fluxes.accumulate, Some(TimeOperation::Sum));
    assert_eq!(
        fluxes.scale_sent,
        Some(Linear {
            factor: 1.0 / 10_800.0,
            offset: 0.0
        })
    );
    let scrip = fluxes.remap.as_ref().unwrap().scrip.as_ref().unwrap();
    assert_eq!(
        (scrip.normalisation, scrip.order),
        (Some(Normalisation::Fracnnei), Some(ScripOrder::Second))
    );
    assert_eq!(
        fluxes.conserve,
        Some(Conserve {
            kind: ConserveKind::Global,
            order: ConserveOrder::Bfb
        })
    );

    let remap = rain.remap.as_ref().unwrap();
    assert_eq!(
        (remap.side, remap.order),
        (RemapSide::Target, RemapOrder::Sum)
    );
    assert_eq!(
        remap.weights.as_ref().unwrap().to_str(),
        Some("rmp_lmdz_to_torc_DISTWGT.nc")
    );

    let remap = runoff.remap.as_ref().unwrap();
    let scrip = remap.scrip.as_ref().unwrap();
    assert_eq!((scrip.neighbours, scrip.variance), (Some(9), Some(2.0)));
    assert_eq!(
        remap.weights.as_ref().unwrap().to_str(),
        Some("runoff_weights.nc")
    );
    assert_eq!(spec.source_grid(runoff), Some("lmdz"));

    assert_eq!(
        (file.status, file.accumulate),
        (Status::Output, Some(TimeOperation::Max))
    );
    assert_eq!(
        (plain.status, plain.restart.as_ref()),
        (Status::Output, None)
    );
    assert_eq!((ice.status, spec.source_grid(ice)), (Status::Input, None));
    assert_eq!(
        (chemistry.lag, chemistry.fields[0].as_str()),
        (Seconds(-3600), "SST_OCE")
    );
}

#[test]
fn files_of_weights_are_called_after_grids_and_method() {
    let spec = read("ocean_atmosphere").spec;

    let files = |number: usize| spec.weight_files(&spec.exchanges[number]);

    assert_eq!(files(0), [Path::new("rmp_torc_to_lmdz_BILINEAR.nc")]);
    assert_eq!(
        files(1),
        [Path::new("rmp_lmdz_to_torc_CONSERV_FRACNNEI.nc")]
    );
    assert_eq!(files(3), [Path::new("runoff_weights.nc")]);
    assert!(files(7).is_empty());
}

#[test]
fn fortran_writes_numbers_in_many_ways() {
    let entry = |factor: &str| {
        format!("$RUNTIME\n60\n$STRINGS\nA B 1 60 1 EXPORTED\na b\nR 0 R 0\nBLASOLD\n{factor}\n")
    };
    for (written, number) in [
        ("2.", 2.0),
        (".5", 0.5),
        ("1.0d-3", 1e-3),
        ("-1.5D+2", -150.0),
        ("+4.e1", 40.0),
    ] {
        let reading = namcouple::read(&entry(written), "numbers")
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(
            reading.spec.exchanges[0].scale_sent.unwrap().factor,
            number,
            "{written}"
        );
        assert_eq!(reading.note, None, "{written}");
    }
    for wrong in ["nan", "inf", "1e999", "d5", "0x10", "one", "1,5"] {
        assert!(
            namcouple::read(&entry(wrong), "numbers").is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn what_a_namcouple_has_no_words_for_is_named() {
    let spec = parse(include_str!("good/double_gyre.yaml"), "double_gyre.yaml").unwrap();

    let written = namcouple::write(&spec);

    let note = written.note.unwrap();
    for key in [
        "'components'",
        "'from' (exchange 'velocities')",
        "'halo'",
        "'initial'",
        "'kind' (field 'u')",
    ] {
        assert!(note.contains(key), "{note}");
    }
    let again =
        namcouple::read(&written.text, "namcouple").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.spec.exchanges.len(), spec.exchanges.len());
}

#[test]
fn comments_in_latin_1_do_not_matter() {
    let folder = std::env::temp_dir().join(format!("halocline-latin-{}", std::process::id()));
    std::fs::write(
        &folder,
        b"# d\xe9finition\n$RUNTIME\n60\n$STRINGS\nA B 1 60 0 EXPORTED\na b\nR 0 R 0\n",
    )
    .unwrap();

    let loaded = halocline_configs::load(&folder);

    std::fs::remove_file(&folder).unwrap();
    assert_eq!(loaded.unwrap().exchanges.len(), 1);
}
