// SPDX-License-Identifier: Apache-2.0
// How many partitions topics had when a group began to read them.
#ifndef ROWFALL_COMMIT_FIRST_PARTITIONS_H_
#define ROWFALL_COMMIT_FIRST_PARTITIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rowfall/message.h"

namespace rowfall::commit {

// With start_from='latest' the partitions that a topic had when the group began
// are read from their ends, and those that were added later from their start:
// all their messages came later. That a partition has no position does not tell
// them apart, as the members of a group do not begin at the same moment; so the
// number goes with the marks of all positions, and the lowest one counts.
class FirstPartitions {
 public:
  // Takes what the marks of positions say.
  void AddMarks(std::span<const PartitionOffset> positions);
  // Takes how many partitions topics had when a member of the group started.
  void AddTopics(const std::map<std::string, int32_t>& topics);

  std::optional<int32_t> Of(std::string_view topic) const;
  // Whether the partition was added later.
  bool IsLater(const TopicPartition& partition) const;

 private:
  void Add(const std::string& topic, int32_t count);

  std::map<std::string, int32_t, std::less<>> topics_;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_FIRST_PARTITIONS_H_
