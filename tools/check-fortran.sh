#!/usr/bin/env bash
# Compile the Fortran modules with every warning as an error, with the usual kinds and with -fdefault-real-8.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

fortran=$ROOT/nemo-interface/fortran
mapfile -t sources < <(grep -v '^#' "$fortran/SOURCES" | sed "s|^|$fortran/|")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for kinds in "" -fdefault-real-8; do
    # shellcheck disable=SC2086  # an empty word would be a file name
    "${FC:-mpifort}" -std=f2018 -Wall -Wextra -Wpedantic -Werror -I"$fortran" $kinds -c "${sources[@]}"
done
echo "Fortran modules: no warnings"
