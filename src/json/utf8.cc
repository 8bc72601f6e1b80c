// SPDX-License-Identifier: Apache-2.0
// The check of UTF-8.
#include "json/utf8.h"

#include <cstddef>
#include <cstring>

namespace rowfall::json {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// The length of the valid character at `p`, whose first byte is not ASCII, or
// 0. Table 3-7 of the Unicode standard: only the second byte's range depends
// on the first byte.
size_t CharacterSize(const unsigned char* p, size_t size) {
  const unsigned char first = p[0];
  if (first >= 0xc2 && first <= 0xdf) {
    return size >= 2 && IsContinuation(p[1]) ? 2 : 0;
  }
  if ((first & 0xf0) == 0xe0) {
    if (size < 3 || !IsContinuation(p[1]) || !IsContinuation(p[2])) return 0;
    if (first == 0xe0 && p[1] < 0xa0) return 0;
    if (first == 0xed && p[1] > 0x9f) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (size < 4 || !IsContinuation(p[1]) || !IsContinuation(p[2]) ||
        !IsContinuation(p[3])) {
      return 0;
    }
    if (first == 0xf0 && p[1] < 0x90) return 0;
    if (first == 0xf4 && p[1] > 0x8f) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

const char* FindInvalidUtf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* const end = p + text.size();
  while (p < end) {
    if (*p < 0x80) {
      uint64_t word;
      if (end - p >= 8 &&
          (std::memcpy(&word, p, 8), (word & 0x8080808080808080) == 0)) {
        p += 8;
      } else {
        ++p;
      }
      continue;
    }
    const size_t size = CharacterSize(p, static_cast<size_t>(end - p));
    if (size == 0) return reinterpret_cast<const char*>(p);
    p += size;
  }
  return nullptr;
}

}  // namespace rowfall::json
