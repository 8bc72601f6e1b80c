// SPDX-License-Identifier: Apache-2.0
// Reads values of options: numbers, lists and words.
#ifndef ROWFALL_PLAN_OPTION_READER_H_
#define ROWFALL_PLAN_OPTION_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "sql/ast.h"

namespace rowfall::plan {

// Returns `text` without blanks around it.
std::string_view Trim(std::string_view text);
bool HasControl(std::string_view text);

// Returns InvalidArgument at the value: "what: 'value'".
absl::Status Bad(const sql::Option& option, std::string_view what);

std::optional<int64_t> ToInteger(std::string_view text);
// Reads digits with or without a fraction, above 0 and below 100.
std::optional<double> ToPercent(std::string_view digits);

// Errors of each: InvalidArgument with the place of the value.
absl::StatusOr<int64_t> ReadInteger(const sql::Option& option, int64_t min,
                                    int64_t max);
// The name of a consumer group, at most kMaxGroupBytes.
inline constexpr size_t kMaxGroupBytes = 255;
absl::StatusOr<std::string> ReadGroupName(const sql::Option& option);
// A comma-separated list without empty or equal items.
absl::StatusOr<std::vector<std::string>> ReadList(const sql::Option& option);

// Returns "a, b or c".
std::string ExpectedText(std::span<const std::string> names);

// The words that an option may have as its value, and what they mean.
template <typename T>
using Choices = std::span<const std::pair<std::string, T>>;

template <typename T>
absl::StatusOr<T> ReadChoice(const sql::Option& option, Choices<T> choices) {
  std::vector<std::string> names;
  const std::string_view value = Trim(option.value);
  for (const auto& [name, meaning] : choices) {
    if (base::EqualsIgnoreCase(name, value)) return meaning;
    names.push_back(name);
  }
  return base::InvalidAt(
      option.value_place,
      base::Cat("Option ", option.key, " must be ", ExpectedText(names), ": ",
                base::Quote(value), base::DidYouMean(value, names)));
}

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_OPTION_READER_H_
