// SPDX-License-Identifier: Apache-2.0
// One batch on its way: processed, its rejects handed over, its rows written.
// The one place that tells bad rows from failed stages.
#ifndef ROWFALL_ENGINE_BATCH_JOB_H_
#define ROWFALL_ENGINE_BATCH_JOB_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/error_limit.h"
#include "engine/error_tally.h"
#include "engine/mark_ranges.h"
#include "engine/pipeline.h"
#include "engine/reject_log.h"
#include "engine/view_board.h"
#include "engine/view_spec.h"
#include "rowfall/message.h"
#include "rowfall/sink.h"
#include "sink/batch_writer.h"
#include "sink/dead_letters.h"

namespace rowfall::engine {

// Carries batches one after the other; Advance() does as much as one attempt
// can, and goes on where it was when it is called again. A row that cannot be
// written goes to the view's error policy; a stage that fails is an Outcome.
// Want of memory is neither: the batch is cut into parts, half as large each
// time, that are written one after the other. Not thread-safe.
class BatchJob {
 public:
  enum class Result : uint8_t {
    kDone,      // Everything up to ranges() is durable.
    kRetry,     // Call again later.
    kConflict,  // The stored positions are others.
    kFailed,    // The view cannot go on.
  };
  struct Outcome {
    Result result = Result::kDone;
    absl::Status status;
  };

  // Behind `fence` nothing is written or handed over. `board` and `fence` must
  // outlive the job.
  static absl::StatusOr<std::unique_ptr<BatchJob>> Make(
      std::shared_ptr<const ViewSpec> spec, int worker, WorkerBoard* board,
      const base::Fence* fence);

  // Takes over the messages, whose place `messages` gets the memory of the
  // batch before. `ranges` covers them; `facts` are for the marks of their
  // ends and outlive the work.
  void Begin(MessageBatch& messages, std::vector<PartitionRange> ranges,
             const MarkFacts& facts, Sink& sink);
  // Moves positions of a sink that keeps them without a message, for `reason`.
  void BeginReset(std::vector<PartitionRange> ranges, const MarkFacts& facts,
                  std::string_view reason, Sink& sink);
  Outcome Advance();

  // Of the batch that has begun.
  const MessageBatch& messages() const { return messages_; }
  // Its one message is not to be processed but rejected at kCrash. To be
  // called before the first Advance().
  void Condemn(std::string reason) { crash_reason_ = std::move(reason); }

  // What is durable after kDone. Ends before the message that stop_reason()
  // names, if there is one.
  const std::vector<PartitionRange>& ranges() const { return marked_ranges_; }
  // After kDone: of each part before the last one. Empty for a batch that was
  // written as a whole.
  const std::vector<PartitionRange>& parts() const { return parts_; }
  // After kDone: why the view must stop here, by `on_error=stop` or because of
  // `max_errors`.
  const absl::Status& stop_reason() const { return stop_reason_; }

  // After kConflict: counts the part at hand if `stored` is where it ends, and
  // an attempt whose answer got lost may have brought the positions there.
  void CountIfWritten(std::span<const PartitionOffset> stored);

  // Partitions were assigned: what an earlier owner handed over is not known,
  // up to where each is found to end first.
  void Assigned() { first_ends_.clear(); }
  void FoundEnd(const PartitionOffset& end) {
    first_ends_.emplace(end.partition, end.offset);
  }
  // The log is another one, which may have been read for a while as if it were
  // the former.
  void ForgetEnd(const TopicPartition& partition) {
    first_ends_.erase(partition);
  }

 private:
  enum class Step : uint8_t { kProcess, kRejects, kWrite, kCount, kDone };
  static constexpr size_t kAnySize = size_t{1} << 32;

  BatchJob(std::shared_ptr<const ViewSpec> spec, int worker, WorkerBoard* board,
           const base::Fence* fence, std::unique_ptr<Pipeline> pipeline);

  void BeginPart(size_t begin);
  // After want of memory: whether a smaller part can be tried at once.
  bool StartOver();
  // The ranges of the part: those of all parts make those of the batch.
  std::vector<PartitionRange> PartRanges() const;
  // Where a partition stands before message `i`.
  int64_t OffsetBefore(size_t i, const PartitionRange& range) const;

  // Each does the step and sets the next one, or says why it could not. Where
  // one throws std::bad_alloc it can be done again.
  Outcome Do(Step step);
  Outcome Process();
  Outcome HandOver();
  Outcome Write();
  void TakeRefused(Step next);
  // Counts and logs the values that became NULL.
  void NoteReplaced();
  void Count();
  void CountRows();

  // Applies on_error=stop, or max_errors, to the result of step kProcess.
  // Returns whether the batch was cut.
  bool StopAtErrors();
  // Applies on_error=stop to the rejects at hand: the batch ends before the
  // first of them and is processed again.
  void StopBeforeFirstReject();
  void StopBefore(const ErrorLimit::Breach& breach);
  // Refused rows are known only when others were written: the batch is done
  // before max_errors counts them.
  void CheckRefused();
  // The batch ends before a message and is processed again.
  void Cut(size_t num_messages);
  // How many rows the sink took of those that come again after a cut.
  size_t RowsWrittenBefore(size_t num_messages) const;
  void CutRanges(size_t num_messages);
  Reject MakeReject(size_t i) const;
  Reject MakeReject(const RejectedMessage& rejected) const;
  bool MayBeRepeat(const Message& message) const;

  const std::shared_ptr<const ViewSpec> spec_;
  WorkerBoard* const board_;
  const base::Fence* const fence_;
  std::unique_ptr<Pipeline> pipeline_;  // Null: memory ended within it.
  RejectLog reject_log_;
  std::unique_ptr<sink::DeadLetters> dead_letters_;  // Null: no handler.

  MessageBatch messages_;
  std::vector<PartitionRange> ranges_;  // With the marks of their beginnings.
  std::vector<PartitionRange> marked_ranges_;
  std::vector<PartitionRange> parts_;
  const MarkFacts* facts_ = nullptr;
  std::string reset_;  // Why positions move; empty: by messages.
  // The messages of the part at hand, and how large one may be: halved when
  // memory ends, doubled when a part is done.
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t max_part_ = kAnySize;
  std::unique_ptr<sink::BatchWriter> writer_;
  Sink* writer_sink_ = nullptr;
  Processed processed_;
  // The rejects that step kRejects hands over, by message.
  std::vector<RejectedMessage> rejects_;
  std::vector<uint32_t> reject_rows_;  // For refused rows: which.
  Step step_ = Step::kProcess;
  Step after_rejects_ = Step::kWrite;
  size_t num_noted_ = 0;  // Of rejects_, handed over and counted.
  // Of the part, and how many it had before it was processed.
  uint64_t num_rejected_ = 0;
  uint64_t num_rejected_before_ = 0;
  ErrorTally errors_;  // Of the part, shown when it is done.
  ErrorLimit limit_;
  // Messages of the batch with errors, and how many are before the part.
  std::vector<uint32_t> bad_;
  size_t num_bad_before_ = 0;
  bool has_refused_ = false;
  std::string last_reject_;
  std::map<TopicPartition, int64_t> first_ends_;  // Since the assignment.
  size_t rows_written_before_ = 0;
  absl::Status stop_reason_;
  std::string crash_reason_;  // Empty: the batch is processed.
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_BATCH_JOB_H_
