#!/usr/bin/env bash
# Installs what is missing (Debian packages; Apache Kafka by Maven), builds,
# and runs all tests: everything under AddressSanitizer and UBSan, then the
# stages with threads under ThreadSanitizer. The last line is
# "N passed, N failed"; the exit status is 0 if none failed and some ran.
#   tests/run.sh           what every change has to pass
#   tests/run.sh --long    behind it the rounds that take hours (README.md)
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
long=
case "${1:-}" in
  '') ;;
  --long) long=1 ;;
  *) sed -n '6,7s/^# *//p' tests/run.sh >&2; exit 2 ;;
esac
passed=0
failed=0

. cmake/install_missing.sh
install_missing g++ cmake ninja-build ccache pkg-config librdkafka-dev \
  rapidjson-dev libabsl-dev libre2-dev libgtest-dev libgmock-dev libsqlite3-dev \
  libedit-dev openjdk-17-jre-headless maven openssl patch ${long:+valgrind}
tests/kafka/kafka.sh fetch

export CMAKE_CXX_COMPILER_LAUNCHER=ccache
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1:suppressions=$root/tests/tsan.supp
export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp:print_suppressions=0

# A broker outlives the tests only if they are aborted.
stop_brokers() {
  for preset in asan tsan; do
    for broker in kafka/broker fault/network/fault_{broker,victim,three}; do
      tests/kafka/kafka.sh stop "$root/build/$preset/tests/$broker"
    done
  done
}
trap stop_brokers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Adds the figures of ctest's summary, "92% tests passed, 1 tests failed out
# of 12"; a test that was skipped has not passed.
count() {  # LOG
  local bad all skipped
  read -r bad all < <(sed -nE \
    's/.*tests passed, ([0-9]+) tests failed out of ([0-9]+).*/\1 \2/p' "$1" |
    tail -n 1) || { failed=$((failed + 1)); return; }
  skipped=$(grep -cE '^[[:space:]]*[0-9]+ - .*\((Skipped|Disabled)\)' "$1" || true)
  failed=$((failed + bad))
  passed=$((passed + all - bad - skipped))
}

build_preset() {  # PRESET OPTION...
  if ! cmake --preset "$@" || ! cmake --build --preset "$1"; then
    echo "The build of preset '$1' failed"
    failed=$((failed + 1))
    return 1
  fi
}

run_preset() {  # PRESET
  echo "== $1: build"
  build_preset "$1" || return 0
  echo "== $1: test"
  ctest --preset "$1" --parallel "$(nproc)" 2>&1 |
    tee "build/$1/tests.log" || true
  count "build/$1/tests.log"
}

# Runs a command and counts it as one test.
check() {  # NAME COMMAND...
  local name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    echo "FAILED: $name"
    failed=$((failed + 1))
  fi
}

# Figures can be set: ROWFALL_SIM_SEEDS, ROWFALL_FUZZ_SECONDS, ROWFALL_SOAK_MINUTES.
run_long() {
  local tests=build/asan/tests target dict
  export ROWFALL_LONG=1
  echo "== long: faults"
  build_preset asan -DROWFALL_TIMEOUT_FACTOR=60 || return 0
  ctest --preset asan -L fault 2>&1 | tee build/asan/long.log || true
  count build/asan/long.log
  cmake --preset asan -DROWFALL_TIMEOUT_FACTOR=1 > /dev/null
  echo "== long: crashes under ThreadSanitizer"
  if build_preset tsan "-DROWFALL_TEST_FOLDERS=support;kafka;fault/crash"; then
    ctest --preset tsan -L fault 2>&1 | tee build/tsan/long.log || true
    count build/tsan/long.log
  fi
  check "long: lives of an engine" "$tests/engine/engine_test" \
    --gtest_filter='StuckWorldTest.ManyLives*'
  check "long: simulation" "$tests/sim/sim_test" \
    --seeds "${ROWFALL_SIM_SEEDS:-100000}"
  for target in tests/fuzz/corpus/*_fuzz; do
    target=$(basename "$target")
    dict=tests/fuzz/corpus/$target.dict
    check "long: $target" "$tests/fuzz/$target" \
      --seconds "${ROWFALL_FUZZ_SECONDS:-600}" --dict "$dict" \
      "tests/fuzz/corpus/$target"
  done
  check "long: valgrind" tests/valgrind.sh
  check "long: soak" tests/fault/soak/soak.sh "${ROWFALL_SOAK_MINUTES:-60}"
}

run_preset asan
run_preset tsan
if [ -n "$long" ]; then run_long; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
