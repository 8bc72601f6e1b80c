// SPDX-License-Identifier: Apache-2.0
// Knows which logs a consumer reads while they are cut and made again.
#ifndef ROWFALL_TESTS_SIM_READING_H_
#define ROWFALL_TESTS_SIM_READING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "commit/position_mark.h"
#include "rowfall/message.h"
#include "rowfall/source.h"
#include "tests/sim/logs.h"
#include "tests/sim/oracle.h"

namespace rowfall::tests {

// Of which logs positions with their marks were committed or stored.
class Origins {
 public:
  void Note(const ViewOracle* view, const PartitionOffset& position, int log) {
    logs_[Key(view, position)].insert(log);
  }
  // Returns what makes the origins of a view what they are now.
  std::function<void()> Backup(const ViewOracle* view);
  // Whether the position is one of `log`.
  bool Fits(const Logs& logs, const ViewOracle* view,
            const PartitionOffset& position, int log) const;

 private:
  using OfPosition =
      std::tuple<const ViewOracle*, TopicPartition, int64_t, std::string>;
  static OfPosition Key(const ViewOracle* view,
                        const PartitionOffset& position) {
    return {view, position.partition, position.offset, position.mark};
  }
  std::map<OfPosition, std::set<int>> logs_;
};

// One consumer's partitions. From what the broker delivers, and from nothing
// else, it follows where another log has to be noticed and where nobody could
// (src/commit/delivery.md, "Other logs").
class Reading {
 public:
  Reading(const Logs* logs, Origins* origins, ViewOracle* view,
          Isolation isolation)
      : logs_(logs), origins_(origins), view_(view), isolation_(isolation) {}

  // --- What happens --------------------------------------------------------
  // Reads from `start` on; `known` are the positions it may be meant for.
  // Returns what is wrong with that.
  std::optional<std::string> Begin(const PartitionOffset& start,
                                   std::vector<PartitionOffset> known);
  // Whether it is just to go on at `start`, because retention took the message
  // that was to be compared.
  bool GoesOn(const PartitionOffset& start) const;
  // Reads again from `start` on, to see whether the log is still the one that
  // was read. Returns what is wrong with that.
  std::optional<std::string> LookBack(const PartitionOffset& start,
                                      absl::Duration now);
  // Returns a partition of the topic at which the consumer should have looked
  // back before it leaves the gap of `partition`, or null: where one partition
  // is of another log, so may be the others.
  const TopicPartition* NotLookedAt(const TopicPartition& partition) const;
  size_t size() const { return tracks_.size(); }
  void Clear() { tracks_.clear(); }
  void Message(const MessageBatch& messages, size_t i, absl::Duration now);
  void End(const EndOfPartition& end, absl::Duration now);
  void OutOfRange(const OffsetOutOfRange& event);
  // Logs that were too short for too long are other ones.
  void Look(absl::Duration now);

  // --- What follows from it ------------------------------------------------
  // What has to be said of the partition before it may be left, or null.
  const std::string* Trouble(const TopicPartition& partition) const;
  // What is new of that since it was asked for last.
  std::vector<std::string> TakeTroubles();
  // Where a message that was delivered came from, or -1.
  int LogOf(const rowfall::Message& message) const;
  // Returns the messages of the range that were delivered, by offset, each with
  // the log that it came from; nothing if the range ends elsewhere than here.
  std::optional<std::map<int64_t, int>> Delivered(
      const PartitionRange& range) const;
  // In which step the consumer began with the message's partition.
  int Since(const rowfall::Message& message) const;
  bool Knows(const TopicPartition& partition) const {
    return tracks_.contains(partition);
  }
  // The position that a partition goes on from, or kOffsetNone; behind all that
  // it looks back at.
  int64_t Basis(const TopicPartition& partition) const;
  // Whether a start at the end may be looked for again: nothing fixed it.
  bool LooksForEnd(const TopicPartition& partition) const;
  // Whether it is still to be seen if a log is the one that was read, or a gap
  // is still to be left.
  bool IsInDoubt() const;
  // Why the position must not be committed or stored, with its mark; else it
  // is noted as one of its log.
  std::optional<std::string> Check(const PartitionOffset& position);

 private:
  // What was delivered, by offset.
  struct Seen {
    uint32_t checksum = 0;
    int log = 0;
    absl::Duration when;
  };
  // A log and where its part begins.
  struct Part {
    int64_t from = 0;
    int log = 0;
  };
  struct Track {
    PartitionOffset basis;  // What it goes on from; kOffsetNone: nothing.
    std::optional<commit::PositionMark::Last> tail;  // To be compared.
    std::vector<Part> parts;                         // None: in doubt.
    int64_t next = kOffsetNone;                      // To be delivered.
    std::map<int64_t, Seen> seen;
    int64_t short_end = kOffsetNone;
    absl::Duration short_until;
    std::string trouble;
    int since = 0;  // The step.
    bool is_told = false;
    bool is_other_log = false;  // Says the trouble.
    bool is_suspect = false;    // Another partition of the topic is.
    // It looks back at this message; what is at `next` is still to come.
    std::optional<int64_t> look;
    // The last message before the first position that was committed or stored.
    std::optional<int64_t> first_mark;
    bool last_came = false;
    bool looks_for_end = false;   // It begins at an end that was not seen.
    int64_t found = kOffsetNone;  // Where it began, while none is stored.
    bool waits = false;           // For Assign() at the basis; see GoesOn().
  };

  Track* Find(const TopicPartition& partition);
  static int64_t FoundBy(const Track* track);
  void FixEnd(const TopicPartition& partition, Track& track, int64_t offset);
  // Something came of the log that the partition is now: it is the one that
  // was read, or nobody could know. `from` is where it goes on, at most `to`.
  void Goes(const TopicPartition& partition, Track& track, int64_t from,
            int64_t to);
  void IsSame(const TopicPartition& partition, Track& track);
  // What is wrong from now on says that the log is another one.
  void MeetsOther(const TopicPartition& partition, Track& track,
                  std::string text);
  // What a message of an aborted or open transaction is to this consumer: it
  // comes, though it did not before; or does not, though it did.
  bool SeesWhatWasHidden(const commit::PositionMark::Last& last) const {
    return isolation_ == Isolation::kReadUncommitted &&
           last.seen != commit::PositionMark::Seen::kUncommitted;
  }
  bool MayNotSee(const std::optional<commit::PositionMark::Last>& last) const {
    return isolation_ == Isolation::kReadCommitted && last.has_value() &&
           last->seen != commit::PositionMark::Seen::kCommitted;
  }
  // The last message before the position of a track that is in doubt.
  std::optional<commit::PositionMark::Last> Doubted(const Track& track) const {
    return track.look.has_value() ? Given(track, track.next) : track.tail;
  }
  // The message that was last before `offset`, if any was.
  std::optional<commit::PositionMark::Last> Given(const Track& track,
                                                  int64_t offset) const;
  // Whether the message at `offset` is none that is new.
  bool LooksAt(const TopicPartition& partition, Track& track, int64_t offset,
               uint32_t checksum);
  bool IsInDoubt(const Track& track) const {
    return track.look.has_value() ||
           (track.parts.empty() && track.tail.has_value());
  }
  int64_t Durable(const Track& track, int64_t offset) const;
  // The first message before `offset` that was delivered and is not durable,
  // or kOffsetNone. Of those that are owed Durable() tells.
  int64_t NotDone(const Track& track, int64_t offset) const;
  std::optional<commit::PositionMark::Last> MarkOf(const Track& track,
                                                   int64_t offset) const;

  const Logs* const logs_;
  Origins* const origins_;
  ViewOracle* const view_;
  const Isolation isolation_;
  std::map<TopicPartition, Track> tracks_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_READING_H_
