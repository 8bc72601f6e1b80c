// SPDX-License-Identifier: Apache-2.0
// Generates glossary entries.
#include "bench/design_shape.h"

#include <iterator>
#include <string_view>

namespace rowfall::bench {
namespace {

constexpr std::string_view kWords[] = {
    "standard", "markup", "language", "generic", "entity", "element",
    "token",    "schema", "document", "record",  "field",  "stream",
    "topic",    "offset", "batch",    "column",
};

}  // namespace

void DesignShape::AppendWords(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text_.push_back(' ');
    text_.append(kWords[random_() % std::size(kWords)]);
  }
}

const std::string& DesignShape::Next(int64_t id) {
  constexpr std::string_view kEnd = "\"}";
  text_ = "{\"id\": " + std::to_string(id) + ", \"term\": \"";
  AppendWords(2);
  text_.append("\", \"abbrev\": \"ISO ");
  AppendNumber(10000);
  text_.append("\", \"GlossDef\": {\"size\": [");
  for (int i = 0; i < 3; ++i) {
    if (i > 0) text_.append(", ");
    AppendNumber(100);
  }
  text_.append("], \"also\": [\"GML\", \"XML\"]}, \"unneeded\": {\"a\": ");
  AppendNumber(1000);
  text_.append(", \"b\": [true, null, 0.5]}, \"para\": \"");
  while (text_.size() + kEnd.size() < kMessageBytes) {
    AppendWords(1);
    text_.push_back(' ');
  }
  text_.resize(kMessageBytes - kEnd.size());
  return text_.append(kEnd);
}

}  // namespace rowfall::bench
