// SPDX-License-Identifier: Apache-2.0
// A source in front of another that looks at the clock once.
#include "bench/runner/first_message.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace rowfall::bench {
namespace {

class WatchedSource : public Source {
 public:
  WatchedSource(std::unique_ptr<Source> source,
                std::shared_ptr<FirstMessage> first)
      : source_(std::move(source)), first_(std::move(first)) {}

  absl::Status Start() override { return source_->Start(); }
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    source_->Poll(limits, messages, events);
    if (!noted_ && !messages.empty()) first_->Note(absl::Now());
    noted_ = noted_ || !messages.empty();
  }
  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    return source_->Assign(positions);
  }
  absl::Status Unassign() override { return source_->Unassign(); }
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    source_->CommitAsync(positions, id);
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    return source_->Commit(positions, timeout);
  }
  void Pause() override { source_->Pause(); }
  void Resume() override { source_->Resume(); }
  Watermarks GetWatermarks(const TopicPartition& partition) override {
    return source_->GetWatermarks(partition);
  }
  void Wake() override { source_->Wake(); }
  absl::Status Close(absl::Duration timeout) override {
    return source_->Close(timeout);
  }

 private:
  const std::unique_ptr<Source> source_;
  const std::shared_ptr<FirstMessage> first_;
  bool noted_ = false;
};

}  // namespace

void FirstMessage::Note(absl::Time time) {
  const std::lock_guard lock(mutex_);
  time_ = std::min(time_, time);
}

absl::Time FirstMessage::time() const {
  const std::lock_guard lock(mutex_);
  return time_;
}

std::unique_ptr<Source> WatchFirstMessage(std::unique_ptr<Source> source,
                                          std::shared_ptr<FirstMessage> first) {
  return std::make_unique<WatchedSource>(std::move(source), std::move(first));
}

}  // namespace rowfall::bench
