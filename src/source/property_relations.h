// SPDX-License-Identifier: Apache-2.0
// Whether the client properties of a source fit together.
#ifndef ROWFALL_SOURCE_PROPERTY_RELATIONS_H_
#define ROWFALL_SOURCE_PROPERTY_RELATIONS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace rowfall::source {

using Properties = std::map<std::string, std::string>;

// A property of SQL that is at fault, and why.
struct PropertyFault {
  std::string key;
  absl::Status status;
};

// Checks properties that CheckSqlProperty() and CheckHostProperty() let pass,
// one by one, against each other: those of SQL win over the host's, those of
// the host alone are its own matter. Certificates and keys are given to a
// client that connects to nobody and ends at once.
std::optional<PropertyFault> CheckTogether(const Properties& sql,
                                           const Properties& host,
                                           size_t max_prefetch_bytes);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_PROPERTY_RELATIONS_H_
