#!/usr/bin/env bash
# Shows that the tests which scenarios.md names see what they are for.
#
#   tests/mistakes.sh [ID...]   each row's deliberate mistake (all rows that
#                               have one by default): applied to a copy of the
#                               tree, its test built and run, which has to fail
#   tests/mistakes.sh --check   only whether each patch applies, and how many
#                               rows have a mistake
#
# mistakes/ID.patch is a mistake of a line or two, whose first line names the
# program and the filter of the tests; mistakes/rows.txt has the mistakes that
# tests/sim compiles in. The copy is build/mistakes/, which keeps what was
# compiled; mistakes.sh undoes each patch behind its test. What each test said
# is in build/mistakes/logs/ID.log. Tests that need a broker are run by ctest,
# which starts and stops it. The exit status is 0 if every mistake was caught.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
patches=$root/tests/mistakes
copy=${ROWFALL_MISTAKES_DIR:-$root/build/mistakes}

ids() { sed -n 's/^| \([A-Z][0-9]*[a-z]*\) |.*/\1/p' tests/scenarios.md; }
simulated() { sed -n "s/^$1 simulated: //p" "$patches/rows.txt"; }
has_no_test() { grep -q "^| $1 | .* | none: .* |$" tests/scenarios.md; }
# The program and the filter of a patch.
test_of() { sed -n '1s/^Test: //p' "$patches/$1.patch"; }

check() {
  local id applied=0 compiled=0 without=0 missing="" failed=0
  for id in $(ids); do
    if [ -e "$patches/$id.patch" ]; then
      applied=$((applied + 1))
    elif [ -n "$(simulated "$id")" ]; then
      compiled=$((compiled + 1))
    elif has_no_test "$id"; then
      without=$((without + 1))
    else
      missing="$missing $id"
    fi
  done
  for patch in "$patches"/*.patch; do
    id=$(basename "$patch" .patch)
    if ! ids | grep -qx "$id"; then
      echo "FAILED: no row $id in scenarios.md"
      failed=1
    elif ! patch -p1 -s --dry-run --forward < "$patch" > /dev/null; then
      echo "FAILED: $id.patch does not apply"
      failed=1
    elif [ "$(test_of "$id" | wc -w)" -ne 2 ]; then
      echo "FAILED: $id.patch names no test"
      failed=1
    fi
  done
  # shellcheck disable=SC2086
  set -- $missing
  echo "rows: $(ids | wc -l), with a patch: $applied, with a mistake of the" \
    "simulation: $compiled, without a test: $without, none yet: $#"
  echo "none yet:$missing"
  return $failed
}

# Brings the copy up to date; files that are the same keep their time.
refresh() {
  local file
  mkdir -p "$copy/logs"
  while IFS= read -r -d '' file; do
    if [ -f "$file" ] && ! cmp -s "$file" "$copy/$file"; then
      mkdir -p "$copy/$(dirname "$file")"
      cp -p "$file" "$copy/$file"
      touch "$copy/$file"
    fi
  done < <(git ls-files -z --cached --others --exclude-standard)
  if [ ! -e "$copy/build/CMakeCache.txt" ]; then
    local launcher=()
    if command -v ccache > /dev/null; then
      launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    cmake -S "$copy" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
      -DROWFALL_BUILD_BENCH=OFF "${launcher[@]}" > "$copy/configure.log"
  fi
}

build() { cmake --build "$copy/build" --target "$1" > "$copy/build.log" 2>&1; }

# Runs the tests of `filter`; 124 tells that they took too long.
run() {  # PROGRAM FILTER
  local path
  path=$(find "$copy/build/tests" -type f -name "$1" -perm -u+x -print -quit)
  if grep -qs FIXTURES_REQUIRED "${path}[1]_include.cmake"; then
    run_with_fixtures "$path" "$2"
  else
    timeout 600 "$path" --gtest_filter="$2"
  fi > "$copy/test.log" 2>&1
}

# By ctest, which has the fixtures and their environment. It names tests in its
# own way, so the names are taken from where it keeps them with their filters.
run_with_fixtures() {  # PATH FILTER
  local test names="" status=0
  ctest --test-dir "$copy/build" -N > /dev/null
  while IFS= read -r test; do
    names+="|$(grep -F "=$test]" "${1}[1]_tests.cmake" |
      sed -n 's/^add_test(\[=*\[\(.*\)\]=*\]  .*/\1/p' |
      sed 's/[].[*^$+?(){}|\\]/\\&/g')"
  done < <(tests_of "$1" "$2")
  timeout 600 ctest --test-dir "$copy/build" -V -R "^(${names#|})\$" || status=$?
  # It did not come to stop the brokers.
  [ "$status" -ne 124 ] || ctest --test-dir "$copy/build" -R '\.stop$'
  return "$status"
}

# The full names of the tests that a filter selects.
tests_of() {  # PATH FILTER
  "$1" --gtest_list_tests --gtest_filter="$2" |
    awk '/^[^ ].*\.( |$)/ { suite = $1 } /^  / { print suite $1 }'
}

# Prints one row of the table.
row() { printf '%-5s %-12s %s\n' "$1" "$2" "$3"; }

try_patch() {
  local id=$1 program filter result="not caught" status=0
  read -r program filter <<< "$(test_of "$id")"
  if ! patch -d "$copy" -p1 -s -r - --forward < "$patches/$id.patch"; then
    row "$id" "no patch" "$program $filter"
    return 1
  fi
  if ! build "$program"; then
    result="no build"
    cp "$copy/build.log" "$copy/logs/$id.log"
  else
    run "$program" "$filter" || status=$?
    if [ "$status" -eq 124 ]; then
      result="too long"
    elif [ "$status" -ne 0 ]; then
      # A test has begun; it may have ended the process as well.
      result="no verdict"
      ! grep -q "^\([0-9]*: \)\?\[ RUN" "$copy/test.log" || result=caught
    fi
    cp "$copy/test.log" "$copy/logs/$id.log"
  fi
  patch -d "$copy" -p1 -s --reverse < "$patches/$id.patch"
  row "$id" "$result" "$program $filter"
  [ "$result" = caught ]
}

# The test of the simulation passes if the oracle sees the mistake.
try_simulated() {
  local id=$1 name filter=""
  for name in $(simulated "$id"); do filter="$filter:All/MistakesTest.*/$name"; done
  if build sim_mistakes_test && run sim_mistakes_test "${filter#:}" &&
    grep -q "\[  PASSED  \] [1-9]" "$copy/test.log"; then
    row "$id" caught "sim_mistakes_test ${filter#:}"
  else
    row "$id" "not caught" "sim_mistakes_test ${filter#:}"
    return 1
  fi
}

if [ "${1:-}" = --check ]; then
  check
  exit
fi
[ $# -gt 0 ] || set -- $(ids)
refresh
failed=0
for id in "$@"; do
  if [ -e "$patches/$id.patch" ]; then
    try_patch "$id" || failed=1
  elif [ -n "$(simulated "$id")" ]; then
    try_simulated "$id" || failed=1
  elif has_no_test "$id"; then
    row "$id" "no test" "$(sed -n "s/^| $id | .* | none: \(.*\) |$/\1/p" tests/scenarios.md)"
  else
    row "$id" "none yet" ""
  fi
done
exit $failed
