// SPDX-License-Identifier: Apache-2.0
// The result of a batch that is evaluated some rows at a time.
#ifndef ROWFALL_ENGINE_ROWS_IN_PARTS_H_
#define ROWFALL_ENGINE_ROWS_IN_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "eval/evaluator.h"
#include "rowfall/batch.h"

namespace rowfall::engine {

// Evaluates parts, of one message each, and puts their results together.
class RowsInParts {
 public:
  // `evaluator` must outlive this.
  RowsInParts(std::shared_ptr<const Schema> schema, eval::Evaluator& evaluator,
              absl::Time now);

  // Evaluates the next rows. An error is kept for Take().
  void Add(const Batch& leaves);
  // Forgets all rows and failures.
  void Clear();

  size_t rows_in() const { return rows_in_; }
  // Rows as if there had been one batch.
  std::vector<FailedRow>& failed() { return failed_; }
  std::vector<FailedRow>& replaced() { return replaced_; }
  // Returns the result, whose rows are all of `message`.
  absl::StatusOr<Batch> Take(uint32_t message);

 private:
  void MakeColumns();
  void AppendRows(const Batch& rows);

  const std::shared_ptr<const Schema> schema_;
  eval::Evaluator& evaluator_;
  const absl::Time now_;
  absl::Status status_;
  size_t rows_in_ = 0;
  size_t num_rows_ = 0;
  std::vector<std::shared_ptr<Column>> columns_;
  std::vector<uint32_t> all_;
  std::vector<FailedRow> failed_;
  std::vector<FailedRow> replaced_;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_ROWS_IN_PARTS_H_
