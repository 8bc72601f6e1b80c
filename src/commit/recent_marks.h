// SPDX-License-Identifier: Apache-2.0
// Remembers messages that were settled some time ago, to know a log by them.
#ifndef ROWFALL_COMMIT_RECENT_MARKS_H_
#define ROWFALL_COMMIT_RECENT_MARKS_H_

#include <map>
#include <optional>

#include "absl/time/time.h"
#include "commit/position_mark.h"
#include "rowfall/message.h"

namespace rowfall::commit {

// A topic that is made again under a running consumer may be noticed at one of
// its partitions, when others have already been read on, and settled, at their
// old positions. The mark of such a position is a message of the new log and
// fits; that of a while ago does not. Knows no clock. Not thread-safe.
class RecentMarks {
 public:
  // What is to be looked at again: `earlier` comes first, `last` is the last
  // settled message. They may be the same.
  struct Marks {
    PositionMark::Last earlier;
    PositionMark::Last last;
  };

  // The mark of a position of `partition`, as text, that is settled now. What
  // is no mark, or one without a message, changes nothing.
  void Note(const PartitionOffset& position, absl::Duration now);
  // The partition is read from elsewhere.
  void Forget(const TopicPartition& partition) { entries_.erase(partition); }
  void Clear() { entries_.clear(); }
  // Returns nothing where no message was settled. `earlier` was settled kAge
  // before `now`, or is the first that is known.
  std::optional<Marks> Find(const TopicPartition& partition,
                            absl::Duration now) const;

  // Within so long a topic that was made again is noticed somewhere.
  static constexpr absl::Duration kAge = absl::Minutes(5);

 private:
  struct Entry {
    PositionMark::Last older;  // Settled at least kAge before `since`.
    PositionMark::Last newer;  // Settled at `since`.
    absl::Duration since;
    PositionMark::Last last;
  };
  std::map<TopicPartition, Entry> entries_;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_RECENT_MARKS_H_
