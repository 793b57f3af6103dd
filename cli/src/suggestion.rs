//! The command that a person most likely meant.

use clap::{
    CommandFactory, Parser,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};
use halocline_configs::hint;

/// Read this program's arguments; what is wrong with them ends the program.
pub fn parse<A: Parser>() -> A {
    A::try_parse().unwrap_or_else(|error| suggest_nearest::<A>(error).exit())
}

/// Where no command has the name that was written, suggest the nearest one, or none.
///
/// clap compares by the letters that two words share, which takes `chek` for `schema` as much as for `check`.
fn suggest_nearest<A: CommandFactory>(mut error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let Some(ContextValue::String(written)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let command = A::command();
    let known: Vec<&str> = command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    match hint::nearest(written, known) {
        Some(near) => {
            let near = ContextValue::Strings(vec![near.to_owned()]);
            error.insert(ContextKind::SuggestedSubcommand, near);
        }
        None => {
            error.remove(ContextKind::SuggestedSubcommand);
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;

    fn said(word: &str) -> String {
        let error = Arguments::try_parse_from(["halocline", word]).unwrap_err();
        suggest_nearest::<Arguments>(error).to_string()
    }

    #[test]
    fn the_nearest_command_is_suggested_and_no_other() {
        for (written, meant) in [
            ("chek", "check"),
            ("rnu", "run"),
            ("plam", "plan"),
            ("server", "serve"),
            ("shema", "schema"),
            ("completions", "completion"),
        ] {
            let said = said(written);
            assert!(
                said.contains(&format!("a similar subcommand exists: '{meant}'")),
                "{said}"
            );
        }
    }

    #[test]
    fn a_word_that_is_near_no_command_gets_no_suggestion() {
        let said = said("restart");
        assert!(!said.contains("similar"), "{said}");
        assert!(said.contains("'--help'"), "{said}");
    }
}
