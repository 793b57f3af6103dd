#!/usr/bin/env bash
# Make the package `halocline` importable in .venv from where it lies, with the extensions that the workspace build left.
#
# `maturin develop` would do it too, but it builds `_core` alone: cargo then unifies features over fewer crates than in the
# build of the workspace, and compiles 45 of them a second time (3 minutes on one core). `make wheel` goes through maturin.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

built=${CARGO_TARGET_DIR:-$ROOT/target}/release
package=$ROOT/python-bindings/python/halocline

for name in _core _mpi; do
    cp "$built/lib$name.so" "$package/$name.abi3.so.new"
    mv "$package/$name.abi3.so.new" "$package/$name.abi3.so"
done

packages=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
dirname "$package" >"$packages/halocline.pth"
