// SPDX-License-Identifier: Apache-2.0
// Numbers and texts as JSON writes them.
#ifndef ROWFALL_DATA_JSON_TEXT_H_
#define ROWFALL_DATA_JSON_TEXT_H_

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace rowfall::data {

// Appends the shortest text that reads back as the same number, without an
// exponent where people would write none; null where JSON has no number for it.
template <typename Float>
void AppendNumber(Float value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[40];
  char* const last = text + sizeof(text);
  const Float size = value < 0 ? -value : value;
  const bool plain = size == 0 || (size >= Float(1e-5) && size < Float(1e16));
  const auto end = plain ? std::to_chars(text, last, value,
                                         std::chars_format::fixed)
                         : std::to_chars(text, last, value);
  out.append(text, end.ptr);
}

// Appends valid UTF-8 in double quotes, with what JSON must escape escaped.
inline void AppendQuoted(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace rowfall::data

#endif  // ROWFALL_DATA_JSON_TEXT_H_
