// SPDX-License-Identifier: Apache-2.0
// What was produced: the partitions of all topics, numbered, with their facts.
#ifndef ROWFALL_TESTS_SIM_LOGS_H_
#define ROWFALL_TESTS_SIM_LOGS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::tests {

// What an offset of a log holds.
struct LogEntryFacts {
  struct Row {
    bool filtered = false;
    bool bad_value = false;       // Does not fit its column of the source.
    bool bad_expression = false;  // An expression of the view fails.
    int64_t id = 0;
    int64_t value = 0;
    bool bad() const { return bad_value || bad_expression; }
  };
  bool gap = false;         // A marker, or compacted.
  bool unreadable = false;  // Not JSON, or a tombstone.
  bool deleted = false;     // By the broker: retention.
  int open = 0;             // The transaction that it is of, while it is open.
  bool aborted = false;     // It was of a transaction that was aborted.
  std::vector<Row> rows;
  std::optional<std::string> payload;

  // Whether it is more than a row that is to be written or filtered.
  bool is_bad() const {
    return unreadable || std::any_of(rows.begin(), rows.end(),
                                     [](const Row& row) { return row.bad(); });
  }
};

// One partition, until it is cut or made again: then another log takes its
// place.
struct Log {
  TopicPartition partition;
  bool is_read = true;     // Not left out by partition_list.
  bool is_present = true;  // What the partition is now.
  int former = -1;         // The log that was cut, or made again.
  int64_t shared = 0;      // So many offsets are those of the former log.
  std::vector<LogEntryFacts> entries;

  int64_t size() const { return static_cast<int64_t>(entries.size()); }
  const LogEntryFacts& at(int64_t offset) const {
    return entries[static_cast<size_t>(offset)];
  }
};

// Messages carry the number of the log for which they were produced.
class Logs {
 public:
  int Add(Log log);
  // Another log takes the place of `number` and shares what is before `offset`
  // with it. All else is gone. Returns its number.
  int Replace(int number, int64_t offset);
  int size() const { return static_cast<int>(logs_.size()); }
  Log& operator[](int number) { return logs_[static_cast<size_t>(number)]; }
  const Log& operator[](int number) const {
    return logs_[static_cast<size_t>(number)];
  }
  // Returns the log for which the message was produced.
  int Origin(int number, int64_t offset) const;
  // Returns the first log of the partition that the log is of.
  int First(int number) const;
  const LogEntryFacts& Facts(int number, int64_t offset) const {
    return logs_[static_cast<size_t>(Origin(number, offset))].at(offset);
  }
  // The broker removes what is there from `from` up to `to`.
  void Delete(int number, int64_t from, int64_t to);
  // Ends a transaction. Returns the logs that have messages of it.
  std::vector<int> EndTransaction(int transaction, bool commits);
  // Returns where the log ends for those who read it.
  int64_t End(int number, Isolation isolation) const;
  // Returns the log that the partition is now, or -1.
  int Find(const TopicPartition& partition) const;
  int Find(std::string_view topic, int32_t partition) const;
  // e.g. "t/0".
  std::string Name(int number) const;
  // e.g. "t/0@7".
  std::string Place(int number, int64_t offset) const;

 private:
  std::vector<Log> logs_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_LOGS_H_
