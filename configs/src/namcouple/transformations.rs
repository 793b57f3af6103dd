//! The transformations of an entry: their names on one line, then the parameters of each.

use super::{
    Entry,
    entries::{Broken, Reader},
    findings::{Findings, missing_word, unknown_word, wrong_word},
    lines::{Line, Word},
    numbers::{count, lacks_point, real},
    scripr,
};
use crate::{
    problem::{Code, Problem},
    spec::{
        Conserve, ConserveKind, ConserveOrder, Linear, Remap, RemapOrder, RemapSide, Status,
        TimeOperation,
    },
};

/// Names of the transformations, in the order in which they act.
pub(super) const NAMES: [&str; 8] = [
    "LOCTRANS", "BLASOLD", "CHECKIN", "MAPPING", "SCRIPR", "CONSERV", "BLASNEW", "CHECKOUT",
];
/// Transformations of earlier versions, which no version of OASIS3-MCT does.
const OBSOLETE: [&str; 14] = [
    "NOINTERP", "REDGLO", "INVERT", "MASK", "EXTRAP", "CORRECT", "INTERP", "MOZAIC", "FILLING",
    "MASKP", "REVERSE", "GLORED", "SUBGRID", "NONE",
];

/// Operations in time, by their names.
pub(super) const TIME_OPERATIONS: [(&str, TimeOperation); 5] = [
    ("INSTANT", TimeOperation::Instant),
    ("AVERAGE", TimeOperation::Mean),
    ("ACCUMUL", TimeOperation::Sum),
    ("T_MIN", TimeOperation::Min),
    ("T_MAX", TimeOperation::Max),
];

/// Kinds of global conservation, by their names.
pub(super) const CONSERVE: [(&str, ConserveKind); 4] = [
    ("GLOBAL", ConserveKind::Global),
    ("GLBPOS", ConserveKind::Glbpos),
    ("BASBAL", ConserveKind::Basbal),
    ("BASPOS", ConserveKind::Baspos),
];

/// Sums that OASIS distinguishes: all but two give the same bits on any number of ranks, as ours does.
const CONSERVE_ORDERS: [(&str, ConserveOrder); 7] = [
    ("bfb", ConserveOrder::Bfb),
    ("opt", ConserveOrder::Opt),
    ("lsum8", ConserveOrder::Opt),
    ("gather", ConserveOrder::Bfb),
    ("lsum16", ConserveOrder::Bfb),
    ("ddpdd", ConserveOrder::Bfb),
    ("reprosum", ConserveOrder::Bfb),
];

/// What a word stands for, in any case.
pub(super) fn meant<T: Copy>(word: Word<'_>, choices: &[(&str, T)]) -> Option<T> {
    let mut all = choices.iter();
    all.find(|(name, _)| name.eq_ignore_ascii_case(word.text))
        .map(|(_, value)| *value)
}

/// What a word stands for, or a problem with all that it may be.
pub(super) fn choose<T: Copy>(
    word: Word<'_>,
    what: &str,
    choices: &[(&str, T)],
    findings: &mut Findings,
) -> Result<T, Broken> {
    meant(word, choices).ok_or_else(|| {
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        findings.problem(unknown_word(word, what, &known));
        Broken
    })
}

/// Read `number` transformations into the entry.
pub(super) fn read(
    entry: &mut Entry,
    number: usize,
    reader: &mut Reader<'_, '_>,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let layout = format!(
        "the names of the transformations, among {}",
        NAMES.join(", ")
    );
    let names = reader.next("the names of its transformations", &layout, findings)?;
    if names.words.len() < number {
        findings.problem(Problem::new(
            Code::WrongValue,
            names.place(),
            format!(
                "the entry has {number} transformations, and {} are named",
                names.words.len()
            ),
            layout,
            "name the others too, or correct the number in the first line of the entry",
        ));
        return Err(Broken);
    }
    findings.surplus(names, number);
    let names = &names.words[..number];
    for (position, name) in names.iter().enumerate() {
        let capitals = name.capitals();
        known(*name, &capitals, entry.status, findings)?;
        if let Some(first) = names[..position]
            .iter()
            .find(|other| other.capitals() == capitals)
        {
            let found = format!("{capitals} is named twice");
            let problem = Problem::new(
                Code::Repeated,
                name.place,
                found,
                "each transformation once",
                "remove one of the two",
            );
            findings.problem(problem.beside(first.place, "first here"));
            return Err(Broken);
        }
        parameters(&capitals, entry, reader, findings)?;
    }
    Ok(())
}

fn known(
    name: Word<'_>,
    capitals: &str,
    status: Status,
    findings: &mut Findings,
) -> Result<(), Broken> {
    if status == Status::Output
        && NAMES.contains(&capitals)
        && !["LOCTRANS", "BLASOLD"].contains(&capitals)
    {
        let change = "remove it, or write EXPOUT for a field that is also exchanged";
        let what = "a transformation of an entry with OUTPUT";
        findings.problem(wrong_word(
            name,
            what,
            "LOCTRANS or BLASOLD: a file gets what is sent",
            change,
        ));
        return Err(Broken);
    }
    if NAMES.contains(&capitals) {
        return Ok(());
    }
    findings.problem(if OBSOLETE.contains(&capitals) {
        let change = "remove it: OASIS3-MCT does not have it either";
        wrong_word(
            name,
            "a transformation",
            &format!("one of {}", NAMES.join(", ")),
            change,
        )
    } else {
        unknown_word(name, "a transformation", &NAMES)
    });
    Err(Broken)
}

fn parameters(
    name: &str,
    entry: &mut Entry,
    reader: &mut Reader<'_, '_>,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let what = format!("the parameters of {name}");
    let layout = match name {
        "LOCTRANS" => "INSTANT, AVERAGE, ACCUMUL, T_MIN or T_MAX",
        "BLASOLD" | "BLASNEW" => LINEAR,
        "CHECKIN" | "CHECKOUT" => "INT=1",
        "MAPPING" => "weights.nc [src|dst] [bfb|sum|opt]",
        "SCRIPR" => scripr::LAYOUT,
        _ => "GLOBAL, GLBPOS, BASBAL or BASPOS, and bfb or opt",
    };
    let line = reader.next(&what, layout, findings)?;
    match name {
        "LOCTRANS" => {
            entry.accumulate = Some(choose(
                line.first(),
                "an operation in time",
                &TIME_OPERATIONS,
                findings,
            )?);
            findings.surplus(line, 1);
        }
        "BLASOLD" => entry.scale_sent = Some(linear(line, reader, findings)?),
        "BLASNEW" => entry.scale_received = Some(linear(line, reader, findings)?),
        // The integral that `INT=` once asked for is not computed by OASIS3-MCT.
        "CHECKIN" => entry.check_sent = true,
        "CHECKOUT" => entry.check_received = true,
        "MAPPING" => mapping(entry, line, findings)?,
        "SCRIPR" => {
            let scrip = scripr::read(line, findings)?;
            entry.remap.get_or_insert_with(no_remap).scrip = Some(scrip);
        }
        _ => entry.conserve = Some(conserve(line, findings)?),
    }
    Ok(())
}

const LINEAR: &str =
    "a factor and the number of lines that follow, 0 or 1; then CONSTANT and what is added";

/// `factor n`, and n lines `CONSTANT offset`.
fn linear(
    line: &Line<'_>,
    reader: &mut Reader<'_, '_>,
    findings: &mut Findings,
) -> Result<Linear, Broken> {
    let factor = number(line.first(), "the factor", findings)?;
    let lines = match line.words.get(1) {
        None => 0,
        Some(word) => count(word.text)
            .filter(|lines| *lines <= 1)
            .ok_or_else(|| {
                let change =
                    "write 0, or 1 and a line with CONSTANT; sums of several fields cannot be made";
                findings.problem(wrong_word(
                    *word,
                    "the number of lines that follow",
                    LINEAR,
                    change,
                ));
                Broken
            })?,
    };
    findings.surplus(line, 2);
    if lines == 0 {
        return Ok(Linear {
            factor,
            offset: 0.0,
        });
    }
    let line = reader.next("its line with CONSTANT", LINEAR, findings)?;
    let constant = line.first();
    if constant.capitals() != "CONSTANT" {
        let change = "write CONSTANT; sums of several fields cannot be made";
        findings.problem(wrong_word(constant, "what is added", LINEAR, change));
        return Err(Broken);
    }
    let Some(word) = line.words.get(1) else {
        findings.problem(missing_word(line, 1, "what is added", LINEAR));
        return Err(Broken);
    };
    let offset = number(*word, "the constant", findings)?;
    findings.surplus(line, 2);
    Ok(Linear { factor, offset })
}

/// A real number, with a remark where OASIS would take another one from the same digits.
pub(super) fn number(word: Word<'_>, what: &str, findings: &mut Findings) -> Result<f64, Broken> {
    let Some(number) = real(word.text) else {
        findings.problem(wrong_word(
            word,
            what,
            "a number such as 1.0 or 2.5e-3",
            "write a number",
        ));
        return Err(Broken);
    };
    if lacks_point(word.text) && number != 0.0 {
        let remark = format!(
            "the missing decimal point of '{}', which OASIS would shift by six digits",
            word.shown()
        );
        findings.remark(word.place, remark);
    }
    Ok(number)
}

fn no_remap() -> Remap {
    Remap {
        weights: None,
        side: RemapSide::default(),
        order: RemapOrder::default(),
        scrip: None,
    }
}

/// `file [src|dst] [bfb|sum|opt]`, the options in any order.
fn mapping(entry: &mut Entry, line: &Line<'_>, findings: &mut Findings) -> Result<(), Broken> {
    let remap = entry.remap.get_or_insert_with(no_remap);
    remap.weights = Some(line.first().text.into());
    for word in line.words.iter().skip(1).take(2) {
        match word.capitals().as_str() {
            "SRC" => remap.side = RemapSide::Source,
            "DST" => remap.side = RemapSide::Target,
            "BFB" => remap.order = RemapOrder::Bfb,
            "SUM" => remap.order = RemapOrder::Sum,
            "OPT" => remap.order = RemapOrder::Opt,
            _ => {
                findings.problem(unknown_word(
                    *word,
                    "an option of MAPPING",
                    &["src", "dst", "bfb", "sum", "opt"],
                ));
                return Err(Broken);
            }
        }
    }
    findings.surplus(line, 3);
    Ok(())
}

fn conserve(line: &Line<'_>, findings: &mut Findings) -> Result<Conserve, Broken> {
    let kind = choose(
        line.first(),
        "a kind of conservation that can be done",
        &CONSERVE,
        findings,
    )?;
    let order = match line.words.get(1) {
        None => ConserveOrder::default(),
        Some(word) => {
            let order = choose(*word, "an order of the sums", &CONSERVE_ORDERS, findings)?;
            if !["bfb", "opt"].contains(&word.text.to_ascii_lowercase().as_str()) {
                let same = if order == ConserveOrder::Bfb {
                    "bfb"
                } else {
                    "opt"
                };
                findings.remark(word.place, format!("{}, which counts as {same}", word.text));
            }
            order
        }
    };
    findings.surplus(line, 2);
    Ok(Conserve { kind, order })
}
