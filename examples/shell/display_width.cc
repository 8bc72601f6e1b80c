// SPDX-License-Identifier: Apache-2.0
// Counts columns by the main ranges of Unicode's East Asian Width.
#include "examples/shell/display_width.h"

#include <algorithm>
#include <cstdint>

namespace rowfall::shell {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
    {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD},
};
constexpr Range kNone[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

template <size_t N>
bool IsIn(const Range (&ranges)[N], uint32_t character) {
  return std::any_of(ranges, ranges + N, [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

size_t LengthByLead(unsigned char lead) {
  if (lead >= 0xF0 && lead < 0xF8) return 4;
  if (lead >= 0xE0) return lead < 0xF0 ? 3 : 1;
  return lead >= 0xC2 ? 2 : 1;
}

// Takes the first character off; a byte that begins none is one by itself.
uint32_t TakeCharacter(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  size_t length = LengthByLead(lead);
  if (length > text.size()) length = 1;
  uint32_t character = length == 1 ? lead : lead & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) {
      character = lead;
      length = 1;
      break;
    }
    character = character << 6 | (byte & 0x3F);
  }
  text.remove_prefix(length);
  return character;
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const uint32_t character = TakeCharacter(text);
    if (IsIn(kNone, character)) continue;
    width += IsIn(kWide, character) ? 2 : 1;
  }
  return width;
}

}  // namespace rowfall::shell
