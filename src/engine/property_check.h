// SPDX-License-Identifier: Apache-2.0
// Whether SQL may set the client properties of a source.
#ifndef ROWFALL_ENGINE_PROPERTY_CHECK_H_
#define ROWFALL_ENGINE_PROPERTY_CHECK_H_

#include "absl/status/status.h"
#include "plan/source_plan.h"
#include "rowfall/options.h"

namespace rowfall::engine {

// Checks each property and all of them together with those of the host.
// Errors: those of source::CheckSqlProperty and source::CheckTogether, with the
// property's place.
absl::Status CheckProperties(const plan::SourcePlan& source,
                             const EngineOptions& options);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_PROPERTY_CHECK_H_
