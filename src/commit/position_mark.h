// SPDX-License-Identifier: Apache-2.0
// What is kept beside a position to know its log again.
#ifndef ROWFALL_COMMIT_POSITION_MARK_H_
#define ROWFALL_COMMIT_POSITION_MARK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rowfall/message.h"

namespace rowfall::commit {

// The last settled message before a position, and the cluster. An offset alone
// says nothing when a topic was deleted and made again, or cut and written
// anew. As text: "rf1:<offset>:<checksum>:<cluster>", e.g.
// "rf1:1841:e3069283:MkU3OEVBNTcwNTJENDM2Qg". With a number of partitions:
// "rf2:<offset>:<checksum>:<partitions>:<cluster>".
struct PositionMark {
  struct Last {
    int64_t offset = 0;
    uint32_t checksum = 0;  // ChecksumOf() the message.
    friend bool operator==(const Last&, const Last&) = default;
  };
  std::optional<Last> last;  // None: no message was settled yet.
  std::string cluster;       // Empty: unknown.
  // What FirstPartitions knows of the topic.
  std::optional<int32_t> first_partitions;
  friend bool operator==(const PositionMark&, const PositionMark&) = default;

  std::string ToText() const;
  // Anything that is not ours is no mark.
  static std::optional<PositionMark> FromText(std::string_view text);
};

// CRC-32C over key, payload, their presence, and timestamp of the message.
uint32_t ChecksumOf(const Message& message);

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_POSITION_MARK_H_
