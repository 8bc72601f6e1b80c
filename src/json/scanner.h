// SPDX-License-Identifier: Apache-2.0
// Strict steps over JSON text, from one position to the next.
//
// Each takes a position and returns the one behind what it read, or null with
// the reason in the context. They want the text to end in a NUL byte and 64
// more readable bytes: every loop stops at that NUL, because it is allowed
// nowhere, so that none asks for the end.
#ifndef ROWFALL_JSON_SCANNER_H_
#define ROWFALL_JSON_SCANNER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "json/byte_block.h"
#include "json/scan_error.h"

namespace rowfall::json {

inline constexpr size_t kScanPadding = 64;

inline bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

inline const char* SkipSpace(const char* p) {
  while (static_cast<unsigned char>(*p) <= ' ' && IsSpace(*p)) ++p;
  return p;
}

// Goes on where ScanString() met something else than the closing quote.
const char* ScanStringSlowly(const char* begin, const char* p,
                             ScanContext& context, bool& escaped);
// Returns `quote`, the end of a string that begins at `begin`, if its bytes
// are UTF-8.
const char* CheckStringUtf8(const char* begin, const char* quote,
                            ScanContext& context);

// Returns the closing quote of the string whose content begins at `p`.
inline const char* ScanString(const char* p, ScanContext& context,
                              bool& escaped) {
  const char* const begin = p;
  escaped = false;
  uint32_t non_ascii = 0;
  for (;; p += ByteBlock::kSize) {
    const ByteBlock block = ByteBlock::Load(p);
    const uint32_t specials = block.StringSpecials();
    if (specials == 0) {
      non_ascii |= block.NonAscii();
      continue;
    }
    const int i = std::countr_zero(specials);
    non_ascii |= block.NonAscii() & ((1u << i) - 1);
    p += i;
    if (*p != '"') [[unlikely]] {
      return ScanStringSlowly(begin, p, context, escaped);
    }
    if (non_ascii != 0) [[unlikely]]
      return CheckStringUtf8(begin, p, context);
    return p;
  }
}

// Returns the end of the number at `p`, or null without a reason.
inline const char* FindNumberEnd(const char* p) {
  p += *p == '-';
  if (*p == '0') {
    ++p;
  } else if (*p >= '1' && *p <= '9') {
    do {
      ++p;
    } while (IsDigit(*p));
  } else {
    return nullptr;
  }
  if (*p == '.') {
    if (!IsDigit(*++p)) return nullptr;
    while (IsDigit(*p)) ++p;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    p += *p == '+' || *p == '-';
    if (!IsDigit(*p)) return nullptr;
    while (IsDigit(*p)) ++p;
  }
  return p;
}

// Fails at the byte of the number at `p` where a digit is missing.
const char* FailNumber(const char* p, ScanContext& context);

inline const char* ScanNumber(const char* p, ScanContext& context) {
  const char* const end = FindNumberEnd(p);
  return end != nullptr ? end : FailNumber(p, context);
}

// Reads an integer that needs no care: at most 18 digits, no leading zero, no
// fraction, no exponent. Returns its end, or null without a reason.
inline const char* ReadPlainInteger(const char* p, int64_t& value) {
  const bool negative = *p == '-';
  p += negative;
  const char* const digits = p;
  uint64_t sum = 0;
  while (IsDigit(*p)) sum = sum * 10 + static_cast<uint64_t>(*p++ - '0');
  const size_t count = static_cast<size_t>(p - digits);
  // count - 1 wraps for no digit at all.
  if (count - 1 > 17 || (*digits == '0' && count > 1) || *p == '.' ||
      (*p | 0x20) == 'e') {
    return nullptr;
  }
  value = negative ? -static_cast<int64_t>(sum) : static_cast<int64_t>(sum);
  return p;
}

inline bool StartsWithTrue(const char* p) {
  return std::memcmp(p, "true", 4) == 0;
}
inline bool StartsWithFalse(const char* p) {
  return std::memcmp(p, "false", 5) == 0;
}
inline bool StartsWithNull(const char* p) {
  return std::memcmp(p, "null", 4) == 0;
}

// Reads from behind a key's closing quote to its value.
inline const char* ScanColon(const char* p, ScanContext& context) {
  p = SkipSpace(p);
  if (*p != ':') return context.Fail(ScanError::kExpectedColon, p);
  return SkipSpace(p + 1);
}

// Returns the end of the value at `p`, which stands inside of `depth` objects
// and arrays. Needs the same stack for every value.
const char* SkipValue(const char* p, int depth, ScanContext& context);

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_SCANNER_H_
