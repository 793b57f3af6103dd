#!/usr/bin/env bash
# Install what was built: program, libraries, header, Fortran modules, their sources and a pkg-config file.
#   tools/install.sh PREFIX          (FC, FFLAGS, CARGO_TARGET_DIR from the environment)
# Every file is written beside its final name and renamed, so that a running job never sees half a library.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

FC=${FC:-mpifort}
FFLAGS=${FFLAGS:--O2}
built=${CARGO_TARGET_DIR:-$ROOT/target}/release
fortran=$ROOT/nemo-interface/fortran
prefix=$(mkdir -p "$1" && cd "$1" && pwd)

# put MODE SOURCE FOLDER [NAME]: install one file.
put() {
    local name=${4:-$(basename "$2")}
    mkdir -p "$prefix/$3"
    install -m "$1" "$2" "$prefix/$3/$name.new"
    mv "$prefix/$3/$name.new" "$prefix/$3/$name"
}

# compile_fortran FOLDER: compile the modules in their order of use; each compiler leaves its .mod files where it runs.
compile_fortran() {
    local source
    if ! command -v "${FC%% *}" >/dev/null; then
        echo "install: found no Fortran compiler '$FC'; name the one of your ocean model with FC=..." >&2
        exit 1
    fi
    cd "$1"
    while read -r source; do
        # shellcheck disable=SC2086  # FC and FFLAGS may hold several words
        $FC $FFLAGS -fPIC -I"$fortran" -c "$fortran/$source" -o "$source.o"
    done < <(grep -v '^#' "$fortran/SOURCES")
    ar rcs libhalocline_fortran.a ./*.o
}

write_pkg_config() {
    local version netcdf mpi
    version=$(sed -n 's/^version *= *"\(.*\)"/\1/p' "$ROOT/Cargo.toml" | head -n 1)
    netcdf=$(system_libraries | tr '\n' ' ')
    mpi=$("$MPICC" -show | tr ' ' '\n' | grep -E '^-(L|l|Wl,-rpath)' | tr '\n' ' ')
    cat >"$1" <<TEXT
prefix=$prefix
libdir=\${prefix}/lib
includedir=\${prefix}/include
fortran_sources=\${prefix}/share/halocline/fortran
fflags=-I\${includedir}
fortran_compiler=$FC
mpi_c_compiler=$MPICC

Name: halocline
Description: Coupling of ocean models with neural networks
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -Wl,-rpath,\${libdir} -lhalocline_fortran -lhalocline
Libs.private: $netcdf$mpi -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
TEXT
}

# system_libraries: netCDF and HDF5 that the library was linked with, by their places.
system_libraries() {
    ldd "$built/libhalocline.so" | awk '$1 ~ /^lib(netcdf|hdf5)/ && $2 == "=>" { print $3 }'
}

# write_oasis_names: the libraries that arch files of OASIS hosts name, so that `-lpsmile.MPI1 -lmct -lmpeu -lscrip` links.
#
# The first is a linker script. It stands for our archives, so that programs need no path at run time, as with the archives
# of OASIS; MPI comes with the compiler of the host. The others are archives without members.
write_oasis_names() {
    local name inputs
    inputs=$({
        printf '%s\n' "$prefix/lib/libhalocline_fortran.a" "$prefix/lib/libhalocline.a"
        system_libraries
    } | sed 's/.*/"&"/' | tr '\n' ' ')
    echo "/* GNU ld script */ INPUT($inputs-lgcc_s -lutil -lrt -lpthread -lm -ldl)" >"$1/libpsmile.MPI1.a"
    for name in mct mpeu scrip; do
        ar rc "$1/lib$name.a"
    done
}

main() {
    local work file
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$work'" EXIT
    compile_fortran "$work"
    write_pkg_config "$work/halocline.pc"
    write_oasis_names "$work"

    put 755 "$built/halocline" bin
    put 755 "$built/libhalocline.so" lib
    put 644 "$built/libhalocline.a" lib
    put 644 "$ROOT/nemo-interface/include/halocline.h" include
    put 644 "$ROOT/nemo-interface/include/oasis_c.h" include
    for file in ./lib*.a; do
        put 644 "$file" lib
    done
    for file in ./*.mod; do
        put 644 "$file" include
    done
    for file in "$fortran"/*; do
        put 644 "$file" share/halocline/fortran
    done
    put 644 "$work/halocline.pc" lib/pkgconfig
    echo "install: $prefix (Fortran modules by $FC, MPI of $MPICC)"
}

main
