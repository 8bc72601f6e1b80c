// SPDX-License-Identifier: Apache-2.0
// Prints a measurement as one line of JSON.
#include "bench/runner/record.h"

#include <cstdio>

namespace rowfall::bench {

void Record::Name(std::string_view name) {
  if (line_.size() > 1) line_.append(", ");
  line_.append("\"").append(name).append("\": ");
}

Record& Record::Text(std::string_view name, std::string_view value) {
  Name(name);
  line_.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') line_.push_back('\\');
    line_.push_back(c < ' ' && c >= 0 ? ' ' : c);
  }
  line_.push_back('"');
  return *this;
}

Record& Record::Number(std::string_view name, double value) {
  Name(name);
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", value);
  line_.append(text);
  return *this;
}

Record& Record::Count(std::string_view name, int64_t value) {
  Name(name);
  line_.append(std::to_string(value));
  return *this;
}

void Record::Print() const {
  std::printf("%s}\n", line_.c_str());
  std::fflush(stdout);
}

}  // namespace rowfall::bench
