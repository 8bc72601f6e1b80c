// SPDX-License-Identifier: Apache-2.0
// The entry of a partition in a list of what is known by partition.
#ifndef ROWFALL_ENGINE_FIND_PARTITION_H_
#define ROWFALL_ENGINE_FIND_PARTITION_H_

#include <algorithm>

#include "rowfall/message.h"

namespace rowfall::engine {

// Returns end() where there is none. Entries have a member `partition`.
template <typename Entries>
auto FindPartition(Entries& entries, const TopicPartition& partition) {
  return std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.partition == partition;
  });
}

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_FIND_PARTITION_H_
