// SPDX-License-Identifier: Apache-2.0
// A second, slow evaluator to compare with: the parsed SELECT, row by row over
// single values, without plans, columns and kernels.
#ifndef ROWFALL_TESTS_EVAL_SLOW_VIEW_H_
#define ROWFALL_TESTS_EVAL_SLOW_VIEW_H_

#include <map>
#include <string>
#include <vector>

#include "rowfall/batch.h"
#include "rowfall/value.h"
#include "sql/ast.h"

namespace rowfall::eval {

struct SlowResult {
  std::vector<std::vector<Value>> rows;
  std::vector<uint32_t> origins;           // The row of the input.
  std::map<uint32_t, std::string> failed;  // Row to column or clause.
};

// Evaluates what RandomView writes.
SlowResult EvaluateSlowly(const sql::Select& select, const Batch& input);

}  // namespace rowfall::eval

#endif  // ROWFALL_TESTS_EVAL_SLOW_VIEW_H_
