// SPDX-License-Identifier: Apache-2.0
// Writes batches to one table, rows and positions in one transaction.
#ifndef ROWFALL_STORAGE_SQLITE_SQLITE_SINK_H_
#define ROWFALL_STORAGE_SQLITE_SQLITE_SINK_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/sink.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/positions.h"
#include "storage/sqlite/row_binder.h"
#include "storage/sqlite/table_layout.h"

namespace rowfall::sqlite {

class SqliteSink : public Sink {
 public:
  SqliteSink(std::unique_ptr<Connection> connection, TableLayout layout)
      : connection_(std::move(connection)),
        layout_(std::move(layout)),
        positions_(*connection_) {}

  const Schema& schema() const override { return layout_.schema; }
  SinkTraits traits() const override {
    return {.replaces_by_id = layout_.has_id_key, .keeps_positions = true};
  }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override;
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return positions_.Load(consumer_group);
  }
  DatabaseFile::Place LookAtFile() const { return connection_->LookAtFile(); }

 private:
  // How many rows a statement takes: several at once cost a third less, but
  // only of a single one it is known which row failed.
  enum class Insert : uint8_t { kSeveral, kRowByRow };

  // Tries to write all in one transaction. Sets several_failed_ where some row
  // cannot be written and is to be found.
  absl::Status Transact(const Batch& rows, const WriteContext& context,
                        Insert insert, std::vector<RefusedRow>& refused);
  // Writes all within the transaction that is open.
  absl::Status WriteAll(const Batch& rows, const WriteContext& context,
                        Insert insert, std::vector<RefusedRow>& refused);
  // Inserts as many rows as go into full statements. Returns how many.
  absl::StatusOr<size_t> InsertSeveral(const Batch& rows);
  absl::Status InsertRows(const Batch& rows, size_t first,
                          std::vector<RefusedRow>& refused);
  absl::Status PrepareBegin();
  // Refuses, within the transaction that is open, a table that is not any more
  // what views were bound to.
  absl::Status CheckLayout();
  // Prepares the statement for batches with the columns of `schema`.
  absl::Status PrepareInsert(const std::shared_ptr<const Schema>& schema);
  // Prepares the one for several of them, where that can be had.
  absl::Status PrepareSeveral(const Schema& schema);
  std::string InsertSql(const Schema& schema, size_t num_rows) const;
  RefusedRow Refuse(size_t row, const Batch& rows, bool failed_to_bind) const;
  void Rollback() noexcept;
  // Rolls back where it is destroyed.
  class RollbackGuard;

  // Before all statements, so that it is closed after them.
  const std::unique_ptr<Connection> connection_;
  const TableLayout layout_;
  int64_t schema_version_ = layout_.schema_version;  // That was checked last.
  Positions positions_;
  Statement begin_;
  Statement read_schema_version_;
  Statement commit_;
  Statement rollback_;
  Statement insert_;
  Statement insert_several_;       // Unset where there is none.
  size_t rows_per_statement_ = 1;  // Of insert_several_.
  bool several_failed_ = false;
  std::shared_ptr<const Schema> insert_schema_;  // What insert_ is for.
  std::optional<size_t> id_column_;              // Of it, where it is a key.
  RowBinder binder_;
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_SQLITE_SINK_H_
