#!/usr/bin/env bash
# Runs unit tests under valgrind's memcheck: tests/valgrind.sh [BUILD] (default
# build/valgrind, a build without sanitizers, which is made if it is absent).
# Prints one line for each program; the exit status is 0 if none has an error.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/valgrind}
programs="sql_test map_test engine_test source_test sqlite_test"
# Rounds and sizes that take minutes each, fifty times as long as elsewhere.
slow="*Property*:*Random*:*Agreement*:*Oracle*:RobustnessTest.*:LimitsTest.*"
slow="$slow:*.ManyLives*:*.AgreesWith*"
# What a forked process leaves as it is looks like a leak there.
forks="EngineForkTest.*"

if [ ! -e "$build/CMakeCache.txt" ]; then
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -DROWFALL_BUILD_BENCH=OFF \
    -DROWFALL_BUILD_EXAMPLES=OFF \
    -DROWFALL_TEST_FOLDERS="support;sql;map;engine;source;storage" > /dev/null
fi
if ! cmake --build "$build" --target $programs > "$build/valgrind-build.log"; then
  tail -n 40 "$build/valgrind-build.log"
  exit 1
fi

failed=0
for program in $programs; do
  path=$(find "$build/tests" -type f -name "$program" -perm -u+x -print -quit)
  log="$build/valgrind-$program.log"
  # Memory that is still reachable at the end is no leak: what librdkafka and
  # OpenSSL keep for ever.
  if valgrind --quiet --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite --suppressions=tests/valgrind.supp \
    --fair-sched=yes --log-file="$log" \
    "$path" --gtest_filter="-$slow:$forks" > "$build/valgrind-$program.out" 2>&1; then
    echo "passed: $program under valgrind"
  else
    echo "FAILED: $program under valgrind, see $log"
    tail -n 40 "$log" "$build/valgrind-$program.out"
    failed=1
  fi
done
exit "$failed"
