// SPDX-License-Identifier: Apache-2.0
// UTF-8: every character, every border, every truncation.
#include "json/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace rowfall::json {
namespace {

std::string Encode(uint32_t code) {
  char bytes[4];
  return std::string(bytes, EncodeUtf8(code, bytes));
}

TEST(Utf8Test, AcceptsEveryCharacterAndNoTruncation) {
  for (uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const std::string text = Encode(code);
    ASSERT_TRUE(IsValidUtf8(text)) << code;
    if (text.size() > 1) {
      ASSERT_FALSE(IsValidUtf8(text.substr(0, text.size() - 1))) << code;
      ASSERT_FALSE(IsValidUtf8(text.substr(1))) << code;
    }
  }
}

// The definition, decoded the slow way.
bool IsCharacter(const unsigned char* p, size_t size) {
  uint32_t code = p[0];
  size_t length = 1;
  if (code >= 0x80) {
    if (code < 0xc0 || code >= 0xf8) return false;
    length = code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2;
    code &= 0xffu >> (length + 1);
    for (size_t i = 1; i < length; ++i) {
      if (i >= size || (p[i] & 0xc0) != 0x80) return false;
      code = code << 6 | (p[i] & 0x3f);
    }
  }
  if (length != size || code > 0x10ffff || (code >> 11) == 0x1b) return false;
  return Encode(code).size() == length;
}

TEST(Utf8Test, AgreesWithTheDefinitionOnAllShortTexts) {
  for (uint32_t i = 0; i < 0x10000; ++i) {
    // Two bytes of all kinds, alone and before bytes that could go on.
    for (const std::string tail : {"", "\x80", "\x80\x80"}) {
      const std::string text =
          std::string{static_cast<char>(i >> 8), static_cast<char>(i)} + tail;
      const auto* p = reinterpret_cast<const unsigned char*>(text.data());
      // Valid if some split into characters is.
      bool valid[5] = {true};
      for (size_t end = 1; end <= text.size(); ++end) {
        for (size_t begin = 0; begin < end; ++begin) {
          valid[end] = valid[end] ||
                       (valid[begin] && IsCharacter(p + begin, end - begin));
        }
      }
      ASSERT_EQ(IsValidUtf8(text), valid[text.size()]) << std::hex << i;
    }
  }
}

TEST(Utf8Test, FindsTheFirstBadByte) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    text[at] = '\xff';
    EXPECT_EQ(FindInvalidUtf8(text) - text.data(), static_cast<ptrdiff_t>(at));
  }
  const std::string text = "\xc3\xa4\xed\xa0\x80";
  EXPECT_EQ(FindInvalidUtf8(text) - text.data(), 2);
}

}  // namespace
}  // namespace rowfall::json
