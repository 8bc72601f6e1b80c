// SPDX-License-Identifier: Apache-2.0
// Finds the wanted keys of an object among those of a message.
#ifndef ROWFALL_MAP_KEY_TABLE_H_
#define ROWFALL_MAP_KEY_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowfall::map {

enum class KeyCase : unsigned char {
  kExact,
  kIgnore,  // Of ASCII letters.
};

inline constexpr uint32_t kNoNode = UINT32_MAX;

// Keys and the node that each leads to. The table is made of the view's keys
// alone, so messages cannot fill it with collisions.
class KeyTable {
 public:
  explicit KeyTable(KeyCase key_case = KeyCase::kExact) : key_case_(key_case) {}

  bool empty() const { return entries_.empty(); }
  // REQUIRES: it is not there; lower case where case is ignored.
  void Add(std::string_view key, uint32_t node);
  // Returns kNoNode for a key that is not wanted.
  uint32_t Find(std::string_view key) const;

 private:
  struct Entry {
    std::string key;
    uint32_t node;
  };

  bool Equals(std::string_view wanted, std::string_view key) const;
  void Insert(uint32_t entry);

  KeyCase key_case_;
  std::vector<Entry> entries_;
  // Open addressing, a power of two of them, at most half full: 1 + index of
  // an entry, or 0.
  std::vector<uint16_t> slots_;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_KEY_TABLE_H_
