// SPDX-License-Identifier: Apache-2.0
// What is known of the librdkafka that was loaded.
#ifndef ROWFALL_SOURCE_CLIENT_VERSION_H_
#define ROWFALL_SOURCE_CLIENT_VERSION_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace rowfall::source {

// A version as rd_kafka_version() gives it, e.g. 0x020002ff for 2.0.2.
constexpr int ClientVersion(int major, int minor, int patch) {
  return major << 24 | minor << 16 | patch << 8 | 0xff;
}

// Errors: FailedPrecondition for versions that lose messages or abort.
absl::Status CheckClientVersion(int version);
// Returns what should be said once about a version that works, or nothing.
std::string ClientVersionWarning(int version);

// Returns what to add to a broker's error that this version may be the cause
// of, or nothing: before 2.6.1 SCRAM says a number twice, which Kafka 4 takes
// for a wrong password.
std::string_view ClientVersionHint(int version, std::string_view error);

// Whether consuming in batches keeps positions right: not from 2.2.0 on,
// where an error in a batch moves the position, until 2.13.2.
bool BatchConsumeIsSafe(int version);
// Whether a full queue stops fetching for up to a second, without a setting
// for that pause.
bool FetchStalls(int version);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_CLIENT_VERSION_H_
