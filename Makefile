# Halocline: set up, build, install, demonstrate, test. `make` alone prints what there is.
#
# Settings, all optional:
#   PREFIX=DIR         where `make install` puts things              (default: ./prefix)
#   MPICC=WRAPPER      the C wrapper of the MPI to build for         (default: mpicc)
#   FC=WRAPPER         the Fortran compiler, an MPI wrapper as a rule (default: mpifort)
#   FFLAGS=FLAGS       its flags                                     (default: -O2)
#   HALOCLINE_PYTHON=  a Python >= 3.10; if it has torch, that torch is used and none is downloaded
#   CARGO_FLAGS=       flags for cargo                               (default: --locked)
#   PACKAGES=          the crates that are built                     (default: --workspace)
#   BENCH_FLAGS=       flags of benches/run.py, such as --only REGEX

PREFIX ?= $(CURDIR)/prefix
MPICC ?= mpicc
ifeq ($(origin FC),default)
FC := mpifort
endif
FFLAGS ?= -O2
CARGO_FLAGS ?= --locked
PACKAGES ?= --workspace

export MPICC FC HALOCLINE_PYTHON
# make hands its own variables to every command: one that is exported empty would count as set.
ifeq ($(HALOCLINE_PYTHON),)
unexport HALOCLINE_PYTHON
endif

CARGO := tools/cargo.sh
PYTHON := .venv/bin/python
PACKAGE := python-bindings/python/halocline

.DEFAULT_GOAL := help
.PHONY: help setup build program python wheel install demo test test-rust test-python bench bench-quick check format clean \
	clean-venv
.NOTPARALLEL:

help:
	@cat tools/help.txt

setup:
	@tools/setup.sh

# One cargo profile for everything: what `install` and `test` need is built once.
build: program python

program:
	$(CARGO) build --release $(PACKAGES) $(CARGO_FLAGS)

python: program
	tools/install-python.sh

# The package as a file: target/wheels/*.whl, for this MPI and the netCDF of this system (nothing is bundled, so
# auditwheel has nothing to repair). maturin compiles `_core` once more.
wheel: python
	cd python-bindings && ../tools/in-environment.sh ../.venv/bin/maturin build --release --auditwheel skip $(CARGO_FLAGS)

install: program
	@FFLAGS="$(FFLAGS)" tools/install.sh "$(PREFIX)"

demo: setup build install
	$(MAKE) --no-print-directory -C examples/double_gyre build PREFIX="$(PREFIX)"
	PATH="$(PREFIX)/bin:$$PATH" HALOCLINE_PYTHON="$(CURDIR)/$(PYTHON)" $(PYTHON) examples/double_gyre/demo.py

test: setup build install test-rust test-python

test-rust:
	INSTA_UPDATE=no $(CARGO) test --release --workspace $(CARGO_FLAGS)
	$(CARGO) test --release -p halocline-exchanges --features count-copies --test copies $(CARGO_FLAGS)

# Last, so that the summary of pytest closes the output.
test-python:
	@$(MAKE) --no-print-directory -C examples/double_gyre build PREFIX="$(PREFIX)"
	@PATH="$(PREFIX)/bin:$$PATH" HALOCLINE_PREFIX="$(PREFIX)" HALOCLINE_PYTHON="$(CURDIR)/$(PYTHON)" \
		$(PYTHON) -m pytest tests examples

# Times mean something on a machine without other work only; the driver says how busy it is.
bench bench-quick: setup build install
	@HALOCLINE_PREFIX="$(PREFIX)" HALOCLINE_PYTHON="$(CURDIR)/$(PYTHON)" \
		$(PYTHON) benches/run.py $(if $(filter bench-quick,$@),--quick) $(BENCH_FLAGS)

check:
	tools/in-environment.sh cargo fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets $(CARGO_FLAGS) -- -D warnings
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	tools/check-fortran.sh
	tools/check-scripts.sh

format:
	tools/in-environment.sh cargo fmt --all
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

clean:
	rm -rf target prefix examples/*/build $(PACKAGE)/*.so

clean-venv:
	rm -rf .venv
