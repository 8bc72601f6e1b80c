// SPDX-License-Identifier: Apache-2.0
// Tables in memory that remember what was written to them.
#ifndef ROWFALL_TESTING_RECORDING_SINK_H_
#define ROWFALL_TESTING_RECORDING_SINK_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/batch.h"
#include "rowfall/message.h"
#include "rowfall/schema.h"
#include "rowfall/sink.h"
#include "rowfall/value.h"

namespace rowfall::testing {

/// One Write() that went well.
struct RecordedWrite {
  Batch rows;
  std::string view;
  std::string consumer_group;
  std::vector<PartitionRange> ranges;
  int attempt = 0;
  std::string reset;
};

/// A table in memory. By its traits it replaces rows by the column `id`, and
/// keeps positions as a database would: a write whose ranges do not begin where
/// the stored ones end is refused with Aborted. Any number of sinks may write
/// to it at once. Thread-safe.
class RecordingTable {
 public:
  using Row = std::vector<Value>;

  explicit RecordingTable(Schema schema, SinkTraits traits = {});

  const Schema& schema() const { return schema_; }
  SinkTraits traits() const { return traits_; }

  /// All writes in order.
  std::vector<RecordedWrite> writes() const;
  size_t num_writes() const;
  size_t num_rows() const;
  /// The rows in the order of writing, a value for each column of schema();
  /// columns that the view lacks are NULL. A row that replaces another one
  /// takes its place.
  std::vector<Row> rows() const;
  /// The rows as JSON objects of all columns.
  std::vector<std::string> RowsAsJson() const;
  /// The stored positions of a consumer group, in order.
  std::vector<PartitionOffset> Positions(std::string_view group) const;
  /// Sets a stored position, as a restored backup or another writer would.
  void SetPosition(std::string_view group, const PartitionOffset& position);

  /// Waits in real time until there are `rows` rows or more. False: `timeout`
  /// was over first.
  bool WaitForRows(size_t rows, absl::Duration timeout) const;

  /// Applies one Write(), as Sink::Write().
  absl::Status Apply(const Batch& rows, const WriteContext& context);

 private:
  using PositionKey = std::pair<std::string, TopicPartition>;

  absl::Status CheckColumns(const Batch& rows,
                            std::vector<size_t>& columns) const;
  absl::Status CheckPositions(const WriteContext& context) const;
  void Put(Row row);

  const Schema schema_;
  const SinkTraits traits_;
  mutable std::mutex mutex_;
  mutable std::condition_variable written_;
  std::vector<RecordedWrite> writes_;
  std::vector<Row> rows_;
  std::map<Value, size_t> row_of_id_;
  std::map<PositionKey, PartitionOffset> positions_;
};

/// A TableProvider of such tables. Thread-safe.
class RecordingTables : public TableProvider {
 public:
  /// Adds a table and returns it.
  std::shared_ptr<RecordingTable> Add(std::string_view name, Schema schema,
                                      SinkTraits traits = {});
  /// Returns the table called `name`, or null.
  std::shared_ptr<RecordingTable> Find(std::string_view name) const;
  void Remove(std::string_view name);

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RecordingTable>, std::less<>> tables_;
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_RECORDING_SINK_H_
