// SPDX-License-Identifier: Apache-2.0
// Membership of the broker in memory: eager rebalances by events.
#include <algorithm>
#include <set>

#include "testing/memory_broker_impl.h"

namespace rowfall::testing {

using State = MemoryMember::State;

std::string MemoryMember::Name() const {
  return "worker " + std::to_string(config.worker) + " of '" +
         config.consumer_group + "'";
}

void MemoryBroker::Impl::Violation(const MemoryMember& member,
                                   const std::string& what) {
  violations.push_back(member.Name() + " " + what);
}

MemoryGroup& MemoryBroker::Impl::GroupOf(std::string_view name) {
  return groups[std::string(name)];
}

bool MemoryBroker::Impl::Subscribes(const MemoryMember& member,
                                    std::string_view topic) const {
  return member.topics.Matches(topic);
}

std::vector<TopicPartition> MemoryBroker::Impl::PartitionsOf(
    const MemoryMember& member) const {
  std::vector<TopicPartition> partitions;
  for (const auto& [topic, logs] : topics) {
    if (!Subscribes(member, topic)) continue;
    for (size_t i = 0; i < logs.size(); ++i) {
      partitions.push_back({topic, static_cast<int32_t>(i)});
    }
  }
  return partitions;
}

void MemoryBroker::Impl::Join(const std::shared_ptr<MemoryMember>& member) {
  MemoryGroup& group = GroupOf(*member);
  group.members.push_back(member);
  member->state = State::kWaiting;
  for (const auto& [topic, logs] : topics) {
    member->partitions_at_start[topic] = logs.size();
  }
  if (!member->standalone()) return StartRebalance(group);
  for (const std::string& topic : member->config.topics) {
    for (const int32_t partition : member->config.partitions) {
      member->given.push_back({topic, partition});
    }
  }
  member->state = State::kAssigning;
  member->event_due = true;
}

void MemoryBroker::Impl::Leave(MemoryMember& member) {
  if (member.state == State::kLeft) return;
  MemoryGroup& group = GroupOf(member);
  std::erase_if(group.members,
                [&](const auto& other) { return other.get() == &member; });
  member.state = State::kLeft;
  member.event_due = false;
  member.lost = false;
  member.given.clear();
  member.reading.clear();
  if (!member.standalone()) StartRebalance(group);
}

void MemoryBroker::Impl::StartRebalance(MemoryGroup& group) {
  group.rebalancing = true;
  for (const auto& member : group.members) {
    if (member->standalone()) continue;
    if (member->state == State::kActive) {
      member->state = State::kRevoking;
      member->event_due = true;
    } else if (member->state == State::kAssigning && member->event_due) {
      // It never heard of this assignment.
      member->state = State::kWaiting;
      member->event_due = false;
      member->given.clear();
    }
  }
  FinishRebalance(group);
}

void MemoryBroker::Impl::FinishRebalance(MemoryGroup& group) {
  if (!group.rebalancing || !reachable) return;
  std::vector<MemoryMember*> ready;
  for (const auto& member : group.members) {
    if (member->standalone() || member->lost) continue;
    if (member->state != State::kWaiting) return;
    ready.push_back(member.get());
  }
  group.rebalancing = false;
  std::set<TopicPartition> all;
  for (MemoryMember* member : ready) {
    const auto partitions = PartitionsOf(*member);
    all.insert(partitions.begin(), partitions.end());
    member->state = State::kAssigning;
    member->event_due = true;
  }
  size_t next = 0;
  for (const TopicPartition& partition : all) {
    for (size_t tries = 0; tries < ready.size(); ++tries) {
      MemoryMember& member = *ready[next++ % ready.size()];
      if (!Subscribes(member, partition.topic)) continue;
      member.given.push_back(partition);
      break;
    }
  }
  changed.notify_all();
}

void MemoryBroker::Impl::Lose(MemoryGroup& group) {
  for (const auto& member : group.members) {
    const bool has_some =
        member->state == State::kActive || member->state == State::kRevoking ||
        (member->state == State::kAssigning && !member->event_due);
    if (member->standalone() || !has_some) continue;
    member->state = State::kRevoking;
    member->event_due = true;
    member->lost = true;
  }
  StartRebalance(group);
  changed.notify_all();
}

void MemoryBroker::Impl::TakeGroupEvent(MemoryMember& member,
                                        std::vector<SourceEvent>& events) {
  if (!member.event_due || !reachable) return;
  member.event_due = false;
  if (member.state == State::kRevoking) {
    events.push_back(PartitionsRevoked{member.given, member.lost});
    return;
  }
  PartitionsAssigned assigned;
  const auto& committed = GroupOf(member).committed;
  for (const TopicPartition& partition : member.given) {
    const auto it = committed.find(partition);
    assigned.partitions.push_back(
        it == committed.end() ? PartitionOffset{partition} : it->second);
  }
  if (member.config.starts_at_end) AddTopics(member, assigned);
  events.push_back(std::move(assigned));
}

void MemoryBroker::Impl::AddTopics(const MemoryMember& member,
                                   PartitionsAssigned& assigned) {
  for (const auto& [partition, offset, mark] : assigned.partitions) {
    const auto at_start = member.partitions_at_start.find(partition.topic);
    assigned.partitions_at_start[partition.topic] =
        at_start == member.partitions_at_start.end()
            ? 0
            : static_cast<int32_t>(at_start->second);
  }
  for (const auto& [partition, position] : GroupOf(member).committed) {
    if (assigned.partitions_at_start.contains(partition.topic) &&
        std::count(member.given.begin(), member.given.end(), partition) == 0) {
      assigned.others.push_back(position);
    }
  }
}

absl::Status MemoryBroker::Impl::Assign(
    MemoryMember& member, std::span<const PartitionOffset> positions) {
  // It hears of that with its next events.
  if (member.state == State::kLeft) {
    return absl::UnavailableError("The consumer has left the group");
  }
  const bool answers = member.state == State::kAssigning && !member.event_due;
  const bool moves =
      member.state == State::kActive || member.state == State::kRevoking;
  if (!answers && !moves) {
    Violation(member, "assigned partitions that it was not given");
    return absl::FailedPreconditionError("No assignment is to be answered");
  }
  if (answers && positions.size() != member.given.size()) {
    Violation(member, "did not answer with all partitions that it was given");
    return absl::InvalidArgumentError("Partitions of the assignment missing");
  }
  for (const auto& [partition, offset, mark] : positions) {
    if (std::count(member.given.begin(), member.given.end(), partition) == 0) {
      Violation(member,
                "assigned " + partition.ToString() + " that it was not given");
      return absl::InvalidArgumentError("Partition not assigned");
    }
    if (offset < 0 && offset != kOffsetBeginning && offset != kOffsetEnd) {
      Violation(member,
                "assigned " + partition.ToString() + " without an offset");
      return absl::InvalidArgumentError("Offset missing");
    }
    const MemoryLog* log = FindLog(partition);
    const bool at_end = offset == kOffsetEnd && log != nullptr;
    MemoryReading& reading = member.reading[partition];
    const int64_t furthest = std::max(reading.furthest, reading.position);
    reading = {.position = at_end ? log->end(member.config.isolation) : offset,
               .furthest = furthest};
  }
  if (!answers) return absl::OkStatus();
  member.state = State::kActive;
  if (!member.standalone() && GroupOf(member).rebalancing) {
    member.state = State::kRevoking;
    member.event_due = true;
  }
  return absl::OkStatus();
}

absl::Status MemoryBroker::Impl::Unassign(MemoryMember& member) {
  if (member.state != State::kRevoking || member.event_due) {
    Violation(member, "gave back partitions that were not revoked");
    return absl::FailedPreconditionError("No revocation is to be answered");
  }
  const bool was_lost = member.lost;
  member.lost = false;
  member.state = State::kWaiting;
  member.given.clear();
  member.reading.clear();
  MemoryGroup& group = GroupOf(member);
  if (was_lost) {
    StartRebalance(group);  // It joins again.
  } else {
    FinishRebalance(group);
  }
  return absl::OkStatus();
}

bool MemoryBroker::Impl::IsCaughtUp(std::string_view name) {
  MemoryGroup& group = GroupOf(name);
  bool any = false;
  if (group.rebalancing) return false;
  for (const auto& member : group.members) {
    if (member->state != State::kActive) return false;
    for (const auto& [partition, reading] : member->reading) {
      const MemoryLog* log = FindLog(partition);
      if (log == nullptr) continue;
      any = true;
      const int64_t end = log->end(member->config.isolation);
      if (reading.position != end) return false;
      const auto committed = group.committed.find(partition);
      if (committed == group.committed.end()
              ? end != log->low
              : committed->second.offset != end) {
        return false;
      }
    }
  }
  return any;
}

}  // namespace rowfall::testing
