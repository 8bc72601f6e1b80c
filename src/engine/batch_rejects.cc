// SPDX-License-Identifier: Apache-2.0
// What becomes of bad rows: where a batch stops at them, and how they are told.
#include <algorithm>
#include <string>

#include "base/mistake.h"
#include "base/reached.h"
#include "base/text.h"
#include "engine/batch_job.h"

namespace rowfall::engine {
namespace {

void SortUnique(std::vector<uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace

bool BatchJob::StopAtErrors() {
  for (const auto* some : {&rejects_, &processed_.replaced}) {
    for (const RejectedMessage& error : *some) bad_.push_back(error.message);
  }
  if (bad_.empty()) return false;
  SortUnique(bad_);
  auto breach = limit_.Find(messages_, bad_);
  // By refused rows of an earlier part, which are told of already.
  if (breach.has_value() && breach->message < begin_) breach.reset();
  if (!rejects_.empty() && spec_->on_error == plan::OnError::kStop &&
      (!breach.has_value() || rejects_.front().message <= breach->message)) {
    StopBeforeFirstReject();
    return true;
  }
  if (breach.has_value()) StopBefore(*breach);
  return breach.has_value();
}

void BatchJob::StopBefore(const ErrorLimit::Breach& breach) {
  std::string last;
  for (const auto* some : {&processed_.replaced, &rejects_}) {
    for (const RejectedMessage& error : *some) {
      if (error.message == breach.message) last = MakeReject(error).ToString();
    }
  }
  stop_reason_ =
      absl::FailedPreconditionError(base::ToAbsl(limit_.Text(breach, last)));
  Cut(breach.message);
}

void BatchJob::CheckRefused() {
  SortUnique(bad_);
  const auto breach = limit_.Find(messages_, bad_);
  if (!breach.has_value() || !stop_reason_.ok()) return;
  ROWFALL_REACHED(too_many_errors_by_refused_rows, true);
  stop_reason_ = absl::FailedPreconditionError(
      base::ToAbsl(limit_.Text(*breach, last_reject_)));
}

void BatchJob::StopBeforeFirstReject() {
  const auto first =
      std::min_element(rejects_.begin(), rejects_.end(),
                       [](const RejectedMessage& a, const RejectedMessage& b) {
                         return a.message < b.message;
                       });
  const Reject reject =
      MakeReject(static_cast<size_t>(first - rejects_.begin()));
  stop_reason_ = absl::FailedPreconditionError(
      base::Cat("Stopped at a message that was rejected at ",
                RejectStageName(reject.stage), ": ", reject.ToString()));
  num_rejected_ = num_rejected_before_ = 1;
  const size_t kept = first->message;
  if (reject.stage == RejectStage::kSink) {
    rows_written_before_ = RowsWrittenBefore(kept);
    ROWFALL_REACHED(cut_where_some_rows_were_written,
                    rows_written_before_ > 0);
  }
  Cut(kept);
}

void BatchJob::Cut(size_t num_messages) {
  if (!ROWFALL_MISTAKE(stop_behind_the_bad_message)) CutRanges(num_messages);
  messages_.Truncate(num_messages);
  end_ = num_messages;
  crash_reason_.clear();
  rejects_.clear();
  step_ = Step::kProcess;
}

size_t BatchJob::RowsWrittenBefore(size_t num_messages) const {
  const auto origins = writer_->rows().origins();
  const size_t written = writer_->rows_written();
  const bool all = std::all_of(
      origins.begin(), origins.begin() + static_cast<ptrdiff_t>(written),
      [=](uint32_t message) { return message < num_messages; });
  // In another order than that of the messages: they are written again.
  return all ? written : 0;
}

Reject BatchJob::MakeReject(size_t i) const {
  Reject reject = MakeReject(rejects_[i]);
  if (i < reject_rows_.size()) {
    writer_->rows().AppendRowJson(reject_rows_[i], reject.row);
  }
  return reject;
}

Reject BatchJob::MakeReject(const RejectedMessage& rejected) const {
  Reject reject;
  reject.source = spec_->source.name;
  reject.view = spec_->name;
  reject.stage = rejected.stage;
  reject.message = messages_[rejected.message];
  reject.column = rejected.column;
  reject.reason = rejected.reason;
  reject.payload_offset = rejected.payload_offset;
  reject.row_number = rejected.row_number;
  reject.may_be_repeat = MayBeRepeat(reject.message);
  return reject;
}

bool BatchJob::MayBeRepeat(const Message& message) const {
  if (ROWFALL_MISTAKE(tell_no_repetition)) return false;
  const auto end =
      first_ends_.find({std::string(message.topic), message.partition});
  return end == first_ends_.end() || message.offset < end->second;
}

}  // namespace rowfall::engine
