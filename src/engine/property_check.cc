// SPDX-License-Identifier: Apache-2.0
// Asks the source stage about each property of a statement.
#include "engine/property_check.h"

#include "base/error.h"
#include "base/text.h"
#include "source/kafka_properties.h"

namespace rowfall::engine {

absl::Status CheckProperties(const plan::SourcePlan& source) {
  for (const auto& [key, value] : source.properties) {
    const absl::Status status = source::CheckSqlProperty(key, value);
    if (status.ok()) continue;
    return base::ErrorAt(status.code(), source.property_places.at(key),
                         base::FromAbsl(status.message()));
  }
  return absl::OkStatus();
}

}  // namespace rowfall::engine
