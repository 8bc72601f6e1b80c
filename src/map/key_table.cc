// SPDX-License-Identifier: Apache-2.0
// A hash table of few keys.
#include "map/key_table.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/text.h"

namespace rowfall::map {
namespace {

// Any case gives one hash: 0x20 makes upper case letters lower ones, and a few
// other bytes equal as well.
size_t Hash(std::string_view key) {
  constexpr uint64_t kLower = 0x2020202020202020;
  uint64_t hash = key.size();
  for (size_t i = 0; i < key.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, key.data() + i, std::min<size_t>(8, key.size() - i));
    hash = (hash ^ (word | kLower)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return static_cast<size_t>(hash);
}

}  // namespace

void KeyTable::Add(std::string_view key, uint32_t node) {
  entries_.push_back({std::string(key), node});
  if (slots_.size() >= 2 * entries_.size()) {
    Insert(static_cast<uint32_t>(entries_.size() - 1));
    return;
  }
  slots_.assign(std::max<size_t>(8, slots_.size() * 2), 0);
  for (uint32_t i = 0; i < entries_.size(); ++i) Insert(i);
}

void KeyTable::Insert(uint32_t entry) {
  const size_t mask = slots_.size() - 1;
  size_t slot = Hash(entries_[entry].key) & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<uint16_t>(entry + 1);
}

uint32_t KeyTable::Find(std::string_view key) const {
  if (entries_.empty()) return kNoNode;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = Hash(key) & mask; slots_[slot] != 0;
       slot = (slot + 1) & mask) {
    const Entry& entry = entries_[slots_[slot] - 1u];
    if (Equals(entry.key, key)) return entry.node;
  }
  return kNoNode;
}

bool KeyTable::Equals(std::string_view wanted, std::string_view key) const {
  return key_case_ == KeyCase::kExact ? wanted == key
                                      : base::EqualsIgnoreCase(wanted, key);
}

}  // namespace rowfall::map
