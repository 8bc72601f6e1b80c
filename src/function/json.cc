// SPDX-License-Identifier: Apache-2.0
// Values inside JSON: the value at a path, and LENGTH.
#include <cstdint>
#include <utility>

#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"
#include "json/value.h"

namespace rowfall::function {
namespace {

struct PathKernel {
  base::Path path;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      const auto value =
          json::Find(argument.column->Text(argument.RowOf(row)), path);
      if (value && json::KindOf(*value) != json::Kind::kNull) {
        out.AppendText(*value);
      } else {
        out.AppendNull();
      }
    }
  }
};

// --- LENGTH ------------------------------------------------------------------

// Elements, or bytes of a text: what the offsets count.
struct OffsetLengthKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.ResizeFixed(num_rows);
    auto lengths = out.mutable_values().MutableAs<int64_t>();
    const Argument& argument = arguments[0];
    const auto offsets = argument.column->offsets();
    for (size_t row = 0; row < num_rows; ++row) {
      const size_t at = argument.RowOf(row);
      lengths[row] = int64_t{offsets[at + 1]} - int64_t{offsets[at]};
    }
    PropagateNulls(arguments, num_rows, out);
  }
};

int64_t CountElements(std::string_view array) {
  json::ArrayReader reader(array);
  int64_t count = 0;
  while (reader.Next()) ++count;
  return count;
}

// Members are the commas outside of strings and inner values, and one more.
int64_t CountMembers(std::string_view object) {
  int64_t commas = 0;
  int depth = 0;
  bool in_string = false, empty = true;
  for (size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') {
      in_string = true;
      empty = false;
    }
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    commas += c == ',' && depth == 1;
  }
  return empty ? 0 : commas + 1;
}

struct JsonLengthKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& argument = arguments[0];
    std::string scratch;
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      AppendLength(argument.column->Text(argument.RowOf(row)), scratch, out);
    }
  }

  static void AppendLength(std::string_view value, std::string& scratch,
                           Column& out) {
    switch (json::KindOf(value)) {
      case json::Kind::kNull:
        return out.AppendNull();
      case json::Kind::kArray:
        return out.AppendBigint(CountElements(value));
      case json::Kind::kObject:
        return out.AppendBigint(CountMembers(value));
      case json::Kind::kString:
        scratch.clear();
        json::AppendDecoded(value, scratch);
        return out.AppendBigint(static_cast<int64_t>(scratch.size()));
      default:
        return out.AppendBigint(1);
    }
  }
};

}  // namespace

std::shared_ptr<const Kernel> MakePathKernel(base::Path path) {
  return MakeKernel(PathKernel{std::move(path)});
}

absl::StatusOr<Resolved> ResolveLength(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kText);
  if (type == Type::kJson) {
    return MakeResolved(Type::kBigint, {type}, JsonLengthKernel());
  }
  if (IsScalar(type) && type != Type::kText) {
    return WrongType(call, "text, json, multi or float_vector", type);
  }
  return MakeResolved(Type::kBigint, {type}, OffsetLengthKernel());
}

}  // namespace rowfall::function
