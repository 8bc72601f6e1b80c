// SPDX-License-Identifier: Apache-2.0
// The border to a source.
#include "engine/source_border.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "base/host_call.h"
#include "base/text.h"

namespace rowfall::engine {
namespace {

constexpr std::string_view kWho = "The source";

template <typename... T>
absl::Status Nonsense(const T&... what) {
  return absl::InternalError(base::ToAbsl(base::Cat(kWho, " ", what...)));
}

// Whether the next message can have this offset.
bool IsOffset(int64_t offset) {
  return offset >= 0 && offset < std::numeric_limits<int64_t>::max();
}

bool IsPartition(std::string_view topic, int32_t partition) {
  return !topic.empty() && partition >= 0;
}

std::string Place(std::string_view topic, int32_t partition) {
  return base::Cat(base::Quote(topic), "/", partition);
}

// Each returns what is wrong with an event.
absl::Status Check(const PartitionsAssigned& event) {
  std::set<TopicPartition> seen;
  for (const PartitionOffset& given : event.partitions) {
    const auto& [topic, partition] = given.partition;
    const std::string place = Place(topic, partition);
    if (!IsPartition(topic, partition)) {
      return Nonsense("assigned a partition that cannot be: ", place);
    }
    if (!IsOffset(given.offset) && given.offset != kOffsetNone) {
      return Nonsense("assigned ", place, " with the offset ", given.offset,
                      ", expected one that was committed or kOffsetNone");
    }
    if (!seen.insert(given.partition).second) {
      return Nonsense("assigned a partition twice: ", place);
    }
  }
  for (const auto& [topic, count] : event.partitions_at_start) {
    if (count >= 0) continue;
    return Nonsense("counted ", count, " partitions of topic ",
                    base::Quote(topic));
  }
  return absl::OkStatus();
}

absl::Status Check(const EndOfPartition& event) {
  const auto& [topic, partition] = event.position.partition;
  if (IsOffset(event.position.offset)) return absl::OkStatus();
  return Nonsense("has read ", Place(topic, partition), " up to the offset ",
                  event.position.offset);
}

absl::Status Check(const SourceTrouble& event) {
  if (!event.status.ok()) return absl::OkStatus();
  return Nonsense("reported trouble without saying which");
}

template <typename Event>
absl::Status Check(const Event&) {
  return absl::OkStatus();
}

}  // namespace

SourceBorder::SourceBorder(std::unique_ptr<Source> source, WorkerBoard& board,
                           Clock& clock)
    : source_(std::move(source)), board_(board), clock_(clock) {}

void SourceBorder::Remember(const absl::Status& status) {
  if (trouble_.ok()) trouble_ = status;
}

template <typename Call>
void SourceBorder::CallWithoutStatus(const char* what, Call&& call) {
  const CallNote note(board_, what, clock_.Monotonic());
  Remember(base::CallHost(kWho, [&]() -> absl::Status {
    call();
    return absl::OkStatus();
  }));
}

absl::Status SourceBorder::Start() {
  return base::CallHost(kWho, [this] { return source_->Start(); });
}

void SourceBorder::Poll(const PollLimits& limits, MessageBatch& messages,
                        std::vector<SourceEvent>& events) {
  const size_t first_message = messages.size();
  const size_t first_event = events.size();
  {
    // It hangs from when it should have been back.
    const CallNote note(board_, "The source has not returned from Poll()",
                        clock_.Monotonic() + limits.max_wait);
    Remember(base::CallHost(kWho, [&]() -> absl::Status {
      source_->Poll(limits, messages, events);
      return absl::OkStatus();
    }));
  }
  CheckMessages(first_message, messages);
  CheckEvents(first_event, events);
  if (trouble_.ok()) return;
  events.push_back(SourceTrouble{std::exchange(trouble_, absl::OkStatus())});
}

void SourceBorder::CheckMessages(size_t first, MessageBatch& messages) {
  std::vector<uint32_t> bad;
  for (size_t i = first; i < messages.size(); ++i) {
    const MessageBatch::Position at = messages.position(i);
    if (IsOffset(at.offset) && IsPartition(at.topic, at.partition)) continue;
    bad.push_back(static_cast<uint32_t>(i));
    Remember(Nonsense("brought a message that cannot be: offset ", at.offset,
                      " of ", Place(at.topic, at.partition)));
  }
  if (!bad.empty()) messages.Erase(bad);
}

void SourceBorder::CheckEvents(size_t first, std::vector<SourceEvent>& events) {
  const auto is_bad = [this](const SourceEvent& event) {
    const absl::Status checked =
        std::visit([](const auto& what) { return Check(what); }, event);
    Remember(checked);
    return !checked.ok();
  };
  const auto begin = events.begin() + static_cast<ptrdiff_t>(first);
  events.erase(std::remove_if(begin, events.end(), is_bad), events.end());
}

absl::Status SourceBorder::Assign(std::span<const PartitionOffset> positions) {
  return base::CallHost(kWho, [&] { return source_->Assign(positions); });
}

absl::Status SourceBorder::Unassign() {
  return base::CallHost(kWho, [this] { return source_->Unassign(); });
}

void SourceBorder::CommitAsync(std::span<const PartitionOffset> positions,
                               uint64_t id) {
  CallWithoutStatus("The source has been taking a commit",
                    [&] { source_->CommitAsync(positions, id); });
}

absl::Status SourceBorder::Commit(std::span<const PartitionOffset> positions,
                                  absl::Duration timeout) {
  return base::CallHost(kWho,
                        [&] { return source_->Commit(positions, timeout); });
}

void SourceBorder::Pause() {
  CallWithoutStatus("The source has been pausing",
                    [this] { source_->Pause(); });
}

void SourceBorder::Resume() {
  CallWithoutStatus("The source has been resuming",
                    [this] { source_->Resume(); });
}

Watermarks SourceBorder::GetWatermarks(const TopicPartition& partition) {
  Watermarks marks;
  CallWithoutStatus("The source has been telling how far a log goes",
                    [&] { marks = source_->GetWatermarks(partition); });
  if (!IsOffset(marks.low)) marks.low = kOffsetNone;
  if (!IsOffset(marks.high)) marks.high = kOffsetNone;
  return marks;
}

std::string SourceBorder::ClusterId() {
  std::string id;
  CallWithoutStatus("The source has been telling its cluster",
                    [&] { id = source_->ClusterId(); });
  return id;
}

void SourceBorder::Wake() {
  try {
    source_->Wake();
  } catch (...) {  // NOLINT(bugprone-empty-catch): Poll() returns by itself.
  }
}

absl::Status SourceBorder::Close(absl::Duration timeout) {
  return base::CallHost(kWho, [&] { return source_->Close(timeout); });
}

}  // namespace rowfall::engine
