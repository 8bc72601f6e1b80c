// SPDX-License-Identifier: Apache-2.0
// What is kept beside a position to know its log again.
#ifndef ROWFALL_COMMIT_POSITION_MARK_H_
#define ROWFALL_COMMIT_POSITION_MARK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::commit {

// The last settled message before a position, and the cluster. An offset alone
// says nothing when a topic was deleted and made again, or cut and written
// anew. As text: "rf1:<offset>:<checksum>:<cluster>", e.g.
// "rf1:1841:e3069283:MkU3OEVBNTcwNTJENDM2Qg". With a number of partitions:
// "rf2:<offset>:<checksum>:<partitions>:<cluster>". Where the message was seen
// under read_uncommitted:
// "rf3:<offset>:<checksum>:<partitions>:<seen>:<cluster>", `partitions` may be
// empty and `seen` is "u" or "uc", e.g.
// "rf3:1841:e3069283::u:MkU3OEVBNTcwNTJENDM2Qg". What a version does not know,
// it takes for no mark.
struct PositionMark {
  // Under which isolation the message was seen, and nothing between it and the
  // position. Marks of versions that did not say count as kCommitted.
  enum class Seen : uint8_t {
    kCommitted,    // Messages of aborted transactions may follow it.
    kUncommitted,  // It may be of one that was aborted, or is still open.
    kBoth,         // It under read_uncommitted, what follows under the other:
                   // both of these may be.
  };
  struct Last {
    int64_t offset = 0;
    uint32_t checksum = 0;  // ChecksumOf() the message.
    Seen seen = Seen::kCommitted;
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

// What is to be said of a message that comes under `isolation`.
PositionMark::Seen SeenUnder(Isolation isolation);
// The same where nothing came behind it under `isolation`.
PositionMark::Seen SeenOn(PositionMark::Seen seen, Isolation isolation);

// CRC-32C over key, payload, their presence, and timestamp of the message.
uint32_t ChecksumOf(const Message& message);

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_POSITION_MARK_H_
