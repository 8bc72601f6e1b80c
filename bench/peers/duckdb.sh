#!/usr/bin/env bash
# Measures DuckDB's read_json on one thread on a file of messages of the
# workload 'design' and prints lines of JSON; fetches DuckDB with pip into a
# folder of its own when first run.
#   duckdb.sh FILE [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=2.0.0
venv=${ROWFALL_DUCKDB_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/rowfall/duckdb-$version}
if [ ! -e "$venv/done" ]; then
  echo "Fetching DuckDB $version into $venv" >&2
  if ! python3 -c 'import ensurepip' 2> /dev/null; then
    . "$here/../../cmake/install_missing.sh"
    install_missing python3-venv >&2
  fi
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q "duckdb==$version" >&2
  touch "$venv/done"
fi
exec "$venv/bin/python" "$here/duckdb_peer.py" "$1" "${2:-3}"
