// SPDX-License-Identifier: Apache-2.0
// What is known of the librdkafka that was loaded.
#include "source/client_version.h"

#include <string_view>

#include <librdkafka/rdkafka.h>

#include "base/text.h"
#include "rowfall/version.h"

namespace rowfall {

std::string_view KafkaClientVersion() { return rd_kafka_version_str(); }

}  // namespace rowfall

namespace rowfall::source {
namespace {

bool Between(int version, int first, int behind) {
  return version >= first && version < behind;
}

std::string Dotted(int version) {
  return base::Cat(version >> 24 & 0xff, ".", version >> 16 & 0xff, ".",
                   version >> 8 & 0xff);
}

// Returns what is wrong with a version, or nothing.
std::string_view Defect(int version) {
  if (Between(version, ClientVersion(2, 1, 0), ClientVersion(2, 3, 0)))
    return "it resets positions when a broker's answer fails validation";
  if (Between(version, ClientVersion(2, 5, 0), ClientVersion(2, 5, 1)))
    return "its telemetry can abort the process";
  if (Between(version, ClientVersion(2, 6, 0), ClientVersion(2, 6, 1)))
    return "it fetches wrongly from brokers before 2.7";
  if (Between(version, ClientVersion(2, 10, 0), ClientVersion(2, 10, 1)))
    return "it bootstraps again in an endless loop";
  return "";
}

}  // namespace

absl::Status CheckClientVersion(int version) {
  if (version < ClientVersion(2, 0, 2)) {
    return absl::FailedPreconditionError(base::Cat(
        "librdkafka 2.0.2 or newer is needed, loaded is ", Dotted(version)));
  }
  // Before the release candidates of 2.3 positions can be lost: promise 1.
  if (Between(version, ClientVersion(2, 1, 0), ClientVersion(2, 3, 0))) {
    return absl::FailedPreconditionError(base::Cat(
        "librdkafka ", Dotted(version), " cannot be used: ", Defect(version)));
  }
  return absl::OkStatus();
}

std::string ClientVersionWarning(int version) {
  std::string_view defect = Defect(version);
  if (!defect.empty()) {
    return base::Cat("librdkafka ", Dotted(version),
                     " should be replaced: ", defect);
  }
  if (version >= ClientVersion(2, 10, 1)) return "";
  return base::Cat("librdkafka ", Dotted(version),
                   " is old, 2.14.2 or newer is recommended");
}

std::string_view ClientVersionHint(int version, std::string_view error) {
  if (version >= ClientVersion(2, 6, 1) ||
      error.find("SCRAM") == std::string_view::npos)
    return "";
  return "; SCRAM with Kafka 4 needs librdkafka 2.6.1 or newer";
}

bool BatchConsumeIsSafe(int version) {
  return !Between(version, ClientVersion(2, 2, 0), ClientVersion(2, 13, 2));
}

bool FetchStalls(int version) { return version < ClientVersion(2, 2, 0); }

}  // namespace rowfall::source
