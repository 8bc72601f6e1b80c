// SPDX-License-Identifier: Apache-2.0
// The leaves of a plan from whole columns.
#include <utility>

#include "base/path.h"
#include "base/status.h"
#include "base/text.h"
#include "eval/evaluator.h"
#include "function/function.h"

namespace rowfall::eval {
namespace {

using ColumnPtr = std::shared_ptr<const Column>;

absl::StatusOr<ColumnPtr> WholeColumn(const Batch& source,
                                      const data::Leaf& leaf) {
  const auto index = source.schema().IndexOf(leaf.column);
  if (!index.has_value()) {
    return absl::InvalidArgumentError(base::ToAbsl(
        base::Cat("Column not found in the batch: '", leaf.column, "'")));
  }
  const Type type = leaf.path.empty() ? leaf.type : Type::kJson;
  if (source.column(*index).type() != type) {
    return absl::InvalidArgumentError(base::ToAbsl(base::Cat(
        "Column of the batch is ", TypeName(source.column(*index).type()),
        " and not ", TypeName(type), ": '", leaf.column, "'")));
  }
  return source.column_ptr(*index);
}

ColumnPtr WalkPath(const base::Path& path, const Column& whole) {
  auto values = std::make_shared<Column>(Type::kJson);
  function::RowErrors errors;  // A path that leads nowhere is NULL.
  const function::Argument argument = {&whole, false};
  function::MakePathKernel(path)->Evaluate({}, {&argument, 1}, whole.size(),
                                           *values, errors);
  return values;
}

}  // namespace

absl::StatusOr<Batch> ExtractLeaves(const plan::ViewPlan& plan,
                                    const Batch& source) {
  std::vector<Field> fields;
  std::vector<ColumnPtr> columns;
  for (const data::Leaf& leaf : plan.leaves) {
    ROWFALL_ASSIGN_OR_RETURN(ColumnPtr column, WholeColumn(source, leaf));
    if (!leaf.path.empty()) {
      ROWFALL_RET_CHECK(leaf.type == Type::kJson);  // No typed_leaves.
      column = WalkPath(leaf.path, *column);
    }
    fields.push_back(
        {base::Cat(leaf.column, base::PathText(leaf.path)), leaf.type});
    columns.push_back(std::move(column));
  }
  return Batch(std::make_shared<const Schema>(std::move(fields)),
               std::move(columns), source.num_rows(),
               {source.origins().begin(), source.origins().end()});
}

}  // namespace rowfall::eval
