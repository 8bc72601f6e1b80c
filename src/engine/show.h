// SPDX-License-Identifier: Apache-2.0
// What SHOW and EXPLAIN answer.
#ifndef ROWFALL_ENGINE_SHOW_H_
#define ROWFALL_ENGINE_SHOW_H_

#include "engine/objects.h"
#include "engine/view_spec.h"
#include "rowfall/engine.h"
#include "rowfall/stats.h"

namespace rowfall::engine {

Result ShowSources(const Sources& sources);
Result ShowViews(const Views& views);
Result ShowSource(const SourceObject& source);
Result ShowView(const ViewObject& view);
Result ShowStatus(const ViewStatus& status);
Result ShowPlan(const ViewSpec& view);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_SHOW_H_
