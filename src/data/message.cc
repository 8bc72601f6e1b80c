// SPDX-License-Identifier: Apache-2.0
// Batches of messages.
#include "rowfall/message.h"

#include <algorithm>

#include "base/text.h"

namespace rowfall {

uint32_t MessageBatch::TopicIndex(std::string_view topic) {
  if (!entries_.empty() && topics_[entries_.back().topic] == topic) {
    return entries_.back().topic;
  }
  const auto found = std::find(topics_.begin(), topics_.end(), topic);
  if (found != topics_.end()) {
    return static_cast<uint32_t>(found - topics_.begin());
  }
  topics_.emplace_back(topic);
  return static_cast<uint32_t>(topics_.size() - 1);
}

void MessageBatch::Append(const Message& message) {
  const uint32_t topic = TopicIndex(message.topic);
  const size_t payload = bytes_.size();
  bytes_.Append(message.payload.data(), message.payload.size());
  bytes_.Push('\0');
  const size_t key = bytes_.size();
  if (message.has_key) bytes_.Append(message.key.data(), message.key.size());
  const size_t first_header = header_entries_.size();
  for (const Header& header : message.headers) {
    header_entries_.push_back(
        {bytes_.size(), static_cast<uint32_t>(header.name.size()),
         static_cast<uint32_t>(header.value.size()), header.has_value});
    bytes_.Append(header.name.data(), header.name.size());
    bytes_.Append(header.value.data(), header.value.size());
  }
  // Written where it stays: to copy it from the stack costs more than all of
  // the above, as wide loads have to wait for narrow stores.
  Entry& entry = entries_.emplace_back();
  entry.offset = message.offset;
  entry.timestamp_ms = message.timestamp_ms;
  entry.payload = payload;
  entry.key = key;
  entry.payload_size = static_cast<uint32_t>(message.payload.size());
  entry.key_size =
      message.has_key ? static_cast<uint32_t>(message.key.size()) : 0;
  entry.topic = topic;
  entry.partition = message.partition;
  entry.first_header = static_cast<uint32_t>(first_header);
  entry.num_headers = static_cast<uint32_t>(message.headers.size());
  entry.has_payload = message.has_payload;
  entry.has_key = message.has_key;
}

void MessageBatch::Clear() {
  // A rare large message must not cost its size for ever. An empty batch tells
  // nothing: it was cleared before.
  constexpr size_t kSmall = 1 << 20;
  if (bytes_.size() != 0 && bytes_.capacity() > kSmall &&
      bytes_.capacity() / 8 > bytes_.size()) {
    bytes_.Release();
  }
  bytes_.clear();
  entries_.clear();
  header_entries_.clear();
  // Topics stay: the next batch has the same ones.
  if (topics_.size() > 64) topics_.clear();
}

void MessageBatch::Truncate(size_t size) {
  if (size >= entries_.size()) return;
  bytes_.Resize(entries_[size].payload);
  header_entries_.resize(entries_[size].first_header);
  entries_.resize(size);
}

void MessageBatch::Erase(std::span<const uint32_t> indexes) {
  // The bytes stay until the batch is cleared.
  size_t kept = 0;
  for (size_t i = 0, next = 0; i < entries_.size(); ++i) {
    if (next < indexes.size() && indexes[next] == i) {
      ++next;
    } else {
      entries_[kept++] = entries_[i];
    }
  }
  entries_.resize(kept);
}

Message MessageBatch::operator[](size_t i) const {
  const Entry& entry = entries_[i];
  headers_.clear();
  for (uint32_t h = 0; h < entry.num_headers; ++h) {
    const HeaderEntry& header = header_entries_[entry.first_header + h];
    const char* name = bytes_.data() + header.name;
    headers_.push_back({{name, header.name_size},
                        {name + header.name_size, header.value_size},
                        header.has_value});
  }
  Message message;
  message.topic = topics_[entry.topic];
  message.partition = entry.partition;
  message.offset = entry.offset;
  message.timestamp_ms = entry.timestamp_ms;
  message.payload = payload(i);
  message.has_payload = entry.has_payload;
  message.has_key = entry.has_key;
  if (entry.has_key) message.key = {bytes_.data() + entry.key, entry.key_size};
  message.headers = headers_;
  return message;
}

std::string MessageBatch::Place(size_t i) const {
  const Entry& entry = entries_[i];
  return base::Cat(topics_[entry.topic], "/", entry.partition, "@",
                   entry.offset);
}

}  // namespace rowfall
