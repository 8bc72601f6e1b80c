// SPDX-License-Identifier: Apache-2.0
// The marks of the positions behind a batch.
#ifndef ROWFALL_ENGINE_MARK_RANGES_H_
#define ROWFALL_ENGINE_MARK_RANGES_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "rowfall/message.h"

namespace rowfall::engine {

// Gives each range the mark of its last message among the first `end` of
// `messages`. Where there is none the range keeps the mark that it has, or gets
// one of the cluster alone.
void MarkRanges(const MessageBatch& messages, size_t end,
                std::string_view cluster, std::span<PartitionRange> ranges);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_MARK_RANGES_H_
