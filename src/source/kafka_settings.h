// SPDX-License-Identifier: Apache-2.0
// The configuration of a consumer: what is ours, what is the user's, and the
// check that ours holds.
#ifndef ROWFALL_SOURCE_KAFKA_SETTINGS_H_
#define ROWFALL_SOURCE_KAFKA_SETTINGS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/source.h"
#include "source/handle.h"

namespace rowfall::source {

// Returns the configuration for `config`, without callbacks: our defaults,
// then its properties, then what never may differ.
// Errors: InvalidArgument for a property or a combination that does not fit.
absl::StatusOr<ConfHandle> MakeConf(const SourceConfig& config,
                                    size_t max_prefetch_bytes);

// Checks that a client really runs with what never may differ.
// Errors: Internal.
absl::Status CheckEffective(const rd_kafka_conf_t* conf);

// Returns the property's value in effect, empty where it has none.
std::string GetProperty(const rd_kafka_conf_t* conf, const char* key);

// Returns the values that must not be shown.
std::vector<std::string> SecretValues(const SourceConfig& config);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_KAFKA_SETTINGS_H_
