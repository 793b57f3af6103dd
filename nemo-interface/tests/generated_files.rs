//! The files generated from the exported functions and from the table of error codes are up to date.
//!
//! `HALOCLINE_WRITE_GENERATED=1 cargo test -p halocline-c --test generated_files` writes them anew.

use cbindgen::{Braces, Builder, Config, DocumentationStyle, EnumConfig, Language, Layout, Style};
use halocline_coupler::Code;
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

const PREFACE: &str = "\
/* Halocline for C models: exchange fields with other components, as the experiment file says.
 *
 * Generated from nemo-interface/src; do not edit.
 *
 * Order of calls, alike on all ranks of a component:
 *
 *     halocline_begin -> halocline_define_* ... -> halocline_end_definition
 *                     -> halocline_send_* | halocline_receive_* ... -> halocline_finish
 *
 * Instead of passing arrays of its own a model may work where the library has them:
 *
 *     halocline_lend -> read -> halocline_give_back          halocline_lend_output -> write -> halocline_send_output
 *
 * - Every function returns 0, or a code of `halocline_code`; halocline_error_message then has the whole story.
 *   An error on one rank is an error for all: pass it on to halocline_abort unless you know better.
 * - Arrays have axes (i, j, level); shapes and strides are given along these, strides in elements.
 * - Texts are UTF-8, end with a null byte, and are copied.
 * - A session belongs to one thread at a time.
 * - A process that exits between halocline_begin and halocline_finish ends the whole job with a status other than 0.
 */";

fn room() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sentence that documents each code in its table.
fn sentences() -> Vec<String> {
    let source =
        std::fs::read_to_string(room().join("../coupler/src/code.rs")).expect("the table of codes");
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let sentence = |name: String| {
        let variant = lines
            .iter()
            .position(|line| line.starts_with(&format!("{name} = ")))
            .expect("a documented code");
        lines[variant - 1].trim_start_matches("/// ").to_owned()
    };
    Code::ALL
        .iter()
        .map(|(code, _)| sentence(format!("{code:?}")))
        .collect()
}

fn codes_in_c() -> String {
    let mut text = "\n/** What a call returns. */\ntypedef enum halocline_code {\n".to_owned();
    text += "    /** The call succeeded. */\n    HALOCLINE_OK = 0,\n";
    for ((code, name), sentence) in Code::ALL.iter().zip(sentences()) {
        let name = name.to_uppercase();
        writeln!(
            text,
            "    /** {sentence} */\n    HALOCLINE_ERROR_{name} = {},",
            *code as i32
        )
        .expect("a string");
    }
    text + "} halocline_code;"
}

fn codes_in_fortran() -> String {
    let mut text = "\
!> Codes that `ierr` may hold. Generated from the table of error codes in coupler/src/code.rs; do not edit.
module halocline_codes
   use, intrinsic :: iso_c_binding, only: c_int
   implicit none
   public

   !> The call succeeded.
   integer(c_int), parameter :: halocline_ok = 0_c_int
"
    .to_owned();
    for ((code, name), sentence) in Code::ALL.iter().zip(sentences()) {
        let number = *code as i32;
        writeln!(text, "   !> {sentence}\n   integer(c_int), parameter :: halocline_error_{name} = {number}_c_int")
            .expect("a string");
    }
    text + "end module halocline_codes\n"
}

fn header() -> String {
    let config = Config {
        language: Language::C,
        header: Some(PREFACE.to_owned()),
        include_guard: Some("HALOCLINE_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some(codes_in_c()),
        cpp_compat: true,
        braces: Braces::SameLine,
        line_length: 100,
        tab_width: 4,
        documentation_style: DocumentationStyle::Doxy,
        style: Style::Type,
        usize_is_size_t: true,
        enumeration: EnumConfig::default(),
        function: cbindgen::FunctionConfig {
            args: Layout::Auto,
            ..Default::default()
        },
        ..Config::default()
    };
    let bindings = Builder::new()
        .with_crate(room())
        .with_config(config)
        .generate()
        .expect("the exported functions");
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).expect("UTF-8");
    // The sections on safety speak to Rust; the descriptions of the arguments say the same to C.
    without_safety_sections(&text)
}

fn without_safety_sections(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut skipping = false;
    for line in text.lines() {
        if line.trim() == "* # Safety" {
            skipping = true;
            while kept.last().is_some_and(|line| line.trim() == "*") {
                kept.pop();
            }
        }
        skipping &= line.trim() != "*/";
        if !skipping {
            kept.push(line);
        }
    }
    kept.join("\n") + "\n"
}

fn compare_or_write(path: &Path, generated: &str) {
    if std::env::var_os("HALOCLINE_WRITE_GENERATED").is_some() {
        std::fs::write(path, generated).expect("a writable file");
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == generated,
        "{} is not what its source says: run with HALOCLINE_WRITE_GENERATED=1",
        path.display()
    );
}

#[test]
fn the_header_declares_the_exported_functions() {
    compare_or_write(&room().join("include/halocline.h"), &header());
}

#[test]
fn the_fortran_parameters_are_the_table_of_codes() {
    compare_or_write(
        &room().join("fortran/halocline_codes.f90"),
        &codes_in_fortran(),
    );
}

#[test]
fn the_fortran_module_exports_every_code() {
    let source = std::fs::read_to_string(room().join("fortran/halocline.f90")).expect("the module");
    for (_, name) in Code::ALL {
        assert!(
            source.contains(&format!("halocline_error_{name}")),
            "{name}"
        );
    }
}

#[test]
fn every_exported_function_has_a_fortran_interface() {
    let interfaces =
        std::fs::read_to_string(room().join("fortran/halocline_c.f90")).expect("the interfaces");
    let header = header();
    let names = header
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            word.starts_with("halocline_")
                && !["halocline_block", "halocline_session", "halocline_code"].contains(word)
                && !word.ends_with('_')
        });
    for name in names {
        assert!(interfaces.contains(&format!("name='{name}'")), "{name}");
    }
}
