// SPDX-License-Identifier: Apache-2.0
// Messages as they come from a topic, and where they stand in it.
#ifndef ROWFALL_MESSAGE_H_
#define ROWFALL_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/buffer.h"
#include "rowfall/export.h"

namespace rowfall {

/// A partition of a topic.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  /// Returns "topic/partition".
  std::string ToString() const {
    return topic + "/" + std::to_string(partition);
  }
  friend auto operator<=>(const TopicPartition&,
                          const TopicPartition&) = default;
};

/// Offsets with a meaning of their own; the numbers are the protocol's.
inline constexpr int64_t kOffsetEnd = -1;        ///< Behind the last message.
inline constexpr int64_t kOffsetBeginning = -2;  ///< The oldest message.
inline constexpr int64_t kOffsetNone = -1001;    ///< None is stored.

/// A position: `offset` is the next message to be read.
struct PartitionOffset {
  TopicPartition partition;
  int64_t offset = kOffsetNone;
  /// How the engine knows the log again in which the position was taken: a
  /// short text (below 100 bytes) that is kept beside the offset and given
  /// back as it was. Empty: unknown. Not compared.
  std::string mark = {};
  friend bool operator==(const PartitionOffset& a, const PartitionOffset& b) {
    return a.partition == b.partition && a.offset == b.offset;
  }
};

/// The messages from offset `from` up to, not including, `to`.
struct PartitionRange {
  TopicPartition partition;
  int64_t from = 0;
  int64_t to = 0;
  std::string mark = {};  ///< Belongs to `to`, see PartitionOffset::mark.
  std::string from_mark = {};  ///< Belongs to `from`.
  friend bool operator==(const PartitionRange& a, const PartitionRange& b) {
    return a.partition == b.partition && a.from == b.from && a.to == b.to;
  }
};

/// A header of a message. The value's bytes may be anything.
struct Header {
  std::string_view name;
  std::string_view value;
  bool has_value = true;
  friend bool operator==(const Header&, const Header&) = default;
};

/// One message; views belong to who hands it over.
struct Message {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  /// Milliseconds since the epoch, or -1 where the message has none.
  int64_t timestamp_ms = -1;
  std::string_view payload;
  /// Whether there is a payload; without one the message is a tombstone.
  bool has_payload = true;
  std::string_view key;
  bool has_key = false;
  std::span<const Header> headers;
};

/// Messages in the order of arrival, copied into memory that is used again.
///
/// Each payload is followed by a NUL byte and, as the memory is a Buffer, by
/// enough readable bytes for vector loads. Not thread-safe.
class ROWFALL_EXPORT MessageBatch {
 public:
  /// Copies `message`.
  void Append(const Message& message);
  /// Removes all messages, keeps the memory.
  void Clear();
  /// Removes all messages from index `size` on.
  void Truncate(size_t size);
  /// Removes the messages at `indexes`, ascending; the others keep their order.
  void Erase(std::span<const uint32_t> indexes);

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// Bytes of payloads, keys and headers.
  size_t byte_size() const { return bytes_.size(); }

  /// Returns message `i`. Its views are valid until the batch changes; its
  /// headers, until another message is asked for.
  Message operator[](size_t i) const;
  /// As message(i).payload, without the rest.
  std::string_view payload(size_t i) const {
    return {bytes_.data() + entries_[i].payload, entries_[i].payload_size};
  }
  bool has_payload(size_t i) const { return entries_[i].has_payload; }
  /// Where a message stands, without a copy of the topic.
  struct Position {
    std::string_view topic;
    int32_t partition;
    int64_t offset;
  };
  Position position(size_t i) const {
    const Entry& entry = entries_[i];
    return {topics_[entry.topic], entry.partition, entry.offset};
  }
  /// Where message `i` stands, e.g. "orders/3@1842".
  std::string Place(size_t i) const;

 private:
  struct Entry {
    int64_t offset;
    int64_t timestamp_ms;
    size_t payload;
    size_t key;
    uint32_t payload_size;
    uint32_t key_size;
    uint32_t topic;
    int32_t partition;
    uint32_t first_header;
    uint32_t num_headers;
    bool has_payload;
    bool has_key;
  };
  struct HeaderEntry {
    size_t name;
    uint32_t name_size;
    uint32_t value_size;
    bool has_value;
  };

  uint32_t TopicIndex(std::string_view topic);

  Buffer bytes_;
  std::vector<Entry> entries_;
  std::vector<HeaderEntry> header_entries_;
  std::vector<std::string> topics_;
  // The headers of the message that was asked for last.
  mutable std::vector<Header> headers_;
};

}  // namespace rowfall

#endif  // ROWFALL_MESSAGE_H_
