#!/usr/bin/env bash
# Measures everything that the README claims about speed and writes
# build/bench-results/<time>/results.jsonl, summary.md and plots:
#   bench/run.sh [--quick] [--messages N] [--peers] [--long] [--only LIST]
# --messages N  in the topic that is read end to end; 10,000,000 by default
# --quick       200,000 messages and few rounds: shows that everything runs
# --peers       DuckDB and Flink, too: fetches them by pip and Maven
# --long        the slow sink for ten minutes instead of one
# --only LIST   some of: endtoend heavy shapes sqlite transform scaling
#               standstill latency slow micro peers (separated by commas)
# It installs what is missing, builds, and starts an Apache Kafka of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

messages=10000000 rounds=5 quick=0 peers=0 slow_seconds=60 seconds=15 only=
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=1 messages=200000 rounds=2 slow_seconds=5 seconds=5 ;;
    --messages) messages=$2; shift ;;
    --peers) peers=1 ;;
    --long) slow_seconds=600 ;;
    --only) only=$2; shift ;;
    *) sed -n '2,13s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done

. cmake/install_missing.sh
install_missing g++ cmake ninja-build ccache pkg-config librdkafka-dev \
  rapidjson-dev libabsl-dev libre2-dev libsqlite3-dev libbenchmark-dev \
  openjdk-17-jre-headless maven python3 gnuplot-nox fonts-dejavu-core
tests/kafka/kafka.sh fetch

build=${ROWFALL_BENCH_BUILD:-build/bench}
out=build/bench-results/$(date +%Y%m%d-%H%M%S)
mkdir -p "$out"
results=$out/results.jsonl
if [ -z "${ROWFALL_BENCH_BUILD:-}" ]; then
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DROWFALL_BUILD_TESTS=OFF \
    -DROWFALL_BUILD_EXAMPLES=OFF -DROWFALL_BUILD_BENCH=ON > "$out/build.log"
  cmake --build "$build" >> "$out/build.log"
fi

# The temporary databases lie on the same disk as the topics.
kafka=$PWD/build/bench-kafka
export TMPDIR=$PWD/build/bench-tmp
mkdir -p "$TMPDIR"
stop() {
  [ -z "${producer:-}" ] || kill "$producer" 2> /dev/null || true
  tests/kafka/kafka.sh stop "$kafka"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
tests/kafka/kafka.sh start "$kafka"
brokers=$(cat "$kafka/brokers")

python3 bench/results.py machine > "$results"

wanted() { [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]; }
# Notes the lines of a program; they are shown where they are medians or single.
note() { tee -a "$results" | grep -vE '"round"|_sample"' || true; }
program() { "$build/bench/rowfall-bench-$1" "${@:2}"; }
produce() {  # WORKLOAD TOPIC MESSAGES
  program generate --workload "$1" --brokers "$brokers" --topic "$2" \
    --messages "$3" | note
}
end_to_end() {  # WORKLOAD TOPIC MESSAGES ROUNDS CONTENDERS
  program end-to-end --brokers "$brokers" --workload "$1" --topic "$2" \
    --messages "$3" --rounds "$4" --run "$5"
}
transform() { program transform --rounds "$rounds" "$@"; }
as() { sed "s/\"bench\": \"[a-z_]*\"/\"bench\": \"$1\"/"; }
at_most() { echo $(($1 < $2 ? $1 : $2)); }

# The second consumer is to share the work from the start: the first one hears
# of it with its next heartbeat.
soon=heartbeat.interval.ms=100
few=$(at_most $((messages / 5)) 1000000)

produce design design "$messages"

run_endtoend() {
  end_to_end design design "$messages" "$rounds" "raw;raw-poll;rowfall \
batch=100;rowfall batch=10000;rowfall consumers=2 $soon;sax;plain \
messages=$((messages / 10))" | note
}
run_heavy() {
  end_to_end heavy design "$few" "$rounds" \
    "rowfall consumers=1 $soon;rowfall consumers=2 $soon" | note
}
run_shapes() {
  local shape
  for shape in flat:20:2 nested:10 texts:20 numbers:1 ndjson:20; do
    local count=$((messages / 10 / ${shape##*:})) name=${shape%:*}
    produce "$name" "shape-${name/:/-}" "$count"
    end_to_end "$name" "shape-${name/:/-}" "$count" 3 "raw;rowfall" | note
    transform --workload "$name" --messages "$count" | note
  done
}
run_sqlite() {
  local rows
  rows=$(at_most $((messages / 20)) 100000)
  program sqlite --messages "$rows" --batch 100 --rounds "$rounds" | note
  program sqlite --messages $((rows * 5)) --batch 10000 \
    --rounds "$rounds" | note
  end_to_end design design $((rows * 5)) 3 \
    "sqlite-api batch=100 messages=$rows;rowfall sink=sqlite batch=100 \
messages=$rows;sqlite-api batch=10000;rowfall sink=sqlite batch=10000" | note
}
run_transform() {
  transform --messages "$few" --run rowfall,sax,sax-strict,dom | note
  transform --workload heavy --messages $((few / 5)) | note
}
run_scaling() {
  local n=$((messages / 100)) columns
  end_to_end design design "$messages" 3 "rowfall messages=$n;rowfall \
messages=$((n * 10));rowfall messages=$((n * 100))" |
    as scaling_messages | note
  for columns in 2 20 200; do
    transform --workload "flat:$columns" \
      --messages $((n * 20 / columns)) | as scaling_columns | note
  done
  end_to_end design design "$n" 3 "rowfall views=1;rowfall views=10;\
rowfall views=100 messages=$(at_most "$n" 20000)" | as scaling_views | note
}
run_standstill() {
  local sink
  for sink in block refuse; do
    program standstill --brokers "$brokers" --topic design \
      --seconds "$seconds" --sink "$sink" | note
  done
}
run_latency() {
  program latency --brokers "$brokers" --seconds $((seconds + 5)) | note
}
# What is read is a backlog, to which another process adds at the same rate.
run_slow() {
  local rate=100000 topic=design
  if [ $((rate * (slow_seconds + 5))) -gt "$messages" ]; then
    topic=slow
    program generate --workload design --brokers "$brokers" --topic slow \
      --messages $((rate * 5)) --retain 1000000000 > /dev/null
    # Not by program(): what is ended must be the program itself.
    "$build/bench/rowfall-bench-generate" --workload design \
      --brokers "$brokers" --topic slow --rate $rate \
      --messages $((rate * (slow_seconds + 10))) > /dev/null &
    producer=$!
  fi
  program slow-sink --brokers "$brokers" --topic "$topic" --rate $rate \
    --seconds "$slow_seconds" | note
  [ -z "${producer:-}" ] || { kill "$producer" 2> /dev/null || true; }
}
run_micro() {
  local bench
  for bench in "$build"/bench/*_bench; do
    "$bench" --benchmark_min_time=0.1 --benchmark_format=json \
      > "$out/$(basename "$bench").json"
  done
  python3 bench/results.py micro "$out"/*_bench.json >> "$results"
}
run_peers() {
  program generate --workload design --messages "$few" > "$TMPDIR/design.json"
  bench/peers/duckdb.sh "$TMPDIR/design.json" "$rounds" | note
  rm "$TMPDIR/design.json"
  bench/peers/flink.sh "$brokers" design "$messages" \
    $((quick == 1 ? 1 : 3)) | note
}

for part in endtoend heavy shapes sqlite transform scaling standstill \
  latency slow micro peers; do
  [ "$part" != peers ] || [ "$peers" -eq 1 ] || [ "$only" = peers ] || continue
  wanted "$part" || continue
  echo "== $part ($SECONDS s)"
  run_$part
done

python3 bench/results.py summary "$out"
cat "$out/summary.md"
echo "$results ($SECONDS s)"
