#!/usr/bin/env bash
# An Apache Kafka for tests: one process, broker and controller in one.
#   kafka.sh fetch         fetches the jars with Maven, if they are not there
#   kafka.sh start DIR [--brokers N] [--proxied N] [--secure]
#                          starts a broker in DIR; its address is in DIR/brokers
#   kafka.sh run DIR       runs a broker again that was started and has ended
#   kafka.sh quota DIR CLIENT_ID BYTES
#                          what clients of that id may fetch a second
#   kafka.sh stop DIR      stops it
# --brokers N: N processes in DIR/1 to DIR/N, each as DIR is else; the first is
# the controller. --proxied N: N more listeners of each, which send clients to
# other ports; DIR/proxied has a line "port-that-clients-use port-of-broker"
# for each. --secure: listeners with TLS, TLS with client certificates, and
# SASL over TLS (alice, DIR/password), with access control; their addresses are
# in DIR/listeners, certificates in DIR/tls, and DIR/proxied_tls is to one with
# TLS what DIR/proxied is.
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
write_properties() {  # DIR ID PORT CONTROLLER_PORT
  local roles=broker listeners="PLAINTEXT://127.0.0.1:$3" controller=
  if [ "$2" -eq 1 ]; then
    roles=broker,controller
    controller=",CONTROLLER://127.0.0.1:$4"
  fi
  cat > "$1/server.properties" <<END
process.roles=$roles
node.id=$2
controller.quorum.voters=1@127.0.0.1:$4
listeners=$listeners$controller
advertised.listeners=$listeners
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$1/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=$brokers
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
broker.session.timeout.ms=5000
broker.heartbeat.interval.ms=500
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.retention.check.interval.ms=1000
log.cleaner.backoff.ms=300
file.delete.delay.ms=500
END
  add_proxied "$1"
  [ -z "$secure" ] || add_secure "$1"
}

add_listener() {  # DIR NAME PROTOCOL PORT ADVERTISED_PORT
  sed -i -e "/^listeners=/s|\$|,$2://127.0.0.1:$4|" \
    -e "/^advertised.listeners=/s|\$|,$2://127.0.0.1:$5|" \
    -e "/^listener.security.protocol.map=/s|\$|,$2:$3|" "$1/server.properties"
}

add_proxied() {  # DIR
  local i port advertised
  for ((i = 1; i <= proxied; ++i)); do
    port=$(free_port)
    advertised=$(free_port)
    add_listener "$1" "PROXIED$i" PLAINTEXT "$port" "$advertised"
    echo "$advertised $port" >> "$1/proxied"
  done
}

add_secure() {  # DIR
  local name protocol store port advertised
  openssl rand -hex 12 > "$1/password"
  "$here/certificates.sh" "$1/tls"
  while read -r name protocol store; do
    port=$(free_port)
    advertised=$port
    [ "$name" != PROXIEDTLS ] || advertised=$(free_port)
    add_listener "$1" "$name" "$protocol" "$port" "$advertised"
    echo "$name 127.0.0.1:$port" >> "$1/listeners"
    [ "$name" != PROXIEDTLS ] || echo "$advertised $port" > "$1/proxied_tls"
    cat >> "$1/server.properties" <<END
listener.name.${name,,}.ssl.keystore.type=PEM
listener.name.${name,,}.ssl.keystore.location=$1/tls/$store.pem
END
  done <<END
TLS SSL broker
PROXIEDTLS SSL broker
EXPIRED SSL expired
WRONGHOST SSL wrong_host
CLIENTTLS SSL broker
SASL SASL_SSL broker
END
  cat >> "$1/server.properties" <<END
listener.name.clienttls.ssl.client.auth=required
listener.name.clienttls.ssl.truststore.type=PEM
listener.name.clienttls.ssl.truststore.location=$1/tls/ca.pem
listener.name.sasl.sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.sasl.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required \
user_alice="$(cat "$1/password")";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
END
}

# The broker's process id, if it is really ours that runs under it.
running_pid() {  # DIR
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null |
    grep -qF "kafka.Kafka $1/server.properties" || return 1
  echo "$pid"
}

format() {  # DIR
  local scram=()
  [ ! -e "$1/password" ] || scram=(--add-scram
    "SCRAM-SHA-256=[name=alice,password=$(cat "$1/password")]")
  java -XX:TieredStopAtLevel=1 -cp "$libs/*" kafka.tools.StorageTool format \
    -t MkU3OEVBNTcwNTJENDM2Qg -c "$1/server.properties" \
    "${scram[@]}" \
    > "$1/log" 2>&1
}

run() {  # DIR
  setsid nohup java -Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$libs/*" kafka.Kafka "$1/server.properties" \
    < /dev/null >> "$1/log" 2>&1 &
  echo $! > "$1/pid"
}

await() {  # DIR; the broker answers when it returns 0
  local port waited
  port=$(sed -n 's|^listeners=PLAINTEXT://127.0.0.1:\([0-9]*\).*|\1|p' \
    "$1/server.properties")
  for ((waited = 0; waited < 900; ++waited)); do
    if is_open "$port"; then
      echo "127.0.0.1:$port" > "$1/brokers"
      return 0
    fi
    running_pid "$1" > /dev/null || [ "$waited" -lt 5 ] || return 1
    sleep 0.1
  done
  return 1
}

nodes() {  # DIR; the folders of its processes
  if [ -d "$1/1" ]; then ls -d "$1"/[0-9]*; else echo "$1"; fi
}

launch() {  # DIR; the brokers answer when it returns 0
  local dir=$1 id node controller
  rm -rf "$dir"
  controller=$(free_port)
  for ((id = 1; id <= brokers; ++id)); do
    node=$dir
    [ "$brokers" -eq 1 ] || node=$dir/$id
    mkdir -p "$node"
    write_properties "$node" "$id" "$(free_port)" "$controller"
    format "$node" || return 1
  done
  for node in $(nodes "$dir"); do run "$node"; done
  for node in $(nodes "$dir"); do await "$node" || return 1; done
  [ "$brokers" -eq 1 ] || cat "$dir"/[0-9]*/brokers | paste -sd, > "$dir/brokers"
}

start() {  # DIR [OPTION...]
  local dir=$1
  shift
  brokers=1 proxied=0 secure=
  while [ $# -gt 0 ]; do
    case $1 in
      --brokers) brokers=$2; shift 2 ;;
      --proxied) proxied=$2; shift 2 ;;
      --secure) secure=yes; shift ;;
      *) echo "Unknown option: $1" >&2; exit 2 ;;
    esac
  done
  if [ ! -e "$libs/kafka_2.13-$version.jar" ]; then
    echo "No Apache Kafka in '$libs': run tests/kafka/kafka.sh fetch" >&2
    exit 1
  fi
  stop "$dir"
  for _ in 1 2 3; do  # Another process may have taken the port.
    launch "$dir" && { echo "Kafka $version on $(cat "$dir/brokers")"; return; }
    for node in $(nodes "$dir"); do cat "$node/log" >&2; done
    stop "$dir"
  done
  echo "Apache Kafka did not start" >&2
  exit 1
}

run_again() {  # DIR
  ! running_pid "$1" > /dev/null || { echo "It runs: $1" >&2; exit 1; }
  run "$1"
  await "$1" || { tail -n 50 "$1/log" >&2; exit 1; }
}

quota() {  # DIR CLIENT_ID BYTES
  java -XX:TieredStopAtLevel=1 -cp "$libs/*" kafka.admin.ConfigCommand \
    --bootstrap-server "$(cat "$1/brokers")" --alter --entity-type clients \
    --entity-name "$2" --add-config "consumer_byte_rate=$3"
}

# What it wrote is deleted, so there is nothing that it could finish.
stop() {  # DIR
  local node pid waited
  for node in $(nodes "$1"); do
    pid=$(running_pid "$node") || continue
    kill -9 "$pid"
    for ((waited = 0; waited < 100; ++waited)); do
      running_pid "$node" > /dev/null || break
      sleep 0.1
    done
  done
  for node in $(nodes "$1"); do
    rm -rf "$node/data" "$node/brokers" "$node/pid" "$node/proxied"
  done
  rm -rf "$1/brokers" "$1/listeners" "$1/proxied_tls" "$1/tls"
}

case ${1:-} in
  fetch) fetch ;;
  start) shift; start "$@" ;;
  run) run_again "$2" ;;
  quota) quota "$2" "$3" "$4" ;;
  stop) stop "$2" ;;
  *) sed -n '2,18s/^# //p' "$0" >&2; exit 2 ;;
esac
