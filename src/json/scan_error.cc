// SPDX-License-Identifier: Apache-2.0
// Why a text is no JSON, in words.
#include "json/scan_error.h"

#include <string_view>

#include "base/text.h"

namespace rowfall::json {
namespace {

std::string_view Sentence(ScanError error) {
  switch (error) {
    case ScanError::kNone: return "";
    case ScanError::kExpectedValue: return "Expected a JSON value";
    case ScanError::kExpectedKey: return "Expected a key in double quotes";
    case ScanError::kExpectedColon: return "Expected ':' after a key";
    case ScanError::kExpectedCommaOrBrace:
      return "Expected ',' or '}' in an object";
    case ScanError::kExpectedCommaOrBracket:
      return "Expected ',' or ']' in an array";
    case ScanError::kExpectedObject:
      return "Expected an object or an array of objects";
    case ScanError::kExpectedElement: return "Expected an object in the array";
    case ScanError::kExpectedEnd: return "Expected the end of the text";
    case ScanError::kUnfinishedString: return "JSON ends inside a string";
    case ScanError::kControlCharacter:
      return "Expected a control character in a string to be escaped";
    case ScanError::kBadEscape: return "Unknown escape in a string";
    case ScanError::kLoneSurrogate:
      return "Expected surrogate escapes in a string to be a pair";
    case ScanError::kInvalidUtf8: return "Invalid UTF-8";
    case ScanError::kBadNumber: return "Expected a digit in a number";
    case ScanError::kTooDeep: return "JSON is nested too deep";
    case ScanError::kByteOrderMark:
      return "Expected UTF-8 without a byte order mark";
    case ScanError::kTooManyObjects: return "Message holds too many objects";
  }
  return "";
}

// Whether the byte in place of the expected one is worth showing.
bool ShowsByte(ScanError error) {
  return error <= ScanError::kExpectedEnd ||
         error == ScanError::kControlCharacter ||
         error == ScanError::kBadNumber;
}

}  // namespace

std::string ScanErrorText(ScanError error, const char* at, const char* end) {
  const bool at_end = at >= end;
  if (at_end && error <= ScanError::kBadNumber &&
      error != ScanError::kInvalidUtf8 && error != ScanError::kLoneSurrogate) {
    if (error >= ScanError::kUnfinishedString &&
        error != ScanError::kBadNumber) {
      return std::string(Sentence(ScanError::kUnfinishedString));
    }
    return "JSON ends before it is complete";
  }
  std::string text(Sentence(error));
  if (!ShowsByte(error)) return text;
  const auto byte = static_cast<unsigned char>(*at);
  if (byte < 0x80) {
    base::AppendCat(text, ", not ", base::Quote({at, 1}));
  } else {
    constexpr char kHex[] = "0123456789abcdef";
    base::AppendCat(text, ", not the byte 0x", std::string(1, kHex[byte >> 4]),
                    std::string(1, kHex[byte & 15]));
  }
  return text;
}

}  // namespace rowfall::json
