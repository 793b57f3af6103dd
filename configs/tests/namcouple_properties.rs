//! Any namcouple that can be read survives the way through YAML and back; any other gets problems, and no panic.

use halocline_configs::{Colour, CouplingSpec, namcouple, parse, yaml::to_yaml};
use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_oneof, proptest},
    sample::{Index, select},
};
use std::{fs, path::Path};

/// The words of one entry; names are numbered afterwards, so that each is there once.
#[derive(Debug, Clone)]
struct Entry {
    fields: usize,
    has_own_names: bool,
    period: u32,
    /// In hundredths of the period, from -99 to 100.
    lag: i64,
    restart: Option<String>,
    status: &'static str,
    sizes: Option<[u16; 4]>,
    grids: [&'static str; 2],
    sequence: Option<u8>,
    ends: String,
    /// Names and parameters.
    transformations: Vec<(&'static str, String)>,
}

fn transformations() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let real = || any::<i32>().prop_map(|number| format!("{:?}", f64::from(number) / 1024.0));
    let scripr = prop_oneof![
        Just("BILINEAR LR SCALAR LATLON 1".to_owned()),
        (
            1_u32..100,
            select(vec!["FRACAREA", "DESTNNEI"]),
            select(vec!["FIRST", "SECOND"])
        )
            .prop_map(|(bins, norm, order)| format!(
                "CONSERV U SCALAR LATITUDE {bins} {norm} {order}"
            )),
        (1_u32..100, real()).prop_map(|(neighbours, variance)| format!(
            "GAUSWGT D SCALAR LATLON 5 {neighbours} {variance}"
        )),
    ];
    let linear = || {
        (real(), option::of(real())).prop_map(|(factor, offset)| match offset {
            Some(offset) => format!("{factor} 1\nCONSTANT {offset}"),
            None => format!("{factor} 0"),
        })
    };
    let mapping = (
        "[a-z]{1,8}",
        select(vec!["", "src", "dst"]),
        select(vec!["", "bfb", "sum", "opt"]),
    );
    (
        option::of(select(vec![
            "INSTANT", "AVERAGE", "ACCUMUL", "T_MIN", "T_MAX",
        ])),
        option::of(linear()),
        option::of(Just("INT=1")),
        option::of(mapping.prop_map(|(file, side, order)| format!("{file}.nc {order} {side}"))),
        option::of(scripr),
        option::of(select(vec!["GLOBAL", "GLBPOS bfb", "BASBAL opt", "BASPOS"])),
        option::of(linear()),
        option::of(Just("INT=0")),
    )
        .prop_map(
            |(time, old, check_in, map, scripr, conserve, new, check_out)| {
                let all = [
                    ("LOCTRANS", time.map(str::to_owned)),
                    ("BLASOLD", old),
                    ("CHECKIN", check_in.map(str::to_owned)),
                    ("MAPPING", map),
                    ("SCRIPR", scripr),
                    ("CONSERV", conserve.map(str::to_owned)),
                    ("BLASNEW", new),
                    ("CHECKOUT", check_out.map(str::to_owned)),
                ];
                all.into_iter()
                    .filter_map(|(name, lines)| Some((name, lines?)))
                    .collect::<Vec<_>>()
            },
        )
        .prop_shuffle()
}

fn entry() -> impl Strategy<Value = Entry> {
    let grid = || select(vec!["torc", "lmdz", "torc_2", "bggd"]);
    let end = || (select(vec!["P", "R"]), 0_u8..4);
    let size = || select(vec![0_u16, 1, 96, 182]);
    (
        (
            1_usize..4,
            any::<bool>(),
            1_u32..100_000,
            -99_i64..=100,
            option::of("[a-z][a-z_0-9]{0,6}[.]nc"),
        ),
        (
            select(vec!["EXPORTED", "EXPOUT", "OUTPUT", "INPUT"]),
            option::of([size(), size(), size(), size()]),
        ),
        (
            [grid(), grid()],
            option::of(any::<u8>()),
            (end(), end()),
            transformations(),
        ),
    )
        .prop_map(
            |(
                (fields, has_own_names, period, lag, restart),
                (status, sizes),
                (grids, sequence, ends, transformations),
            )| {
                let ((kind, overlap), (other_kind, other_overlap)) = ends;
                Entry {
                    fields,
                    has_own_names,
                    period,
                    lag,
                    restart,
                    status,
                    sizes,
                    grids,
                    sequence,
                    ends: format!("{kind} {overlap} {other_kind} {other_overlap}"),
                    transformations,
                }
            },
        )
}

impl Entry {
    fn text(&self, number: usize) -> String {
        let names = |side: &str| -> String {
            let names: Vec<String> = (0..self.fields)
                .map(|field| format!("{side}{number}.{field}"))
                .collect();
            names.join(":")
        };
        let sent = names("S");
        let received = if self.has_own_names {
            names("R")
        } else {
            sent.clone()
        };
        let transformations: Vec<_> = match self.status {
            "INPUT" => Vec::new(),
            "OUTPUT" => self
                .transformations
                .iter()
                .filter(|(name, _)| ["LOCTRANS", "BLASOLD"].contains(name))
                .collect(),
            _ => self.transformations.iter().collect(),
        };
        let lag = i64::from(self.period) * self.lag / 100;
        let needs_file = lag > 0 || self.status == "INPUT";
        let restart = self
            .restart
            .clone()
            .or(needs_file.then(|| "rst.nc".to_owned()))
            .unwrap_or_default();
        let mut text = format!(
            "{sent} {received} 1 {} {} {restart} {}\n",
            self.period,
            transformations.len(),
            self.status
        );
        if self.status == "INPUT" {
            return text;
        }
        if let Some(sizes) = self.sizes {
            text += &sizes.map(|size| size.to_string()).join(" ");
        }
        text += &format!(" {} LAG={lag:+}", self.grids.join(" "));
        text += &self
            .sequence
            .map_or(String::new(), |sequence| format!(" SEQ={sequence}"));
        text += "\n";
        if self.status != "OUTPUT" {
            text += &format!("{}\n", self.ends);
        }
        if !transformations.is_empty() {
            let names: Vec<&str> = transformations.iter().map(|(name, _)| *name).collect();
            text += &format!("{}\n", names.join(" "));
        }
        transformations
            .iter()
            .for_each(|(_, lines)| text += &format!("{lines}\n"));
        text
    }
}

fn whole_file() -> impl Strategy<Value = String> {
    let header = (
        1_u32..1_000_000,
        -5_i8..20,
        any::<bool>(),
        select(vec!["", "0", "1", "30"]),
        option::of("[A-Z]{1,4}"),
    );
    (header, vec(entry(), 1..6)).prop_map(|((run, level, zeros, calendar, name), entries)| {
        let mut text = format!(
            "$RUNTIME\n{run}\n$NLOGPRT\n{level} {}\n",
            level.unsigned_abs()
        );
        if zeros {
            text += "$NNOREST\nT\n";
        }
        if !calendar.is_empty() {
            text += &format!("$CALTYPE\n{calendar}\n");
        }
        text += &name.map_or(String::new(), |name| format!("$JOBNAME\n{name}\n"));
        text += "$STRINGS\n";
        entries
            .iter()
            .enumerate()
            .for_each(|(number, entry)| text += &entry.text(number));
        text + "$END\n"
    })
}

fn assert_nothing_is_lost(spec: &CouplingSpec) {
    let yaml = to_yaml(spec).unwrap();
    let through_yaml = parse(&yaml, "yaml").unwrap_or_else(|problems| panic!("{yaml}\n{problems}"));
    assert_eq!(&through_yaml, spec, "{yaml}");
    let written = namcouple::write(spec).text;
    let again = namcouple::read(&written, "written")
        .unwrap_or_else(|problems| panic!("{written}\n{problems}"));
    assert_eq!(&again.spec, spec, "{written}");
}

const REAL: [&str; 3] = [
    include_str!("namcouple/nemo_and_worker"),
    include_str!("namcouple/ocean_atmosphere"),
    include_str!("namcouple/old_style"),
];

/// One fault that a hand or a program makes.
#[derive(Debug, Clone)]
enum Fault {
    DropLine(Index),
    RepeatLine(Index),
    DropWord(Index),
    ReplaceWord(Index, String),
    Cut(Index),
    Insert(Index, String),
}

fn fault() -> impl Strategy<Value = Fault> {
    let word = prop_oneof![
        "[ -~]{0,12}",
        select(vec![
            "$END",
            "$STRINGS",
            "EXPORTED",
            "OUTPUT",
            "INPUT",
            "MAPPING",
            "-1",
            "0",
            "99999999999999999999",
            "LAG=",
            ":",
            "é"
        ])
        .prop_map(str::to_owned),
    ];
    let word = word.boxed();
    prop_oneof![
        any::<Index>().prop_map(Fault::DropLine),
        any::<Index>().prop_map(Fault::RepeatLine),
        any::<Index>().prop_map(Fault::DropWord),
        (any::<Index>(), word.clone()).prop_map(|(at, word)| Fault::ReplaceWord(at, word)),
        any::<Index>().prop_map(Fault::Cut),
        (any::<Index>(), word).prop_map(|(at, word)| Fault::Insert(at, word)),
    ]
}

impl Fault {
    fn applied(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
        let boundary = |at: &Index| {
            let at = at.index(text.len() + 1);
            (0..=at)
                .rev()
                .find(|byte| text.is_char_boundary(*byte))
                .unwrap_or(0)
        };
        if text.is_empty() {
            return String::new();
        }
        match self {
            Self::DropLine(at) => {
                lines.remove(at.index(lines.len()));
                lines.concat()
            }
            Self::RepeatLine(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                lines.concat()
            }
            Self::DropWord(at) => {
                words.remove(at.index(words.len()));
                words.concat()
            }
            Self::ReplaceWord(at, word) => {
                let at = at.index(words.len());
                let with_blank = format!("{word} ");
                words[at] = &with_blank;
                words.concat()
            }
            Self::Cut(at) => text[..boundary(at)].to_owned(),
            Self::Insert(at, word) => {
                let (before, after) = text.split_at(boundary(at));
                format!("{before}{word}{after}")
            }
        }
    }
}

/// What can be read survives; what cannot is told at places of the text.
fn assert_told_or_harmless(text: &str) {
    match namcouple::read(text, "faulty") {
        Ok(reading) => assert_nothing_is_lost(&reading.spec),
        Err(problems) => {
            assert!(!problems.problems.is_empty());
            for problem in &problems.problems {
                let place = problem.place;
                assert!(text.get(place.start..place.end).is_some(), "{problem}");
                let line = text.split_inclusive('\n').nth(place.line - 1).unwrap_or("");
                assert!(place.column <= line.chars().count() + 1, "{problem}");
            }
            assert!(problems.report(Colour::No).contains("problem"));
        }
    }
}

#[test]
fn texts_that_fuzzing_found_worth_keeping_are_told_or_harmless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/namcouple");
    let files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() > 50, "only {}", files.len());
    for file in files {
        assert_told_or_harmless(&String::from_utf8_lossy(&fs::read(file).unwrap()));
    }
}

proptest! {
    #[test]
    fn nothing_that_a_namcouple_says_is_lost(text in whole_file()) {
        let reading = namcouple::read(&text, "generated").unwrap_or_else(|problems| panic!("{text}\n{problems}"));
        assert_nothing_is_lost(&reading.spec);
    }

    #[test]
    fn faults_in_real_files_are_told_or_harmless(file in select(REAL.to_vec()), faults in vec(fault(), 1..5)) {
        let text = faults.iter().fold(file.to_owned(), |text, fault| fault.applied(&text));
        assert_told_or_harmless(&text);
    }
}
