#!/usr/bin/env bash
# From nothing to rows on Debian 12: installs what is missing, builds the
# shell, and runs examples/quickstart.sql on a broker inside its process.
set -euo pipefail
cd "$(dirname "$0")/.."

. cmake/install_missing.sh
install_missing g++ cmake ninja-build pkg-config librdkafka-dev \
  rapidjson-dev libabsl-dev libre2-dev libsqlite3-dev libedit-dev

build=build/quickstart
echo "Building the library and its shell in $build; the first time takes minutes."
mkdir -p "$build"
progress=/dev/null
[ -t 1 ] && progress=/dev/stdout
if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
         -DROWFALL_BUILD_TESTS=OFF -DROWFALL_BUILD_BENCH=OFF > "$build/log" &&
       cmake --build "$build" --target rowfall-shell |
         tee -a "$build/log" > "$progress"; } 2>&1
then
  tail -n 40 "$build/log" >&2
  exit 1
fi

# Shows each statement before what it gives, as if somebody had typed it.
echo
echo "== examples/quickstart.sql"
exec "$build/examples/shell/rowfall-shell" \
  --embedded-broker my-data:4 --echo -f examples/quickstart.sql
