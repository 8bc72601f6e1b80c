// SPDX-License-Identifier: Apache-2.0
// Whether SQL may set the client properties of a source.
#ifndef ROWFALL_ENGINE_PROPERTY_CHECK_H_
#define ROWFALL_ENGINE_PROPERTY_CHECK_H_

#include "absl/status/status.h"
#include "plan/source_plan.h"

namespace rowfall::engine {

// Errors: those of source::CheckSqlProperty, with the property's place.
absl::Status CheckProperties(const plan::SourcePlan& source);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_PROPERTY_CHECK_H_
