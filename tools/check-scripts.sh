#!/usr/bin/env bash
# Run shellcheck over every shell script.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v shellcheck >/dev/null; then
    shellcheck -x tools/*.sh .ci/run
    echo "shell scripts: no findings"
else
    echo "shell scripts: NOT checked, there is no shellcheck on PATH (apt-get install shellcheck)"
fi
