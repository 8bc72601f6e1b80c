// SPDX-License-Identifier: Apache-2.0
// Which client properties SQL and the host may set.
#ifndef ROWFALL_SOURCE_KAFKA_PROPERTIES_H_
#define ROWFALL_SOURCE_KAFKA_PROPERTIES_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rowfall/source.h"

namespace rowfall::source {

// Checks a dotted key of CREATE SOURCE.
// Errors:
//   NotFound: no such property; with the nearest name.
//   InvalidArgument: only the host may set it, or nobody, with the reason; or
//   the value does not fit. A secret value is never in the text.
absl::Status CheckSqlProperty(std::string_view key, std::string_view value);

// Checks a property of EngineOptions: any that librdkafka knows, except those
// that would break the delivery promise. Errors: as above.
absl::Status CheckHostProperty(std::string_view key, std::string_view value);

// Returns what isolation.level is with these properties, however librdkafka
// lets it be written. What it refuses counts as the default.
Isolation IsolationOf(const std::map<std::string, std::string>& properties);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_KAFKA_PROPERTIES_H_
