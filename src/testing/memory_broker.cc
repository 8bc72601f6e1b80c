// SPDX-License-Identifier: Apache-2.0
// The face of the broker in memory: topics, faults, questions.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/time.h"
#include "rowfall/testing/memory_source.h"
#include "testing/memory_broker_impl.h"

namespace rowfall::testing {

MemoryBroker::MemoryBroker() : impl_(std::make_shared<Impl>()) {}
MemoryBroker::~MemoryBroker() = default;

SourceFactory MemoryBroker::Factory() {
  return [impl = impl_](const SourceConfig& config)
             -> absl::StatusOr<std::unique_ptr<Source>> {
    {
      const std::lock_guard lock(impl->mutex);
      if (!impl->source_faults.empty()) {
        const absl::Status status = std::move(impl->source_faults.front());
        impl->source_faults.pop_front();
        return status;
      }
    }
    auto topics = TopicFilter::Make(config.topics);
    if (!topics.ok()) return topics.status();
    return Impl::MakeSource(impl, config, *std::move(topics));
  };
}

// --- Topics ------------------------------------------------------------------

MemoryLog* MemoryBroker::Impl::FindLog(const TopicPartition& partition) {
  const auto it = topics.find(partition.topic);
  if (it == topics.end() || partition.partition < 0 ||
      static_cast<size_t>(partition.partition) >= it->second.size()) {
    return nullptr;
  }
  return &it->second[static_cast<size_t>(partition.partition)];
}

MemoryLog& MemoryBroker::Impl::LogOf(std::string_view topic,
                                     int32_t partition) {
  AddPartitions(topic, static_cast<size_t>(partition) + 1);
  return topics.find(topic)->second[static_cast<size_t>(partition)];
}

void MemoryBroker::Impl::AddPartitions(std::string_view topic,
                                       size_t partitions) {
  std::vector<MemoryLog>& logs = topics[std::string(topic)];
  if (logs.size() >= partitions) return;
  logs.resize(partitions);
  RebalanceReaders(topic);
}

void MemoryBroker::Impl::RebalanceReaders(std::string_view topic) {
  for (auto& [name, group] : groups) {
    const bool reads = std::any_of(
        group.members.begin(), group.members.end(), [&](const auto& member) {
          return !member->standalone() && Subscribes(*member, topic);
        });
    if (reads) StartRebalance(group);
  }
  changed.notify_all();
}

void MemoryBroker::CreateTopic(std::string_view topic, int partitions) {
  const std::lock_guard lock(impl_->mutex);
  impl_->AddPartitions(topic, static_cast<size_t>(partitions));
}

int64_t MemoryBroker::Produce(std::string_view topic, int32_t partition,
                              MemoryMessage message) {
  const std::lock_guard lock(impl_->mutex);
  MemoryLog& log = impl_->LogOf(topic, partition);
  log.records.emplace_back(std::move(message));
  impl_->changed.notify_all();
  return log.high() - 1;
}

int64_t MemoryBroker::Produce(std::string_view topic, int32_t partition,
                              std::string_view payload) {
  MemoryMessage message;
  message.payload = std::string(payload);
  return Produce(topic, partition, std::move(message));
}

// --- Transactions ------------------------------------------------------------

void MemoryLog::ForgetTransactions() {
  const auto is_gone = [this](int64_t offset) {
    return offset < low || offset >= high();
  };
  std::erase_if(open, [&](const auto& entry) { return is_gone(entry.first); });
  std::erase_if(aborted, is_gone);
}

void MemoryBroker::Impl::EndTransaction(std::string_view transaction,
                                        bool commits) {
  for (auto& [topic, logs] : topics) {
    for (MemoryLog& log : logs) {
      const size_t ended = std::erase_if(log.open, [&](const auto& entry) {
        if (entry.second != transaction) return false;
        if (!commits) log.aborted.insert(entry.first);
        return true;
      });
      if (ended != 0) log.records.emplace_back();
    }
  }
  changed.notify_all();
}

int64_t MemoryBroker::ProduceInTransaction(std::string_view transaction,
                                           std::string_view topic,
                                           int32_t partition,
                                           MemoryMessage message) {
  const std::lock_guard lock(impl_->mutex);
  MemoryLog& log = impl_->LogOf(topic, partition);
  log.open.emplace(log.high(), transaction);
  log.records.emplace_back(std::move(message));
  impl_->changed.notify_all();
  return log.high() - 1;
}

void MemoryBroker::CommitTransaction(std::string_view transaction) {
  const std::lock_guard lock(impl_->mutex);
  impl_->EndTransaction(transaction, true);
}

void MemoryBroker::AbortTransaction(std::string_view transaction) {
  const std::lock_guard lock(impl_->mutex);
  impl_->EndTransaction(transaction, false);
}

// --- Logs --------------------------------------------------------------------

void MemoryBroker::Skip(std::string_view topic, int32_t partition,
                        int64_t count) {
  const std::lock_guard lock(impl_->mutex);
  MemoryLog& log = impl_->LogOf(topic, partition);
  log.records.resize(log.records.size() + static_cast<size_t>(count));
  impl_->changed.notify_all();
}

void MemoryBroker::DeleteBefore(std::string_view topic, int32_t partition,
                                int64_t offset) {
  const std::lock_guard lock(impl_->mutex);
  MemoryLog& log = impl_->LogOf(topic, partition);
  while (log.low < offset && !log.records.empty()) {
    log.records.pop_front();
    ++log.low;
  }
  log.ForgetTransactions();
  impl_->changed.notify_all();
}

void MemoryBroker::TruncateTo(std::string_view topic, int32_t partition,
                              int64_t offset) {
  const std::lock_guard lock(impl_->mutex);
  MemoryLog& log = impl_->LogOf(topic, partition);
  while (log.high() > offset && !log.records.empty()) log.records.pop_back();
  log.ForgetTransactions();
  impl_->changed.notify_all();
}

void MemoryBroker::DeleteTopic(std::string_view topic) {
  const std::lock_guard lock(impl_->mutex);
  const auto it = impl_->topics.find(topic);
  if (it == impl_->topics.end()) return;
  impl_->topics.erase(it);
  for (auto& [name, group] : impl_->groups) {
    std::erase_if(group.committed, [&](const auto& committed) {
      return committed.first.topic == topic;
    });
  }
  impl_->RebalanceReaders(topic);
}

void MemoryBroker::ReplaceTopic(std::string_view topic) {
  const std::lock_guard lock(impl_->mutex);
  const auto it = impl_->topics.find(topic);
  if (it == impl_->topics.end()) return;
  for (MemoryLog& log : it->second) log = MemoryLog();
  impl_->changed.notify_all();
}

void MemoryBroker::SetClusterId(std::string_view name) {
  const std::lock_guard lock(impl_->mutex);
  impl_->cluster_id = name;
}

Watermarks MemoryBroker::GetWatermarks(std::string_view topic,
                                       int32_t partition) const {
  const std::lock_guard lock(impl_->mutex);
  const MemoryLog* log = impl_->FindLog({std::string(topic), partition});
  if (log == nullptr) return {};
  return {log->low, log->high()};
}

// --- Groups ------------------------------------------------------------------

int64_t MemoryBroker::Committed(std::string_view group, std::string_view topic,
                                int32_t partition) const {
  const std::lock_guard lock(impl_->mutex);
  const auto& committed = impl_->GroupOf(group).committed;
  const auto it = committed.find({std::string(topic), partition});
  return it == committed.end() ? kOffsetNone : it->second.offset;
}

std::string MemoryBroker::CommittedMark(std::string_view group,
                                        std::string_view topic,
                                        int32_t partition) const {
  const std::lock_guard lock(impl_->mutex);
  const auto& committed = impl_->GroupOf(group).committed;
  const auto it = committed.find({std::string(topic), partition});
  return it == committed.end() ? std::string() : it->second.mark;
}

void MemoryBroker::SetCommitted(std::string_view group, std::string_view topic,
                                int32_t partition, int64_t offset) {
  const std::lock_guard lock(impl_->mutex);
  auto& committed = impl_->GroupOf(group).committed;
  const TopicPartition key{std::string(topic), partition};
  if (offset == kOffsetNone) {
    committed.erase(key);
  } else {
    committed[key] = {key, offset};
    impl_->GroupOf(group).fresh.insert(key);
  }
}

void MemoryBroker::ExpireOffsets() {
  const std::lock_guard lock(impl_->mutex);
  for (auto& [name, group] : impl_->groups) impl_->ExpireOffsets(group);
}

int MemoryBroker::NumCommits(std::string_view group) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->GroupOf(group).num_commits;
}

int MemoryBroker::NumMembers(std::string_view group) const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<int>(impl_->GroupOf(group).members.size());
}

bool MemoryBroker::IsCaughtUp(std::string_view group) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->IsCaughtUp(group);
}

// --- Faults ------------------------------------------------------------------

void MemoryBroker::Rebalance(std::string_view group) {
  const std::lock_guard lock(impl_->mutex);
  impl_->StartRebalance(impl_->GroupOf(group));
}

void MemoryBroker::LosePartitions(std::string_view group) {
  const std::lock_guard lock(impl_->mutex);
  impl_->Lose(impl_->GroupOf(group));
}

void MemoryBroker::Trouble(std::string_view group, absl::Status status) {
  const std::lock_guard lock(impl_->mutex);
  // Leave() changes the list.
  const auto members = impl_->GroupOf(group).members;
  for (const auto& member : members) {
    member->events.push_back(SourceTrouble{status});
    if (!absl::IsUnavailable(status)) impl_->Leave(*member);
  }
  impl_->changed.notify_all();
}

void MemoryBroker::FailCommits(std::string_view group, absl::Status status,
                               int times) {
  const std::lock_guard lock(impl_->mutex);
  auto& faults = impl_->GroupOf(group).commit_faults;
  faults.insert(faults.end(), static_cast<size_t>(times), status);
}

void MemoryBroker::HoldCommits() {
  const std::lock_guard lock(impl_->mutex);
  impl_->holds_commits = true;
}

void MemoryBroker::ReleaseCommits() {
  const std::lock_guard lock(impl_->mutex);
  impl_->ReleaseCommits();
}

void MemoryBroker::FailSources(absl::Status status, int times) {
  const std::lock_guard lock(impl_->mutex);
  impl_->source_faults.insert(impl_->source_faults.end(),
                              static_cast<size_t>(times), status);
}

void MemoryBroker::EndFaults() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->source_faults.clear();
    for (auto& [name, group] : impl_->groups) group.commit_faults.clear();
    impl_->ReleaseCommits();
  }
  SetReachable(true);
}

void MemoryBroker::SetReachable(bool reachable) {
  const std::lock_guard lock(impl_->mutex);
  const bool changes = std::exchange(impl_->reachable, reachable) != reachable;
  for (auto& [name, group] : impl_->groups) {
    impl_->FinishRebalance(group);
    for (const auto& member : group.members) {
      if (!changes) break;
      if (reachable) {
        member->events.push_back(SourceRecovered{});
      } else {
        member->events.push_back(SourceTrouble{
            absl::UnavailableError("Broker not reachable"), true});
      }
    }
  }
  impl_->changed.notify_all();
}

// --- Time and rules ----------------------------------------------------------

void MemoryBroker::SetPollWaits(bool waits) {
  const std::lock_guard lock(impl_->mutex);
  impl_->poll_waits = waits;
  impl_->changed.notify_all();
}

bool MemoryBroker::WaitUntilCaughtUp(std::string_view group,
                                     absl::Duration timeout) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                                 [&] { return impl_->IsCaughtUp(group); });
}

std::vector<std::string> MemoryBroker::Violations() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->violations;
}

}  // namespace rowfall::testing
