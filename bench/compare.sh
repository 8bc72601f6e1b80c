#!/usr/bin/env bash
# Compares two results of bench/run.sh by their ratios, which do not depend on
# the machine, and exits with 1 where one fell by a quarter or more:
#   bench/compare.sh OLD/results.jsonl NEW/results.jsonl
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
exec python3 "$(dirname "$0")/results.py" compare "$1" "$2"
