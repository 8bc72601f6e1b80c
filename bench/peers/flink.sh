#!/usr/bin/env bash
# Measures Flink SQL 2.0 on a topic of the workload 'design', parallelism 1 and
# 2, and prints lines of JSON; fetches its jars with Maven when first run.
#   flink.sh BROKERS TOPIC MESSAGES [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's:.*<flink.version>\(.*\)</flink.version>.*:\1:p' "$here/pom.xml")
libs=${ROWFALL_FLINK_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/rowfall/flink-$version}

. "$here/../../cmake/install_missing.sh"
install_missing openjdk-17-jdk-headless maven >&2
if [ ! -e "$libs/flink-clients-$version.jar" ]; then
  echo "Fetching Flink $version into $libs" >&2
  mkdir -p "$(dirname "$libs")"
  part=$(mktemp -d "$libs.XXXXXX")
  mvn -q -B -f "$here/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$part" >&2
  mv "$part" "$libs"
fi

# What Flink's own scripts open for Java 17.
opens=()
for package in java.lang java.lang.reflect java.net java.nio java.text \
  java.time java.util java.util.concurrent java.util.concurrent.atomic \
  java.util.concurrent.locks; do
  opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
exec java -Xmx3g "${opens[@]}" -cp "$libs/*" "$here/FlinkPeer.java" \
  "$1" "$2" "$3" 4 "${4:-3}" 1 2
