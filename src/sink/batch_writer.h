// SPDX-License-Identifier: Apache-2.0
// Gets the rows of a batch written, and finds those that the sink refuses.
#ifndef ROWFALL_SINK_BATCH_WRITER_H_
#define ROWFALL_SINK_BATCH_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/fence.h"
#include "rowfall/batch.h"
#include "rowfall/message.h"
#include "rowfall/sink.h"

namespace rowfall::sink {

// What one attempt came to.
enum class WriteResult : uint8_t {
  kWritten,  // All rows are durable or in TakeRefused().
  // Of sinks that keep positions: the rows of TakeRefused() were refused and
  // nothing was written. Make them durable elsewhere first, because the next
  // Attempt() writes the other rows and moves the positions behind all.
  // With OnRefusal::kStop of all sinks: just the first rows_written() rows were
  // written.
  kRefused,
  kRetry,     // The sink is in trouble: the same attempt again, later.
  kConflict,  // The stored positions are not where the ranges begin.
  kFailed,    // The view cannot go on.
};

// What becomes of the other rows when some are refused.
enum class OnRefusal : uint8_t { kWriteOthers, kStop };

struct WriteOutcome {
  WriteResult result = WriteResult::kWritten;
  absl::Status status;  // Why, unless kWritten or kRefused.
};

// Writes one batch after the other to one sink. An attempt does as much as the
// sink takes; the next one goes on where it stopped, with the same rows in the
// same order, and rows that were written are not written again.
//
// Refused rows are those that the sink names, or where it names none (only
// allowed without keeps_positions) those that are left when the batch is
// halved again and again; the parts come in order, each with the ranges of the
// whole batch. Where memory ends it throws std::bad_alloc and can be asked
// again. Touches no offsets and has no clock. Not thread-safe.
class BatchWriter {
 public:
  // `sink` and `fence` must outlive the object. Behind a fence that is closed
  // no call of the sink begins: kRetry.
  explicit BatchWriter(Sink& sink,
                       OnRefusal on_refusal = OnRefusal::kWriteOthers,
                       const base::Fence* fence = nullptr)
      : sink_(sink), on_refusal_(on_refusal), fence_(fence) {}

  // Begins with another batch, whatever became of the one before. `ranges` are
  // those of WriteContext, as is `reset`. The first `num_written` rows are
  // there already.
  void Begin(Batch rows, std::vector<PartitionRange> ranges,
             std::string_view view, std::string_view consumer_group,
             size_t num_written = 0, std::string_view reset = "");

  WriteOutcome Attempt();

  // Lets go of the batch, so that its columns can be filled again.
  void Release() noexcept { rows_ = no_rows_; }

  // Returns the rows refused since the last call, by index in the batch that
  // Begin() got, in order.
  std::vector<RefusedRow> TakeRefused();
  size_t num_refused() const { return refused_.size(); }

  const Batch& rows() const { return rows_; }
  size_t rows_written() const { return rows_written_; }
  // After kConflict: an earlier attempt may be why, which has happened although
  // its answer got lost.
  bool may_be_written() const { return rows_in_doubt_.has_value(); }
  // The stored positions say that it has.
  void CountAsWritten() {
    rows_written_ += std::exchange(rows_in_doubt_, std::nullopt).value_or(0);
  }
  // Calls of the sink for this batch.
  int calls() const { return calls_; }

 private:
  // Rows from `begin` up to, not including, `end`, less the refused ones.
  struct Part {
    uint32_t begin = 0;
    uint32_t end = 0;
    int attempts = 0;
  };

  // Rows of the batch in order: all of them, or `rows`.
  struct Selection {
    bool all = true;
    std::vector<uint32_t> rows;
    size_t size = 0;
    uint32_t operator[](size_t i) const {
      return all ? static_cast<uint32_t>(i) : rows[i];
    }
  };

  // Writes the last part of todo_, or what of it is not refused.
  WriteOutcome WritePart();
  absl::Status CallSink(const Selection& selection, int attempt);
  WriteOutcome Classify(const absl::Status& status, const Selection& selection);
  // Rows are refused, but the sink does not say which.
  WriteOutcome Narrow(const absl::Status& status, const Selection& selection);
  WriteOutcome TakeReport(const Selection& selection);
  // Gets the memory by which `more` rows can be refused.
  void ReserveRefusals(size_t more);
  Selection Select(const Part& part) const;
  void Refuse(uint32_t row, std::string column, std::string reason);
  bool StopsAtRefusal() const {
    return keeps_positions_ || on_refusal_ == OnRefusal::kStop;
  }
  bool IsRefused(uint32_t row) const {
    return !is_refused_.empty() && is_refused_[row];
  }

  Sink& sink_;
  const OnRefusal on_refusal_;
  const base::Fence* const fence_;  // Null: none.
  Batch rows_;
  const Batch no_rows_;  // Copied without asking for memory.
  std::vector<PartitionRange> ranges_;
  std::string view_;
  std::string consumer_group_;
  std::string reset_;
  bool keeps_positions_ = false;
  absl::Status begin_status_;

  std::vector<Part> todo_;  // The next part is the last one.
  std::vector<RefusedRow> report_;
  std::vector<RefusedRow> refused_;
  std::vector<bool> is_refused_;  // Empty while no row is.
  size_t rows_written_ = 0;
  int calls_ = 0;
  std::optional<size_t> rows_in_doubt_;  // See may_be_written().
};

}  // namespace rowfall::sink

#endif  // ROWFALL_SINK_BATCH_WRITER_H_
