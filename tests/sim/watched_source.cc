// SPDX-License-Identifier: Apache-2.0
// A consumer whose commits may get lost and whose process may die.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "tests/sim/error_window.h"
#include "tests/sim/outside.h"
#include "tests/sim/starts.h"

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

SourceOptions OptionsOf(const SourceConfig& config) {
  SourceOptions options;
  const auto client_id = config.properties.find("client.id");
  if (client_id != config.properties.end()) {
    options = SourceOptions::FromClientId(client_id->second);
  }
  const auto level = config.properties.find("isolation.level");
  if (level != config.properties.end() && level->second == "read_uncommitted") {
    options.isolation = Isolation::kReadUncommitted;
  }
  return options;
}

class WatchedSource : public Source {
 public:
  WatchedSource(World* world, std::shared_ptr<Life> life,
                std::unique_ptr<Source> source, const SourceConfig& config)
      : world_(world),
        life_(std::move(life)),
        source_(std::move(source)),
        view_(world->FindView(config.view)),
        name_(base::Cat(config.view, "/", config.worker)),
        ear_(world->NewEar(view_)),
        starts_(world, life_.get(), view_, name_, OptionsOf(config)) {
    if (OptionsOf(config).limits_errors) {
      errors_.emplace(world->scenario.max_errors,
                      world->scenario.max_errors_window);
    }
  }
  ~WatchedSource() override {
    if (life_->dead()) world_->zombies.push_back(std::move(source_));
  }

  absl::Status Start() override {
    starts_.Start();
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
    starts_.Follow(messages, first, events);
    NoteErrors(messages, first);
    if (world_->scenario.stale_messages) RepeatOne(limits, messages, first);
    NoteAge(messages.size() - first);
    if (world_->reachable) ear_->last_heard = world_->step();
    Listen(events);
    if (world_->keeps_trace()) TracePoll(messages, first, events);
  }

  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    if (life_->Enter() != Fate::kLives) return DeadStatus();
    world_->Trace(base::Cat("  ", name_, " assigns", Text(positions)));
    starts_.CheckJumps(positions, source_->ClusterId());
    if (errors_.has_value()) errors_->Forget();
    const bool moves = positions.size() < starts_.reading().size();
    const absl::Status status = source_->Assign(positions);
    for (const PartitionOffset& position : positions) {
      if (!status.ok()) break;
      moves ? starts_.Move(position) : starts_.Begin(position);
      next_[position.partition] = position.offset;
      NoteErrorStart(position.partition);
    }
    return status;
  }
  absl::Status Unassign() override {
    next_.clear();
    starts_.Clear();
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
      if (status.ok()) starts_.Heard(position);
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
  void CheckCommit(std::span<const PartitionOffset> positions,
                   const char* what) {
    world_->Trace(base::Cat("  ", name_, " ", what, Text(positions)));
    for (const PartitionOffset& position : positions) {
      auto problem = starts_.reading().Check(position);
      if (!problem.has_value()) problem = starts_.CheckFirst(position);
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
      errors_->Polled(world_->logs.First(log), position.offset,
                      world_->logs.Facts(log, position.offset).is_bad());
    }
  }
  void NoteErrorStart(const TopicPartition& partition) {
    if (!errors_.has_value()) return;
    errors_->StartsAt(world_->logs.First(world_->logs.Find(partition)),
                      starts_.reading().Basis(partition));
  }
  void CheckErrors(std::span<const PartitionOffset> positions) {
    if (!errors_.has_value()) return;
    for (const PartitionOffset& position : positions) {
      errors_->Passed(world_->logs.First(world_->logs.Find(position.partition)),
                      position.offset);
    }
    if (errors_->AreTooMany()) {
      view_->Problem(
          base::Cat("passes more than max_errors:", Text(positions)));
    }
  }

  // Q3: a message waits for its batch no longer than batch_timeout. How many
  // are in the batch is seen from what still fits. Where nothing fails, the
  // last poll must not have left a batch that was due, unless positions were
  // moved first, or messages of another log, which are not in the batch, may
  // have come.
  void CheckAge(const PollLimits& limits) {
    const auto room = static_cast<size_t>(world_->scenario.batch);
    if (limits.max_messages >= room) oldest_ = absl::InfiniteDuration();
    const absl::Duration limit =
        absl::Milliseconds(world_->scenario.batch_timeout_ms);
    const bool moves = num_resets_ != view_->num_resets();
    num_resets_ = view_->num_resets();
    if (world_->scenario.calm() && !world_->scenario.other_logs && !moves &&
        last_poll_ - oldest_ >= limit) {
      view_->Problem(base::Cat("Q3: ", name_, " left messages to grow old"));
    }
  }
  void NoteAge(size_t num_messages) {
    last_poll_ = world_->clock.Monotonic();
    if (world_->without_table == view_) {
      oldest_ = absl::InfiniteDuration();  // No wonder.
    } else if (num_messages != 0) {
      oldest_ = std::min(oldest_, last_poll_);
    }
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
        starts_.Given(*given);
        commit_.clear();  // Whatever becomes of it, others came in between.
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
      if (!failed) starts_.Heard(position);
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
  const std::string name_;
  const std::shared_ptr<Ear> ear_;
  std::map<uint64_t, PartitionOffset> left_out_;
  absl::Duration oldest_ = absl::InfiniteDuration();
  absl::Duration last_poll_;
  int num_resets_ = 0;
  std::optional<ErrorWindow> errors_;
  std::map<TopicPartition, int64_t> next_;  // To be delivered.
  Starts starts_;
  uint64_t commit_id_ = 0;  // Of the last commit.
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
