#!/usr/bin/env bash
# Run a command with the build environment of this checkout (tools/environment.sh).
#   tools/in-environment.sh cargo build --release
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
exec "$@"
