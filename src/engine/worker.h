// SPDX-License-Identifier: Apache-2.0
// One consumer of a view: polls, batches, hands over, settles and commits.
#ifndef ROWFALL_ENGINE_WORKER_H_
#define ROWFALL_ENGINE_WORKER_H_

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "commit/backoff.h"
#include "commit/commit_policy.h"
#include "commit/flush_policy.h"
#include "commit/offset_ledger.h"
#include "commit/recent_marks.h"
#include "commit/tail_check.h"
#include "engine/batch_job.h"
#include "engine/crash_guard.h"
#include "engine/mark_ranges.h"
#include "engine/position_change.h"
#include "engine/view_board.h"
#include "engine/view_spec.h"
#include "rowfall/message.h"
#include "rowfall/sink.h"
#include "rowfall/source.h"

namespace rowfall::engine {

// A state machine that is driven by RunOnce() on one thread at a time;
// RequestStop() and stop_requested() come from any. Nothing throws.
class Worker {
 public:
  Worker(std::shared_ptr<const ViewSpec> spec, int index,
         std::shared_ptr<ViewBoard> board, std::shared_ptr<CrashGuard> guard);
  ~Worker();

  // Does one step; waits at most `budget` for something to do, and as long as
  // the sink takes. Returns whether anything was done.
  bool RunOnce(absl::Duration budget);

  // The end: tries once to finish the batch in flight, gives the rest back,
  // commits what is settled and leaves the group. Waits for the broker no
  // longer than `timeout`, for the sink as long as it takes. Idempotent.
  void Finish(absl::Duration timeout = absl::InfiniteDuration());
  bool finished() const { return finished_; }

  void RequestStop();
  bool stop_requested() const {
    return stop_requested_.load(std::memory_order_relaxed);
  }

 private:
  // What an attempt is repeated for.
  enum class Waiting : uint8_t { kNothing, kSetup, kPositions, kBatch };

  bool Step(absl::Duration budget);
  void FinishBatch();
  void WriteWhatWasRead();
  // Setting up. Errors that may pass begin a backoff, others fail the view.
  void OpenSink();
  void OpenSource();
  absl::Status CheckTable(const Schema& table) const;

  // Reading.
  void Poll(absl::Duration max_wait);
  void AcceptNewMessages(size_t first);
  void WaitInBackoff(absl::Duration budget);
  void Sleep(absl::Duration time);
  absl::Duration PollWait(absl::Duration budget, absl::Duration now) const;

  // What the source reports.
  void HandleEvents();
  void Handle(const PartitionsAssigned& event);
  void Handle(const PartitionsRevoked& event);
  void MarkRevoked(const PartitionsRevoked& event) const;
  void Handle(const CommitFinished& event);
  void Handle(const EndOfPartition& event);
  void Handle(const OffsetOutOfRange& event);
  void Handle(const SourceTrouble& event);
  void Handle(const SourceRecovered& event);
  void SourceIsBack();

  // Where partitions begin (worker_positions.cc).
  void AnswerAssignment();
  // As if the partitions had just been given: AnswerAssignment() follows.
  void AskForPositionsAgain();
  absl::StatusOr<std::vector<PartitionOffset>> StartPositions(
      std::vector<PositionChange>& changes);
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions();
  // What the table has stored decides, not what Kafka was told of it.
  absl::Status TakeStoredPositions(std::span<const PartitionOffset> stored,
                                   std::vector<PartitionOffset>& positions,
                                   std::vector<PositionChange>& changes);
  absl::StatusOr<std::optional<std::string>> CheckCluster(
      const PartitionOffset& stored) const;
  // With start_from='latest': learns which partitions were added later.
  void LearnFirstPartitions(std::span<const PartitionOffset> stored);
  // Takes what the group has committed, by whomever: its last word counts.
  void LearnCommitted(std::span<const PartitionOffset> positions);
  // Where a group knows nothing any more, what it knew last counts: its offsets
  // went with a deleted topic, expired, or got lost. A position that it has is
  // never replaced, whatever its offset: it may be one of a later log.
  void FillInWhatWasForgotten(std::vector<PartitionOffset>& positions) const;
  void LogStarts(const std::vector<PartitionOffset>& positions) const;

  // Logs that are not what they were (worker_gaps.cc).
  // Returns the gaps that are to be added when the other messages are accepted.
  std::vector<Gap> CheckTails(size_t first);
  // Goes on reading where the next messages to be compared are.
  void FollowTails();
  void CheckShortTails();
  static absl::Status NeedsDecision(std::string_view what);
  int64_t GapTarget() const;
  // Whether the partition is about to be put elsewhere.
  bool HasGap(const TopicPartition& partition) const;
  absl::Status AssignSource(std::span<const PartitionOffset> positions);
  void MoveSource(std::span<const PartitionOffset> positions);
  void MoveSource(const PartitionOffset& position) {
    MoveSource({&position, 1});
  }
  void AddGap(Gap gap);
  bool MayCrossGaps() const;
  void CrossGaps();
  // One partition of a topic is of another log: looks at what was settled of
  // the others, which may have been read on at their old places.
  void DoubtTopics();
  void CrossGap(const Gap& gap);
  void ReportChanges();
  bool StartPositionChange();

  // Batches.
  void StartJob();
  // Behind markers and compacted messages nothing is left to write, but the
  // positions are worth storing.
  void SettleEnds();
  void AdvanceJob();
  void FinishJob();
  void DropWork();
  // Forgets the assignment and everything about its partitions.
  void ForgetPartitions();
  void CloseSource();
  void TakeAnotherConsumer(const absl::Status& why);

  // Against crash loops: see crash_guard.h, worker_careful.cc.
  static commit::FlushLimits FlushLimitsOf(const ViewSpec& spec,
                                           bool is_careful);
  // Whether the batch in flight may be processed now.
  bool EnterCarefully();
  void LeaveCarefully(const BatchJob::Outcome& outcome);
  void EndCarefulMode();
  void LimitBatch(size_t max_messages);
  // How many messages of a partition show that the run got on with it.
  size_t MessagesToProve() const;
  void NoteProgress();
  void MaybeProve();

  // Commits.
  void MaybeCommit(bool idle);
  bool CommitsWhenIdle() const;
  std::vector<PartitionOffset> Uncommitted();
  void CommitNow();
  void CommitDone(uint64_t id, const absl::Status& status);
  // How long the broker may be waited for.
  absl::Duration BrokerTimeout() const;

  // States.
  void BackOff(Waiting waiting, const absl::Status& status);
  void OutOfMemory();
  // Whether commits may be another member's matter by now.
  bool MayHaveLostPartitions() const;
  // Does `part` as far as it goes; the log says what ended it.
  void Attempt(absl::FunctionRef<void()> part) noexcept;
  void FailUnexpectedly(std::string_view what);
  void Recovered();
  void Fail(const absl::Status& status);
  void ShowProgress(bool now);
  std::vector<PartitionStatus> Partitions();
  void Log(LogLevel level, std::string_view text) const;

  absl::Duration Now() const { return spec_->env->clock().Monotonic(); }
  const EngineOptions& options() const { return spec_->env->options(); }

  const std::shared_ptr<const ViewSpec> spec_;
  const int index_;
  const std::shared_ptr<ViewBoard> view_board_;
  WorkerBoard& board_;
  const std::shared_ptr<CrashGuard> guard_;

  std::atomic<bool> stop_requested_{false};
  std::mutex wake_mutex_;  // Guards waking source_ while it comes and goes.
  std::condition_variable wake_;

  std::mt19937_64 random_;
  std::shared_ptr<Sink> sink_;
  std::unique_ptr<Source> source_;
  commit::OffsetLedger ledger_;
  commit::TailCheck tails_;
  commit::RecentMarks recent_marks_;
  std::vector<TopicPartition> tails_to_follow_;
  std::vector<Gap> gaps_;
  std::set<std::string> topics_in_doubt_;  // For DoubtTopics().
  std::vector<PositionChange> changes_;
  MarkFacts mark_facts_;  // The cluster only where the sink keeps positions.
  // What the group was last known to have, over all assignments.
  std::map<TopicPartition, PartitionOffset> group_knew_;
  std::vector<PartitionOffset> commit_positions_;  // Of the last commit.
  commit::FlushPolicy flush_;
  commit::CommitPolicy commit_policy_;
  commit::Backoff backoff_;

  MessageBatch messages_;  // The batch that fills.
  std::vector<SourceEvent> events_;
  std::unique_ptr<BatchJob> job_;  // Kept between batches.
  bool job_in_flight_ = false;
  bool assigned_ = false;  // An assignment was answered, be it of nothing.
  // The assignment that was not answered yet.
  std::optional<PartitionsAssigned> assignment_;
  std::map<TopicPartition, int64_t> ends_;  // As the broker last said.

  bool careful_;  // Batches of one message, or of few, noted before.
  size_t careful_batch_ = 1;
  size_t taken_carefully_ = 0;  // Messages so far.
  bool proven_;  // This run got on, or there is no need to show it.
  std::map<TopicPartition, size_t> messages_to_prove_;  // While not proven_.

  Waiting waiting_ = Waiting::kNothing;
  absl::Duration next_attempt_;
  bool paused_ = false;
  bool unreachable_ = false;  // No broker answers, and the board says so.
  bool settled_since_commit_ = false;
  bool end_was_read_ = false;  // Of a partition, since SettleEnds().
  absl::Duration next_show_;
  bool failed_ = false;
  bool finished_ = false;
  absl::Duration finish_by_ = absl::InfiniteDuration();
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_WORKER_H_
