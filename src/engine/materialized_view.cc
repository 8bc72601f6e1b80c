// SPDX-License-Identifier: Apache-2.0
// A compiled SELECT for hosts: parser, planner and evaluators behind one face.
#include "rowfall/materialized_view.h"

#include <iterator>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"
#include "eval/evaluator.h"
#include "plan/view_options.h"
#include "plan/view_plan.h"
#include "sql/parser.h"

namespace rowfall {
namespace {

// Takes the SELECT of a whole statement, or a SELECT alone.
absl::StatusOr<sql::Select> ParseView(std::string_view text) {
  if (!sql::IsOurStatement(text)) return sql::ParseSelect(text);
  ROWFALL_ASSIGN_OR_RETURN(sql::Statement statement, sql::ParseStatement(text));
  auto* view = std::get_if<sql::CreateView>(&statement);
  if (view == nullptr) {
    return base::InvalidAt({1, 1},
                           "Expected SELECT or CREATE MATERIALIZED VIEW");
  }
  ROWFALL_RETURN_IF_ERROR(plan::PlanViewOptions(*view).status());
  return std::move(view->select);
}

}  // namespace

struct MaterializedView::Impl {
  std::shared_ptr<const plan::ViewPlan> plan;

  // Evaluators that no Apply() uses now. One serves one call at a time.
  std::mutex mutex;
  std::vector<std::unique_ptr<eval::Evaluator>> idle;

  absl::StatusOr<std::unique_ptr<eval::Evaluator>> TakeEvaluator() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!idle.empty()) {
        auto evaluator = std::move(idle.back());
        idle.pop_back();
        return evaluator;
      }
    }
    return eval::Evaluator::Make(plan);
  }

  void GiveBack(std::unique_ptr<eval::Evaluator> evaluator) {
    const std::lock_guard<std::mutex> lock(mutex);
    idle.push_back(std::move(evaluator));
  }
};

MaterializedView::MaterializedView(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
MaterializedView::MaterializedView(MaterializedView&&) noexcept = default;
MaterializedView& MaterializedView::operator=(MaterializedView&&) noexcept =
    default;
MaterializedView::~MaterializedView() = default;

const Schema& MaterializedView::schema() const { return *impl_->plan->schema; }

absl::StatusOr<MaterializedView> MaterializedView::Compile(
    std::string_view select, const Schema& source, const Options& options) {
  return base::Guarded([&]() -> absl::StatusOr<MaterializedView> {
    ROWFALL_ASSIGN_OR_RETURN(const sql::Select parsed, ParseView(select));
    plan::ViewBinding binding;
    binding.source = &source;
    binding.source_name = parsed.from;
    binding.destination = options.destination;
    binding.functions = options.functions;
    binding.typed_leaves = false;  // Apply() is given whole columns.
    auto impl = std::make_unique<Impl>();
    ROWFALL_ASSIGN_OR_RETURN(impl->plan, plan::PlanView(parsed, binding));
    return MaterializedView(std::move(impl));
  });
}

absl::StatusOr<Batch> MaterializedView::Apply(const Batch& input,
                                              std::vector<FailedRow>* failed,
                                              absl::Time now) const {
  return base::Guarded([&]() -> absl::StatusOr<Batch> {
    ROWFALL_ASSIGN_OR_RETURN(const Batch leaves,
                             eval::ExtractLeaves(*impl_->plan, input));
    ROWFALL_ASSIGN_OR_RETURN(auto evaluator, impl_->TakeEvaluator());
    std::vector<FailedRow> failures;
    auto result = evaluator->Evaluate(leaves, now, failures);
    if (!result.ok()) return result;
    impl_->GiveBack(std::move(evaluator));
    if (failures.empty()) return result;
    if (failed == nullptr) {
      const FailedRow& first = failures.front();
      return absl::InvalidArgumentError(base::ToAbsl(base::Cat(
          first.reason, " [row ", first.row, ", column ", first.column, "]")));
    }
    failed->insert(failed->end(), std::make_move_iterator(failures.begin()),
                   std::make_move_iterator(failures.end()));
    return result;
  });
}

}  // namespace rowfall
