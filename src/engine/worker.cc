// SPDX-License-Identifier: Apache-2.0
// The worker's turns: setting up, polling, batches.
#include "engine/worker.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "base/crash_point.h"
#include "base/guard.h"
#include "base/host_call.h"
#include "base/mistake.h"
#include "base/reached.h"
#include "base/status.h"
#include "base/text.h"
#include "base/trouble.h"
#include "engine/host_answers.h"
#include "engine/source_border.h"
#include "source/kafka_properties.h"

namespace rowfall::engine {
namespace {

// From this many failures on the consumer is paused, so that it can be polled
// (and stays in its group) while nothing can be written. Pausing throws away
// what was prefetched, which a short backoff should not cost.
constexpr int kPauseAfterFailures = 4;

// Without a message for so long, a worker has nothing else to do than commit.
constexpr absl::Duration kQuiet = absl::Milliseconds(10);

commit::CommitLimits CommitLimitsOf(const EngineOptions& options) {
  commit::CommitLimits limits;
  limits.interval = options.commit_interval;
  limits.answer_timeout = options.commit_timeout;
  limits.retry_initial = options.retry_initial;
  return limits;
}

}  // namespace

Worker::Worker(std::shared_ptr<const ViewSpec> spec, int index,
               std::shared_ptr<ViewBoard> board,
               std::shared_ptr<CrashGuard> guard)
    : spec_(std::move(spec)),
      index_(index),
      view_board_(std::move(board)),
      board_(view_board_->workers[index]),
      guard_(std::move(guard)),
      random_(spec_->env->options().random_seed + static_cast<uint64_t>(index)),
      flush_(FlushLimitsOf(*spec_, guard_->is_careful())),
      commit_policy_(CommitLimitsOf(spec_->env->options()), &random_),
      backoff_(options().retry_initial, options().retry_max, &random_),
      careful_(guard_->is_careful()),
      proven_(!guard_->is_unproven()) {}

Worker::~Worker() = default;

bool Worker::RunOnce(absl::Duration budget) {
  if (finished_) return false;
  try {
    return Step(budget);
  } catch (const std::bad_alloc&) {
    OutOfMemory();
  } catch (const std::exception& error) {
    FailUnexpectedly(error.what());
  } catch (...) {
    FailUnexpectedly("of an unknown type");
  }
  return true;
}

void Worker::FailUnexpectedly(std::string_view what) {
  try {
    Fail(absl::InternalError(base::Cat("Unexpected exception: ", what)));
  } catch (...) {
    OutOfMemory();
  }
}

void Worker::OutOfMemory() {
  // What is settled is committed, the rest read again by another consumer.
  Attempt([this] {
    if (!MayHaveLostPartitions()) CommitNow();
  });
  Attempt([this] { CloseSource(); });
  BackOff(Waiting::kSetup, base::OutOfMemory());
}

bool Worker::Step(absl::Duration budget) {
  if (waiting_ != Waiting::kNothing && Now() < next_attempt_) {
    WaitInBackoff(budget);
    return false;
  }
  if (source_ == nullptr) {
    if (sink_ == nullptr) OpenSink();
    if (sink_ != nullptr && !stop_requested()) OpenSource();
    return true;
  }
  if (assignment_.has_value()) {
    AnswerAssignment();
    return true;
  }
  if (careful_ && !guard_->is_careful()) EndCarefulMode();
  // Before more comes: other partitions may always have something.
  if (MayCrossGaps()) {
    CrossGaps();
    return true;
  }
  if (!job_in_flight_) {
    const size_t before = messages_.size();
    Poll(PollWait(budget, Now()));
    if (StartPositionChange()) {
      // First of all: ranges begin where it ends.
    } else if (flush_.IsDue(Now()) || (!gaps_.empty() && !messages_.empty())) {
      StartJob();
    } else if (MayCrossGaps()) {
      CrossGaps();
    }
    if (end_was_read_ && messages_.empty() && !job_in_flight_) SettleEnds();
    if (!job_in_flight_) {
      // An answer alone, say to a commit, is no sign that messages have ended.
      const bool idle = messages_.size() == before && events_.empty();
      MaybeCommit(idle);
      ShowProgress(idle);
      return !idle;
    }
  }
  AdvanceJob();
  MaybeCommit(false);
  ShowProgress(false);
  return true;
}

// --- Setting up ------------------------------------------------------------

void Worker::OpenSink() {
  auto sink = base::CallHost("The table provider", [this] {
    const CallNote note(board_, "The host has been opening the table", Now());
    return options().tables->OpenTable(spec_->table);
  });
  if (!sink.ok()) {
    if (base::MayPass(sink.status())) {
      return BackOff(Waiting::kSetup, sink.status());
    }
    return Fail(sink.status());
  }
  if (*sink == nullptr) {
    return Fail(absl::InternalError("The table provider returned no table"));
  }
  const auto facts = AskTable(spec_->table, **sink);
  if (!facts.ok()) return Fail(facts.status());
  if (const absl::Status fits = CheckTable(facts->schema); !fits.ok()) {
    return Fail(fits);
  }
  sink_ = *std::move(sink);
}

absl::Status Worker::CheckTable(const Schema& table) const {
  for (const Field& field : spec_->plan->schema->fields()) {
    const auto index = table.IndexOf(field.name);
    if (!index.has_value() || table.field(*index).type != field.type) {
      return absl::FailedPreconditionError(
          base::Cat("Table '", spec_->table, "' has changed: column '",
                    field.name, "' is no longer ", TypeName(field.type)));
    }
  }
  return absl::OkStatus();
}

void Worker::OpenSource() {
  if (job_ == nullptr) {
    auto job = BatchJob::Make(spec_, index_, &board_, &view_board_->writes);
    if (!job.ok()) return Fail(job.status());
    job_ = *std::move(job);
  }
  SourceConfig config;
  config.source = spec_->source.name;
  config.view = spec_->name;
  config.worker = index_;
  config.brokers = spec_->source.brokers;
  config.topics = spec_->source.topics;
  config.consumer_group = spec_->consumer_group;
  config.partitions = spec_->source.partitions;
  // Only dead letters carry them on.
  config.with_headers = spec_->on_error == plan::OnError::kDeadLetter;
  config.starts_at_end = spec_->source.start_from == plan::StartFrom::kLatest;
  config.properties = options().kafka_properties;
  for (const auto& [key, value] : spec_->source.properties) {
    config.properties[key] = value;
  }
  config.isolation = source::IsolationOf(config.properties);
  mark_facts_.isolation = config.isolation;
  absl::StatusOr<std::unique_ptr<Source>> source;
  absl::Status status;
  {
    const CallNote note(board_, "The source has been starting", Now());
    source = base::CallHost("The source factory",
                            [&] { return options().source_factory(config); });
    if (source.ok() && *source == nullptr) {
      source = absl::InternalError("The source factory returned no source");
    }
    status = source.status();
    if (status.ok()) {
      source = std::make_unique<SourceBorder>(*std::move(source), board_,
                                              spec_->env->clock());
      status = (*source)->Start();
    }
  }
  if (!status.ok()) {
    if (base::MayPass(status)) return BackOff(Waiting::kSetup, status);
    return Fail(status);
  }
  {
    const std::lock_guard<std::mutex> lock(wake_mutex_);
    source_ = *std::move(source);
  }
  if (waiting_ == Waiting::kSetup) waiting_ = Waiting::kNothing;
  board_.SetState(ViewState::kConnecting);
}

// --- Reading ---------------------------------------------------------------

absl::Duration Worker::PollWait(absl::Duration budget,
                                absl::Duration now) const {
  absl::Duration wait = std::min(budget, flush_.TimeLeft(now));
  if (settled_since_commit_) {
    absl::Duration commit = commit_policy_.TimeLeft(now);
    if (CommitsWhenIdle()) commit = std::min(commit, kQuiet);
    wait = std::min(wait, std::max(commit, absl::Milliseconds(1)));
  }
  return std::max(wait, absl::ZeroDuration());
}

void Worker::Poll(absl::Duration max_wait) {
  PollLimits limits;
  // A batch that is full is polled for only while the source is paused: no
  // message comes then, but the group must see that the worker lives.
  limits.max_messages = std::max<size_t>(flush_.MessagesLeft(), 1);
  limits.max_bytes = std::max<size_t>(flush_.BytesLeft(), 1);
  limits.max_wait = max_wait;
  const size_t first = messages_.size();
  events_.clear();
  source_->Poll(limits, messages_, events_);
  std::vector<Gap> other_logs;
  if (!tails_.empty()) other_logs = CheckTails(first);
  AcceptNewMessages(first);
  flush_.Update(messages_.size(), messages_.byte_size(), Now());
  if (messages_.size() > first) ROWFALL_CRASH_POINT(polled);
  for (Gap& gap : other_logs) AddGap(std::move(gap));
  if (!events_.empty()) HandleEvents();
  if (!tails_to_follow_.empty()) FollowTails();
  if (!tails_.empty()) CheckShortTails();
  if (!changes_.empty()) ReportChanges();
}

void Worker::AcceptNewMessages(size_t first) {
  std::vector<uint32_t> foreign;
  size_t bytes = 0;
  for (size_t i = first; i < messages_.size(); ++i) {
    const MessageBatch::Position position = messages_.position(i);
    if (!ledger_.Accept(position.topic, position.partition, position.offset) &&
        !ROWFALL_MISTAKE(accept_foreign_messages)) {
      foreign.push_back(static_cast<uint32_t>(i));
    }
    bytes += messages_.payload(i).size();
  }
  const size_t num_new = messages_.size() - first - foreign.size();
  if (num_new > 0) SourceIsBack();
  board_.counters.messages.Add(num_new);
  board_.counters.bytes.Add(bytes);
  ROWFALL_REACHED(messages_of_an_assignment_that_is_gone, !foreign.empty());
  // Of an assignment that is gone, or read before: whoever owns them has them.
  if (!foreign.empty()) messages_.Erase(foreign);
}

void Worker::WaitInBackoff(absl::Duration budget) {
  const absl::Duration wait = std::min(budget, next_attempt_ - Now());
  if (source_ == nullptr) return Sleep(wait);
  if (!paused_ && backoff_.failures() >= kPauseAfterFailures) {
    source_->Pause();
    paused_ = true;
  }
  if (!paused_ && flush_.IsFull()) return Sleep(wait);
  Poll(wait);
  MaybeCommit(true);
  ShowProgress(false);
}

void Worker::Sleep(absl::Duration time) {
  std::unique_lock<std::mutex> lock(wake_mutex_);
  if (options().threading == Threading::kHostThreads) return;
  wake_.wait_for(lock, absl::ToChronoNanoseconds(time),
                 [this] { return stop_requested(); });
}

// --- Batches ---------------------------------------------------------------

void Worker::StartJob() {
  job_->Begin(messages_, ledger_.Pending(), mark_facts_, *sink_);
  job_in_flight_ = true;
  flush_.Update(0, 0, Now());
  if (ROWFALL_MISTAKE(commit_before_write)) {
    ledger_.Settle(job_->ranges());
    settled_since_commit_ = true;
    MaybeCommit(true);
  }
}

void Worker::AdvanceJob() {
  if (careful_ && !EnterCarefully()) return;
  const BatchJob::Outcome outcome = job_->Advance();
  if (careful_) LeaveCarefully(outcome);
  switch (outcome.result) {
    case BatchJob::Result::kDone:
      return FinishJob();
    case BatchJob::Result::kRetry:
      board_.counters.retries.Add(1);
      if (ROWFALL_MISTAKE(settle_on_retry)) return FinishJob();
      if (ROWFALL_MISTAKE(drop_on_retry)) DropWork();
      return BackOff(Waiting::kBatch, outcome.status);
    case BatchJob::Result::kConflict:
      // Somebody else has advanced, or an attempt without an answer did
      // happen: what is stored decides where to go on.
      ROWFALL_REACHED(a_conflict_behind_which_messages_came,
                      !messages_.empty());
      ROWFALL_REACHED(a_conflict_of_a_change_of_positions,
                      job_->messages().empty());
      AskForPositionsAgain();
      DropWork();
      return BackOff(Waiting::kPositions, outcome.status);
    case BatchJob::Result::kFailed:
      return Fail(outcome.status);
  }
}

void Worker::FinishJob() {
  job_in_flight_ = false;
  std::erase_if(changes_,
                [](const PositionChange& change) { return change.in_flight; });
  ledger_.Settle(job_->ranges());
  for (const auto* ranges : {&job_->parts(), &job_->ranges()}) {
    for (const PartitionRange& range : *ranges) {
      recent_marks_.Note({range.partition, range.to, range.mark}, Now());
    }
  }
  settled_since_commit_ = true;
  ROWFALL_CRASH_POINT(settled);
  if (!proven_) NoteProgress();
  Recovered();
  ROWFALL_REACHED(stopped_in_the_middle_of_a_batch,
                  !job_->stop_reason().ok() && !job_->ranges().empty());
  if (!job_->stop_reason().ok()) Fail(job_->stop_reason());
}

void Worker::DropWork() {
  messages_.Clear();
  flush_.Update(0, 0, Now());
  job_in_flight_ = false;
  if (careful_) guard_->Leave(index_, false);
  for (PositionChange& change : changes_) change.in_flight = false;
}

void Worker::ForgetPartitions() {
  DropWork();
  assigned_ = false;
  ledger_.Clear();
  commit_policy_.Reset();
  tails_.Clear();
  recent_marks_.Clear();
  gaps_.clear();
  topics_in_doubt_.clear();
  changes_.clear();
  assignment_.reset();
}

// --- States ----------------------------------------------------------------

void Worker::BackOff(Waiting waiting, const absl::Status& status) {
  const absl::Duration wait = backoff_.Next();
  waiting_ = waiting;
  next_attempt_ = Now() + wait;
  Attempt([&] {
    const std::string text(base::FromAbsl(status.message()));
    board_.SetState(ViewState::kBackoff, text, next_attempt_);
    Log(LogLevel::kWarning,
        base::Cat(text, "; next attempt in ", absl::FormatDuration(wait)));
  });
}

void Worker::Recovered() {
  if (waiting_ == Waiting::kNothing) return;
  ROWFALL_REACHED(recovered_with_a_consumer_that_is_paused, paused_);
  waiting_ = Waiting::kNothing;
  backoff_.Reset();
  if (paused_ && !ROWFALL_MISTAKE(never_resume)) source_->Resume();
  paused_ = false;
  if (!unreachable_) board_.SetState(ViewState::kRunning);
  Log(LogLevel::kInfo, "Recovered");
}

void Worker::Fail(const absl::Status& status) {
  DropWork();
  board_.SetState(ViewState::kFailed,
                  std::string(base::FromAbsl(status.message())));
  failed_ = true;
  Log(LogLevel::kError, base::FromAbsl(status.message()));
  view_board_->failed.store(true, std::memory_order_relaxed);
}

void Worker::Log(LogLevel level, std::string_view text) const {
  const CallNote note(board_, kLogNote, Now());
  spec_->env->Log(level, spec_->name, index_, text);
}

}  // namespace rowfall::engine
