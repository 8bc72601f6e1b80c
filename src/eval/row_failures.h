// SPDX-License-Identifier: Apache-2.0
// Rows for which an expression failed: the first failure of each.
#ifndef ROWFALL_EVAL_ROW_FAILURES_H_
#define ROWFALL_EVAL_ROW_FAILURES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rowfall::eval {

// Collects failures among rows 0 up to a number; keeps its memory.
class RowFailures {
 public:
  struct Failure {
    uint32_t row;
    std::string_view label;  // The result column or clause; of the plan.
    std::string reason;
  };

  void Start(size_t num_rows) {
    num_rows_ = num_rows;
    failures_.clear();
  }

  // Keeps the first failure of a row.
  void Add(uint32_t row, std::string_view label, const std::string& reason) {
    if (failures_.empty()) failed_.assign(num_rows_, false);
    if (failed_[row]) return;
    failed_[row] = true;
    failures_.push_back({row, label, reason});
  }

  bool empty() const { return failures_.empty(); }
  bool Has(uint32_t row) const { return !failures_.empty() && failed_[row]; }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  size_t num_rows_ = 0;
  std::vector<bool> failed_;  // Valid while there are failures.
  std::vector<Failure> failures_;
};

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_ROW_FAILURES_H_
