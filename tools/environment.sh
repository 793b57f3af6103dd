# shellcheck shell=bash
# What every build step needs to find its tools. Sourced by the other scripts here, never run.
#
#   ROOT            the checkout
#   PATH            a Rust that is new enough comes first
#   MPICC           the C compiler wrapper of the MPI to build for (default: mpicc)
#   LIBCLANG_PATH   libclang, which reads MPI's header for Rust, where the system's own is missing
#   PYO3_*          the Python of the checkout, so that no step builds PyO3 a second time

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ROOT
VENV=$ROOT/.venv
export MPICC=${MPICC:-mpicc}

RUST_WANTED=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$ROOT/Cargo.toml")

# at_least FOUND WANTED: true when version FOUND is WANTED or newer.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# rust_folder: print the first folder whose cargo and rustc are new enough; fail when there is none.
rust_folder() {
    local folder version
    while read -r folder; do
        if ! [ -x "$folder/cargo" ] || ! [ -x "$folder/rustc" ]; then
            continue
        fi
        version=$("$folder/rustc" --version 2>/dev/null | awk '{print $2}')
        if [ -n "$version" ] && at_least "$version" "$RUST_WANTED"; then
            printf '%s\n' "$folder"
            return 0
        fi
    done < <(tr ':' '\n' <<<"$PATH"; printf '%s\n' "$HOME/.cargo/bin" /usr/bin; compgen -G '/usr/lib/rust-*/bin')
    return 1
}

# libclang_folder: print the folder of a libclang: of loaded modules or conda, of the system, or of the Python environment.
libclang_folder() {
    local folder found
    while read -r folder; do
        for found in "$folder"/libclang.so* "$folder"/libclang-[0-9]*.so*; do
            if [ -n "$folder" ] && [ -e "$found" ]; then
                printf '%s\n' "$folder"
                return 0
            fi
        done
    done < <(
        tr ':' '\n' <<<"${LD_LIBRARY_PATH:-}"
        [ -z "${CONDA_PREFIX:-}" ] || echo "$CONDA_PREFIX/lib"
        ! command -v llvm-config >/dev/null || llvm-config --libdir
        compgen -G '/usr/lib/llvm-*/lib' | sort -rV
        compgen -G '/usr/lib/*-linux-gnu'
        compgen -G '/usr/lib64/llvm*/lib*'
        echo /usr/lib64
        compgen -G "$VENV/lib/python3*/site-packages/clang/native"
    )
    return 1
}

# use_rust FOLDER: put the Rust tools of a folder first on PATH, and nothing else of it: /usr/bin as a whole would hide
# the compilers and the MPI of loaded modules.
use_rust() {
    local tool links=$ROOT/build/rust
    [ "$(command -v cargo)" != "$1/cargo" ] || return 0
    mkdir -p "$links"
    for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
        rm -f "$links/$tool"
        [ ! -x "$1/$tool" ] || ln -s "$1/$tool" "$links/$tool"
    done
    PATH=$links:$PATH
}

if folder=$(rust_folder); then
    use_rust "$folder"
fi
unset folder

if [ -z "${LIBCLANG_PATH:-}" ] && LIBCLANG_PATH=$(libclang_folder); then
    export LIBCLANG_PATH
    case $LIBCLANG_PATH in
    "$VENV"/*)
        # The wheel brings the library without its own headers: GCC's stddef.h and company do.
        BINDGEN_EXTRA_CLANG_ARGS="-I$(gcc -print-file-name=include) ${BINDGEN_EXTRA_CLANG_ARGS:-}"
        export BINDGEN_EXTRA_CLANG_ARGS
        ;;
    esac
fi

if [ -x "$VENV/bin/python" ]; then
    export VIRTUAL_ENV=$VENV PYO3_PYTHON=$VENV/bin/python
fi
# Python resolves its own symbols in an extension: nothing links libpython.
export PYO3_BUILD_EXTENSION_MODULE=1
