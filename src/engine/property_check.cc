// SPDX-License-Identifier: Apache-2.0
// Asks the source stage about each property of a statement.
#include "engine/property_check.h"

#include "base/error.h"
#include "base/text.h"
#include "source/kafka_properties.h"
#include "source/property_relations.h"

namespace rowfall::engine {

absl::Status CheckProperties(const plan::SourcePlan& source,
                             const EngineOptions& options) {
  for (const auto& [key, value] : source.properties) {
    const absl::Status status = source::CheckSqlProperty(key, value);
    if (status.ok()) continue;
    return base::ErrorAt(status.code(), source.property_places.at(key),
                         base::FromAbsl(status.message()));
  }
  const auto fault = source::CheckTogether(
      source.properties, options.kafka_properties, options.max_prefetch_bytes);
  if (!fault.has_value()) return absl::OkStatus();
  return base::ErrorAt(fault->status.code(),
                       source.property_places.at(fault->key),
                       base::FromAbsl(fault->status.message()));
}

}  // namespace rowfall::engine
