// SPDX-License-Identifier: Apache-2.0
// Commits at the broker in memory, with their faults and their rules.
#include <algorithm>
#include <utility>

#include "testing/memory_broker_impl.h"

namespace rowfall::testing {

using State = MemoryMember::State;

// A real broker checks neither owner nor position; the engine has to.
void MemoryBroker::Impl::CheckCommit(MemoryMember& member,
                                     const PartitionOffset& position) {
  // It may not have heard yet that it was made to leave.
  if (member.state == State::kLeft) return;
  const std::string text =
      position.partition.ToString() + "@" + std::to_string(position.offset);
  if (position.offset < 0) {
    return Violation(member, "committed " + text + ", which is no offset");
  }
  const auto reading = member.reading.find(position.partition);
  if (reading == member.reading.end()) {
    return Violation(member, "committed " + text + " without owning it");
  }
  const MemoryReading& read = reading->second;
  if (std::max(read.position, read.furthest) < position.offset) {
    Violation(member, "committed " + text + " without having read it");
  }
}

absl::Status MemoryBroker::Impl::Commit(
    MemoryMember& member, std::span<const PartitionOffset> positions) {
  MemoryGroup& group = GroupOf(member);
  if (!reachable) return absl::UnavailableError("Broker not reachable");
  if (member.state == State::kLeft) {
    return absl::AbortedError("The consumer has left the group");
  }
  if (member.lost) {
    if (!member.event_due) {
      Violation(member, "committed partitions that it has lost");
    }
    return absl::AbortedError("The assignment is lost");
  }
  for (const PartitionOffset& position : positions) {
    CheckCommit(member, position);
  }
  if (!group.commit_faults.empty()) {
    const absl::Status status = std::move(group.commit_faults.front());
    group.commit_faults.pop_front();
    return status;
  }
  Store(member, positions);
  return absl::OkStatus();
}

void MemoryBroker::Impl::Store(MemoryMember& member,
                               std::span<const PartitionOffset> positions) {
  MemoryGroup& group = GroupOf(member);
  ++group.num_commits;
  for (const PartitionOffset& position : positions) {
    group.committed[position.partition] = position;
    group.fresh.insert(position.partition);
  }
  changed.notify_all();
}

void MemoryBroker::Impl::Answer(MemoryMember& member,
                                std::span<const PartitionOffset> positions,
                                uint64_t id, const absl::Status& status) {
  CommitFinished finished;
  finished.id = id;
  finished.status = status;
  for (const PartitionOffset& position : positions) {
    finished.partitions.emplace_back(position, status);
  }
  member.events.push_back(std::move(finished));
  changed.notify_all();
}

void MemoryBroker::Impl::CommitAsync(
    const std::shared_ptr<MemoryMember>& member,
    std::span<const PartitionOffset> positions, uint64_t id) {
  if (holds_commits) {
    for (const PartitionOffset& p : positions) CheckCommit(*member, p);
    held_commits.push_back({member, {positions.begin(), positions.end()}, id});
    return;
  }
  Answer(*member, positions, id, Commit(*member, positions));
}

absl::Status MemoryBroker::Impl::CommitNow(
    const std::shared_ptr<MemoryMember>& member,
    std::span<const PartitionOffset> positions) {
  if (!holds_commits) return Commit(*member, positions);
  for (const PartitionOffset& p : positions) CheckCommit(*member, p);
  held_commits.push_back(
      {member, {positions.begin(), positions.end()}, std::nullopt});
  return absl::DeadlineExceededError("The commit was not answered in time");
}

void MemoryBroker::Impl::ReleaseCommits() {
  holds_commits = false;
  for (const HeldCommit& held : std::exchange(held_commits, {})) {
    Store(*held.member, held.positions);
    if (held.id.has_value()) {
      Answer(*held.member, held.positions, *held.id, absl::OkStatus());
    }
  }
}

void MemoryBroker::Impl::ExpireOffsets(MemoryGroup& group) {
  const bool is_active =
      std::any_of(group.members.begin(), group.members.end(),
                  [](const auto& member) { return !member->standalone(); });
  if (!is_active) {
    std::erase_if(group.committed, [&](const auto& entry) {
      return !group.fresh.contains(entry.first);
    });
  }
  group.fresh.clear();
}

}  // namespace rowfall::testing
