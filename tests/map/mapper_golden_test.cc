// SPDX-License-Identifier: Apache-2.0
// Runs tests/golden/map: what every JSON value becomes in every type, and the
// forms and faults of messages.
//
// A block is "as TYPE" and a JSON value a line, each mapped as {"v": value},
// or "map LEAVES" and a message a line. <hh> is the byte of that number.
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "gtest/gtest.h"
#include "tests/map/map_text.h"
#include "tests/support/golden.h"

namespace rowfall::map {
namespace {

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string RunAs(const std::string& type,
                  const std::vector<std::string>& lines) {
  std::string out;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::string payload = "{\"v\": " + Unescape(lines[i]) + "}";
    const auto mapper = MakeMapper("v " + type);
    const Mapped mapped = MapPayloads(*mapper, {payload});
    base::AppendCat(out, lines[i], " -> ");
    if (mapped.errors.empty()) {
      AppendJson(mapped.batch.column(0).ValueAt(0),
                 mapped.batch.column(0).type(), out);
    } else {
      out += mapped.errors[0].reason;
    }
    out += '\n';
  }
  return out;
}

std::string RunBlock(const std::string& input) {
  const std::vector<std::string> lines = Lines(input);
  const std::string_view first = lines[0];
  if (first.substr(0, 3) == "as ") return RunAs(lines[0].substr(3), lines);
  if (first.substr(0, 4) != "map ") return "Expected as TYPE or map LEAVES";
  std::vector<std::string> payloads;
  for (size_t i = 1; i < lines.size(); ++i) {
    payloads.push_back(Unescape(lines[i]));
  }
  return MapToText(first.substr(4), payloads);
}

TEST(MapperGoldenTest, Folder) {
  golden::RunFolder("map", [] { return golden::Handler(RunBlock); });
}

}  // namespace
}  // namespace rowfall::map
