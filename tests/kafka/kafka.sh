#!/usr/bin/env bash
# An Apache Kafka for tests: one process, broker and controller in one.
#   kafka.sh fetch         fetches the jars with Maven, if they are not there
#   kafka.sh start DIR     starts a broker in DIR; its address is in DIR/brokers
#   kafka.sh stop DIR      stops it
# The jars are in ROWFALL_KAFKA_LIBS, by default in the user's cache folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")
libs=${ROWFALL_KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/rowfall/kafka-$version}

fetch() {
  [ -e "$libs/kafka_2.13-$version.jar" ] && return
  echo "Fetching Apache Kafka $version into $libs"
  mkdir -p "$(dirname "$libs")"
  local part
  part=$(mktemp -d "$libs.XXXXXX")
  mvn -q -B -f "$here/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$part"
  chmod 755 "$part"
  mv "$part" "$libs"
}

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range that the system gives to outgoing connections.
free_port() {
  local port
  while :; do
    port=$((10000 + RANDOM % 20000))
    is_open "$port" || { echo "$port"; return; }
  done
}

# Timers are short and topics small, so that tests need not wait.
write_properties() {  # DIR PORT CONTROLLER_PORT
  cat > "$1/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
log.dirs=$1/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.retention.check.interval.ms=1000
log.cleaner.backoff.ms=300
file.delete.delay.ms=500
END
}

# The broker's process id, if it is really ours that runs under it.
running_pid() {  # DIR
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null |
    grep -qF "kafka.Kafka $1/server.properties" || return 1
  echo "$pid"
}

launch() {  # DIR; the broker answers when it returns 0
  local dir=$1 port waited
  rm -rf "$dir"
  mkdir -p "$dir"
  port=$(free_port)
  write_properties "$dir" "$port" "$(free_port)"
  java -cp "$libs/*" kafka.tools.StorageTool format \
    -t MkU3OEVBNTcwNTJENDM2Qg -c "$dir/server.properties" \
    > "$dir/log" 2>&1 || return 1
  setsid nohup java -Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$libs/*" kafka.Kafka "$dir/server.properties" \
    < /dev/null >> "$dir/log" 2>&1 &
  echo $! > "$dir/pid"
  for ((waited = 0; waited < 600; ++waited)); do
    if is_open "$port"; then
      echo "127.0.0.1:$port" > "$dir/brokers"
      return 0
    fi
    running_pid "$dir" > /dev/null || [ "$waited" -lt 5 ] || return 1
    sleep 0.1
  done
  return 1
}

start() {  # DIR
  if [ ! -e "$libs/kafka_2.13-$version.jar" ]; then
    echo "No Apache Kafka in '$libs': run tests/kafka/kafka.sh fetch" >&2
    exit 1
  fi
  stop "$1"
  for _ in 1 2 3; do  # Another process may have taken the port.
    launch "$1" && { echo "Kafka $version on $(cat "$1/brokers")"; return; }
    cat "$1/log" >&2
    stop "$1"
  done
  echo "Apache Kafka did not start" >&2
  exit 1
}

stop() {  # DIR
  local pid waited
  pid=$(running_pid "$1") || return 0
  kill "$pid"
  for ((waited = 0; waited < 100; ++waited)); do
    running_pid "$1" > /dev/null || break
    sleep 0.1
  done
  if running_pid "$1" > /dev/null; then kill -9 "$pid"; fi
  rm -rf "$1/data" "$1/brokers" "$1/pid"
}

case ${1:-} in
  fetch) fetch ;;
  start) start "$2" ;;
  stop) stop "$2" ;;
  *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
esac
