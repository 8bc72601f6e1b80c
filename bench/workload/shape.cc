// SPDX-License-Identifier: Apache-2.0
// The shapes of messages that are measured with.
#include "bench/workload/shape.h"

#include <charconv>
#include <iterator>

namespace rowfall::bench {
namespace {

constexpr std::string_view kWords[] = {
    "standard", "markup", "language", "generic", "entity", "element",
    "token",    "schema", "document", "record",  "field",  "stream",
    "topic",    "offset", "batch",    "column",
};

// Glossary entries of 223 bytes: the four keys of the example view, one of
// them an object, among keys that no view reads.
class DesignShape : public Shape {
 public:
  using Shape::Shape;

 private:
  static constexpr size_t kMessageBytes = 223;

  void Append(int64_t id) override {
    const size_t begin = size();
    Text("{\"id\": ");
    Number(id);
    Text(", \"term\": \"");
    Words(2);
    Text("\", \"abbrev\": \"ISO ");
    Number(static_cast<int64_t>(Below(10000)));
    Text("\", \"GlossDef\": {\"size\": [");
    for (int i = 0; i < 3; ++i) {
      if (i > 0) Text(", ");
      Number(static_cast<int64_t>(Below(100)));
    }
    Text("], \"also\": [\"GML\", \"XML\"]}, \"unneeded\": {\"a\": ");
    Number(static_cast<int64_t>(Below(1000)));
    Text(", \"b\": [true, null, 0.5]}, \"para\": \"");
    Prose(kMessageBytes - (size() - begin) - 2);
    Text("\"}");
  }
};

// A flat object: c0 is the message's number, every other column a number and
// a word in turn.
class FlatShape : public Shape {
 public:
  FlatShape(int columns, uint64_t seed) : Shape(seed), columns_(columns) {}

 private:
  void Append(int64_t id) override {
    Text("{\"c0\":");
    Number(id);
    for (int i = 1; i < columns_; ++i) {
      Text(",\"c");
      Number(i);
      Text("\":");
      if (i % 2 == 0) {
        Number(static_cast<int64_t>(Below(1000000)));
        continue;
      }
      Text("\"");
      Letters(8);
      Text("\"");
    }
    Text("}");
  }

  const int columns_;
};

// About 2 KB of objects in objects, of which two leaves are wanted: one near
// the beginning, one near the end.
class NestedShape : public Shape {
 public:
  using Shape::Shape;

 private:
  void Append(int64_t id) override {
    Text("{\"head\": {\"id\": ");
    Number(id);
    Text(", \"trace\": \"");
    Letters(32);
    Text("\"}");
    for (int i = 0; i < 8; ++i) Part(i);
    Text(", \"tail\": {\"totals\": {\"amount\": ");
    Number(static_cast<int64_t>(Below(100000)));
    Text("}, \"done\": true}}");
  }

  void Part(int number) {
    Text(", \"part");
    Number(number);
    Text("\": {\"name\": \"");
    Letters(12);
    Text("\", \"values\": [");
    for (int i = 0; i < 8; ++i) {
      if (i > 0) Text(", ");
      Number(static_cast<int64_t>(Below(100000)));
    }
    Text("], \"inner\": {\"note\": \"");
    Prose(90);
    Text("\", \"flag\": false, \"ratio\": 0.");
    Number(static_cast<int64_t>(Below(1000)));
    Text("}}");
  }
};

// A text of about 4 KB, in which every 200 bytes something is escaped.
class TextsShape : public Shape {
 public:
  using Shape::Shape;

 private:
  void Append(int64_t id) override {
    Text("{\"id\": ");
    Number(id);
    Text(", \"title\": \"");
    Words(5);
    Text("\", \"body\": \"");
    for (int i = 0; i < 20; ++i) {
      Prose(198);
      Text(i % 4 == 0 ? "\\\"" : "\\n");
    }
    Text("\"}");
  }
};

// Readings of eight sensors: small integers, decimals, and negative numbers.
class NumbersShape : public Shape {
 public:
  using Shape::Shape;

 private:
  void Append(int64_t id) override {
    Text("{\"id\":");
    Number(id);
    for (int i = 0; i < 8; ++i) {
      Text(",\"s");
      Number(i);
      Text("\":");
      if (Below(4) == 0) Text("-");
      Number(static_cast<int64_t>(Below(1000)));
      if (i % 2 == 0) continue;
      Text(".");
      Number(static_cast<int64_t>(Below(10000)));
    }
    Text("}");
  }
};

// A hundred small rows in a message, a line each.
class NdjsonShape : public Shape {
 public:
  using Shape::Shape;

 private:
  static constexpr int64_t kRows = 100;

  void Append(int64_t id) override {
    for (int64_t row = 0; row < kRows; ++row) {
      Text("{\"id\": ");
      Number((id - 1) * kRows + row + 1);
      Text(", \"kind\": \"");
      Words(1);
      Text("\", \"value\": ");
      Number(static_cast<int64_t>(Below(1000)));
      Text("}\n");
    }
  }
};

absl::StatusOr<std::unique_ptr<Shape>> MakeFlat(std::string_view columns,
                                                uint64_t seed) {
  int count = 0;
  const auto [end, error] =
      std::from_chars(columns.data(), columns.data() + columns.size(), count);
  if (error != std::errc() || end != columns.data() + columns.size() ||
      count < 1 || count > 1000) {
    return absl::InvalidArgumentError("Expected 1 to 1000 columns: '" +
                                      std::string(columns) + "'");
  }
  return std::make_unique<FlatShape>(count, seed);
}

}  // namespace

void Shape::Words(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text_.push_back(' ');
    text_.append(kWords[Below(std::size(kWords))]);
  }
}

void Shape::Prose(size_t size) {
  const size_t end = text_.size() + size;
  while (text_.size() < end) {
    Words(1);
    text_.push_back(' ');
  }
  text_.resize(end);
}

void Shape::Letters(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    text_.push_back(static_cast<char>('a' + Below(26)));
  }
}

absl::StatusOr<std::unique_ptr<Shape>> MakeShape(std::string_view name,
                                                 uint64_t seed) {
  if (name == "design") return std::make_unique<DesignShape>(seed);
  if (name == "nested") return std::make_unique<NestedShape>(seed);
  if (name == "texts") return std::make_unique<TextsShape>(seed);
  if (name == "numbers") return std::make_unique<NumbersShape>(seed);
  if (name == "ndjson") return std::make_unique<NdjsonShape>(seed);
  if (name.starts_with("flat:")) return MakeFlat(name.substr(5), seed);
  return absl::InvalidArgumentError("Unknown shape: '" + std::string(name) +
                                    "'");
}

}  // namespace rowfall::bench
