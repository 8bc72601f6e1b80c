#!/usr/bin/env bash
# Runs engines on a Kafka of its own under random faults and checks every
# message: tests/fault/soak/soak.sh [MINUTES] (default 60). Environment:
#   ROWFALL_BUILD  folder with a build of the tests (default build/asan)
#   ROWFALL_SEED   the seed of the faults (default: random)
#   ROWFALL_SOAK   folder for the log, soak.log (default build/soak)
# The exit status is 0 if nothing was found.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
minutes=${1:-60}
build=${ROWFALL_BUILD:-$root/build/asan}
out=${ROWFALL_SOAK:-$root/build/soak}
seed=${ROWFALL_SEED:-$((RANDOM * 32768 + RANDOM))}

rm -rf "$out"
mkdir -p "$out"
"$root/tests/kafka/kafka.sh" start "$out/broker"
trap '"$root/tests/kafka/kafka.sh" stop "$out/broker"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo "ROWFALL_SEED=$seed, log in $out/soak.log"
status=0
"$build/tests/fault/soak/rowfall-soak" "$out/broker" "$out" "$minutes" \
  "$seed" > "$out/output" 2>&1 || status=$?
cat "$out/output"
tail -n 1 "$out/soak.log"
exit "$status"
