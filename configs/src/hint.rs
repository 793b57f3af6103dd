//! The nearest known name to one that is not known.

/// Longest word that may be a misspelt name [bytes]: comparing takes time and memory in proportion to it.
const LONGEST_MISSPELT: usize = 200;

/// The known name that the writer most likely meant, if one is near enough.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_MISSPELT {
        return None;
    }
    let lower = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_lowercase());
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|other| (distance(other), other))
        .filter(|(distance, other)| *distance <= allowed && *distance < other.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// What to change: "did you mean `x`?" where a name is near, else `otherwise`.
#[must_use]
pub fn change_to<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    nearest(name, known).map_or_else(
        || otherwise.to_owned(),
        |near| format!("did you mean '{near}'?"),
    )
}

/// Whether a name that nobody knows was most likely meant to be `name`; its own message says so already.
#[must_use]
pub(crate) fn is_meant_by(name: &str, written: &str, known: &[&str]) -> bool {
    !known.contains(&written) && nearest(written, known.iter().copied()) == Some(name)
}
