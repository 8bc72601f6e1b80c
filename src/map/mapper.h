// SPDX-License-Identifier: Apache-2.0
// From message payloads to columns in one strict pass.
#ifndef ROWFALL_MAP_MAPPER_H_
#define ROWFALL_MAP_MAPPER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/leaf.h"
#include "rowfall/batch.h"
#include "rowfall/message.h"
#include "rowfall/reject.h"

namespace rowfall::map {

// A message that gave no rows (kParse), or a value of it that does not fit
// (kType): its row was left out, or has NULL in its place.
struct MapError {
  uint32_t message = 0;  // Index in the batch.
  RejectStage stage = RejectStage::kParse;
  std::string column;  // Empty where no column is guilty.
  std::string reason;
  int64_t payload_offset = -1;
  int64_t row = -1;       // Number of the object in its message, for kType.
  bool replaced = false;  // By NULL: the row is there.

  friend bool operator==(const MapError&, const MapError&) = default;
};

struct MapLimits {
  size_t max_message_bytes = 64u << 20;
  // Objects of one message: two bytes make a row, so that the limit of bytes
  // alone would not bound what a message becomes.
  size_t max_message_rows = 1'000'000;
  int max_depth = 512;  // 1 to 512.
  // A row with a larger value is left out.
  size_t max_value_bytes = 64u << 20;
};

// Maps batches of messages to columns, one for each leaf. Keeps its columns
// between batches and uses them again where nobody else holds them. Not
// thread-safe.
class Mapper {
 public:
  // Leaves may repeat, and one's path may begin with another's.
  // Errors: InvalidArgument: more than 4096 leaves; a depth out of range.
  static absl::StatusOr<std::unique_ptr<Mapper>> Make(
      std::vector<data::Leaf> leaves, MapLimits limits);
  virtual ~Mapper() = default;

  // Returns the rows of all messages in order, with origins; appends what was
  // rejected to `errors`, in message order. A message whose text is no JSON
  // gives no rows at all; a row with a value that does not fit is left out
  // alone, and reported once, for the first such value. Where all such values
  // are of replaceable leaves the row stays and each is reported. The columns
  // are called like their leaves, e.g. "glossdef.size".
  // REQUIRES: the batch is smaller than 4 GiB; what is behind is rejected.
  Batch Map(const MessageBatch& messages, std::vector<MapError>& errors) {
    return Map(messages, 0, messages.size(), errors);
  }
  // The same of the messages from `begin` up to, not including, `end`; origins
  // and errors count from the beginning of the batch.
  virtual Batch Map(const MessageBatch& messages, size_t begin, size_t end,
                    std::vector<MapError>& errors) = 0;
  // The same of one message, whose rows `take` gets in batches of at most
  // `max_rows` while it is read. Returns false for a message that gives no rows
  // at all: what was given is void then.
  virtual bool MapInParts(const MessageBatch& messages, size_t message,
                          size_t max_rows,
                          const std::function<void(const Batch&)>& take,
                          std::vector<MapError>& errors) = 0;

  // Returns the memory that the columns hold. What they, and errors, take more
  // is asked for by data::TakeMemory().
  virtual size_t HeldBytes() const = 0;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_MAPPER_H_
