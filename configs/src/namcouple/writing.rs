//! A namcouple as text.

use super::{
    Entry, FIRST_DATE, GridWords, Namcouple,
    scripr::{GRIDS, METHODS, NORMALISATIONS, ORDERS, RESTRICTIONS},
    settings::{BAD_WEIGHTS, NETCDF},
    transformations::{CONSERVE, TIME_OPERATIONS},
};
use crate::{
    calendar::Calendar,
    spec::{
        BadWeights, Conserve, ConserveOrder, Linear, MissingRestart, NetcdfKind, Normalisation,
        Remap, RemapOrder, RemapSide, Scrip, ScripMethod, ScripOrder, Status,
    },
};

/// The word for a value.
fn word<T: PartialEq>(value: &T, choices: &[(&'static str, T)]) -> &'static str {
    let mut all = choices.iter();
    all.find(|(_, choice)| choice == value)
        .map_or("", |(name, _)| *name)
}

/// A real number as Fortran reads it whatever its format says: with a decimal point.
fn real(number: f64) -> String {
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

impl Namcouple {
    /// The text of the file.
    pub(crate) fn written(&self) -> String {
        let mut text = String::new();
        for (keyword, value) in self.settings() {
            text += &format!("${keyword}\n  {value}\n$END\n");
        }
        text += "$STRINGS\n";
        for entry in &self.entries {
            text += "#\n";
            for line in entry.lines() {
                text += &line;
                text += "\n";
            }
        }
        text + "$END\n"
    }

    /// Keywords with their values; those that say what holds without them are left out.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let oasis = &self.oasis;
        let date = || {
            format!(
                "{:04}{:02}{:02}",
                self.start.year, self.start.month, self.start.day
            )
        };
        let calendar = match self.calendar {
            Calendar::Gregorian => None,
            Calendar::NoLeap => Some("0".to_owned()),
            Calendar::Days360 => Some("30".to_owned()),
        };
        let zeros = oasis.missing_restart == MissingRestart::Zeros;
        let weights = (oasis.bad_weights != BadWeights::default())
            .then(|| word(&oasis.bad_weights, &BAD_WEIGHTS));
        let netcdf = (oasis.netcdf != NetcdfKind::default()).then(|| word(&oasis.netcdf, &NETCDF));
        let all = [
            ("JOBNAME", self.job_name.clone()),
            ("NFIELDS", Some(self.entries.len().to_string())),
            ("RUNTIME", Some(self.run_seconds.to_string())),
            ("INIDATE", (self.start != FIRST_DATE).then(date)),
            ("CALTYPE", calendar),
            (
                "NLOGPRT",
                Some(format!("{} {}", oasis.log_level, oasis.timers)),
            ),
            ("NNOREST", zeros.then(|| "T".to_owned())),
            ("NWGTOPT", weights.map(str::to_owned)),
            ("NCDFTYP", netcdf.map(str::to_owned)),
        ];
        all.into_iter()
            .filter_map(|(keyword, value)| Some((keyword, value?)))
            .collect()
    }
}

impl Entry {
    fn lines(&self) -> Vec<String> {
        let transformations = self.transformations();
        let mut lines = vec![self.first_line(transformations.len())];
        lines.extend(self.grids.as_ref().map(|grids| self.second_line(grids)));
        lines.extend(self.grids.as_ref().and_then(third_line));
        if !transformations.is_empty() {
            let names: Vec<&str> = transformations.iter().map(|(name, _)| *name).collect();
            lines.push(names.join(" "));
        }
        lines.extend(
            transformations
                .into_iter()
                .flat_map(|(_, parameters)| parameters),
        );
        lines
    }

    fn first_line(&self, transformations: usize) -> String {
        let status = match self.status {
            Status::Exported => "EXPORTED",
            Status::Expout => "EXPOUT",
            Status::Output => "OUTPUT",
            Status::Input => "INPUT",
        };
        let restart = self
            .restart
            .as_ref()
            .map_or(String::new(), |path| format!("{} ", path.display()));
        format!(
            "{} {} 1 {} {transformations} {restart}{status}",
            self.sent.join(":"),
            self.received.join(":"),
            self.period
        )
    }

    fn second_line(&self, grids: &[GridWords; 2]) -> String {
        let mut words = Vec::new();
        if grids.iter().any(|grid| grid.size.is_some()) {
            let sizes = grids.iter().flat_map(|grid| grid.size.unwrap_or([0, 0]));
            words.extend(sizes.map(|cells| cells.to_string()));
        }
        words.extend(grids.iter().map(|grid| grid.name.clone()));
        if self.lag != 0 {
            words.push(format!("LAG={:+}", self.lag));
        }
        words.extend(self.sequence.map(|sequence| format!("SEQ={sequence}")));
        words.join(" ")
    }

    /// Names of the transformations, in the order in which they act, with the lines of parameters of each.
    fn transformations(&self) -> Vec<(&'static str, Vec<String>)> {
        let check = |is_wanted: bool| is_wanted.then(|| vec!["INT=1".to_owned()]);
        let remap = self.remap.as_ref();
        let all = [
            (
                "LOCTRANS",
                self.accumulate
                    .map(|operation| vec![word(&operation, &TIME_OPERATIONS).to_owned()]),
            ),
            ("BLASOLD", self.scale_sent.map(linear)),
            ("CHECKIN", check(self.check_sent)),
            (
                "SCRIPR",
                remap
                    .and_then(|remap| remap.scrip.as_ref())
                    .map(|scrip| vec![scripr(scrip)]),
            ),
            ("MAPPING", remap.and_then(mapping)),
            ("CONSERV", self.conserve.map(conserve)),
            ("BLASNEW", self.scale_received.map(linear)),
            ("CHECKOUT", check(self.check_received)),
        ];
        all.into_iter()
            .filter_map(|(name, lines)| Some((name, lines?)))
            .collect()
    }
}

fn third_line(grids: &[GridWords; 2]) -> Option<String> {
    let side = |grid: &GridWords| {
        let ends = grid.ends?;
        Some(format!(
            "{} {}",
            if ends.is_periodic { "P" } else { "R" },
            ends.overlap
        ))
    };
    Some(format!("{} {}", side(&grids[0])?, side(&grids[1])?))
}

fn linear(linear: Linear) -> Vec<String> {
    vec![
        format!("{} 1", real(linear.factor)),
        format!("CONSTANT {}", real(linear.offset)),
    ]
}

fn mapping(remap: &Remap) -> Option<Vec<String>> {
    let side = match remap.side {
        RemapSide::Source => "src",
        RemapSide::Target => "dst",
    };
    let order = match remap.order {
        RemapOrder::Bfb => "bfb",
        RemapOrder::Sum => "sum",
        RemapOrder::Opt => "opt",
    };
    let weights = remap.weights.as_ref()?;
    Some(vec![format!("{} {side} {order}", weights.display())])
}

fn conserve(conserve: Conserve) -> Vec<String> {
    let order = match conserve.order {
        ConserveOrder::Bfb => "bfb",
        ConserveOrder::Opt => "opt",
    };
    vec![format!("{} {order}", word(&conserve.kind, &CONSERVE))]
}

/// The parameters of SCRIPR; where the experiment leaves out what the method needs, what is usual.
fn scripr(scrip: &Scrip) -> String {
    let mut words = vec![
        word(&scrip.method, &METHODS).to_owned(),
        word(&scrip.grid, &GRIDS).to_owned(),
        "SCALAR".to_owned(),
        word(&scrip.restriction, &RESTRICTIONS).to_owned(),
        scrip.bins.to_string(),
    ];
    if scrip.method == ScripMethod::Conserv {
        words.push(
            word(
                &scrip.normalisation.unwrap_or(Normalisation::Fracarea),
                &NORMALISATIONS,
            )
            .to_owned(),
        );
        words.push(word(&scrip.order.unwrap_or(ScripOrder::First), &ORDERS).to_owned());
        words.extend(
            scrip
                .north_threshold
                .zip(scrip.south_threshold)
                .into_iter()
                .flat_map(|(north, south)| [real(north), real(south)]),
        );
    }
    if scrip.method.has_neighbours() {
        words.push(scrip.neighbours.unwrap_or(4).to_string());
    }
    if scrip.method.has_variance() {
        words.push(real(scrip.variance.unwrap_or(1.0)));
    }
    words.join(" ")
}
