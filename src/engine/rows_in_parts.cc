// SPDX-License-Identifier: Apache-2.0
// Results one after the other.
#include "engine/rows_in_parts.h"

#include <numeric>
#include <utility>

#include "data/memory_budget.h"

namespace rowfall::engine {
namespace {

// Makes rows of a part rows of the whole.
void MoveRows(std::vector<FailedRow>& rows, size_t begin, size_t before) {
  for (size_t i = begin; i < rows.size(); ++i) {
    rows[i].row += static_cast<uint32_t>(before);
  }
}

}  // namespace

RowsInParts::RowsInParts(std::shared_ptr<const Schema> schema,
                         eval::Evaluator& evaluator, absl::Time now)
    : schema_(std::move(schema)), evaluator_(evaluator), now_(now) {
  MakeColumns();
}

void RowsInParts::MakeColumns() {
  columns_.clear();
  for (const Field& field : schema_->fields()) {
    columns_.push_back(std::make_shared<Column>(field.type));
  }
}

void RowsInParts::Add(const Batch& leaves) {
  if (!status_.ok()) return;
  const size_t first_failed = failed_.size();
  const auto result = evaluator_.Evaluate(leaves, now_, failed_);
  if (!result.ok()) {
    status_ = result.status();
    return;
  }
  MoveRows(failed_, first_failed, rows_in_);
  const size_t first_replaced = replaced_.size();
  const auto replaced = evaluator_.replaced();
  replaced_.insert(replaced_.end(), replaced.begin(), replaced.end());
  MoveRows(replaced_, first_replaced, rows_in_);
  AppendRows(*result);
  rows_in_ += leaves.num_rows();
}

void RowsInParts::AppendRows(const Batch& rows) {
  if (all_.size() < rows.num_rows()) {
    all_.resize(rows.num_rows());
    std::iota(all_.begin(), all_.end(), 0u);
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i]->AppendRows(rows.column(i), {all_.data(), rows.num_rows()});
  }
  num_rows_ += rows.num_rows();
}

void RowsInParts::Clear() {
  rows_in_ = num_rows_ = 0;
  MakeColumns();
  failed_.clear();
  replaced_.clear();
}

absl::StatusOr<Batch> RowsInParts::Take(uint32_t message) {
  if (!status_.ok()) return status_;
  data::TakeMemory(num_rows_ * sizeof(uint32_t));
  return Batch(schema_,
               std::vector<std::shared_ptr<const Column>>(columns_.begin(),
                                                          columns_.end()),
               num_rows_, std::vector<uint32_t>(num_rows_, message));
}

}  // namespace rowfall::engine
