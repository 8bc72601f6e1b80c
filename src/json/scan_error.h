// SPDX-License-Identifier: Apache-2.0
// Why a text is no JSON.
#ifndef ROWFALL_JSON_SCAN_ERROR_H_
#define ROWFALL_JSON_SCAN_ERROR_H_

#include <string>

namespace rowfall::json {

enum class ScanError : unsigned char {
  kNone,
  kExpectedValue,
  kExpectedKey,
  kExpectedColon,
  kExpectedCommaOrBrace,
  kExpectedCommaOrBracket,
  kExpectedObject,   // At the top of a message.
  kExpectedElement,  // In an array at the top of a message.
  kExpectedEnd,      // Text behind the value.
  kUnfinishedString,
  kControlCharacter,
  kBadEscape,
  kLoneSurrogate,
  kInvalidUtf8,
  kBadNumber,
  kTooDeep,
  kByteOrderMark,
  kTooManyObjects,
};

// Returns the reason as a sentence without a period. `at` is the byte that
// the error is about, `end` the end of the text.
std::string ScanErrorText(ScanError error, const char* at, const char* end);

// What a scan knows besides its position, and what it failed of.
struct ScanContext {
  const char* end = nullptr;
  int max_depth = 512;
  ScanError error = ScanError::kNone;
  const char* error_at = nullptr;

  // Remembers the error. Returns null for the scan to return.
  [[gnu::cold, gnu::noinline]] const char* Fail(ScanError why, const char* at) {
    error = why;
    error_at = at;
    return nullptr;
  }
};

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_SCAN_ERROR_H_
