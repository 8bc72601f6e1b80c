// SPDX-License-Identifier: Apache-2.0
// Reads the command lines of the bench programs.
#include "bench/runner/flags.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace rowfall::bench {

Flags::Flags(int argc, char** argv, const std::string& usage,
             const std::set<std::string>& options,
             const std::set<std::string>& required,
             const std::set<std::string>& switches)
    : usage_(usage) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (switches.count(name) != 0) {
      values_[name] = "";
      continue;
    }
    if (name == "--help") Help();
    if (options.count(name) == 0) Fail("Unknown option: '" + name + "'");
    if (i + 1 == argc) Fail("Option without its value: '" + name + "'");
    values_[name] = argv[++i];
  }
  for (const std::string& name : required) {
    if (!Has(name)) Fail("Option is missing: '" + name + "'");
  }
}

std::string Flags::Text(const std::string& name,
                        const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

int64_t Flags::Number(const std::string& name, int64_t otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  const std::string& text = found->second;
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    Fail("Expected a positive number for " + name + ": '" + text + "'");
  }
  return value;
}

void Flags::Help() const {
  std::fputs(usage_.c_str(), stdout);
  std::exit(0);
}

void Flags::Fail(const std::string& problem) const {
  std::fprintf(stderr, "%s\n%s", problem.c_str(), usage_.c_str());
  std::exit(2);
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace rowfall::bench
