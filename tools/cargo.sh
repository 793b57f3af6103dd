#!/usr/bin/env bash
# Run cargo for the MPI that MPICC names.
#
# The build script of `mpi-sys` asks MPICC once and does not notice when it changes. This script notices: it keeps what
# `MPICC -show` printed beside the build, and has the two MPI crates built anew when that differs.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

target=${CARGO_TARGET_DIR:-$ROOT/target}
stamp=$target/mpi-of-this-build.txt

if ! shown=$("$MPICC" -show 2>&1); then
    printf 'tools/cargo.sh: found no working MPI compiler wrapper: "%s -show" says\n%s\n' "$MPICC" "$shown" >&2
    printf 'Name yours with MPICC=..., or let "make setup" install one.\n' >&2
    exit 1
fi
shown="$(command -v "$MPICC")
$shown"
if [ -e "$stamp" ] && [ "$(cat "$stamp")" != "$shown" ]; then
    echo "tools/cargo.sh: MPICC changed since the last build: building the MPI crates anew"
    cargo clean --quiet --release -p mpi-sys -p mpi
fi
mkdir -p "$target"
printf '%s\n' "$shown" >"$stamp"
exec cargo "$@"
