// SPDX-License-Identifier: Apache-2.0
// Rows in columns: what a view reads and what a sink writes.
#ifndef ROWFALL_BATCH_H_
#define ROWFALL_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/column.h"
#include "rowfall/export.h"
#include "rowfall/schema.h"

namespace rowfall {

/// Rows of one schema. Columns are shared and unchanging, so that a copy and
/// a renamed or projected batch cost no copy of values.
class ROWFALL_EXPORT Batch {
 public:
  /// An empty batch without columns.
  Batch();
  /// REQUIRES: one column a field, of its type, each of `num_rows` rows;
  /// `origins` is empty or has an entry a row.
  Batch(std::shared_ptr<const Schema> schema,
        std::vector<std::shared_ptr<const Column>> columns, size_t num_rows,
        std::vector<uint32_t> origins = {});

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& schema_ptr() const { return schema_; }
  size_t num_rows() const { return num_rows_; }
  size_t num_columns() const { return columns_.size(); }
  const Column& column(size_t i) const { return *columns_[i]; }
  const std::shared_ptr<const Column>& column_ptr(size_t i) const {
    return columns_[i];
  }
  /// Returns the column called `name` in any case, or null.
  const Column* FindColumn(std::string_view name) const;

  /// For each row the index of the message that it came from, in the batch of
  /// messages that was mapped; for a grouped row that of the group's first
  /// message. Empty for a batch that came from no messages.
  std::span<const uint32_t> origins() const { return origins_; }

  /// Returns a batch of copies of `rows`, in that order.
  Batch Take(std::span<const uint32_t> rows) const;

  /// Bytes of all columns.
  size_t ByteSize() const;
  /// Appends row `row` as a JSON object with the columns in order.
  void AppendRowJson(size_t row, std::string& out) const;
  /// Returns a table for tests and logs: a line of names, then a line a row.
  std::string ToString() const;

  /// Same schema and values; origins are not compared.
  friend bool operator==(const Batch& a, const Batch& b);

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<std::shared_ptr<const Column>> columns_;
  size_t num_rows_ = 0;
  std::vector<uint32_t> origins_;
};

}  // namespace rowfall

#endif  // ROWFALL_BATCH_H_
