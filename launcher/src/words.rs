//! Command lines as people read and paste them.

use crate::error::Error;
use std::borrow::Cow;

/// Split one string into words like a shell does; nothing is expanded.
///
/// # Errors
/// A quote that is not closed.
pub fn split_words(text: &str) -> Result<Vec<String>, Error> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let command: Result<halocline_configs::Command, _> = text.parse();
    command.map(|command| command.words).map_err(|error| {
        Error::new(
            format!("cannot split the words of: {text}"),
            "quotes in pairs",
            format!("correct them ({error})"),
        )
    })
}

/// Quote a word for a POSIX shell, only where it needs it.
#[must_use]
pub fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+^".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', r"'\''")).into()
}

/// One line that a POSIX shell reads as these words.
#[must_use]
pub fn line<W: AsRef<str>>(words: &[W]) -> String {
    words
        .iter()
        .map(|word| quote(word.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Quote a word for a Slurm multi-prog file, which knows double quotes and backslashes, and expands `%t` and `%o`.
pub(crate) fn quote_for_slurm(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@+^".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    let escaped = word
        .replace('\\', r"\\")
        .replace('"', r#"\""#)
        .replace('%', "%%");
    format!("\"{escaped}\"").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_a_shell_would_split_or_expand_are_quoted() {
        assert_eq!(
            line(&["./ocean", "name list.nml", "it's", "", "-x=1"]),
            r"./ocean 'name list.nml' 'it'\''s' '' -x=1"
        );
    }

    #[test]
    fn slurm_gets_double_quotes_and_doubled_percent_signs() {
        assert_eq!(quote_for_slurm("a b%t\"c"), r#""a b%%t\"c""#);
        assert_eq!(quote_for_slurm("./ocean"), "./ocean");
    }
}
