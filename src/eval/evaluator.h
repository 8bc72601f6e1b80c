// SPDX-License-Identifier: Apache-2.0
// Evaluates a bound view on one batch.
#ifndef ROWFALL_EVAL_EVALUATOR_H_
#define ROWFALL_EVAL_EVALUATOR_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plan/view_plan.h"
#include "rowfall/batch.h"
#include "rowfall/materialized_view.h"

namespace rowfall::eval {

// Filters, projects, groups and sorts. Keeps its memory between batches. Not
// thread-safe.
class Evaluator {
 public:
  static absl::StatusOr<std::unique_ptr<Evaluator>> Make(
      std::shared_ptr<const plan::ViewPlan> plan);
  virtual ~Evaluator() = default;

  // `leaves` has a column for each leaf of the plan. Returns the result, with
  // origins; appends rows whose evaluation failed to `failed` (indexes into
  // `leaves`, ascending), those with a value beyond data::MaxValueBytes() among
  // them. Errors: Internal; those of a host's function that may pass
  // (base/trouble.h), and want of memory as std::bad_alloc. After these the
  // evaluator is of no use any more.
  virtual absl::StatusOr<Batch> Evaluate(const Batch& leaves, absl::Time now,
                                         std::vector<FailedRow>& failed) = 0;

  // Returns what the last Evaluate() made NULL in rows of its result (or what
  // DISTINCT made of them), if the plan replaces failures: for each row of
  // `leaves`, or first row of a group, and column once, ascending.
  virtual std::span<const FailedRow> replaced() const = 0;

  // Returns the memory that is kept for the next batch. What a batch takes more
  // is asked for by data::TakeMemory().
  virtual size_t HeldBytes() const = 0;
};

// Whether the rows of a result are those of parts of the batch, one after the
// other: no groups, no DISTINCT, no ORDER BY.
bool IsRowByRow(const plan::ViewPlan& plan);

// Returns the leaves of `plan` taken from a batch that has the whole columns of
// the source by name: paths are walked in the stored json.
absl::StatusOr<Batch> ExtractLeaves(const plan::ViewPlan& plan,
                                    const Batch& source);

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_EVALUATOR_H_
