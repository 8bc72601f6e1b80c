// SPDX-License-Identifier: Apache-2.0
// Small operations on text.
#include "base/text.h"

#include <cstdint>

namespace rowfall::base {

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ToLower(c);
  return lower;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

namespace {

// Takes a character off the front of `text`, which is not empty; false, and
// one byte, where that is not UTF-8.
bool TakeCharacter(std::string_view& text, uint32_t& code) {
  const auto byte = [&text](size_t i) -> uint32_t {
    return static_cast<unsigned char>(text[i]);
  };
  code = byte(0);
  const size_t size = code < 0x80 ? 1 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
  bool is_good = code < 0x80 || (code >= 0xc2 && code <= 0xf4);
  is_good = is_good && size <= text.size();
  if (is_good && size > 1) code &= 0xffu >> (size + 1);
  for (size_t i = 1; is_good && i < size; ++i) {
    is_good = (byte(i) & 0xc0) == 0x80;
    code = code << 6 | (byte(i) & 0x3f);
  }
  // The shortest form, and no half of a pair of UTF-16.
  is_good = is_good && (size != 3 || code >= 0x800) &&
            (size != 4 || (code >= 0x10000 && code <= 0x10ffff)) &&
            (code < 0xd800 || code > 0xdfff);
  if (!is_good) code = byte(0);
  text.remove_prefix(is_good ? size : 1);
  return is_good;
}

struct CodeRange {
  uint32_t first;
  uint32_t last;
};
// Controls of terminals, ends of lines, marks that turn the direction of text,
// and what takes no room.
constexpr CodeRange kUnsafe[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

bool IsUnsafe(uint32_t code) {
  for (const CodeRange& range : kUnsafe) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

void AppendHex(uint32_t value, int digits, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  while (digits-- > 0) out += kHex[value >> (4 * digits) & 15];
}

}  // namespace

std::string EscapeControl(std::string_view text, std::string_view keep) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    uint32_t code = 0;
    const bool is_good = TakeCharacter(text, code);
    if (!is_good ||
        (code < 0x80 && IsUnsafe(code) && keep.find(before[0]) == keep.npos)) {
      out += "\\x";
      AppendHex(code, 2, out);
    } else if (code >= 0x80 && IsUnsafe(code)) {
      out += code > 0xffff ? "\\U" : "\\u";
      AppendHex(code, code > 0xffff ? 8 : 4, out);
    } else {
      out += before.substr(0, before.size() - text.size());
    }
  }
  return out;
}

std::string Quote(std::string_view text, size_t max_bytes) {
  const bool cut = text.size() > max_bytes;
  if (cut) {
    size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
      --end;
    }
    text = text.substr(0, end);
  }
  return Cat("'", EscapeControl(text), cut ? "'..." : "'");
}

}  // namespace rowfall::base
