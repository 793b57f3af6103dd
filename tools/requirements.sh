# shellcheck shell=bash
# What a machine must have before Halocline can be built: how each thing is recognised, and where it comes from.
# Sourced by setup.sh after environment.sh.

REQUIREMENTS=(c-compiler make pkg-config mpi-c mpi-fortran mpi-launcher netcdf-c netcdf-fortran libclang rust python)

# can_install: true where this script may install packages itself.
can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# have NAME: true when the requirement is met.
have() {
    case $1 in
    c-compiler) command -v gcc || command -v cc ;;
    make) command -v make ;;
    pkg-config) command -v pkg-config ;;
    mpi-c) "$MPICC" -show ;;
    mpi-fortran) "${FC:-mpifort}" --version ;;
    mpi-launcher) command -v mpirun || command -v mpiexec || command -v srun ;;
    netcdf-c) command -v nc-config ;;
    netcdf-fortran) command -v nf-config ;;
    # Where the system package cannot be installed, prepare_python brings the wheel.
    libclang) [ -n "${LIBCLANG_PATH:-}" ] || libclang_folder || ! can_install ;;
    rust) rust_folder ;;
    python) find_python && python_has_venv ;;
    esac >/dev/null 2>&1
}

have_mpich() {
    command -v mpicc.mpich >/dev/null && command -v mpifort.mpich >/dev/null && command -v mpirun.mpich >/dev/null
}

find_missing() {
    local name
    MISSING=()
    for name in "${REQUIREMENTS[@]}"; do
        have "$name" || MISSING+=("$name")
    done
}

# packages_for NAME...: print the apt packages that bring these requirements, one a line.
packages_for() {
    local name
    for name in "$@"; do
        case $name in
        c-compiler) printf '%s\n' gcc libc6-dev ;;
        make) echo make ;;
        pkg-config) echo pkg-config ;;
        mpi-c | mpi-fortran | mpi-launcher) printf '%s\n' gfortran libopenmpi-dev openmpi-bin ;;
        mpich) printf '%s\n' gfortran libmpich-dev mpich ;;
        netcdf-c) printf '%s\n' libnetcdf-dev ;;
        netcdf-fortran) printf '%s\n' libnetcdf-dev libnetcdff-dev ;;
        libclang) echo libclang-dev ;;
        rust) rust_packages ;;
        python) printf '%s\n' python3 python3-venv ;;
        esac
    done | sort -u
}

# candidate PACKAGE: print the version that apt would install, nothing when it knows none.
candidate() {
    apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" {sub(/^[0-9]+:/, "", $2); print $2}'
}

# rust_packages: print the apt packages of a Rust that is new enough. Debian keeps one for building browsers (-web),
# Ubuntu keeps one package for each version.
rust_packages() {
    local suffix version
    for suffix in -web "" $(apt-cache pkgnames rustc- | sed -n 's/^rustc\(-1\.[0-9]*\)$/\1/p' | sort -rV); do
        version=$(candidate "rustc$suffix")
        if [ -n "$version" ] && at_least "$version" "$RUST_WANTED" && [ -n "$(candidate "cargo$suffix")" ]; then
            printf '%s\n' "rustc$suffix" "cargo$suffix"
            # The formatter and the linter serve `make check` only.
            for version in "rustfmt$suffix" "rust$suffix-clippy"; do
                [ -z "$(candidate "$version")" ] || echo "$version"
            done
            return
        fi
    done
    printf '%s\n' rustc cargo
}

# explain_missing NAME...: print what is missing, what it is for, and how to get it without being root.
explain_missing() {
    local name packages
    echo
    echo "Halocline needs these, and this machine lacks them:"
    for name in "$@"; do
        case $name in
        c-compiler) echo "  C compiler          gcc (or cc) on PATH" ;;
        make) echo "  make                GNU make on PATH" ;;
        pkg-config) echo "  pkg-config          on PATH" ;;
        mpi-c) echo "  MPI for C           looked for '$MPICC -show'; name yours with MPICC=... (a wrapper such as mpicc)" ;;
        mpi-fortran) echo "  MPI for Fortran     looked for '${FC:-mpifort}'; name yours with FC=... (mpifort, mpiifort, ftn)" ;;
        mpi-launcher) echo "  MPI launcher        mpirun, mpiexec or srun on PATH" ;;
        netcdf-c) echo "  netCDF for C        'nc-config' on PATH" ;;
        netcdf-fortran) echo "  netCDF for Fortran  'nf-config' on PATH (the examples write netCDF)" ;;
        rust) echo "  Rust >= $RUST_WANTED        rustc and cargo on PATH" ;;
        python) echo "  Python >= 3.10      with the module venv; name yours with HALOCLINE_PYTHON=/path/to/python" ;;
        esac
    done
    packages=$(packages_for "$@" | tr '\n' ' ')
    cat <<TEXT

How to get them:
  Debian, Ubuntu    sudo apt-get update && sudo apt-get install $packages
  modules           module avail; then for example: module load gcc openmpi netcdf-c netcdf-fortran rust python
  conda             conda create -n halocline -c conda-forge make pkg-config compilers openmpi libnetcdf netcdf-fortran \\
                        rust "python>=3.10" && conda activate halocline
  spack             spack install openmpi netcdf-c netcdf-fortran rust python
                    spack load openmpi netcdf-c netcdf-fortran rust python

Then run this again. The MPI must be the one that your ocean model is compiled with.
TEXT
}
