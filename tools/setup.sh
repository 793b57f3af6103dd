#!/usr/bin/env bash
# Bring a machine to where Halocline builds: compilers, MPI, netCDF, libclang, Rust, and a Python environment in .venv.
#
# Safe to run again; takes a second when everything is there. As root on a machine with apt it installs what is missing.
# Anywhere else it prints what is missing and how to get it, and exits with status 1.
#
# Environment: MPICC, FC (compiler wrappers to look for), HALOCLINE_PYTHON (a Python 3.10 or newer; when it has torch,
# that torch is used and none is downloaded).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
# shellcheck source=tools/requirements.sh
. "$(dirname "$0")/requirements.sh"
# shellcheck source=tools/python-environment.sh
. "$(dirname "$0")/python-environment.sh"

install_with_apt() {
    local packages=("$@")
    echo "setup: installing with apt: ${packages[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
}

main() {
    local packages=() still=()
    find_missing
    if [ ${#MISSING[@]} -gt 0 ] && can_install; then
        apt-get update -q
        mapfile -t packages < <(packages_for "${MISSING[@]}")
        install_with_apt "${packages[@]}"
        hash -r
        find_missing
        if [ ${#MISSING[@]} -gt 0 ]; then
            echo "setup: these are still missing after installing the packages above:" >&2
        fi
    fi
    if [ ${#MISSING[@]} -gt 0 ]; then
        explain_missing "${MISSING[@]}" >&2
        exit 1
    fi
    # MPICH beside the main MPI serves the tests only; where it cannot be installed they say so and go without it.
    if can_install && ! have_mpich; then
        mapfile -t still < <(packages_for mpich)
        install_with_apt "${still[@]}"
    fi
    prepare_python
}

main "$@"
