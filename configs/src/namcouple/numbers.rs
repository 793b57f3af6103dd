//! Numbers as Fortran programs write them.

/// Longest time in a namcouple [s]: twelve digits, 30,000 years.
pub(super) const LONGEST: i64 = 999_999_999_999;

/// A whole number, with or without sign.
pub(super) fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (-LONGEST..=LONGEST).contains(&number).then_some(number)
}

/// A number of things.
pub(super) fn count(text: &str) -> Option<usize> {
    usize::try_from(integer(text)?).ok()
}

/// A real number, also with the exponents `d` and `D` of Fortran: `1.0d-3`.
pub(super) fn real(text: &str) -> Option<f64> {
    let plain = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E' | 'd' | 'D')
    };
    if !text.contains(|letter: char| letter.is_ascii_digit()) || !text.chars().all(plain) {
        return None;
    }
    let number: f64 = text.replace(['d', 'D'], "e").parse().ok()?;
    number.is_finite().then_some(number)
}

/// Whether Fortran, reading with a fixed number of decimals, would shift the decimal point of this number.
pub(super) fn lacks_point(text: &str) -> bool {
    !text.contains('.')
}
