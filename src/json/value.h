// SPDX-License-Identifier: Apache-2.0
// Reading stored JSON values: kinds, paths, elements, strings.
#ifndef ROWFALL_JSON_VALUE_H_
#define ROWFALL_JSON_VALUE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/path.h"

namespace rowfall::json {

enum class Kind : unsigned char {
  kNull, kFalse, kTrue, kNumber, kString, kArray, kObject,
};

// Returns OK if `text` is exactly one strict JSON value (RFC 8259, UTF-8
// without lone surrogates, at most kMaxDepth levels).
absl::Status Validate(std::string_view text);
inline constexpr int kMaxDepth = 512;

// The functions below want values that are known to be valid, without white
// space around them, as json columns hold them. They copy nothing.

Kind KindOf(std::string_view value);

// Returns the value at `path`, or nothing where it leads nowhere. Where a key
// occurs twice the last one counts. An index counts from 0; a negative one
// leads nowhere.
std::optional<std::string_view> Find(std::string_view value,
                                     const base::Path& path);

// Gives the elements of an array one by one.
class ArrayReader {
 public:
  explicit ArrayReader(std::string_view array);
  std::optional<std::string_view> Next();

 private:
  std::string_view rest_;
};

// Appends the content of a string value (with its quotes) to `out`.
void AppendDecoded(std::string_view quoted, std::string& out);

// Appends valid UTF-8 as a JSON string with quotes.
void AppendQuoted(std::string_view text, std::string& out);

// Appends a valid value without white space between its tokens.
void AppendCompact(std::string_view value, std::string& out);

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_VALUE_H_
