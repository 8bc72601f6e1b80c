// SPDX-License-Identifier: Apache-2.0
// A table of the host that takes each message exactly once.
#include "examples/exactly_once/terms_table.h"

#include <cstdint>
#include <cstring>

namespace rowfall::examples {
namespace {

// A record: the number of positions, for each of them group, topic, partition,
// offset and mark, then a row in each text that is left.
void Put(std::string& record, std::string_view text) {
  const uint64_t size = text.size();
  record.append(reinterpret_cast<const char*>(&size), sizeof(size));
  record += text;
}

void Put(std::string& record, int64_t number) {
  Put(record, std::to_string(number));
}

std::string_view Take(std::string_view& record) {
  uint64_t size = 0;
  std::memcpy(&size, record.data(), sizeof(size));
  const std::string_view text = record.substr(sizeof(size), size);
  record.remove_prefix(sizeof(size) + size);
  return text;
}

int64_t TakeNumber(std::string_view& record) {
  return std::stoll(std::string(Take(record)));
}

std::string MakeRecord(const Batch& rows, const WriteContext& context) {
  std::string record;
  Put(record, static_cast<int64_t>(context.ranges.size()));
  for (const PartitionRange& range : context.ranges) {
    Put(record, context.consumer_group);
    Put(record, range.partition.topic);
    Put(record, range.partition.partition);
    Put(record, range.to);
    Put(record, range.mark);
  }
  for (size_t row = 0; row < rows.num_rows(); ++row) {
    std::string json;
    rows.AppendRowJson(row, json);
    Put(record, json);
  }
  return record;
}

// What a worker holds. The table outlives it.
class TermsSink : public Sink {
 public:
  explicit TermsSink(std::shared_ptr<TermsTable> table)
      : table_(std::move(table)) {}

  const Schema& schema() const override { return schema_; }
  SinkTraits traits() const override { return {.keeps_positions = true}; }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    (void)refused;  // Every row of the right types fits.
    return table_->Write(rows, context);
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return table_->LoadPositions(consumer_group);
  }

 private:
  const Schema schema_{{{"id", Type::kBigint}, {"name", Type::kText}}};
  const std::shared_ptr<TermsTable> table_;
};

class Tables : public TableProvider {
 public:
  explicit Tables(std::shared_ptr<TermsTable> table)
      : table_(std::move(table)) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    if (name != "terms") return absl::NotFoundError("The table is 'terms'");
    return std::make_shared<TermsSink>(table_);
  }

 private:
  const std::shared_ptr<TermsTable> table_;
};

}  // namespace

// The order matters: know, compare, make durable, and only then believe.
absl::Status TermsTable::Write(const Batch& rows, const WriteContext& context) {
  const std::lock_guard lock(mutex_);
  absl::Status status = Learn();
  if (!status.ok()) return status;
  status = Compare(context);
  if (!status.ok()) return status;
  const std::string record = MakeRecord(rows, context);
  status = journal_->Append(record);
  if (status.ok()) {
    Apply(record);
    return status;
  }
  // The record may be there or not. Neither "written" nor "not written" may be
  // believed: the journal is read again before anything else. If it is there,
  // the engine's next attempt does not begin where the stored position is; it
  // is answered with Aborted, and the engine goes on behind it.
  journal_ = nullptr;
  return status;
}

absl::Status TermsTable::Learn() {
  if (journal_ != nullptr) return absl::OkStatus();
  positions_.clear();
  rows_.clear();
  auto journal = Journal::Open(
      path_, if_absent_, [this](std::string_view record) { Apply(record); });
  if (!journal.ok()) return journal.status();
  journal_ = *std::move(journal);
  // One that was there and is gone must not come again empty.
  if_absent_ = Journal::IfAbsent::kFail;
  return absl::OkStatus();
}

// Compare and set. Whoever was stopped for an hour and writes on, or writes
// from a second engine, begins where somebody else has gone on long ago.
absl::Status TermsTable::Compare(const WriteContext& context) const {
  for (const PartitionRange& range : context.ranges) {
    const auto stored =
        positions_.find({std::string(context.consumer_group), range.partition});
    // A partition that was never written may begin anywhere. And `to` may be
    // lower than `from`: a policy (WriteContext::reset) has moved the position.
    if (stored == positions_.end()) continue;
    // The same offset may be one of the topic's former log.
    const Position& position = stored->second;
    const bool other_log = !position.mark.empty() && !range.from_mark.empty() &&
                           position.mark != range.from_mark;
    if (position.offset == range.from && !other_log) continue;
    return absl::AbortedError(
        "Stored position is " + std::to_string(position.offset) +
        (other_log ? " of another log" : "") + ", the write begins at " +
        std::to_string(range.from) + " [" + range.partition.ToString() + "]");
  }
  return absl::OkStatus();
}

void TermsTable::Apply(std::string_view record) {
  for (int64_t left = TakeNumber(record); left > 0; --left) {
    Key key;
    key.first = Take(record);
    key.second.topic = Take(record);
    key.second.partition = static_cast<int32_t>(TakeNumber(record));
    Position& position = positions_[key];
    position.offset = TakeNumber(record);
    position.mark = Take(record);
  }
  while (!record.empty()) rows_.emplace_back(Take(record));
}

absl::StatusOr<std::vector<PartitionOffset>> TermsTable::LoadPositions(
    std::string_view consumer_group) {
  const std::lock_guard lock(mutex_);
  // An error is never "no positions": the engine would begin from the start.
  const absl::Status status = Learn();
  if (!status.ok()) return status;
  std::vector<PartitionOffset> positions;
  for (const auto& [key, position] : positions_) {
    if (key.first != consumer_group) continue;
    positions.push_back({key.second, position.offset, position.mark});
  }
  return positions;
}

absl::StatusOr<std::vector<std::string>> TermsTable::Rows() {
  const std::lock_guard lock(mutex_);
  const absl::Status status = Learn();
  if (!status.ok()) return status;
  return rows_;
}

std::shared_ptr<TableProvider> MakeTables(std::shared_ptr<TermsTable> table) {
  return std::make_shared<Tables>(std::move(table));
}

}  // namespace rowfall::examples
