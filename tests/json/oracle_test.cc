// SPDX-License-Identifier: Apache-2.0
// The scanner against RapidJSON 1.1.0, used in the subset that is safe:
// iterative SAX over a MemoryStream, numbers as strings, encoding validated,
// and own checks where it is lenient (NUL, lone \uDC00, byte order mark,
// trailing text, depth).
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "json/scanner.h"
#include "json/utf8.h"
#include "json/value.h"
#include "tests/json/padded.h"
#include "tests/json/random_json.h"

namespace rowfall::json {
namespace {

// Writes the tokens one after the other, strings decoded with their sizes.
struct TokenWriter
    : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TokenWriter> {
  bool Null() { return Token("null"); }
  bool Bool(bool value) { return Token(value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return Token(std::string(text, size));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    valid = valid && IsValidUtf8({text, size});
    return Token("'" + std::string(text, size) + "'");
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return String(text, size, copy);
  }
  bool StartObject() { return Token("{") && ++depth <= 512; }
  bool EndObject(rapidjson::SizeType) {
    --depth;
    return Token("}");
  }
  bool StartArray() { return Token("[") && ++depth <= 512; }
  bool EndArray(rapidjson::SizeType) {
    --depth;
    return Token("]");
  }

  bool Token(const std::string& token) {
    tokens.push_back(token);
    return true;
  }

  std::vector<std::string> tokens;
  int depth = 0;
  bool valid = true;
};

enum class Verdict { kAccepted, kRejected, kUnknown };

Verdict AskOracle(std::string_view text, std::vector<std::string>& tokens) {
  if (text.find('\0') != text.npos) return Verdict::kRejected;
  if (text.substr(0, 3) == "\xef\xbb\xbf") return Verdict::kRejected;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  TokenWriter writer;
  const bool ok =
      reader.Parse<rapidjson::kParseIterativeFlag |
                   rapidjson::kParseNumbersAsStringsFlag |
                   rapidjson::kParseValidateEncodingFlag>(stream, writer);
  tokens = std::move(writer.tokens);
  // It wants numbers to fit a double even where it keeps their text.
  if (reader.GetParseErrorCode() == rapidjson::kParseErrorNumberTooBig) {
    return Verdict::kUnknown;
  }
  return ok && writer.valid && stream.Tell() == text.size()
             ? Verdict::kAccepted
             : Verdict::kRejected;
}

// The same tokens by our own walking functions.
void WriteTokens(std::string_view value, std::vector<std::string>& out) {
  switch (KindOf(value)) {
    case Kind::kString: {
      std::string text;
      AppendDecoded(value, text);
      out.push_back("'" + text + "'");
      return;
    }
    case Kind::kArray: {
      out.push_back("[");
      ArrayReader reader(value);
      while (const auto element = reader.Next()) WriteTokens(*element, out);
      out.push_back("]");
      return;
    }
    case Kind::kObject: {
      // An object in brackets reads as an array of keys and values, once its
      // colons are commas.
      std::string members(value);
      members.front() = '[';
      members.back() = ']';
      bool in_string = false;
      int depth = 0;
      for (size_t i = 1; i + 1 < members.size(); ++i) {
        const char c = members[i];
        if (c == '"') in_string = !in_string;
        if (in_string && c == '\\') ++i;
        if (in_string) continue;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == ':' && depth == 0) members[i] = ',';
      }
      out.push_back("{");
      ArrayReader reader(members);
      while (const auto element = reader.Next()) WriteTokens(*element, out);
      out.push_back("}");
      return;
    }
    default: out.emplace_back(value);
  }
}

void Compare(const std::string& text) {
  std::vector<std::string> expected;
  const Verdict verdict = AskOracle(text, expected);
  if (verdict == Verdict::kUnknown) return;
  const bool accepted = verdict == Verdict::kAccepted;
  const ScanResult result = ScanAll(text);
  ASSERT_EQ(result.reason.empty(), accepted)
      << result.reason << " at " << result.offset << "\n"
      << text;
  if (!accepted) return;
  std::string compact;
  AppendCompact(text, compact);
  std::vector<std::string> tokens;
  WriteTokens(compact, tokens);
  ASSERT_EQ(tokens, expected) << text;
}

TEST(OracleTest, AcceptsTheSameValidTexts) {
  RandomJson random(TestSeed());
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random.Value(5);
    ASSERT_EQ(ScanAll(text), ScanResult{}) << text;
    Compare(text);
    if (HasFatalFailure()) return;
  }
}

TEST(OracleTest, RejectsTheSameDamagedTexts) {
  RandomJson random(TestSeed());
  int rejected = 0;
  for (int i = 0; i < 100000; ++i) {
    const std::string text = random.Damaged(random.Value(3));
    Compare(text);
    if (HasFatalFailure()) return;
    rejected += !ScanAll(text).reason.empty();
  }
  // The test is about both sides.
  EXPECT_GT(rejected, 30000);
  EXPECT_LT(rejected, 95000);
}

}  // namespace
}  // namespace rowfall::json
