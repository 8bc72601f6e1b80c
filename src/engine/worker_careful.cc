// SPDX-License-Identifier: Apache-2.0
// The worker's part in finding the message that kills the process.
#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"
#include "engine/worker.h"

namespace rowfall::engine {
namespace {

// The guard stores its notes there.
constexpr char kCatalogNote[] = "The host's catalog has been storing a note";

}  // namespace

commit::FlushLimits Worker::FlushLimitsOf(const ViewSpec& spec,
                                          bool is_careful) {
  commit::FlushLimits limits;
  limits.max_messages = is_careful ? 1 : spec.source.batch;
  limits.max_bytes = spec.env->options().max_batch_bytes;
  limits.max_age = spec.source.batch_timeout;
  return limits;
}

bool Worker::EnterCarefully() {
  // Positions alone, or what was left when a batch was cut.
  if (job_->messages().empty()) return true;
  if (job_->messages().size() > 1) return guard_->EnterBatch(index_);
  const MessageBatch::Position place = job_->messages().position(0);
  const TopicPartition partition{std::string(place.topic), place.partition};
  const uint32_t deaths = guard_->DeathsAt(partition, place.offset);
  if (deaths >= kDeathsToStop) {
    Fail(absl::FailedPreconditionError(
        base::Cat("The process died ", deaths,
                  " times at a message, when it was handed "
                  "over to the error policy as well [",
                  job_->messages().Place(0), "]")));
    return false;
  }
  {
    const CallNote note(board_, kCatalogNote, Now());
    if (!guard_->Enter(index_, partition, place.offset)) return false;
  }
  if (deaths >= kDeathsToReject) {
    job_->Condemn(base::Cat("The process died ", deaths,
                            " times while it processed this message alone"));
  }
  return true;
}

void Worker::LeaveCarefully(const BatchJob::Outcome& outcome) {
  const bool settled =
      outcome.result == BatchJob::Result::kDone && job_->stop_reason().ok();
  const CallNote note(board_, kCatalogNote, Now());
  guard_->Leave(index_, settled);
  if (!settled) return;
  taken_carefully_ += job_->messages().size();
  if (taken_carefully_ < guard_->NumSingles()) return;
  if (careful_batch_ < spec_->source.batch) LimitBatch(careful_batch_ * 2);
}

void Worker::EndCarefulMode() {
  careful_ = false;
  LimitBatch(spec_->source.batch);
}

void Worker::LimitBatch(size_t max_messages) {
  commit::FlushLimits limits = FlushLimitsOf(*spec_, careful_);
  limits.max_messages = std::min<size_t>(max_messages, spec_->source.batch);
  careful_batch_ = limits.max_messages;
  flush_ = commit::FlushPolicy(limits);
  flush_.Update(messages_.size(), messages_.byte_size(), Now());
}

size_t Worker::MessagesToProve() const {
  // As many as the batch had at which the process died, at most.
  return careful_ ? spec_->source.batch : 1;
}

void Worker::NoteProgress() {
  std::map<TopicPartition, size_t> taken;
  for (size_t i = 0; careful_ && i < job_->messages().size(); ++i) {
    const MessageBatch::Position place = job_->messages().position(i);
    ++taken[{std::string(place.topic), place.partition}];
  }
  for (const PartitionRange& range : job_->ranges()) {
    size_t& left =
        messages_to_prove_.try_emplace(range.partition, MessagesToProve())
            .first->second;
    // Positions alone count as well.
    left -= std::min(left, std::max<size_t>(taken[range.partition], 1));
  }
}

void Worker::MaybeProve() {
  if (proven_) return;
  for (const auto& progress : ledger_.Progress()) {
    size_t& left =
        messages_to_prove_.try_emplace(progress.partition, MessagesToProve())
            .first->second;
    const auto end = ends_.find(progress.partition);
    if (end != ends_.end() && progress.settled >= end->second) left = 0;
    if (left != 0) return;
  }
  proven_ = true;
  messages_to_prove_.clear();
  const CallNote note(board_, kCatalogNote, Now());
  guard_->Proven(index_);
}

}  // namespace rowfall::engine
