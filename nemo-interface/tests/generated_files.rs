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

const OASIS_PREFACE: &str = "\
/* The interface of OASIS for C models, on Halocline.
 *
 * Generated from nemo-interface/src/oasis; do not edit.
 *
 *     oasis_c_init_comp -> oasis_c_def_partition, oasis_c_def_var ... -> oasis_c_enddef
 *                       -> oasis_c_put | oasis_c_get ... -> oasis_c_terminate
 *
 * - Functions return OASIS_Ok or OASIS_Error. OASIS_CHECK_ERR ends the job with the message of an error;
 *   halocline_error_message (halocline.h) gives it to those who want to go on.
 * - Texts are UTF-8, end with a null byte, and are copied. Communicators that are given out belong to the caller; those of
 *   the component and of its coupled processes must live until oasis_c_terminate.
 * - A process that exits between oasis_c_init_comp and oasis_c_terminate ends the whole job with a status other than 0.
 */";

const OASIS_CONSTANTS: &str = "
#define OASIS_COUPLED true
#define OASIS_UNCOUPLED false
#define OASIS_Write_Restart true
#define OASIS_No_Restart false
#define OASIS_No_Gsize 0
#define OASIS_No_Name \"\"
#define OASIS_No_Companion \"\"
#define OASIS_No_Partition (-1)

/** Direction of a variable. */
enum { OASIS_OUT = 20, OASIS_IN = 21, OASIS_Out = 20, OASIS_In = 21 };

/** Kind of values. */
enum { OASIS_REAL = 4, OASIS_DOUBLE = 8, OASIS_Real = 4, OASIS_Double = 8 };

/** Which axis of an array is the fastest: the last, or the first. */
enum { OASIS_ROW_MAJOR = 0, OASIS_COL_MAJOR = 1 };

/** Strategies of a partition, the first element of its description. */
enum { OASIS_Serial = 0, OASIS_Apple = 1, OASIS_Box = 2, OASIS_Orange = 3, OASIS_Points = 4, OASIS_Cube = 5 };

/** Positions in the description of a partition, from 0. */
enum {
    OASIS_Strategy = 0,
    OASIS_Offset = 1,
    OASIS_Segments = 1,
    OASIS_Npoints = 1,
    OASIS_Length = 2,
    OASIS_SizeX = 2,
    OASIS_SizeY = 3,
    OASIS_LdX = 4,
    OASIS_LdY = 5,
    OASIS_LdZ = 6
};

/** Lengths of descriptions. */
#define OASIS_Serial_Params 3
#define OASIS_Apple_Params 3
#define OASIS_Box_Params 5
#define OASIS_Cube_Params 7
#define OASIS_Orange_Params(segments) (2 + 2 * (segments))
#define OASIS_Points_Params(points) (2 + (points))

/** What functions return, and what put and get did. */
enum {
    OASIS_Ok = 0,
    OASIS_Success = 0,
    OASIS_Error = -10,
    OASIS_NotDef = -2,
    OASIS_Var_Uncpl = -1,
    OASIS_InOut = 2,
    OASIS_Recvd = 3,
    OASIS_Sent = 4,
    OASIS_LocTrans = 5,
    OASIS_ToRest = 6,
    OASIS_Output = 7,
    OASIS_SentOut = 8,
    OASIS_ToRestOut = 9,
    OASIS_FromRest = 10,
    OASIS_Input = 11,
    OASIS_RecvOut = 12,
    OASIS_FromRestOut = 13,
    OASIS_WaitGroup = 14,
    OASIS_Waitgroup = 14
};";

const OASIS_CHECKS: &str = "
/** End the job with the message of the error where a call of OASIS failed. */
#define OASIS_CHECK_ERR(call) \\
    do { \\
        if ((call) != OASIS_Ok) halocline_oasis_end(); \\
    } while (0)

/** End the job where a call of MPI failed. */
#define OASIS_CHECK_MPI_ERR(call) \\
    do { \\
        if ((call) != MPI_SUCCESS) oasis_c_abort(0, \"\", \"a call of MPI failed\", __FILE__, __LINE__); \\
    } while (0)";

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

fn style() -> Config {
    Config {
        language: Language::C,
        no_includes: true,
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
    }
}

fn header() -> String {
    let mut config = style();
    config.header = Some(PREFACE.to_owned());
    config.include_guard = Some("HALOCLINE_H".to_owned());
    config.sys_includes = vec!["stddef.h".to_owned(), "stdint.h".to_owned()];
    config.after_includes = Some(codes_in_c());
    config.export.exclude = oasis_functions();
    generated(Builder::new().with_crate(room()).with_config(config))
}

/// The functions of src/oasis, which have a header of their own.
fn oasis_functions() -> Vec<String> {
    let sources: Vec<String> = oasis_sources().iter().map(|path| read(path)).collect();
    let after_fn = sources
        .iter()
        .flat_map(|source| source.split("extern \"C\" fn ").skip(1));
    let name = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
    after_fn.map(name).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

/// In the order in which the header declares their functions.
fn oasis_sources() -> Vec<PathBuf> {
    let files = [
        "component",
        "communicators",
        "definition",
        "exchange",
        "grids",
    ];
    files
        .iter()
        .map(|name| room().join(format!("src/oasis/{name}.rs")))
        .collect()
}

fn oasis_header() -> String {
    let mut config = style();
    config.header = Some(OASIS_PREFACE.to_owned());
    config.include_guard = Some("OASIS_C_H".to_owned());
    config.sys_includes = ["mpi.h", "stdbool.h", "stddef.h", "stdint.h"]
        .map(str::to_owned)
        .to_vec();
    config.after_includes = Some(format!("{OASIS_CONSTANTS}\n{OASIS_CHECKS}"));
    config
        .export
        .rename
        .insert("RawCommunicator".to_owned(), "MPI_Comm".to_owned());
    let private = |name: &String| name.starts_with("halocline_") && name != "halocline_oasis_end";
    config.export.exclude = oasis_functions().into_iter().filter(private).collect();
    let builder = oasis_sources()
        .iter()
        .fold(Builder::new(), Builder::with_src);
    generated(builder.with_config(config))
}

fn generated(builder: Builder) -> String {
    let bindings = builder.generate().expect("the exported functions");
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
fn the_header_of_oasis_declares_its_functions() {
    compare_or_write(&room().join("include/oasis_c.h"), &oasis_header());
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
