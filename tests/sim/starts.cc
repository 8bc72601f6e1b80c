// SPDX-License-Identifier: Apache-2.0
// Checks where a consumer's partitions begin, and where they jump to.
#include "tests/sim/starts.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/text.h"
#include "commit/position_mark.h"

namespace rowfall::tests {
namespace {

std::string Text(const PartitionOffset& position) {
  return base::Cat(" ", position.partition.ToString(), "@", position.offset);
}

}  // namespace

Starts::Starts(World* world, Life* life, ViewOracle* view, std::string worker,
               const SourceOptions& options)
    : world_(world),
      life_(life),
      view_(view),
      worker_(std::move(worker)),
      options_(options),
      reading_(&world->logs, &world->origins, view, options.isolation) {
  world_->AddReading(life_, view_, &reading_);
}

Starts::~Starts() { world_->RemoveReading(&reading_); }

void Starts::Given(const PartitionsAssigned& event) {
  for (const PartitionOffset& known : event.partitions) {
    given_[known.partition] = known;
    if (known.offset >= 0) Heard(known);
  }
  others_ = event.others;
}

void Starts::Clear() {
  reading_.Clear();
  given_.clear();
  others_.clear();
}

PartitionOffset Starts::given(const TopicPartition& partition) const {
  const auto given = given_.find(partition);
  return given == given_.end() ? PartitionOffset{partition} : given->second;
}

PartitionOffset Starts::LastWord(const TopicPartition& partition) const {
  const PartitionOffset now = given(partition);
  if (now.offset >= 0) return now;
  const auto& heard = life_->heard[worker_];
  const auto before = heard.find(partition);
  return before == heard.end() ? now : before->second;
}

// Where the work may go on, as far as the worker can know. All members of a
// group go on from the same place, so no member's memory is above the group's
// word: it stands in only where the group has none. A table's word is above
// both, and then nobody's memory is asked.
std::vector<PartitionOffset> Starts::Known(
    const TopicPartition& partition) const {
  std::vector<PartitionOffset> known;
  const PartitionOffset stored = world_->StoredOf(view_, partition);
  if (stored.offset >= 0) known.push_back(stored);
  const PartitionOffset group = world_->scenario.traits.keeps_positions
                                    ? given(partition)
                                    : LastWord(partition);
  if (group.offset >= 0) known.push_back(group);
  return known;
}

bool Starts::IsKnown(const TopicPartition& partition) const {
  return !Known(partition).empty();
}

// All messages of a partition that was added meanwhile are new ones.
bool Starts::MayBeginAtEnd(const TopicPartition& partition) const {
  return world_->scenario.from_latest &&
         (!reading_.Knows(partition) || reading_.LooksForEnd(partition)) &&
         partition.partition < MostAtFirst(partition.topic);
}

void Starts::LearnFirst(std::span<const PartitionOffset> positions) {
  for (const PartitionOffset& position : positions) {
    const auto mark = commit::PositionMark::FromText(position.mark);
    if (!mark.has_value() || !mark->first_partitions.has_value()) continue;
    const int count = *mark->first_partitions;
    int& first =
        first_.try_emplace(position.partition.topic, count).first->second;
    first = std::min(first, count);
  }
}

int Starts::MostAtFirst(const std::string& topic) const {
  int at_start = 0;
  while (true) {
    const int log = world_->logs.Find(topic, at_start);
    if (log < 0 || world_->logs.First(log) >= num_logs_at_start_) break;
    ++at_start;
  }
  const auto first = first_.find(topic);
  return first == first_.end() ? at_start : std::min(at_start, first->second);
}

// Each mark of a group that begins at ends says how many partitions there were,
// and none says more than those before it.
std::optional<std::string> Starts::CheckFirst(
    const PartitionOffset& position) const {
  const auto first_of = [](const std::string& text) {
    const auto mark = commit::PositionMark::FromText(text);
    return mark.has_value() ? mark->first_partitions : std::nullopt;
  };
  const auto first = first_of(position.mark);
  if (first.has_value() != world_->scenario.from_latest) {
    return base::Cat("its mark is '", position.mark, "'");
  }
  if (!first.has_value() || *first <= MostAtFirst(position.partition.topic)) {
    return std::nullopt;
  }
  for (const PartitionOffset& known : Known(position.partition)) {
    if (first_of(known.mark) == first) return std::nullopt;
  }
  return base::Cat("its mark says ", *first, " partitions instead of ",
                   MostAtFirst(position.partition.topic));
}

// A view begins at the start or, by start_from=latest, at the end where it
// was never before, once it has found that in an assignment never again. It
// jumps there over a gap that it has met, by its policy, and says so before.
// Nowhere else.
void Starts::CheckJumps(std::span<const PartitionOffset> positions,
                        const std::string& cluster) {
  for (const auto& [partition, known] : given_) LearnFirst({&known, 1});
  LearnFirst(others_);
  LearnFirst(world_->AllStoredOf(view_));
  for (const auto& position : positions) {
    if (position.offset >= 0) continue;
    const bool to_end = position.offset == kOffsetEnd;
    const std::string* gap = reading_.Trouble(position.partition);
    const auto other = OtherCluster(position.partition, cluster);
    const bool may_begin = !IsKnown(position.partition) &&
                           (!to_end || MayBeginAtEnd(position.partition));
    // Behind a gap that was met before anything was stored, a conflict makes it
    // begin as at first.
    const bool by_policy =
        options_.on_gap == (to_end ? OnGap::kLatest : OnGap::kEarliest);
    if (gap != nullptr && positions.size() < reading_.size()) {
      const TopicPartition* rest = reading_.NotLookedAt(position.partition);
      if (rest != nullptr) {
        view_->Problem(base::Cat("I8: jumps and does not look at ",
                                 rest->ToString(), ":", Text(position)));
      }
    }
    if ((gap != nullptr || other.has_value()) && (by_policy || !may_begin)) {
      CheckJump(position, gap != nullptr ? *gap : *other);
    } else if (!may_begin) {
      view_->Problem(base::Cat("I8: begins anew:", Text(position)));
    }
  }
}

// What is to be said where the stored position is of another cluster.
std::optional<std::string> Starts::OtherCluster(
    const TopicPartition& partition, const std::string& cluster) const {
  const PartitionOffset stored = world_->StoredOf(view_, partition);
  const auto mark = commit::PositionMark::FromText(stored.mark);
  if (!mark.has_value() || mark->cluster.empty() || mark->cluster == cluster) {
    return std::nullopt;
  }
  return base::Cat("Position ", stored.offset, " of ", partition.ToString(),
                   " is of another cluster: it was stored for '", mark->cluster,
                   "', this is '", cluster, "'");
}

void Starts::CheckJump(const PartitionOffset& position,
                       const std::string& gap) const {
  const bool to_end = position.offset == kOffsetEnd;
  const OnGap policy = to_end ? OnGap::kLatest : OnGap::kEarliest;
  if (options_.on_gap != policy) {
    view_->Problem(base::Cat("I8: jumps against on_gap:", Text(position)));
  }
  const size_t said = std::erase_if(life_->reported, [&](const auto& error) {
    return error.first == view_->name() &&
           error.second.find(gap) != error.second.npos;
  });
  if (said == 0) {
    view_->Problem(
        base::Cat("I10: jumps without the words '", gap, "':", Text(position)));
  }
  world_->Fault(view_);
  if (to_end) return;
  const auto known = Known(position.partition);
  view_->BeginsAgain(world_->logs.Find(position.partition),
                     known.empty() ? kOffsetNone : known.front().offset);
}

void Starts::Begin(const PartitionOffset& position) {
  if (position.offset == kOffsetEnd) {
    const int log = world_->logs.Find(position.partition);
    view_->BeginsAt(log, world_->logs.End(log, options_.isolation));
  }
  if (reading_.GoesOn(position)) return;
  const auto known = Known(position.partition);
  if (position.offset >= 0 && !known.empty()) {
    view_->GoesOnAt(world_->logs.Find(position.partition),
                    known.front().offset);
  }
  const auto problem = reading_.Begin(position, known);
  if (!problem.has_value()) return;
  view_->Problem(base::Cat("I8: ", *problem, ":", Text(position)));
}

void Starts::Move(const PartitionOffset& position) {
  if (position.offset < 0 || reading_.GoesOn(position)) return Begin(position);
  const auto problem = reading_.LookBack(position, world_->clock.Monotonic());
  if (!problem.has_value()) return;
  view_->Problem(base::Cat("I8: ", *problem, ":", Text(position)));
}

// A gap that is heard of together with the end of the assignment is none of
// the view's business any more.
void Starts::Follow(const MessageBatch& messages, size_t first,
                    const std::vector<SourceEvent>& events) {
  const absl::Duration now = world_->clock.Monotonic();
  for (size_t i = first; i < messages.size(); ++i) {
    reading_.Message(messages, i, now);
  }
  bool is_over = false;
  for (const SourceEvent& event : events) {
    if (const auto* end = std::get_if<EndOfPartition>(&event)) {
      reading_.End(*end, now);
    } else if (const auto* gap = std::get_if<OffsetOutOfRange>(&event)) {
      reading_.OutOfRange(*gap);
    } else {
      is_over |= !std::holds_alternative<CommitFinished>(event);
    }
  }
  reading_.Look(now);
  for (const std::string& trouble : reading_.TakeTroubles()) {
    if (options_.on_gap != OnGap::kFail || is_over) continue;
    life_->must_fail[view_->name()].push_back(trouble);
  }
}

}  // namespace rowfall::tests
