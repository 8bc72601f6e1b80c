// SPDX-License-Identifier: Apache-2.0
// Where rows go: the interface that the host implements for its tables.
#ifndef ROWFALL_SINK_H_
#define ROWFALL_SINK_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/batch.h"
#include "rowfall/export.h"
#include "rowfall/message.h"
#include "rowfall/schema.h"

namespace rowfall {

/// What a sink promises beyond writing.
struct SinkTraits {
  /// A row whose `id` is there already replaces it; within a batch the last
  /// one wins. Then a replayed message gives no duplicate.
  bool replaces_by_id = false;
  /// Write() stores the ends of WriteContext::ranges in the same transaction
  /// as the rows and refuses a write whose range does not begin where the
  /// stored one ends; LoadPositions() returns them. Then every message is
  /// written exactly once.
  bool keeps_positions = false;
};

/// What belongs to one Write().
struct WriteContext {
  std::string_view view;
  /// The key of the positions, for sinks that keep them: views that go on
  /// from each other have the same one. The view's consumer group.
  std::string_view consumer_group;
  /// The messages that the rows come from. A range holds all messages of a
  /// partition since the previous write, also those that gave no row.
  std::span<const PartitionRange> ranges;
  /// 1 for the first try, counted up when the same rows come again.
  int attempt = 1;
};

/// A row that the sink will never take, and why.
struct RefusedRow {
  uint32_t row = 0;    ///< Index in the batch.
  std::string column;  ///< The guilty column, if known.
  std::string reason;  ///< One sentence without a period.
};

/// A table of the host, opened for writing.
///
/// Threads: every worker opens a sink of its own by TableProvider::OpenTable
/// and calls it on its thread, one call at a time. A host that returns one
/// object to several workers has to make it thread-safe.
class ROWFALL_EXPORT Sink {
 public:
  virtual ~Sink() = default;

  /// Returns the table's columns. Unchanging while the sink lives.
  virtual const Schema& schema() const = 0;
  virtual SinkTraits traits() const { return {}; }

  /// Makes the rows durable, or changes nothing. The batch has some of the
  /// table's columns, by name and of exactly their types; the others get the
  /// table's defaults. A batch without rows comes only to sinks that keep
  /// positions.
  ///
  /// Returns:
  ///  OK                 the rows are durable (all, or none if `refused` was
  ///                     filled: nothing may be written then).
  ///  Unavailable, DeadlineExceeded, ResourceExhausted, Aborted without
  ///                     keeps_positions: tried again later, the same rows in
  ///                     the same order.
  ///  Aborted            with keeps_positions: a range does not begin where
  ///                     the stored position is; the worker reads the
  ///                     positions again.
  ///  InvalidArgument, OutOfRange, AlreadyExists
  ///                     the rows will never be taken: the engine finds the
  ///                     guilty ones, by `refused` or by halving the batch.
  ///  anything else      the view fails and keeps its offsets.
  ///
  /// May block; the view waits. May throw: that counts as Internal, and
  /// std::bad_alloc as trouble that passes: the messages come again, at once
  /// in smaller batches if it is not one message alone. Must not call the
  /// engine that it is called by.
  virtual absl::Status Write(const Batch& rows, const WriteContext& context,
                             std::vector<RefusedRow>& refused) = 0;

  /// Returns the stored positions of a consumer group, for sinks that keep
  /// them. Called before a partition is read.
  virtual absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) {
    (void)consumer_group;
    return absl::UnimplementedError("The sink keeps no positions");
  }
};

/// The host's tables by name.
class ROWFALL_EXPORT TableProvider {
 public:
  virtual ~TableProvider() = default;

  /// Opens a table for one worker, or for CREATE MATERIALIZED VIEW to check
  /// its columns. Thread-safe; comes on threads of Engine::Execute and of
  /// workers.
  /// Errors: NotFound: no such table. Unavailable: a worker tries again later.
  virtual absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) = 0;
};

}  // namespace rowfall

#endif  // ROWFALL_SINK_H_
