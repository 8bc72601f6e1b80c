// SPDX-License-Identifier: Apache-2.0
// The marks of the positions behind a batch.
#ifndef ROWFALL_ENGINE_MARK_RANGES_H_
#define ROWFALL_ENGINE_MARK_RANGES_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "commit/first_partitions.h"
#include "commit/position_mark.h"
#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::engine {

// What the marks of a worker's positions say beside the last message.
struct MarkFacts {
  std::string cluster;
  commit::FirstPartitions first_partitions;
  Isolation isolation = Isolation::kReadCommitted;

  // Returns the mark of a position in `topic` behind message `last`, which is
  // empty where there is nothing to say. Last::seen follows from `isolation`.
  std::string MarkOf(
      std::string_view topic,
      std::optional<commit::PositionMark::Last> last = std::nullopt) const;
  // Returns the mark of a later position, up to which nothing came behind the
  // message of `mark`.
  std::string MarkOn(std::string mark) const;
};

// Gives each range the mark of its last message among the first `end` of
// `messages`. Where there is none the range keeps the mark that it has, or gets
// one without a message.
void MarkRanges(const MessageBatch& messages, size_t end,
                const MarkFacts& facts, std::span<PartitionRange> ranges);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_MARK_RANGES_H_
