// SPDX-License-Identifier: Apache-2.0
// A hash for which nobody can prepare values that collide.
#ifndef ROWFALL_DATA_KEYED_HASH_H_
#define ROWFALL_DATA_KEYED_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rowfall::data {

// Values of messages come from strangers, who must not choose the places that
// they get in a table. Each object has a random key of its own, and a copy the
// same; so hashes are worth nothing outside of the table that they are for.
// Multiplies as wyhash does, with both factors hidden by the key.
class KeyedHash {
 public:
  KeyedHash();

  // Returns the hash of what `hash` stands for and `value` behind it. One
  // product alone leaves values that differ in a few high bits near each other.
  uint64_t Mix(uint64_t hash, uint64_t value) const {
    const uint64_t mixed = Fold(hash ^ key_[0], value ^ key_[1]);
    return Fold(mixed ^ key_[2], key_[3]);
  }

  // Returns the hash of bytes. For tables of the standard library, too.
  uint64_t operator()(std::string_view bytes) const {
    const char* p = bytes.data();
    size_t left = bytes.size();
    uint64_t hash = key_[2];
    for (; left > 16; left -= 16, p += 16) {
      hash = Fold(Load<uint64_t>(p) ^ key_[1], Load<uint64_t>(p + 8) ^ hash);
    }
    uint64_t a = 0;
    uint64_t b = 0;
    if (left >= 8) {
      a = Load<uint64_t>(p);
      b = Load<uint64_t>(p + left - 8);
    } else if (left >= 4) {
      a = Load<uint32_t>(p);
      b = Load<uint32_t>(p + left - 4);
    } else if (left > 0) {
      a = static_cast<uint64_t>(Load<uint8_t>(p)) << 16 |
          static_cast<uint64_t>(Load<uint8_t>(p + left / 2)) << 8 |
          Load<uint8_t>(p + left - 1);
    }
    return Fold(Fold(a ^ key_[1], b ^ hash), bytes.size() ^ key_[3]);
  }

 private:
  __extension__ using Wide = unsigned __int128;

  template <typename T>
  static T Load(const char* p) {
    T value;
    std::memcpy(&value, p, sizeof(T));
    return value;
  }
  static uint64_t Fold(uint64_t a, uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  uint64_t key_[4];
};

}  // namespace rowfall::data

#endif  // ROWFALL_DATA_KEYED_HASH_H_
