// SPDX-License-Identifier: Apache-2.0
// The options of CREATE MATERIALIZED VIEW, and the consumer group of a view.
#ifndef ROWFALL_PLAN_VIEW_OPTIONS_H_
#define ROWFALL_PLAN_VIEW_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "plan/source_plan.h"
#include "sql/ast.h"

namespace rowfall::plan {

struct ViewOptions {
  std::string consumer_group;  // Empty: none of its own.
};

// Errors: InvalidArgument with place and nearest name: an unknown, doubled or
// unfit option.
absl::StatusOr<ViewOptions> PlanViewOptions(const sql::CreateView& statement);

// Returns the group of a new view: its own, taken as it is written, or that of
// its source with the name of the view behind it. It depends on nothing but
// the two definitions, so that engines with the same ones agree, whatever the
// order in which they were created. No two views of other names get the same
// one from their sources, as names of views have no dots.
std::string GroupOf(const SourcePlan& source, const sql::CreateView& view,
                    const ViewOptions& options);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_VIEW_OPTIONS_H_
