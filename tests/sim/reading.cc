// SPDX-License-Identifier: Apache-2.0
// Knows which logs a consumer reads while they are cut and made again.
#include "tests/sim/reading.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/text.h"

namespace rowfall::tests {
namespace {

// How long a log may be too short; see delivery.md.
constexpr absl::Duration kGrace = absl::Seconds(5);
// How old a message is at least that tells a log from one that took its place
// unnoticed.
constexpr absl::Duration kMemory = absl::Minutes(5);

using Last = commit::PositionMark::Last;
using MarkSeen = commit::PositionMark::Seen;

// The message that a position's mark names, if it is before the position.
std::optional<Last> TailOf(const PartitionOffset& position) {
  const auto mark = commit::PositionMark::FromText(position.mark);
  if (!mark.has_value() || !mark->last.has_value() ||
      mark->last->offset >= position.offset) {
    return std::nullopt;
  }
  return mark->last;
}

// How many offsets `log` shares with an earlier one of its partition.
int64_t Shared(const Logs& logs, int log, int former) {
  int64_t shared = std::numeric_limits<int64_t>::max();
  while (log > former) {
    shared = std::min(shared, logs[log].shared);
    log = logs[log].former;
  }
  return log == former ? shared : 0;
}

}  // namespace

bool Origins::Fits(const Logs& logs, const ViewOracle* view,
                   const PartitionOffset& position, int log) const {
  const auto found = logs_.find(Key(view, position));
  if (found == logs_.end()) return false;
  return std::any_of(
      found->second.begin(), found->second.end(),
      [&](int origin) { return Shared(logs, log, origin) >= position.offset; });
}

std::function<void()> Origins::Backup(const ViewOracle* view) {
  return [this, view, backup = logs_] {
    const auto is_of_view = [view](const auto& entry) {
      return std::get<0>(entry.first) == view;
    };
    std::erase_if(logs_, is_of_view);
    std::copy_if(backup.begin(), backup.end(),
                 std::inserter(logs_, logs_.end()), is_of_view);
  };
}

Reading::Track* Reading::Find(const TopicPartition& partition) {
  const auto found = tracks_.find(partition);
  return found == tracks_.end() ? nullptr : &found->second;
}

// Where a track began by itself, if nothing is stored of it.
int64_t Reading::FoundBy(const Track* track) {
  if (track == nullptr) return kOffsetNone;
  if (track->basis.offset >= 0 || track->parts.empty()) return track->found;
  return track->parts.front().from;
}

// --- What happens ------------------------------------------------------------

std::optional<std::string> Reading::Begin(const PartitionOffset& start,
                                          std::vector<PartitionOffset> known) {
  Track track;
  track.since = view_->step();
  std::optional<std::string> problem;
  if (start.offset == kOffsetEnd) {
    const int log = logs_->Find(start.partition);
    track.next = logs_->End(log, isolation_);
    track.parts.push_back({track.next, log});
    track.looks_for_end = true;
  } else if (start.offset >= 0) {
    // An end that was found counts while none is stored.
    const int64_t found = FoundBy(Find(start.partition));
    if (found >= 0) known.push_back({start.partition, found});
    problem = "begins where nobody was";
    for (const PartitionOffset& position : known) {
      const auto tail = TailOf(position);
      if ((tail.has_value() ? tail->offset : position.offset) != start.offset) {
        continue;
      }
      track.basis = position;
      track.tail = tail;
      if (found >= 0 && &position == &known.back()) track.found = found;
      problem.reset();
      break;
    }
    track.next = start.offset;
  }
  tracks_[start.partition] = std::move(track);
  return problem;
}

bool Reading::GoesOn(const PartitionOffset& start) const {
  const auto found = tracks_.find(start.partition);
  if (found == tracks_.end()) return false;
  const Track& track = found->second;
  const bool has_read = !track.parts.empty();
  return track.waits &&
         (has_read ? track.next : track.basis.offset) == start.offset;
}

std::optional<std::string> Reading::LookBack(const PartitionOffset& start,
                                             absl::Duration now) {
  Track* track = Find(start.partition);
  if (track == nullptr) return "looks back where it does not read";
  const bool has_reason =
      track->look.has_value() ||
      std::any_of(tracks_.begin(), tracks_.end(), [&](const auto& other) {
        return other.first.topic == start.partition.topic &&
               other.second.is_other_log;
      });
  if (!has_reason) return "looks back without a reason";
  const auto given = Given(*track, start.offset + 1);
  if (!given.has_value() || given->offset != start.offset ||
      start.offset >= track->next) {
    return "looks back at what was not given";
  }
  const auto seen = track->seen.find(start.offset);
  if (!track->look.has_value() && track->first_mark.has_value() &&
      start.offset > *track->first_mark && seen != track->seen.end() &&
      now - seen->second.when < kMemory) {
    return "looks back at what came just now";
  }
  track->look = start.offset;
  track->is_suspect = false;
  track->last_came = false;
  track->short_end = kOffsetNone;
  return std::nullopt;
}

const TopicPartition* Reading::NotLookedAt(
    const TopicPartition& partition) const {
  const auto gap = tracks_.find(partition);
  if (gap == tracks_.end() || !gap->second.is_other_log) return nullptr;
  for (const auto& [other, track] : tracks_) {
    if (other.topic == partition.topic && track.is_suspect &&
        track.trouble.empty() && !IsInDoubt(track) &&
        Given(track, track.next).has_value()) {
      return &other;
    }
  }
  return nullptr;
}

std::optional<Last> Reading::Given(const Track& track, int64_t offset) const {
  const auto behind = track.seen.lower_bound(offset);
  if (behind == track.seen.begin() ||
      std::prev(behind)->first < track.basis.offset) {
    return TailOf(track.basis);
  }
  const auto& [at, seen] = *std::prev(behind);
  return Last{at, seen.checksum,
              isolation_ == Isolation::kReadUncommitted ? MarkSeen::kUncommitted
                                                        : MarkSeen::kCommitted};
}

void Reading::MeetsOther(const TopicPartition& partition, Track& track,
                         std::string text) {
  track.trouble = std::move(text);
  track.is_other_log = true;
  for (auto& [other, suspect] : tracks_) {
    suspect.is_suspect |=
        other.topic == partition.topic && suspect.trouble.empty();
  }
}

void Reading::IsSame(const TopicPartition& partition, Track& track) {
  const int log = logs_->Find(partition);
  const int64_t position = track.basis.offset;
  track.parts.push_back({std::max<int64_t>(position, 0), log});
  if (position >= 0 && !origins_->Fits(*logs_, view_, track.basis, log)) {
    view_->BeginsAt(log, position);
  }
}

// The client looks for the end when it asks for messages, maybe later than it
// was told to.
void Reading::FixEnd(const TopicPartition& partition, Track& track,
                     int64_t offset) {
  if (!std::exchange(track.looks_for_end, false) || offset <= track.next) {
    return;
  }
  const int log = logs_->Find(partition);
  track.next = offset;
  track.parts = {{offset, log}};
  view_->BeginsAt(log, offset);
}

void Reading::Goes(const TopicPartition& partition, Track& track, int64_t from,
                   int64_t to) {
  if (track.parts.empty()) return IsSame(partition, track);
  const int log = logs_->Find(partition);
  const int former = track.parts.back().log;
  if (log == former) return;
  // Where the former log had no message, the client may have gone on already.
  const auto is_empty = [&](int64_t offset) {
    if (offset >= (*logs_)[former].size()) return false;
    const LogEntryFacts& facts = logs_->Facts(former, offset);
    const bool is_hidden =
        facts.aborted && isolation_ == Isolation::kReadCommitted;
    return facts.gap || facts.deleted || is_hidden;
  };
  while (from < to && is_empty(from)) ++from;
  track.parts.push_back({from, log});
  if (Shared(*logs_, log, former) < from) view_->BeginsAt(log, from);
}

// It is to be the same message as before, and then the last one that was given
// has to be. Behind that, and before the position, nothing was.
bool Reading::LooksAt(const TopicPartition& partition, Track& track,
                      int64_t offset, uint32_t checksum) {
  const auto is_other = [&](const std::string& why) {
    MeetsOther(partition, track,
               base::Cat("position ", track.next, " of ", partition.ToString(),
                         " is of another log: message ", why));
    return true;
  };
  if (offset < *track.look) return true;
  const Last last = *Given(track, track.next);
  for (int i = 0; i < 2; ++i) {
    const auto given = Given(track, *track.look + 1);
    if (offset == *track.look && checksum != given->checksum) {
      return is_other(base::Cat(offset, " is not the one that was settled"));
    }
    if (*track.look == last.offset) break;
    track.look = last.offset;
    if (offset < last.offset) return true;
  }
  if (offset == last.offset) {
    track.last_came = true;
    if (offset + 1 == track.next) track.look.reset();
    return true;
  }
  if (offset < track.next) {
    if (SeesWhatWasHidden(last)) return true;
    return is_other(base::Cat(track.last_came
                                  ? std::string()
                                  : base::Cat(last.offset, " is gone, and "),
                              offset, " is where nothing was"));
  }
  track.look.reset();
  return false;
}

void Reading::Message(const MessageBatch& messages, size_t i,
                      absl::Duration now) {
  const auto at = messages.position(i);
  const TopicPartition partition{std::string(at.topic), at.partition};
  Track* track = Find(partition);
  if (track == nullptr || !track->trouble.empty()) return;
  const uint32_t checksum = commit::ChecksumOf(messages[i]);
  if (track->look.has_value() &&
      LooksAt(partition, *track, at.offset, checksum)) {
    return;
  }
  const bool in_doubt = track->parts.empty() && track->tail.has_value();
  const bool is_tail = in_doubt && at.offset == track->tail->offset;
  const bool is_between =
      in_doubt && !is_tail && at.offset < track->basis.offset;
  if (is_between && SeesWhatWasHidden(*track->tail)) {
    track->next = at.offset + 1;
    return;
  }
  if (is_tail ? checksum != track->tail->checksum : is_between) {
    const std::string what = base::Cat(
        "position ", track->basis.offset, " of ", partition.ToString(),
        " is of another log: message ",
        is_tail ? base::Cat(at.offset, " is not the one that was settled")
                : base::Cat(track->last_came ? std::string()
                                             : base::Cat(track->tail->offset,
                                                         " is gone, and "),
                            at.offset, " is where nothing was"));
    return MeetsOther(partition, *track, what);
  }
  // It may have been cut behind the message.
  if (is_tail && at.offset + 1 < track->basis.offset) {
    track->last_came = true;
    track->next = at.offset + 1;
    return;
  }
  FixEnd(partition, *track, at.offset);
  const int64_t from = track->next >= 0 ? track->next : at.offset;
  Goes(partition, *track, from, at.offset);
  track->seen[at.offset] = {checksum, logs_->Find(partition), now};
  track->next = at.offset + 1;
  track->waits = false;
}

void Reading::End(const EndOfPartition& end, absl::Duration now) {
  const int64_t offset = end.position.offset;
  Track* track = Find(end.position.partition);
  if (track == nullptr || !track->trouble.empty()) return;
  if (track->parts.empty() && track->tail.has_value() &&
      offset < track->basis.offset) {
    if (track->short_end < 0) track->short_until = now + kGrace;
    track->short_end = offset;
    return;
  }
  if (track->look.has_value()) {
    if (offset < track->next) {
      if (track->short_end < 0) track->short_until = now + kGrace;
      track->short_end = offset;
      return;
    }
    track->look.reset();
  }
  FixEnd(end.position.partition, *track, offset);
  Goes(end.position.partition, *track, track->next >= 0 ? track->next : offset,
       offset);
  track->next = offset;
}

void Reading::OutOfRange(const OffsetOutOfRange& event) {
  const TopicPartition& partition = event.position.partition;
  Track* track = Find(partition);
  if (track == nullptr || !track->trouble.empty()) return;
  // An end that may be hidden says nothing.
  const bool knows_end = !MayNotSee(Doubted(*track));
  if (track->look.has_value() && event.low <= track->next &&
      (track->next <= event.high || !knows_end) && event.low > *track->look) {
    // Retention has taken that one; the last one may still be there.
    const int64_t last = Given(*track, track->next)->offset;
    const bool has_last = *track->look < last && event.low <= last;
    track->look = has_last ? std::optional(last) : std::nullopt;
    track->waits = !has_last;
    return;
  }
  const bool in_doubt = track->parts.empty() && track->tail.has_value();
  const int64_t position = in_doubt                  ? track->basis.offset
                           : track->look.has_value() ? track->next
                                                     : event.position.offset;
  // Retention has taken the message that was to be compared, and no other.
  if (in_doubt && event.low <= position &&
      (position <= event.high || !knows_end) &&
      event.low > track->tail->offset) {
    track->tail.reset();
    track->waits = true;
    return;
  }
  const std::string what = base::Cat(
      "Offset ", position, " of ", partition.ToString(),
      " does not exist: the log has ", event.low, " up to ", event.high);
  if (position > event.high) return MeetsOther(partition, *track, what);
  track->trouble = what;
}

void Reading::Look(absl::Duration now) {
  for (auto& [partition, track] : tracks_) {
    // Whatever comes now will be behind it.
    const int log = logs_->Find(partition);
    if (!track.parts.empty() && track.trouble.empty() &&
        !track.look.has_value() && track.next == (*logs_)[log].size()) {
      Goes(partition, track, track.next, track.next);
    }
    if (!IsInDoubt(track) || !track.trouble.empty() || track.short_end < 0) {
      continue;
    }
    const int64_t position =
        track.look.has_value() ? track.next : track.basis.offset;
    // Behind a transaction that is open the log may go on.
    if (MayNotSee(Doubted(track))) {
      track.short_end = (*logs_)[log].size();
      if (track.short_end >= position) track.short_until = now + kGrace;
    }
    if (now < track.short_until) continue;
    MeetsOther(partition, track,
               base::Cat("offset ", position, " of ", partition.ToString(),
                         " does not exist: the log ends at ", track.short_end));
  }
}

// --- What follows from it ----------------------------------------------------

const std::string* Reading::Trouble(const TopicPartition& partition) const {
  const auto found = tracks_.find(partition);
  if (found == tracks_.end() || found->second.trouble.empty()) return nullptr;
  return &found->second.trouble;
}

std::vector<std::string> Reading::TakeTroubles() {
  std::vector<std::string> troubles;
  for (auto& [partition, track] : tracks_) {
    if (track.trouble.empty() || std::exchange(track.is_told, true)) continue;
    troubles.push_back(track.trouble);
  }
  return troubles;
}

int Reading::Since(const rowfall::Message& message) const {
  const auto found =
      tracks_.find({std::string(message.topic), message.partition});
  return found == tracks_.end() ? 0 : found->second.since;
}

int64_t Reading::Basis(const TopicPartition& partition) const {
  const auto found = tracks_.find(partition);
  if (found == tracks_.end()) return kOffsetNone;
  const Track& track = found->second;
  return track.look.has_value() ? track.next : track.basis.offset;
}

bool Reading::LooksForEnd(const TopicPartition& partition) const {
  const auto found = tracks_.find(partition);
  return found != tracks_.end() && found->second.looks_for_end;
}

bool Reading::IsInDoubt() const {
  return std::any_of(tracks_.begin(), tracks_.end(), [this](const auto& track) {
    return !track.second.trouble.empty() || IsInDoubt(track.second);
  });
}

int Reading::LogOf(const rowfall::Message& message) const {
  const auto found =
      tracks_.find({std::string(message.topic), message.partition});
  if (found == tracks_.end()) return -1;
  const auto seen = found->second.seen.find(message.offset);
  if (seen == found->second.seen.end() ||
      seen->second.checksum != commit::ChecksumOf(message)) {
    return -1;
  }
  return seen->second.log;
}

std::optional<std::map<int64_t, int>> Reading::Delivered(
    const PartitionRange& range) const {
  const auto found = tracks_.find(range.partition);
  if (found == tracks_.end()) return std::nullopt;
  const Track& track = found->second;
  const auto mark = commit::PositionMark::FromText(range.mark);
  const auto last = mark.has_value() ? mark->last : std::nullopt;
  if (last != MarkOf(track, range.to)) return std::nullopt;
  std::map<int64_t, int> logs;
  for (auto seen = track.seen.lower_bound(range.from);
       seen != track.seen.end() && seen->first < range.to; ++seen) {
    logs.emplace(seen->first, seen->second.log);
  }
  return logs;
}

// Up to where all is durable on the way to `offset`.
int64_t Reading::Durable(const Track& track, int64_t offset) const {
  for (size_t i = 0; i < track.parts.size(); ++i) {
    const int64_t durable = view_->Durable(track.parts[i].log);
    const bool is_last = i + 1 == track.parts.size();
    const int64_t end =
        is_last ? offset : std::min(offset, track.parts[i + 1].from);
    if (durable < end) return durable;
  }
  return offset;
}

int64_t Reading::NotDone(const Track& track, int64_t offset) const {
  for (const auto& [at, seen] : track.seen) {
    if (at >= offset) break;
    if (at < track.basis.offset || !logs_->Facts(seen.log, at).aborted) {
      continue;
    }
    if (!view_->IsDone(seen.log, at)) return at;
  }
  return kOffsetNone;
}

// What the mark of a position has to be.
std::optional<Last> Reading::MarkOf(const Track& track, int64_t offset) const {
  const auto behind = track.seen.lower_bound(offset);
  if (behind != track.seen.begin() &&
      std::prev(behind)->first >= track.basis.offset) {
    return Given(track, offset);
  }
  auto mark = commit::PositionMark::FromText(track.basis.mark);
  if (!mark.has_value() || !mark->last.has_value()) return std::nullopt;
  // Up to here more may have been hidden than behind the basis.
  if (isolation_ == Isolation::kReadCommitted && offset > track.basis.offset &&
      mark->last->seen == MarkSeen::kUncommitted) {
    mark->last->seen = MarkSeen::kBoth;
  }
  return mark->last;
}

std::optional<std::string> Reading::Check(const PartitionOffset& position) {
  Track* track = Find(position.partition);
  if (track == nullptr) return "it does not read the partition";
  if (track->look.has_value()) return "the log is in doubt";
  if (track->parts.empty()) {
    const bool may =
        !track->tail.has_value() && position.offset == track->basis.offset;
    return may ? std::nullopt
               : std::optional<std::string>("the log is in doubt");
  }
  const int64_t durable = Durable(*track, position.offset);
  if (durable < position.offset) {
    return base::Cat("is durable only up to ", durable);
  }
  if (const int64_t at = NotDone(*track, position.offset); at >= 0) {
    return base::Cat("message ", at, " was delivered and is not durable");
  }
  const auto mark = commit::PositionMark::FromText(position.mark);
  const auto last = mark.has_value() ? mark->last : std::nullopt;
  if (last != MarkOf(*track, position.offset)) {
    return base::Cat("its mark is of another message: '", position.mark, "'");
  }
  if (!track->first_mark.has_value() && last.has_value()) {
    track->first_mark = last->offset;
  }
  int log = track->parts.front().log;
  for (const Part& part : track->parts) {
    if (part.from < position.offset) log = part.log;
  }
  origins_->Note(view_, position, log);
  return std::nullopt;
}

}  // namespace rowfall::tests
