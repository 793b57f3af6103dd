# shellcheck shell=bash
# The Python environment of the checkout, .venv: pinned packages, and torch from the registry or from a Python that has
# it already. Sourced by setup.sh after environment.sh.

# find_python: set PYTHON to the first Python that is 3.10 or newer; fail when there is none.
find_python() {
    local name
    for name in "${HALOCLINE_PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.10; do
        if [ -n "$name" ] && [ "$name" != "$VENV/bin/python" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            PYTHON=$name
            return 0
        fi
    done
    return 1
}

python_has_venv() {
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null
}

# chosen_python: print the Python that the user named, now or at an earlier set-up, or "registry" for none.
chosen_python() {
    if [ -n "${HALOCLINE_PYTHON:-}" ] && [ "$HALOCLINE_PYTHON" != "$VENV/bin/python" ]; then
        echo "$HALOCLINE_PYTHON"
    elif [ -e "$VENV/halocline-setup.txt" ]; then
        head -n 1 "$VENV/halocline-setup.txt"
    else
        echo registry
    fi
}

# recipe: print all that decides what .venv holds, to know when it must be renewed.
recipe() {
    chosen_python
    cat "$ROOT"/python-bindings/requirements*.txt
}

# torch_folder PYTHON: print the folder in which this Python has torch; fail when it has none.
torch_folder() {
    [ "$1" != registry ] && "$1" -c 'import importlib.util, pathlib, sys
torch = importlib.util.find_spec("torch")
sys.exit(1) if torch is None or torch.origin is None else print(pathlib.Path(torch.origin).parents[1])' 2>/dev/null
}

# wanted_torch_is_installed: true when .venv has the pinned torch.
wanted_torch_is_installed() {
    "$VENV/bin/python" -c 'import importlib.metadata, pathlib, sys
wanted = [line for line in pathlib.Path(sys.argv[1]).read_text().splitlines() if not line.startswith("#")]
sys.exit(wanted != ["torch==" + importlib.metadata.version("torch")])' \
        "$ROOT/python-bindings/requirements-torch.txt" 2>/dev/null
}

announce_download() {
    cat <<'TEXT'
setup: --------------------------------------------------------------------------------------------------------------
setup: About to download torch: 4.7 GB on disk with its CUDA libraries, once, into .venv. A torch that is already on
setup: this machine is used instead when you name its Python:  make setup HALOCLINE_PYTHON=/path/to/python
setup: --------------------------------------------------------------------------------------------------------------
TEXT
}

install_torch() {
    local folder
    if folder=$(torch_folder "$(chosen_python)"); then
        echo "setup: using the torch of $(chosen_python) in $folder"
        echo "$folder" >"$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch-of-this-machine.pth"
    elif ! wanted_torch_is_installed; then
        announce_download
        "$VENV/bin/python" -m pip install --disable-pip-version-check -r "$ROOT/python-bindings/requirements-torch.txt"
    fi
}

prepare_python() {
    local done_before=$VENV/halocline-setup.txt
    if [ -e "$done_before" ] && [ "$(cat "$done_before")" = "$(recipe)" ]; then
        return 0
    fi
    find_python
    if [ ! -x "$VENV/bin/python" ]; then
        echo "setup: making a Python environment in .venv with $("$PYTHON" --version)"
        "$PYTHON" -m venv "$VENV"
    fi
    "$VENV/bin/python" -m pip install --disable-pip-version-check --quiet -r "$ROOT/python-bindings/requirements.txt"
    if [ -z "${LIBCLANG_PATH:-}" ] && ! libclang_folder >/dev/null; then
        echo "setup: no libclang on this machine: installing its wheel in .venv"
        "$VENV/bin/python" -m pip install --disable-pip-version-check --quiet \
            -r "$ROOT/python-bindings/requirements-libclang.txt"
    fi
    install_torch
    recipe >"$done_before.new"
    mv "$done_before.new" "$done_before"
}
