// SPDX-License-Identifier: Apache-2.0
// Small operations on text, and the bridge between std and absl strings.
#ifndef ROWFALL_BASE_TEXT_H_
#define ROWFALL_BASE_TEXT_H_

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rowfall::base {

// abseil may be built with a string_view of its own (Debian's is). These two
// and Cat() are the only conversions.
inline absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view FromAbsl(absl::string_view text) {
  return {text.data(), text.size()};
}

namespace internal {
template <typename T>
decltype(auto) ForStrCat(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}
}  // namespace internal

// Concatenates texts and numbers.
template <typename... T>
std::string Cat(const T&... values) {
  return absl::StrCat(internal::ForStrCat(values)...);
}
template <typename... T>
void AppendCat(std::string& out, const T&... values) {
  absl::StrAppend(&out, internal::ForStrCat(values)...);
}

// Lower case of the ASCII letters; other bytes stay.
char ToLower(char c);
std::string ToLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// Returns `text` in single quotes for an error message: as EscapeControl(),
// and cut after `max_bytes` (at a character) with "...".
std::string Quote(std::string_view text, size_t max_bytes = 60);

// Returns foreign `text` safe to show: ASCII controls, except those of `keep`,
// and what is no UTF-8 as \xNN; controls beyond ASCII, line separators, marks
// of direction and what takes no room as \uNNNN or \UNNNNNNNN.
std::string EscapeControl(std::string_view text, std::string_view keep = "");

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_TEXT_H_
