// SPDX-License-Identifier: Apache-2.0
// Reads the options of CREATE MATERIALIZED VIEW and names its group.
#include "plan/view_options.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "plan/option_reader.h"

namespace rowfall::plan {

absl::StatusOr<ViewOptions> PlanViewOptions(const sql::CreateView& statement) {
  ViewOptions options;
  for (const sql::Option& option : statement.options) {
    if (option.key != "consumer_group") {
      const std::string known[] = {"consumer_group"};
      return base::InvalidAt(
          option.place,
          base::Cat("Unknown option of a view: ", base::Quote(option.key),
                    base::DidYouMean(option.key, known)));
    }
    if (!options.consumer_group.empty()) {
      return base::InvalidAt(option.place, base::Cat("Option is given twice: ",
                                                     base::Quote(option.key)));
    }
    ROWFALL_ASSIGN_OR_RETURN(options.consumer_group, ReadGroupName(option));
  }
  return options;
}

std::string GroupOf(const SourcePlan& source, const sql::CreateView& view,
                    const ViewOptions& options) {
  if (!options.consumer_group.empty()) return options.consumer_group;
  return base::Cat(source.consumer_group, ".", view.name);
}

}  // namespace rowfall::plan
