//! The parameters of SCRIPR: how the weights of a remapping are, or were, computed.

use super::{
    entries::Broken,
    findings::{Findings, missing_word, wrong_word},
    lines::{Line, Word},
    numbers::integer,
    transformations::{choose, number},
};
use crate::spec::{Normalisation, Restriction, Scrip, ScripGrid, ScripMethod, ScripOrder};

pub(super) const LAYOUT: &str = "METHOD LR|D|U SCALAR LATITUDE|LATLON bins; then for CONSERV a normalisation and FIRST or SECOND, for DISTWGT \
     the number of neighbours, for GAUSWGT also a variance";

/// Methods by their names.
pub(super) const METHODS: [(&str, ScripMethod); 12] = [
    ("DISTWGT", ScripMethod::Distwgt),
    ("GAUSWGT", ScripMethod::Gauswgt),
    ("BILINEAR", ScripMethod::Bilinear),
    ("BICUBIC", ScripMethod::Bicubic),
    ("CONSERV", ScripMethod::Conserv),
    ("DISTWGTNF", ScripMethod::Distwgtnf),
    ("GAUSWGTNF", ScripMethod::Gauswgtnf),
    ("BILINEARNF", ScripMethod::Bilinearnf),
    ("BICUBICNF", ScripMethod::Bicubicnf),
    ("LOCCUNIF", ScripMethod::Loccunif),
    ("LOCCDIST", ScripMethod::Loccdist),
    ("LOCCGAUS", ScripMethod::Loccgaus),
];
pub(super) const GRIDS: [(&str, ScripGrid); 3] = [
    ("LR", ScripGrid::LR),
    ("D", ScripGrid::D),
    ("U", ScripGrid::U),
];
pub(super) const RESTRICTIONS: [(&str, Restriction); 3] = [
    ("LATITUDE", Restriction::Latitude),
    ("LATLON", Restriction::Latlon),
    ("REDUCED", Restriction::Reduced),
];
pub(super) const NORMALISATIONS: [(&str, Normalisation); 8] = [
    ("FRACAREA", Normalisation::Fracarea),
    ("FRACARTR", Normalisation::Fracartr),
    ("FRACNNEI", Normalisation::Fracnnei),
    ("FRACNNTR", Normalisation::Fracnntr),
    ("DESTAREA", Normalisation::Destarea),
    ("DESTARTR", Normalisation::Destartr),
    ("DESTNNEI", Normalisation::Destnnei),
    ("DESTNNTR", Normalisation::Destnntr),
];
pub(super) const ORDERS: [(&str, ScripOrder); 2] =
    [("FIRST", ScripOrder::First), ("SECOND", ScripOrder::Second)];

impl ScripMethod {
    /// Whether the weights are those of a number of nearest neighbours.
    pub(super) fn has_neighbours(self) -> bool {
        use ScripMethod::{Distwgt, Distwgtnf, Loccdist, Loccgaus};
        matches!(self, Distwgt | Distwgtnf | Loccdist | Loccgaus)
            || matches!(self, Self::Gauswgt | Self::Gauswgtnf)
    }

    /// Whether the weights fall off like a Gaussian.
    pub(super) fn has_variance(self) -> bool {
        matches!(self, Self::Gauswgt | Self::Gauswgtnf | Self::Loccgaus)
    }

    /// Whether the method needs rows and columns.
    fn needs_rows(self) -> bool {
        matches!(
            self,
            Self::Bilinear | Self::Bilinearnf | Self::Bicubic | Self::Bicubicnf
        )
    }
}

pub(super) fn read(line: &Line<'_>, findings: &mut Findings) -> Result<Scrip, Broken> {
    let mut words = Words { line, position: 0 };
    let method = choose(
        words.next("the method", findings)?,
        "a method of SCRIPR",
        &METHODS,
        findings,
    )?;
    let word = words.next("the kind of the source grid", findings)?;
    let grid = choose(word, "a kind of grid", &GRIDS, findings)?;
    if method.needs_rows() && grid == ScripGrid::U {
        let change = "choose DISTWGT or CONSERV for an unstructured grid";
        findings.problem(wrong_word(
            word,
            "the kind of the source grid",
            "LR or D for this method",
            change,
        ));
        return Err(Broken);
    }
    let word = words.next("SCALAR", findings)?;
    let is_vector = choose(
        word,
        "a kind of field",
        &[("SCALAR", false), ("VECTOR", true)],
        findings,
    )?;
    if is_vector {
        findings.remark(word.place, "VECTOR, which counts as SCALAR");
    }
    let word = words.next("the restriction of the search", findings)?;
    let restriction = choose(word, "a restriction of the search", &RESTRICTIONS, findings)?;
    let bins = whole(
        words.next("the number of bins", findings)?,
        "the number of bins",
        findings,
    )?;
    let mut scrip = Scrip {
        method,
        grid,
        restriction,
        bins,
        normalisation: None,
        order: None,
        north_threshold: None,
        south_threshold: None,
        neighbours: None,
        variance: None,
    };
    words.of_method(&mut scrip, findings)?;
    findings.surplus(line, words.position);
    Ok(scrip)
}

/// The words of the line, one after the other.
struct Words<'l, 'a> {
    line: &'l Line<'a>,
    position: usize,
}

impl<'a> Words<'_, 'a> {
    fn next(&mut self, what: &str, findings: &mut Findings) -> Result<Word<'a>, Broken> {
        let Some(word) = self.line.words.get(self.position) else {
            findings.problem(missing_word(self.line, self.position, what, LAYOUT));
            return Err(Broken);
        };
        self.position += 1;
        Ok(*word)
    }

    /// What only some methods have.
    fn of_method(&mut self, scrip: &mut Scrip, findings: &mut Findings) -> Result<(), Broken> {
        if scrip.method == ScripMethod::Conserv {
            let word = self.next("the normalisation", findings)?;
            scrip.normalisation = Some(choose(word, "a normalisation", &NORMALISATIONS, findings)?);
            let word = self.next("the order, FIRST or SECOND", findings)?;
            scrip.order = Some(choose(word, "an order", &ORDERS, findings)?);
            if self.line.words.len() > self.position {
                let word = self.next("the threshold in the north", findings)?;
                scrip.north_threshold = Some(number(word, "the threshold in the north", findings)?);
                let word = self.next("the threshold in the south", findings)?;
                scrip.south_threshold = Some(number(word, "the threshold in the south", findings)?);
            }
        }
        if scrip.method.has_neighbours() {
            let word = self.next("the number of neighbours", findings)?;
            scrip.neighbours = Some(whole(word, "the number of neighbours", findings)?);
        }
        if scrip.method.has_variance() {
            let word = self.next("the variance", findings)?;
            scrip.variance = Some(number(word, "the variance", findings)?);
        }
        Ok(())
    }
}

/// A whole number from 1 on.
fn whole(word: Word<'_>, what: &str, findings: &mut Findings) -> Result<u32, Broken> {
    let number = integer(word.text).and_then(|number| u32::try_from(number).ok());
    number.filter(|number| *number > 0).ok_or_else(|| {
        findings.problem(wrong_word(
            word,
            what,
            "a whole number, at least 1",
            "write a whole number",
        ));
        Broken
    })
}
