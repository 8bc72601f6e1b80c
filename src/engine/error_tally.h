// SPDX-License-Identifier: Apache-2.0
// Counts what was skipped, dead-lettered and nulled, by place and column.
#ifndef ROWFALL_ENGINE_ERROR_TALLY_H_
#define ROWFALL_ENGINE_ERROR_TALLY_H_

#include <vector>

#include "rowfall/reject.h"
#include "rowfall/stats.h"

namespace rowfall::engine {

// Small whatever is counted: an entry for each partition and column that is
// concerned.
class ErrorTally {
 public:
  void Add(ErrorFate fate, const Reject& reject);
  void Add(const ErrorTally& other);
  // Adds what was counted to a view's status.
  void AddTo(ViewStatus& status) const;

  bool empty() const { return places_.empty(); }
  void Clear();

 private:
  std::vector<ErrorStatus> places_;    // By fate and partition.
  std::vector<ColumnErrors> columns_;  // By name.
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_ERROR_TALLY_H_
