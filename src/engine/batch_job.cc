// SPDX-License-Identifier: Apache-2.0
// The steps of a batch.
#include "engine/batch_job.h"

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "base/crash_point.h"
#include "base/guard.h"
#include "base/mistake.h"
#include "base/status.h"
#include "base/text.h"
#include "base/trouble.h"
#include "engine/find_partition.h"

namespace rowfall::engine {
namespace {

uint64_t Nanoseconds(absl::Duration duration) {
  return static_cast<uint64_t>(absl::ToInt64Nanoseconds(duration));
}

// Numbers the rows of a result by the messages that they came from.
class ResultNumbers {
 public:
  ResultNumbers(std::span<const uint32_t> origins, size_t num_messages)
      : origins_(origins), num_messages_(num_messages) {}

  // Asks for the memory that Next() needs.
  void Prepare() { counts_.resize(num_messages_); }
  // Returns which row of its message `row` is; rows come in order.
  int64_t Next(uint32_t row) {
    for (; next_ <= row; ++next_) ++counts_[origins_[next_]];
    return static_cast<int64_t>(counts_[origins_[row]]) - 1;
  }

 private:
  std::span<const uint32_t> origins_;
  size_t num_messages_;
  size_t next_ = 0;
  std::vector<uint32_t> counts_;
};

absl::StatusOr<std::unique_ptr<Pipeline>> MakePipeline(const ViewSpec& spec) {
  const EngineOptions& options = spec.env->options();
  PipelineLimits limits;
  limits.map.max_message_bytes = options.max_message_bytes;
  limits.map.max_value_bytes = options.max_value_bytes;
  limits.max_batch_memory_bytes = options.max_batch_memory_bytes;
  return Pipeline::Make(spec.plan, limits, &spec.env->clock());
}

// A mistake: trouble of the system is put down to the messages.
Processed AllRejected(size_t begin, size_t end, const absl::Status& why) {
  Processed out;
  for (size_t i = begin; i < end; ++i) {
    out.rejected.push_back({static_cast<uint32_t>(i), RejectStage::kEvaluate,
                            "", std::string(base::FromAbsl(why.message())), -1,
                            -1});
  }
  return out;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchJob>> BatchJob::Make(
    std::shared_ptr<const ViewSpec> spec, int worker, WorkerBoard* board,
    const base::Fence* fence) {
  ROWFALL_ASSIGN_OR_RETURN(auto pipeline, MakePipeline(*spec));
  return std::unique_ptr<BatchJob>(
      new BatchJob(std::move(spec), worker, board, fence, std::move(pipeline)));
}

BatchJob::BatchJob(std::shared_ptr<const ViewSpec> spec, int worker,
                   WorkerBoard* board, const base::Fence* fence,
                   std::unique_ptr<Pipeline> pipeline)
    : spec_(std::move(spec)),
      board_(board),
      fence_(fence),
      pipeline_(std::move(pipeline)),
      reject_log_(spec_, worker, *board),
      limit_(spec_->source.max_errors) {
  RejectHandler* handler = spec_->env->options().rejects.get();
  if (handler != nullptr) {
    dead_letters_ = std::make_unique<sink::DeadLetters>(*handler, fence_);
  }
}

void BatchJob::BeginReset(std::vector<PartitionRange> ranges,
                          const MarkFacts& facts, std::string_view reason,
                          Sink& sink) {
  MessageBatch none;
  Begin(none, std::move(ranges), facts, sink);
  reset_ = reason;
}

void BatchJob::Begin(MessageBatch& messages, std::vector<PartitionRange> ranges,
                     const MarkFacts& facts, Sink& sink) {
  messages_.Clear();
  std::swap(messages_, messages);
  ranges_ = std::move(ranges);
  parts_.clear();
  facts_ = &facts;
  reset_.clear();
  // Else every batch would be mapped into columns made anew.
  if (writer_ != nullptr) writer_->Release();
  if (writer_sink_ != &sink) {
    writer_ = std::make_unique<sink::BatchWriter>(
        sink,
        spec_->on_error == plan::OnError::kStop ? sink::OnRefusal::kStop
                                                : sink::OnRefusal::kWriteOthers,
        fence_);
    writer_sink_ = &sink;
  }
  rows_written_before_ = 0;
  stop_reason_ = absl::OkStatus();
  crash_reason_.clear();
  bad_.clear();
  BeginPart(0);
}

BatchJob::Outcome BatchJob::Advance() {
  while (step_ != Step::kDone) {
    try {
      Outcome outcome = Do(step_);
      if (outcome.result != Result::kDone) return outcome;
    } catch (const std::bad_alloc&) {
      if (!StartOver()) return {Result::kRetry, base::OutOfMemory()};
    }
    if (step_ == Step::kDone) {
      max_part_ = std::min(max_part_ * 2, kAnySize);
      if (end_ < messages_.size()) BeginPart(end_);
    }
  }
  return {};
}

BatchJob::Outcome BatchJob::Do(Step step) {
  switch (step) {
    case Step::kProcess:
      return Process();
    case Step::kRejects:
      return HandOver();
    case Step::kWrite:
      return Write();
    case Step::kCount:
      Count();
      return {};
    case Step::kDone:
      break;
  }
  return {};
}

BatchJob::Outcome BatchJob::Process() {
  auto pipeline = std::move(pipeline_);  // Not put back where memory ends.
  if (pipeline == nullptr) {
    auto made = MakePipeline(*spec_);
    if (!made.ok()) return {Result::kFailed, made.status()};
    pipeline = *std::move(made);
  }
  const bool is_condemned = !crash_reason_.empty();
  auto processed = [&] {
    std::optional<CallNote> note;
    if (!spec_->functions_note.empty()) {
      note.emplace(*board_, spec_->functions_note.c_str(),
                   spec_->env->clock().Monotonic());
    }
    return pipeline->Process(messages_, begin_, is_condemned ? begin_ : end_,
                             spec_->env->clock().Now());
  }();
  if (!processed.ok()) {
    if (ROWFALL_MISTAKE(reject_when_a_function_is_unavailable)) {
      processed = AllRejected(begin_, end_, processed.status());
    } else {
      return {
          base::MayPass(processed.status()) ? Result::kRetry : Result::kFailed,
          processed.status()};
    }
  }
  pipeline_ = std::move(pipeline);
  processed_ = *std::move(processed);
  if (is_condemned) {
    processed_.rejected.push_back(
        {0, RejectStage::kCrash, "", crash_reason_, -1, -1});
  }
  board_->counters.map_ns.Add(Nanoseconds(processed_.map_time));
  board_->counters.evaluate_ns.Add(Nanoseconds(processed_.evaluate_time));
  rejects_ = std::move(processed_.rejected);
  reject_rows_.clear();
  num_noted_ = 0;
  errors_.Clear();
  bad_.resize(num_bad_before_);
  has_refused_ = false;
  if (StopAtErrors()) return {};
  if (!processed_.replaced.empty()) NoteReplaced();
  marked_ranges_ = PartRanges();
  MarkRanges(messages_, end_, *facts_, marked_ranges_);
  writer_->Begin(std::move(processed_.rows), marked_ranges_, spec_->name,
                 spec_->consumer_group, rows_written_before_, reset_);
  after_rejects_ = Step::kWrite;
  step_ = rejects_.empty() ? Step::kWrite : Step::kRejects;
  if (dead_letters_ != nullptr) dead_letters_->Begin(rejects_.size());
  return {};
}

BatchJob::Outcome BatchJob::HandOver() {
  if (spec_->on_error == plan::OnError::kStop) {
    StopBeforeFirstReject();
    return {};
  }
  if (spec_->on_error == plan::OnError::kDeadLetter) {
    ROWFALL_CRASH_POINT(handing_over);
    const absl::Status status = [this] {
      const CallNote note(*board_, "The host has been taking rejected messages",
                          spec_->env->clock().Monotonic());
      return dead_letters_->Attempt([this](size_t i) { return MakeReject(i); });
    }();
    ROWFALL_CRASH_POINT(handed_over);
    // Whatever the handler says: a message is given up only when it is safe.
    if (!status.ok() && !ROWFALL_MISTAKE(settle_before_dead_letter)) {
      return {Result::kRetry, status};
    }
  }
  const bool skips = spec_->on_error == plan::OnError::kSkip;
  for (; num_noted_ < rejects_.size(); ++num_noted_) {
    const Reject reject = MakeReject(num_noted_);
    if (skips) reject_log_.Add("Skipped", reject);
    errors_.Add(skips ? ErrorFate::kSkipped : ErrorFate::kDeadLettered, reject);
  }
  if (!rejects_.empty()) {
    const Reject reject = MakeReject(rejects_.size() - 1);
    last_reject_ = reject.ToString();
    board_->SetLastError(base::Cat(
        "Rejected at ", RejectStageName(reject.stage), ": ", last_reject_));
  }
  num_rejected_ += rejects_.size();
  num_noted_ = 0;
  rejects_.clear();
  reject_rows_.clear();
  step_ = after_rejects_;
  return {};
}

BatchJob::Outcome BatchJob::Write() {
  const absl::Duration start = spec_->env->clock().Monotonic();
  ROWFALL_CRASH_POINT(writing);
  const sink::WriteOutcome outcome = [&] {
    const CallNote note(*board_, "The host has been writing to the table",
                        start);
    return writer_->Attempt();
  }();
  ROWFALL_CRASH_POINT(written);
  board_->counters.write_ns.Add(
      Nanoseconds(spec_->env->clock().Monotonic() - start));
  switch (outcome.result) {
    case sink::WriteResult::kWritten:
      if (ROWFALL_MISTAKE(settle_only_what_gave_rows) &&
          writer_->rows_written() == 0) {
        marked_ranges_.clear();
      }
      TakeRefused(Step::kCount);
      return {};
    case sink::WriteResult::kRefused:
      TakeRefused(Step::kWrite);
      return {};
    case sink::WriteResult::kRetry:
      return {Result::kRetry, outcome.status};
    case sink::WriteResult::kConflict:
      return {Result::kConflict, outcome.status};
    case sink::WriteResult::kFailed:
      return {Result::kFailed, outcome.status};
  }
  return {};
}

void BatchJob::TakeRefused(Step next) {
  const Batch& rows = writer_->rows();
  ResultNumbers numbers(rows.origins(), messages_.size());
  // Nothing may fail once they are taken.
  if (const size_t more = writer_->num_refused(); more != 0) {
    numbers.Prepare();
    rejects_.reserve(rejects_.size() + more);
    reject_rows_.reserve(reject_rows_.size() + more);
    bad_.reserve(bad_.size() + more);
  }
  for (RefusedRow& refused : writer_->TakeRefused()) {
    if (ROWFALL_MISTAKE(forget_refused_rows)) continue;
    rejects_.push_back({rows.origins()[refused.row], RejectStage::kSink,
                        std::move(refused.column), std::move(refused.reason),
                        -1,
                        ROWFALL_MISTAKE(number_refused_rows_by_batch)
                            ? refused.row
                            : numbers.Next(refused.row)});
    reject_rows_.push_back(refused.row);
    bad_.push_back(rejects_.back().message);
    has_refused_ = true;
  }
  after_rejects_ = next;
  step_ = rejects_.empty() ? next : Step::kRejects;
  if (dead_letters_ != nullptr) dead_letters_->Begin(rejects_.size());
}

void BatchJob::NoteReplaced() {
  for (const RejectedMessage& replaced : processed_.replaced) {
    const Reject value = MakeReject(replaced);
    reject_log_.Add("Replaced by NULL", value);
    errors_.Add(ErrorFate::kNulled, value);
  }
  const Reject last = MakeReject(processed_.replaced.back());
  board_->SetLastError(base::Cat("Replaced by NULL at ",
                                 RejectStageName(last.stage), ": ",
                                 last.ToString()));
}

void BatchJob::Count() {
  // What asks for memory comes first, each so that it can come again.
  if (end_ != messages_.size()) {
    parts_.insert(parts_.end(), marked_ranges_.begin(), marked_ranges_.end());
  }
  if (begin_ != 0 && end_ == messages_.size()) {
    marked_ranges_ = ranges_;  // Of all parts together.
    MarkRanges(messages_, end_, *facts_, marked_ranges_);
  }
  if (!errors_.empty()) board_->AddErrors(errors_);
  errors_.Clear();
  if (has_refused_) CheckRefused();
  if (end_ == messages_.size() && !ROWFALL_MISTAKE(forget_window_of_errors)) {
    limit_.Add(messages_, bad_);
  }
  CountRows();
  step_ = Step::kDone;
}

void BatchJob::CountIfWritten(std::span<const PartitionOffset> stored) {
  if (step_ != Step::kWrite || !writer_->may_be_written()) return;
  for (const PartitionRange& range : marked_ranges_) {
    const auto found = FindPartition(stored, range.partition);
    if (found == stored.end() || found->offset != range.to ||
        found->mark != range.mark) {
      return;
    }
  }
  if (!errors_.empty()) board_->AddErrors(errors_);
  errors_.Clear();
  writer_->CountAsWritten();
  CountRows();
}

void BatchJob::CountRows() {
  WorkerCounters& counters = board_->counters;
  const size_t given = processed_.rows_in - processed_.rows_failed;
  const size_t result = writer_->rows().num_rows();
  counters.batches.Add(1);
  counters.rows_in.Add(processed_.rows_in);
  counters.rows_filtered.Add(given > result ? given - result : 0);
  counters.rows_written.Add(writer_->rows_written());
  counters.rejected.Add(num_rejected_);
  counters.nulled.Add(processed_.replaced.size());
}

}  // namespace rowfall::engine
