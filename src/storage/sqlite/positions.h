// SPDX-License-Identifier: Apache-2.0
// The positions of consumer groups, kept in the database beside the rows.
#ifndef ROWFALL_STORAGE_SQLITE_POSITIONS_H_
#define ROWFALL_STORAGE_SQLITE_POSITIONS_H_

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/message.h"
#include "storage/sqlite/connection.h"

namespace rowfall::sqlite {

inline constexpr std::string_view kPositionsTable = "rowfall_positions";

// Reads and moves positions by one connection, which must outlive it.
class Positions {
 public:
  explicit Positions(Connection& connection) : connection_(connection) {}

  // Returns the positions of `group`; none where the table does not exist yet.
  absl::StatusOr<std::vector<PartitionOffset>> Load(std::string_view group);

  // Makes the table if it is not there, and adds what tables of earlier
  // versions lack. Not within a transaction, whose rollback would take the
  // table away again.
  absl::Status Prepare();

  // Moves each position from the beginning of its range to its end, with the
  // end's mark, as part of the transaction that is open. A partition without a
  // position may begin anywhere. REQUIRES: Prepare().
  // Errors: Aborted: a position is not where its range begins, or has another
  // mark; somebody else has written. The text says what is stored.
  // Connection::Error().
  absl::Status Move(std::string_view group,
                    std::span<const PartitionRange> ranges);

 private:
  absl::StatusOr<bool> HasMarks();
  absl::Status AddMarks();
  absl::Status MoveOne(std::string_view group, const PartitionRange& range);
  // The position is not at `range.from`: makes it, or says where it is.
  absl::Status MakeOrRefuse(std::string_view group,
                            const PartitionRange& range);

  Connection& connection_;
  Statement update_;
  Statement select_;
  Statement insert_;
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_POSITIONS_H_
