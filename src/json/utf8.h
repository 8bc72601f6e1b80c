// SPDX-License-Identifier: Apache-2.0
// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
#ifndef ROWFALL_JSON_UTF8_H_
#define ROWFALL_JSON_UTF8_H_

#include <cstdint>
#include <string_view>

namespace rowfall::json {

// Returns the first byte of `text` that no valid character starts at, or null
// where all is valid.
const char* FindInvalidUtf8(std::string_view text);

inline bool IsValidUtf8(std::string_view text) {
  return FindInvalidUtf8(text) == nullptr;
}

// Writes the character `code` (no surrogate, at most U+10FFFF) to `out`, which
// has room for 4 bytes. Returns the end of what was written.
inline char* EncodeUtf8(uint32_t code, char* out) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
    return out;
  }
  if (code < 0x800) {
    *out++ = static_cast<char>(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      *out++ = static_cast<char>(0xe0 | code >> 12);
    } else {
      *out++ = static_cast<char>(0xf0 | code >> 18);
      *out++ = static_cast<char>(0x80 | (code >> 12 & 0x3f));
    }
    *out++ = static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  *out++ = static_cast<char>(0x80 | (code & 0x3f));
  return out;
}

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_UTF8_H_
