// SPDX-License-Identifier: Apache-2.0
// Tables in memory that remember what was written to them.
#include "rowfall/testing/recording_sink.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"

namespace rowfall::testing {
namespace {

class RecordingSink : public Sink {
 public:
  explicit RecordingSink(std::shared_ptr<RecordingTable> table)
      : table_(std::move(table)) {}

  const Schema& schema() const override { return table_->schema(); }
  SinkTraits traits() const override { return table_->traits(); }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    (void)refused;
    return table_->Apply(rows, context);
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return table_->Positions(consumer_group);
  }

 private:
  const std::shared_ptr<RecordingTable> table_;
};

absl::Status Error(absl::StatusCode code, const std::string& text) {
  return absl::Status(code, absl::string_view(text.data(), text.size()));
}

constexpr size_t kNoColumn = ~size_t{0};

}  // namespace

RecordingTable::RecordingTable(Schema schema, SinkTraits traits)
    : schema_(std::move(schema)), traits_(traits) {}

std::vector<RecordedWrite> RecordingTable::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

size_t RecordingTable::num_writes() const {
  const std::lock_guard lock(mutex_);
  return writes_.size();
}

size_t RecordingTable::num_rows() const {
  const std::lock_guard lock(mutex_);
  return rows_.size();
}

std::vector<RecordingTable::Row> RecordingTable::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

std::vector<std::string> RecordingTable::RowsAsJson() const {
  std::vector<std::string> texts;
  for (const Row& row : rows()) {
    std::string& text = texts.emplace_back("{");
    for (size_t i = 0; i < row.size(); ++i) {
      if (i != 0) text += ',';
      AppendJson(Value(schema_.field(i).name), Type::kText, text);
      text += ':';
      AppendJson(row[i], schema_.field(i).type, text);
    }
    text += '}';
  }
  return texts;
}

std::vector<PartitionOffset> RecordingTable::Positions(
    std::string_view group) const {
  const std::lock_guard lock(mutex_);
  std::vector<PartitionOffset> positions;
  for (const auto& [key, position] : positions_) {
    if (key.first == group) positions.push_back(position);
  }
  return positions;
}

void RecordingTable::SetPosition(std::string_view group,
                                 const PartitionOffset& position) {
  const std::lock_guard lock(mutex_);
  positions_[{std::string(group), position.partition}] = position;
}

bool RecordingTable::WaitForRows(size_t rows, absl::Duration timeout) const {
  std::unique_lock lock(mutex_);
  return written_.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                           [&] { return rows_.size() >= rows; });
}

absl::Status RecordingTable::Apply(const Batch& rows,
                                   const WriteContext& context) {
  std::vector<size_t> columns;
  absl::Status status = CheckColumns(rows, columns);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  if (traits_.keeps_positions) {
    status = CheckPositions(context);
    if (!status.ok()) return status;
    for (const PartitionRange& range : context.ranges) {
      positions_[{std::string(context.consumer_group), range.partition}] = {
          range.partition, range.to, range.mark};
    }
  }
  for (size_t row = 0; row < rows.num_rows(); ++row) {
    Row values;
    for (const size_t column : columns) {
      values.push_back(column == kNoColumn ? Value()
                                           : rows.column(column).ValueAt(row));
    }
    Put(std::move(values));
  }
  writes_.push_back({rows,
                     std::string(context.view),
                     std::string(context.consumer_group),
                     {context.ranges.begin(), context.ranges.end()},
                     context.attempt,
                     std::string(context.reset)});
  written_.notify_all();
  return absl::OkStatus();
}

// For each column of the table that of the batch.
absl::Status RecordingTable::CheckColumns(const Batch& rows,
                                          std::vector<size_t>& columns) const {
  columns.assign(schema_.num_fields(), kNoColumn);
  for (size_t i = 0; i < rows.num_columns(); ++i) {
    const std::string& name = rows.schema().field(i).name;
    const auto index = schema_.IndexOf(name);
    if (!index.has_value()) {
      return Error(absl::StatusCode::kFailedPrecondition,
                   "Column not in the table: '" + name + "'");
    }
    const Field& field = schema_.field(*index);
    if (field.type != rows.column(i).type()) {
      return Error(absl::StatusCode::kFailedPrecondition,
                   "Column of another type: '" + name + "'");
    }
    if (!field.nullable && rows.column(i).null_count() != 0) {
      return Error(absl::StatusCode::kFailedPrecondition,
                   "NULL in a column that cannot hold it: '" + name + "'");
    }
    columns[*index] = i;
  }
  return absl::OkStatus();
}

absl::Status RecordingTable::CheckPositions(const WriteContext& context) const {
  for (const PartitionRange& range : context.ranges) {
    const auto it =
        positions_.find({std::string(context.consumer_group), range.partition});
    if (it == positions_.end()) continue;
    const PartitionOffset& stored = it->second;
    const bool other_log = !stored.mark.empty() && !range.from_mark.empty() &&
                           stored.mark != range.from_mark;
    if (stored.offset == range.from && !other_log) continue;
    return Error(absl::StatusCode::kAborted,
                 "Stored position is " + std::to_string(stored.offset) +
                     (stored.offset == range.from ? " of another log" : "") +
                     ", the write begins at " + std::to_string(range.from) +
                     " [" + range.partition.ToString() + "]");
  }
  return absl::OkStatus();
}

void RecordingTable::Put(Row row) {
  const auto id = schema_.IndexOf("id");
  if (traits_.replaces_by_id && id.has_value() && !IsNull(row[*id])) {
    const auto [it, is_new] = row_of_id_.try_emplace(row[*id], rows_.size());
    if (!is_new) {
      rows_[it->second] = std::move(row);
      return;
    }
  }
  rows_.push_back(std::move(row));
}

std::shared_ptr<RecordingTable> RecordingTables::Add(std::string_view name,
                                                     Schema schema,
                                                     SinkTraits traits) {
  auto table = std::make_shared<RecordingTable>(std::move(schema), traits);
  const std::lock_guard lock(mutex_);
  tables_[std::string(name)] = table;
  return table;
}

std::shared_ptr<RecordingTable> RecordingTables::Find(
    std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto it = tables_.find(name);
  return it == tables_.end() ? nullptr : it->second;
}

void RecordingTables::Remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  tables_.erase(std::string(name));
}

absl::StatusOr<std::shared_ptr<Sink>> RecordingTables::OpenTable(
    std::string_view name) {
  auto table = Find(name);
  if (table == nullptr) {
    return Error(absl::StatusCode::kNotFound,
                 "Table not found: '" + std::string(name) + "'");
  }
  return std::make_shared<RecordingSink>(std::move(table));
}

}  // namespace rowfall::testing
