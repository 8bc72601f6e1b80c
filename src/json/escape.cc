// SPDX-License-Identifier: Apache-2.0
// Reading escapes in JSON strings.
#include "json/escape.h"

#include <cstring>

#include "json/utf8.h"

namespace rowfall::json {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads four hex digits at `p`.
bool ReadHex4(const char* p, uint32_t& value) {
  value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(p[i]);
    if (digit < 0) return false;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

// The character of a one-letter escape, or 0.
char ShortEscape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace

const char* ReadEscape(const char* p, uint32_t& code, ScanError& error) {
  error = ScanError::kBadEscape;
  if (p[1] != 'u') {
    code = static_cast<unsigned char>(ShortEscape(p[1]));
    return code != 0 ? p + 2 : nullptr;
  }
  if (!ReadHex4(p + 2, code)) return nullptr;
  if ((code & 0xf800) != 0xd800) return p + 6;
  error = ScanError::kLoneSurrogate;
  uint32_t low;
  if (code >= 0xdc00 || p[6] != '\\' || p[7] != 'u' || !ReadHex4(p + 8, low) ||
      (low & 0xfc00) != 0xdc00) {
    return nullptr;
  }
  code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  return p + 12;
}

char* DecodeTo(std::string_view content, char* out) {
  const char* p = content.data();
  const char* const end = p + content.size();
  while (p < end) {
    const auto* escape = static_cast<const char*>(
        std::memchr(p, '\\', static_cast<size_t>(end - p)));
    const size_t plain =
        static_cast<size_t>((escape == nullptr ? end : escape) - p);
    std::memcpy(out, p, plain);
    out += plain;
    p += plain;
    if (p == end) break;
    uint32_t code;
    ScanError error;
    p = ReadEscape(p, code, error);
    if (p == nullptr) break;
    out = EncodeUtf8(code, out);
  }
  return out;
}

}  // namespace rowfall::json
