// SPDX-License-Identifier: Apache-2.0
// Values of options: numbers, lists, and what is wrong with them.
#include "plan/option_reader.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"

namespace rowfall::plan {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

absl::Status Bad(const sql::Option& option, std::string_view what) {
  return base::InvalidAt(option.value_place,
                         base::Cat(what, ": ", base::Quote(option.value)));
}

std::optional<int64_t> ToInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> ToPercent(std::string_view digits) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value,
                      std::chars_format::fixed);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  if (!(value > 0 && value < 100)) return {};
  return value;
}

absl::StatusOr<int64_t> ReadInteger(const sql::Option& option, int64_t min,
                                    int64_t max) {
  const std::optional<int64_t> value = ToInteger(Trim(option.value));
  if (value.has_value() && *value >= min && *value <= max) return *value;
  return Bad(option,
             base::Cat("Option ", option.key, " must be a whole number from ",
                       min, " to ", max));
}

absl::StatusOr<std::string> ReadGroupName(const sql::Option& option) {
  if (Trim(option.value).empty() || HasControl(option.value)) {
    return Bad(option, "Option consumer_group must be a name");
  }
  if (option.value.size() > kMaxGroupBytes) {
    return Bad(option,
               base::Cat("Option consumer_group has ", option.value.size(),
                         " bytes, write a name of at most ", kMaxGroupBytes));
  }
  return option.value;
}

absl::StatusOr<std::vector<std::string>> ReadList(const sql::Option& option) {
  std::vector<std::string> items;
  std::string_view rest = option.value;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view item = Trim(rest.substr(0, comma));
    if (item.empty()) {
      return Bad(option,
                 base::Cat("Option ", option.key, " has an empty item"));
    }
    if (HasControl(item)) {
      return Bad(option,
                 base::Cat("Option ", option.key, " has a control character"));
    }
    items.emplace_back(item);
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::vector<std::string> sorted = items;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return items;
  return base::InvalidAt(option.value_place, base::Cat("Option ", option.key,
                                                       " names an item twice: ",
                                                       base::Quote(*twice)));
}

std::string ExpectedText(std::span<const std::string> names) {
  std::string expected;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) expected += i + 1 < names.size() ? ", " : " or ";
    expected += names[i];
  }
  return expected;
}

}  // namespace rowfall::plan
