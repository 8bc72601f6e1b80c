// SPDX-License-Identifier: Apache-2.0
// Positions that cannot be used any more, and those that take their place.
#ifndef ROWFALL_ENGINE_POSITION_CHANGE_H_
#define ROWFALL_ENGINE_POSITION_CHANGE_H_

#include <cstdint>
#include <string>

#include "rowfall/message.h"

namespace rowfall::engine {

// A position that does not exist any more. It is left when nothing of the batch
// at hand is open, so that no work of before counts behind it.
struct Gap {
  TopicPartition partition;
  int64_t position = 0;
  std::string what;
  bool same_log = false;  // What is missing was there once.
};

// A position that a policy has set, until it is known and stored.
struct PositionChange {
  TopicPartition partition;
  int64_t from = kOffsetNone;  // What was stored before, if anything.
  std::string from_mark = {};
  std::string reason;
  bool is_gap = false;
  bool same_log = false;
  bool reported = false;
  bool in_flight = false;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_POSITION_CHANGE_H_
