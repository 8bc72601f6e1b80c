// SPDX-License-Identifier: Apache-2.0
// A consumer whose commits may get lost and whose process may die.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "commit/position_mark.h"
#include "tests/sim/error_window.h"
#include "tests/sim/outside.h"

namespace rowfall::tests {
namespace {

std::string Text(std::span<const PartitionOffset> positions) {
  std::string text;
  for (const PartitionOffset& position : positions) {
    base::AppendCat(text, " ", position.partition.topic, "/",
                    position.partition.partition, "@", position.offset);
  }
  return text;
}

class WatchedSource : public Source {
 public:
  WatchedSource(World* world, std::shared_ptr<Life> life,
                std::unique_ptr<Source> source, const SourceConfig& config)
      : world_(world),
        life_(std::move(life)),
        source_(std::move(source)),
        view_(world->FindView(config.view)),
        view_name_(config.view),
        name_(base::Cat(config.view, "/", config.worker)),
        ear_(world->NewEar(view_)),
        reading_(&world->logs, &world->origins, view_) {
    world->AddReading(life_.get(), view_, &reading_);
    const auto client_id = config.properties.find("client.id");
    if (client_id != config.properties.end()) {
      options_ = SourceOptions::FromClientId(client_id->second);
    }
    if (options_.limits_errors) {
      errors_.emplace(world->scenario.max_errors,
                      world->scenario.max_errors_window);
    }
  }
  ~WatchedSource() override {
    world_->RemoveReading(&reading_);
    if (life_->dead()) world_->zombies.push_back(std::move(source_));
  }

  absl::Status Start() override {
    num_logs_at_start_ = world_->logs.size();
    return life_->dead() ? DeadStatus() : source_->Start();
  }

  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    if (life_->Enter() != Fate::kLives) return;
    const size_t first = messages.size();
    CheckAge(limits);
    source_->Poll(limits, messages, events);
    PollLimits rest = limits;
    rest.max_messages -= messages.size() - first;
    if (world_->scenario.polls_mix && rest.max_messages != 0) {
      source_->Poll(rest, messages, events);
    }
    Follow(messages, first, events);
    if (world_->scenario.stale_messages) RepeatOne(limits, messages, first);
    NoteAge(messages.size() - first);
    NoteErrors(messages, first);
    if (world_->reachable) ear_->last_heard = world_->step();
    Listen(events);
    if (world_->keeps_trace()) TracePoll(messages, first, events);
  }

  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    if (life_->Enter() != Fate::kLives) return DeadStatus();
    world_->Trace(base::Cat("  ", name_, " assigns", Text(positions)));
    CheckJumps(positions);
    if (errors_.has_value()) errors_->Forget();
    const absl::Status status = source_->Assign(positions);
    for (const PartitionOffset& position : positions) {
      if (!status.ok()) break;
      NoteStart(position);
      next_[position.partition] = position.offset;
      NoteErrorStart(position.partition);
    }
    return status;
  }
  absl::Status Unassign() override {
    next_.clear();
    given_.clear();
    reading_.Clear();
    if (errors_.has_value()) errors_->Forget();
    return life_->Enter() == Fate::kLives ? source_->Unassign() : DeadStatus();
  }

  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    const Fate fate = life_->Enter();
    if (fate == Fate::kDead) return;
    CheckCommit(positions, "commits");
    commit_id_ = id;
    commit_.assign(positions.begin(), positions.end());
    if (life_->loses_commits) return world_->Fault(view_);
    std::vector<PartitionOffset> sent(positions.begin(), positions.end());
    if (life_->partial_commits > 0 && sent.size() > 1) {
      --life_->partial_commits;
      left_out_[id] = sent.back();
      sent.pop_back();
      world_->Fault(view_);
    }
    source_->CommitAsync(sent, id);
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    const Fate fate = life_->Enter();
    if (fate == Fate::kDead) return DeadStatus();
    CheckCommit(positions, "commits and waits:");
    commit_.clear();  // Its answer would be too late.
    absl::Status status = absl::DeadlineExceededError("No answer came in time");
    if (!life_->loses_commits) {
      const absl::Status answer = source_->Commit(positions, timeout);
      if (!life_->loses_answers) status = answer;
    }
    if (!status.ok()) world_->Fault(view_);
    for (const PartitionOffset& position : positions) {
      if (status.ok()) own_commits()[position.partition] = position;
    }
    return fate == Fate::kDiesAfter ? DeadStatus() : status;
  }

  void Pause() override { source_->Pause(); }
  void Resume() override { source_->Resume(); }
  Watermarks GetWatermarks(const TopicPartition& partition) override {
    return source_->GetWatermarks(partition);
  }
  std::string ClusterId() override { return source_->ClusterId(); }
  void Wake() override { source_->Wake(); }
  absl::Status Close(absl::Duration timeout) override {
    if (life_->dead()) return absl::OkStatus();
    world_->Trace(base::Cat("  ", name_, " closes"));
    return source_->Close(timeout);
  }

 private:
  std::map<TopicPartition, PartitionOffset>& own_commits() {
    return life_->own_commits[name_];
  }
  // Where the work may go on, as far as the worker can know.
  std::vector<PartitionOffset> Known(const TopicPartition& partition) {
    const auto given = given_.find(partition);
    const int64_t committed =
        given == given_.end() ? kOffsetNone : given->second.offset;
    std::vector<PartitionOffset> known;
    const PartitionOffset stored = world_->StoredOf(view_, partition);
    if (stored.offset >= 0) known.push_back(stored);
    const auto own = own_commits().find(partition);
    if (!world_->scenario.traits.keeps_positions &&
        own != own_commits().end() && own->second.offset > committed) {
      known.push_back(own->second);
    }
    if (committed >= 0) known.push_back(given->second);
    return known;
  }

  // A view begins at the start or, by start_from=latest, at the end where it
  // was never before, once in an assignment. It jumps there over a gap that it
  // has met, by its policy, and says so before. Nowhere else.
  void CheckJumps(std::span<const PartitionOffset> positions) {
    for (const auto& position : positions) {
      if (position.offset >= 0) continue;
      const bool to_end = position.offset == kOffsetEnd;
      const std::string* gap = reading_.Trouble(position.partition);
      const auto cluster = OtherCluster(position.partition);
      if (gap != nullptr || cluster.has_value()) {
        CheckJump(position, gap != nullptr ? *gap : *cluster);
      } else if (IsKnown(position.partition) ||
                 (to_end && !MayBeginAtEnd(position.partition))) {
        view_->Problem(base::Cat("I8: begins anew:", Text(positions)));
      }
    }
  }
  bool IsKnown(const TopicPartition& partition) const {
    const auto given = given_.find(partition);
    return (given != given_.end() && given->second.offset >= 0) ||
           world_->StoredOf(view_, partition).offset >= 0;
  }
  // What is to be said where the stored position is of another cluster.
  std::optional<std::string> OtherCluster(const TopicPartition& partition) {
    const PartitionOffset stored = world_->StoredOf(view_, partition);
    const auto mark = commit::PositionMark::FromText(stored.mark);
    const std::string now = source_->ClusterId();
    if (!mark.has_value() || mark->cluster.empty() || mark->cluster == now) {
      return std::nullopt;
    }
    return base::Cat("Position ", stored.offset, " of ", partition.ToString(),
                     " is of another cluster: it was stored for '",
                     mark->cluster, "', this is '", now, "'");
  }
  // All messages of a partition that was added meanwhile are new ones.
  bool MayBeginAtEnd(const TopicPartition& partition) const {
    return world_->scenario.from_latest && !next_.contains(partition) &&
           world_->logs.First(world_->logs.Find(partition)) <
               num_logs_at_start_;
  }
  void CheckJump(const PartitionOffset& position, const std::string& gap) {
    const bool to_end = position.offset == kOffsetEnd;
    const OnGap policy = to_end ? OnGap::kLatest : OnGap::kEarliest;
    const std::string place = Text(std::span(&position, 1));
    if (options_.on_gap != policy) {
      view_->Problem(base::Cat("I8: jumps against on_gap:", place));
    }
    const size_t said = std::erase_if(life_->reported, [&](const auto& error) {
      return error.first == view_name_ &&
             error.second.find(gap) != error.second.npos;
    });
    if (said == 0) {
      view_->Problem(
          base::Cat("I10: jumps without the words '", gap, "':", place));
    }
    world_->Fault(view_);
    if (!to_end) view_->BeginsAgain(world_->logs.Find(position.partition));
  }
  // A gap that is heard of together with the end of the assignment is none of
  // the view's business any more.
  void Follow(const MessageBatch& messages, size_t first,
              const std::vector<SourceEvent>& events) {
    for (size_t i = first; i < messages.size(); ++i) {
      reading_.Message(messages, i);
    }
    bool is_over = false;
    const absl::Duration now = world_->clock.Monotonic();
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
      life_->must_fail[view_name_].push_back(trouble);
    }
  }
  void NoteStart(const PartitionOffset& position) {
    if (position.offset == kOffsetEnd) {
      const int log = world_->logs.Find(position.partition);
      view_->BeginsAt(log, world_->logs[log].size());
    }
    if (reading_.GoesOn(position)) return;
    const auto problem = reading_.Begin(position, Known(position.partition));
    if (!problem.has_value()) return;
    view_->Problem(
        base::Cat("I8: ", *problem, ":", Text(std::span(&position, 1))));
  }

  void CheckCommit(std::span<const PartitionOffset> positions,
                   const char* what) {
    world_->Trace(base::Cat("  ", name_, " ", what, Text(positions)));
    for (const PartitionOffset& position : positions) {
      const auto problem = reading_.Check(position);
      if (!problem.has_value()) continue;
      view_->Problem(base::Cat("I2: committed", Text(std::span(&position, 1)),
                               ", but ", *problem));
    }
    CheckErrors(positions);
  }

  // Where max_errors holds, a worker passes no more bad messages.
  void NoteErrors(const MessageBatch& messages, size_t first) {
    if (!errors_.has_value()) return;
    for (size_t i = first; i < messages.size(); ++i) {
      const auto position = messages.position(i);
      const int log = world_->logs.Find(position.topic, position.partition);
      errors_->Polled(log, position.offset,
                      world_->logs[log].at(position.offset).is_bad());
    }
  }
  void NoteErrorStart(const TopicPartition& partition) {
    if (!errors_.has_value()) return;
    const int64_t stored = world_->StoredOf(view_, partition).offset;
    const auto given = given_.find(partition);
    const int64_t known = given != given_.end() ? given->second.offset : -1;
    errors_->StartsAt(world_->logs.Find(partition),
                      stored >= 0 ? stored : known);
  }
  void CheckErrors(std::span<const PartitionOffset> positions) {
    if (!errors_.has_value()) return;
    for (const PartitionOffset& position : positions) {
      errors_->Passed(world_->logs.Find(position.partition), position.offset);
    }
    if (errors_->AreTooMany()) {
      view_->Problem(
          base::Cat("passes more than max_errors:", Text(positions)));
    }
  }

  // Q3: a message waits for its batch no longer than batch_timeout. How many
  // are in the batch is seen from what still fits. Where nothing fails, the
  // last two polls must not have left a batch that was due: positions that are
  // moved come first.
  void CheckAge(const PollLimits& limits) {
    const auto room = static_cast<size_t>(world_->scenario.batch);
    if (limits.max_messages >= room) oldest_ = absl::InfiniteDuration();
    const absl::Duration limit =
        absl::Milliseconds(world_->scenario.batch_timeout_ms);
    const bool is_late =
        world_->scenario.calm() && last_poll_ - oldest_ >= limit;
    if (is_late && was_late_) {
      view_->Problem(base::Cat("Q3: ", name_, " left messages to grow old"));
    }
    was_late_ = is_late;
  }
  void NoteAge(size_t num_messages) {
    last_poll_ = world_->clock.Monotonic();
    if (num_messages != 0) oldest_ = std::min(oldest_, last_poll_);
  }

  // Whether a message is of a partition that is not assigned, or was read.
  bool IsStale(const MessageBatch::Position& position) const {
    const auto next =
        next_.find({std::string(position.topic), position.partition});
    return next == next_.end() || position.offset < next->second;
  }

  // Brings the first message of an earlier poll once more, as a client may
  // that mixes up its assignments.
  void RepeatOne(const PollLimits& limits, MessageBatch& messages,
                 size_t first) {
    const size_t count = messages.size() - first;
    for (size_t i = first; i < messages.size(); ++i) {
      const auto position = messages.position(i);
      next_[{std::string(position.topic), position.partition}] =
          position.offset + 1;
    }
    if (count < limits.max_messages && !stale_.empty() && ++polls_ % 3 == 0 &&
        IsStale(stale_.position(0))) {
      messages.Append(stale_[0]);
    } else if (count != 0 && polls_ % 5 == 0) {
      stale_.Clear();
      stale_.Append(messages[first]);
    }
  }

  // Changes the answers by what was asked for, and notes faults.
  void Listen(std::vector<SourceEvent>& events) {
    if (life_->loses_answers) {
      std::erase_if(events, [](const SourceEvent& event) {
        return std::holds_alternative<CommitFinished>(event);
      });
    }
    DelayAnswers(events);
    for (SourceEvent& event : events) {
      if (const auto* given = std::get_if<PartitionsAssigned>(&event)) {
        for (const PartitionOffset& known : given->partitions) {
          given_[known.partition] = known;
        }
      }
      auto* finished = std::get_if<CommitFinished>(&event);
      if (finished == nullptr) continue;
      const auto left_out = left_out_.find(finished->id);
      if (left_out != left_out_.end()) {
        finished->partitions.emplace_back(
            left_out->second, absl::UnavailableError("This one not"));
        left_out_.erase(left_out);
      }
      if (!finished->status.ok()) world_->Fault(view_);
      NoteAnswer(*finished);
    }
  }
  // What the worker takes for committed.
  void NoteAnswer(const CommitFinished& finished) {
    if (!finished.status.ok() || finished.id != commit_id_) return;
    for (const PartitionOffset& position : commit_) {
      const bool failed =
          std::any_of(finished.partitions.begin(), finished.partitions.end(),
                      [&](const auto& result) {
                        return result.first.partition == position.partition &&
                               !result.second.ok();
                      });
      if (!failed) own_commits()[position.partition] = position;
    }
  }

  void DelayAnswers(std::vector<SourceEvent>& events) {
    if (!life_->delays_answers) {
      events.insert(events.begin(), delayed_.begin(), delayed_.end());
      delayed_.clear();
      return;
    }
    std::erase_if(events, [this](const SourceEvent& event) {
      const auto* finished = std::get_if<CommitFinished>(&event);
      if (finished == nullptr) return false;
      if (!finished->status.ok()) world_->Fault(view_);
      delayed_.push_back(event);
      return true;
    });
  }

  void TracePoll(const MessageBatch& messages, size_t first,
                 const std::vector<SourceEvent>& events) {
    static const char* const kNames[] = {
        "assigned",     "revoked", "commit finished", "end",
        "out of range", "trouble", "recovered"};
    static_assert(std::size(kNames) == std::variant_size_v<SourceEvent>);
    std::string text = base::Cat("  ", name_, " polls");
    for (size_t i = first; i < messages.size(); ++i) {
      base::AppendCat(text, " ", messages.Place(i));
    }
    for (const SourceEvent& event : events) {
      base::AppendCat(text, ", ", kNames[event.index()]);
      if (const auto* end = std::get_if<EndOfPartition>(&event)) {
        text += Text(std::span(&end->position, 1));
      } else if (const auto* assigned =
                     std::get_if<PartitionsAssigned>(&event)) {
        text += Text(assigned->partitions);
      }
    }
    if (messages.size() != first || !events.empty()) world_->Trace(text);
  }

  World* const world_;
  const std::shared_ptr<Life> life_;
  std::unique_ptr<Source> source_;
  ViewOracle* const view_;
  const std::string view_name_;
  const std::string name_;
  SourceOptions options_;
  int num_logs_at_start_ = 0;
  const std::shared_ptr<Ear> ear_;
  std::map<uint64_t, PartitionOffset> left_out_;
  absl::Duration oldest_ = absl::InfiniteDuration();
  absl::Duration last_poll_;
  bool was_late_ = false;
  std::optional<ErrorWindow> errors_;
  std::map<TopicPartition, int64_t> next_;  // To be delivered.
  Reading reading_;
  std::map<TopicPartition, PartitionOffset> given_;  // Said to be committed.
  uint64_t commit_id_ = 0;                           // Of the last commit.
  std::vector<PartitionOffset> commit_;
  std::vector<SourceEvent> delayed_;
  MessageBatch stale_;
  int polls_ = 0;
};

}  // namespace

SourceFactory WatchedSources(World* world, std::shared_ptr<Life> life) {
  return [world, life](const SourceConfig& config)
             -> absl::StatusOr<std::unique_ptr<Source>> {
    if (life->Enter() != Fate::kLives) return DeadStatus();
    auto source = world->broker.Factory()(config);
    if (!source.ok()) return source.status();
    return std::make_unique<WatchedSource>(world, life, *std::move(source),
                                           config);
  };
}

}  // namespace rowfall::tests
