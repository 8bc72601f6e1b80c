// SPDX-License-Identifier: Apache-2.0
// Finds out whether the log behind a position is still the one that was read.
#ifndef ROWFALL_COMMIT_TAIL_CHECK_H_
#define ROWFALL_COMMIT_TAIL_CHECK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "commit/position_mark.h"
#include "commit/recent_marks.h"
#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::commit {

// Reading begins at the last settled message instead of behind it, and what
// comes is compared with the position's mark, which may be of another isolation
// than the one that it is read under. The rules are in delivery.md. Knows no
// Kafka and no clock of its own. Not thread-safe.
class TailCheck {
 public:
  // A partition that is being checked.
  struct Tail {
    TopicPartition partition;
    int64_t position = 0;  // Where the work goes on.
    int64_t last = 0;      // The offset of the last settled message, below it.
    uint32_t checksum = 0;
    bool last_came = false;  // And was the same.
    // Messages that were hidden before may be between `last` and the position.
    bool may_show_more = false;
    // `last`, and the end of the log, may be hidden now: before the position
    // may be the end of what is decided, and the log go on.
    bool may_hide = false;
    // Where `last` is only an earlier one of those that were settled: the last
    // of them, which takes its place as soon as it was the same.
    std::optional<PositionMark::Last> newest;
    // Where the log ended when it was too short, and how long it may be so.
    int64_t short_end = kOffsetNone;
    absl::Duration short_until;
  };

  enum class Verdict : uint8_t {
    kSame,   // No longer checked. Messages before the position are old ones.
    kOther,  // Another log: its messages are not those that were settled.
    kSoFar,  // The same, but the log may have been cut behind the message.
  };

  // What will be compared is read under `isolation`.
  explicit TailCheck(Isolation isolation = Isolation::kReadCommitted)
      : isolation_(isolation) {}

  // Checks just the partitions of `positions` whose marks have a message, and
  // returns `positions` with the places where reading begins for that.
  std::vector<PartitionOffset> Begin(
      std::span<const PartitionOffset> positions);
  // Checks a partition that was read up to `position`, which is settled, once
  // more. Returns where reading begins for that.
  PartitionOffset Add(const PartitionOffset& position,
                      const RecentMarks::Marks& marks);
  void Clear() { tails_.clear(); }
  bool empty() const { return tails_.empty(); }

  // Returns null where the partition is not (any more) checked.
  Tail* Find(std::string_view topic, int32_t partition);
  Tail* Find(const TopicPartition& partition) {
    return Find(partition.topic, partition.partition);
  }
  void Forget(const TopicPartition& partition);

  // A message that comes, the first one or the next one after kSoFar, from
  // `tail.last` on, which may be another one then: no message before that is
  // needed. `checksum` is that of the message.
  static Verdict Compare(Tail& tail, int64_t offset, uint32_t checksum);
  // The log ends at `offset`. Before the position it may be that only because
  // a new leader has not heard yet how far the log goes: it is given until
  // `now` + kGrace. Returns whether the check is over.
  static bool EndSeen(Tail& tail, int64_t offset, absl::Duration now);
  // The log begins behind `tail.last` now, at `low`, by retention. Returns
  // whether there is another message to compare.
  static bool LosesLast(Tail& tail, int64_t low);
  // Says how far the log of a partition goes, kOffsetNone where unknown.
  using LogEnd = absl::FunctionRef<int64_t(const TopicPartition&)>;
  // Returns the partitions whose logs were too short for too long. `log_end` is
  // asked where the end that was seen does not tell.
  std::vector<const Tail*> TooShort(absl::Duration now, LogEnd log_end);

  static constexpr absl::Duration kGrace = absl::Seconds(5);

 private:
  // Compares with what is `marked` before the position of `tail`.
  void Expect(const PositionMark::Last& marked, Tail& tail) const;

  Isolation isolation_;
  std::vector<Tail> tails_;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_TAIL_CHECK_H_
