// SPDX-License-Identifier: Apache-2.0
// A view on rows given as JSON lines: what the golden files of eval tell.
#ifndef ROWFALL_TESTS_EVAL_VIEW_STORY_H_
#define ROWFALL_TESTS_EVAL_VIEW_STORY_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/leaf.h"
#include "plan/view_plan.h"
#include "rowfall/batch.h"
#include "rowfall/function.h"
#include "rowfall/materialized_view.h"
#include "rowfall/schema.h"

namespace rowfall::eval {

// Parses e.g. "id bigint, term text not null".
Schema ParseSchema(std::string_view text);

// Returns a batch of `leaves` of JSON objects, compact and one a line, with
// the rows' numbers as origins. A row with a value that does not fit its leaf
// is left out and told in `rejected`.
Batch MakeLeaves(const std::vector<data::Leaf>& leaves,
                 const std::vector<std::string>& rows,
                 std::vector<FailedRow>& rejected);
// The same for the columns of a schema.
Batch MakeBatch(const Schema& schema, const std::vector<std::string>& rows);

// Parses and plans; with `typed_leaves` as PlanView() has them by default.
absl::StatusOr<std::shared_ptr<const plan::ViewPlan>> PlanSelect(
    std::string_view select, const plan::ViewBinding& binding);

// Keeps the source, the table and the rows between the blocks of a file:
//
//     source id bigint, j json     (or: source *, for no column list)
//     table id bigint not null     (or: table -)
//     rows
//     {"id":1}
//     select ...
//     explain select ...
//
// The output of SELECT is the schema, then the rows, each with the number of
// the row that it came from, then what was rejected or failed.
class ViewStory {
 public:
  ViewStory();
  std::string Run(const std::string& block);

 private:
  std::string RunSelect(const std::string& text, bool explain);

  FunctionRegistry functions_;
  Schema source_;
  bool source_has_columns_ = true;
  std::optional<Schema> table_;
  std::vector<std::string> rows_;
};

}  // namespace rowfall::eval

#endif  // ROWFALL_TESTS_EVAL_VIEW_STORY_H_
