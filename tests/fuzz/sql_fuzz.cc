// SPDX-License-Identifier: Apache-2.0
// Fuzzes the parser: no text breaks it, and what SHOW prints parses again to
// the same object and the same text.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rowfall/error.h"
#include "sql/parser.h"
#include "tests/sql/round_trip.h"

namespace {

void Check(bool holds, const char* law, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "%s: %.*s\n", law, static_cast<int>(text.size()),
               text.data());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rowfall::sql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  IsOurStatement(text);
  (void)ParseSelect(text).ok();
  const auto statement = ParseStatement(text);
  if (!statement.ok()) {
    Check(rowfall::ErrorPlace(statement.status()).has_value(),
          "error without place", text);
    rowfall::ErrorWithCaret(statement.status(), text);
    return 0;
  }
  Check(IsOurStatement(text), "accepted but not ours", text);
  const std::string problem = RoundTripProblem(*statement);
  Check(problem.empty(), problem.c_str(), text);
  return 0;
}
