// SPDX-License-Identifier: Apache-2.0
// A consumer of the broker in memory.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/time.h"
#include "testing/memory_broker_impl.h"

namespace rowfall::testing {
namespace {

using State = MemoryMember::State;

// Messages taken from one partition before the next one has its turn, so that
// partitions come mixed, as they do from a real broker.
constexpr size_t kRun = 7;

void AppendMessage(const TopicPartition& partition, int64_t offset,
                   const MemoryMessage& from, MessageBatch& messages) {
  std::vector<Header> headers;
  for (const auto& [name, value] : from.headers) {
    headers.push_back({name, value.value_or(""), value.has_value()});
    if (value.has_value()) headers.back().value = *value;
  }
  Message message;
  message.topic = partition.topic;
  message.partition = partition.partition;
  message.offset = offset;
  message.timestamp_ms = from.timestamp_ms;
  message.has_payload = from.payload.has_value();
  if (message.has_payload) message.payload = *from.payload;
  message.has_key = from.key.has_value();
  if (message.has_key) message.key = *from.key;
  message.headers = headers;
  messages.Append(message);
}

// What one Poll() may still take.
class Room {
 public:
  Room(const PollLimits& limits, const MessageBatch& messages)
      : messages_(messages),
        max_size_(messages.size() + limits.max_messages),
        max_bytes_(messages.byte_size() + limits.max_bytes),
        first_(messages.size()) {}
  bool IsFull() const {
    return messages_.size() >= max_size_ ||
           (messages_.byte_size() >= max_bytes_ && messages_.size() > first_);
  }

 private:
  const MessageBatch& messages_;
  const size_t max_size_;
  const size_t max_bytes_;
  const size_t first_;
};

// Its end is told as consumers see it.
OffsetOutOfRange OutOfRange(const TopicPartition& partition, int64_t position,
                            const MemoryLog& log, Isolation isolation) {
  return {{partition, position},
          log.low,
          log.end(isolation),
          position < log.low ? "The log begins behind the offset"
                             : "The log ends before the offset"};
}

// Takes up to kRun messages; returns whether anything was taken or reported.
bool TakeRun(const TopicPartition& partition, const MemoryLog& log,
             Isolation isolation, MemoryReading& reading, const Room& room,
             MessageBatch& messages, std::vector<SourceEvent>& events) {
  if (reading.out_of_range) return false;
  if (reading.position == kOffsetBeginning) reading.position = log.low;
  const int64_t end = log.end(isolation);
  if (reading.position == kOffsetEnd) reading.position = end;
  if (reading.position < log.low || reading.position > log.high()) {
    reading.out_of_range = true;
    events.push_back(OutOfRange(partition, reading.position, log, isolation));
    return true;
  }
  bool any = false;
  for (size_t taken = 0; taken < kRun && reading.position < end;) {
    const auto& record =
        log.records[static_cast<size_t>(reading.position - log.low)];
    if (record.has_value() && !log.IsHidden(reading.position, isolation)) {
      if (room.IsFull()) return any;
      AppendMessage(partition, reading.position, *record, messages);
      ++taken;
    }
    ++reading.position;
    reading.end_reported = false;
    any = true;
  }
  // None is reported where it is behind the end that is seen.
  if (reading.position == end && !reading.end_reported) {
    reading.end_reported = true;
    events.push_back(EndOfPartition{{partition, reading.position}});
    any = true;
  }
  return any;
}

}  // namespace

class MemorySource : public Source {
 public:
  MemorySource(std::shared_ptr<MemoryBroker::Impl> broker,
               const SourceConfig& config, TopicFilter topics)
      : broker_(std::move(broker)),
        member_(std::make_shared<MemoryMember>(std::move(topics))) {
    member_->config = config;
  }
  ~MemorySource() override { (void)Close(absl::ZeroDuration()); }

  absl::Status Start() override {
    const std::lock_guard lock(broker_->mutex);
    if (started_) return absl::FailedPreconditionError("Started already");
    started_ = true;
    broker_->Join(member_);
    return absl::OkStatus();
  }

  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    std::unique_lock lock(broker_->mutex);
    const auto deadline =
        std::chrono::steady_clock::now() +
        absl::ToChronoNanoseconds(std::min(limits.max_wait, absl::Hours(1)));
    const size_t num_messages = messages.size();
    const size_t num_events = events.size();
    while (true) {
      TakeEvents(events);
      if (events.size() == num_events) Fetch(limits, messages, events);
      const bool woken = std::exchange(member_->woken, false);
      if (woken || messages.size() > num_messages ||
          events.size() > num_events || !broker_->poll_waits) {
        return;
      }
      if (broker_->changed.wait_until(lock, deadline) ==
          std::cv_status::timeout) {
        return;
      }
    }
  }

  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    const std::lock_guard lock(broker_->mutex);
    return broker_->Assign(*member_, positions);
  }
  absl::Status Unassign() override {
    const std::lock_guard lock(broker_->mutex);
    return broker_->Unassign(*member_);
  }

  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    const std::lock_guard lock(broker_->mutex);
    broker_->CommitAsync(member_, positions, id);
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    (void)timeout;  // An answer comes at once, or never.
    const std::lock_guard lock(broker_->mutex);
    return broker_->CommitNow(member_, positions);
  }

  void Pause() override {
    const std::lock_guard lock(broker_->mutex);
    member_->paused = true;
  }
  void Resume() override {
    const std::lock_guard lock(broker_->mutex);
    member_->paused = false;
  }

  Watermarks GetWatermarks(const TopicPartition& partition) override {
    const std::lock_guard lock(broker_->mutex);
    const MemoryLog* log = broker_->FindLog(partition);
    if (log == nullptr) return {};
    return {log->low, log->high()};
  }

  std::string ClusterId() override {
    const std::lock_guard lock(broker_->mutex);
    return broker_->cluster_id;
  }

  void Wake() override {
    const std::lock_guard lock(broker_->mutex);
    member_->woken = true;
    broker_->changed.notify_all();
  }

  absl::Status Close(absl::Duration timeout) override {
    (void)timeout;
    const std::lock_guard lock(broker_->mutex);
    broker_->Leave(*member_);
    return absl::OkStatus();
  }

 private:
  void TakeEvents(std::vector<SourceEvent>& events) {
    for (SourceEvent& event : member_->events) {
      events.push_back(std::move(event));
    }
    member_->events.clear();
    broker_->TakeGroupEvent(*member_, events);
  }

  void Fetch(const PollLimits& limits, MessageBatch& messages,
             std::vector<SourceEvent>& events) {
    if (member_->state != State::kActive || member_->paused ||
        !broker_->reachable || member_->reading.empty()) {
      return;
    }
    const Room room(limits, messages);
    const size_t before = messages.size() + events.size();
    const size_t size = member_->reading.size();
    size_t idle = 0;  // Partitions in a row that had nothing.
    while (idle < size && !room.IsFull()) {
      auto it = member_->reading.begin();
      std::advance(it, member_->next_partition++ % size);
      const MemoryLog* log = broker_->FindLog(it->first);
      const bool any =
          log != nullptr && TakeRun(it->first, *log, member_->config.isolation,
                                    it->second, room, messages, events);
      idle = any ? 0 : idle + 1;
    }
    if (messages.size() + events.size() != before) {
      broker_->changed.notify_all();
    }
  }

  const std::shared_ptr<MemoryBroker::Impl> broker_;
  const std::shared_ptr<MemoryMember> member_;
  bool started_ = false;
};

std::unique_ptr<Source> MemoryBroker::Impl::MakeSource(
    std::shared_ptr<Impl> impl, const SourceConfig& config,
    TopicFilter topics) {
  return std::make_unique<MemorySource>(std::move(impl), config,
                                        std::move(topics));
}

}  // namespace rowfall::testing
