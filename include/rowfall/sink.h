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
///
/// How to choose. A sink that can do one of the two should say so, because
/// messages come again after a crash, a lost partition, or an answer that got
/// lost:
///  - keeps_positions: each message has its effect exactly once, also for
///    tables without a key, and for views with GROUP BY, DISTINCT or ORDER BY.
///    What such a view writes depends on where a batch begins and ends; as the
///    positions of a batch are stored with its rows, no batch that was written
///    is ever cut differently and written again.
///  - replaces_by_id: rows that come again replace themselves, if they are the
///    same: the view must give a message the same row each time (no
///    UTC_TIMESTAMP()), and no row may depend on other messages. After a
///    GROUP BY the groups of another batch may replace those that were there.
///  - neither: rows may be there twice, and aggregates counted twice.
/// examples/exactly_once is a table that keeps positions.
struct SinkTraits {
  /// A row whose `id` is there already replaces it; within a batch the last
  /// one wins. Then a replayed message gives no duplicate.
  bool replaces_by_id = false;
  /// Write() stores the end of each of WriteContext::ranges, with its mark, in
  /// the same transaction as the rows, under the key (consumer_group, topic,
  /// partition); LoadPositions() returns them. A write is refused as a whole,
  /// with Aborted, if one of its ranges does not begin where the stored
  /// position of its partition is (compare and set): at another offset, or at
  /// the same one with another mark, unless one of the two marks is empty: then
  /// the topic was made anew, and the offsets are of different logs. A
  /// partition without a stored position may begin anywhere. Then every message is written exactly once: whoever
  /// lost his partition and does not know it yet begins where another one has
  /// gone on, and is refused.
  bool keeps_positions = false;
};

/// What belongs to one Write().
struct WriteContext {
  std::string_view view;
  /// The key of the positions, for sinks that keep them: views that go on
  /// from each other have the same one. The view's consumer group.
  std::string_view consumer_group;
  /// The messages that the rows come from. A range holds all messages of a
  /// partition since the previous write, also those that gave no row: its
  /// `from` is the `to` of the write before, or of the stored position that
  /// was loaded, although the first message may have a higher offset.
  std::span<const PartitionRange> ranges;
  /// 1 for the first try, counted up when the same rows come again.
  int attempt = 1;
  /// Not empty: the positions move for this reason and not because messages
  /// were read (start_from, on_gap). There are no rows, and a range may end
  /// before it begins; a sink compares and sets it like any other.
  std::string_view reset = {};
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

  /// Returns the table's columns: at least one, each of another name in any
  /// case. Unchanging while the sink lives.
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
  ///  Unavailable, DeadlineExceeded, ResourceExhausted, Cancelled, Aborted
  ///                     without keeps_positions: tried again later, the same
  ///                     rows in the same order.
  ///  Aborted            with keeps_positions: a range does not begin where
  ///                     the stored position is; the worker reads the
  ///                     positions again and goes on from there.
  ///  InvalidArgument, OutOfRange, AlreadyExists
  ///                     the rows will never be taken: the engine finds the
  ///                     guilty ones, by `refused` or by halving the batch.
  ///  anything else      the view fails and keeps its offsets.
  ///
  /// Where it is not known whether a write happened (the answer of a database
  /// got lost, fsync() failed): return Unavailable. With keeps_positions the
  /// next attempt finds out by comparing; a sink must then compare with what is
  /// stored, not with what it remembers. Without, the rows may be there twice.
  ///
  /// May block; the view waits, shown as `stalled` after
  /// EngineOptions::stall_after. May throw: that counts as Internal, and
  /// std::bad_alloc as trouble that passes: the messages come again, at once
  /// in smaller batches if it is not one message alone. Must not call the
  /// engine that it is called by.
  virtual absl::Status Write(const Batch& rows, const WriteContext& context,
                             std::vector<RefusedRow>& refused) = 0;

  /// Returns the stored positions of a consumer group with their marks, for
  /// sinks that keep them. Called before a partition is read, and after each
  /// Aborted. What cannot be read is an error, never an empty list: no position
  /// means to begin where `start_from` says. A partition of which nothing is
  /// stored is left out: an offset is never negative (kOffsetNone, -1 and their
  /// like are refused, the view fails), and no partition comes twice.
  /// Partitions of others are ignored.
  /// Errors: as Write(); those that pass are tried again.
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
  /// Errors: NotFound: no such table. Those that pass (see Sink::Write()): a
  /// worker tries again later, as does an engine that opens.
  virtual absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) = 0;
};

}  // namespace rowfall

#endif  // ROWFALL_SINK_H_
