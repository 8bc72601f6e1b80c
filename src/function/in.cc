// SPDX-License-Identifier: Apache-2.0
// IN: whether a value, or any element of a JSON array or a multi, is listed.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/scalar.h"
#include "function/type_rules.h"
#include "json/value.h"

namespace rowfall::function {
namespace {

int64_t ValueOf(const Column& column, size_t row, int64_t) {
  return column.bigints()[row];
}
double ValueOf(const Column& column, size_t row, double) {
  return column.doubles()[row];
}
std::string_view ValueOf(const Column& column, size_t row, std::string_view) {
  return column.Text(row);
}

// The constants of the list, sorted once a batch, and the arguments that
// change from row to row.
template <typename T>
class List {
 public:
  explicit List(std::span<const Argument> listed) {
    for (const Argument& argument : listed) {
      if (!argument.constant) {
        changing_.push_back(argument);
      } else if (argument.IsNull(0)) {
        has_null_ = true;
      } else if (const T value = ValueOf(*argument.column, 0, T());
                 value == value) {  // NaN equals nothing.
        constants_.push_back(value);
      }
    }
    std::sort(constants_.begin(), constants_.end());
  }

  bool Contains(T value, size_t row) const {
    if (constants_.size() <= 8) {
      for (const T& constant : constants_) {
        if (constant == value) return true;
      }
    } else if (std::binary_search(constants_.begin(), constants_.end(), value)) {
      return true;
    }
    return std::any_of(
        changing_.begin(), changing_.end(), [&](const Argument& argument) {
          return !argument.IsNull(row) &&
                 ValueOf(*argument.column, row, T()) == value;
        });
  }
  bool HasNull(size_t row) const {
    return has_null_ || AnyNull(changing_, row);
  }

 private:
  bool has_null_ = false;
  std::vector<T> constants_;
  std::vector<Argument> changing_;
};

// Found is true; otherwise a NULL in the list could have been it.
void AppendResult(bool found, bool null, Column& out) {
  if (found || !null) {
    out.AppendBool(found);
  } else {
    out.AppendNull();
  }
}

// All of one type: bigint (or timestamp), double or text.
template <typename T>
struct TypedIn {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& needle = arguments[0];
    const List<T> list(arguments.subspan(1));
    for (size_t row = 0; row < num_rows; ++row) {
      if (needle.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      const T value = ValueOf(*needle.column, needle.RowOf(row), T());
      const bool found = list.Contains(value, row);
      AppendResult(found, !found && list.HasNull(row), out);
    }
  }
};

struct MultiIn {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& needle = arguments[0];
    const List<int64_t> list(arguments.subspan(1));
    for (size_t row = 0; row < num_rows; ++row) {
      if (needle.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      const auto elements = needle.column->Multi64(needle.RowOf(row));
      const bool found = std::any_of(
          elements.begin(), elements.end(),
          [&](int64_t element) { return list.Contains(element, row); });
      AppendResult(found, !found && !elements.empty() && list.HasNull(row), out);
    }
  }
};

// Mixed types and JSON, by content.
class ScalarIn {
 public:
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    std::vector<ScalarReader> list;
    for (const Argument& argument : arguments.subspan(1)) {
      list.emplace_back(argument);
    }
    ScalarReader needle(arguments[0]);
    Search search{list, {}, {}};
    for (size_t row = 0; row < num_rows; ++row) {
      search.reason.clear();
      const auto found = search.Row(arguments[0], needle, row);
      if (search.reason.empty() && found) {
        out.AppendBool(*found);
      } else {
        out.AppendNull();
        if (!search.reason.empty()) errors.Add(row, search.reason);
      }
    }
  }

 private:
  struct Search {
    std::vector<ScalarReader>& list;
    std::string reason;
    std::string scratch;

    std::optional<bool> Row(const Argument& argument, ScalarReader& needle,
                            size_t row) {
      if (argument.IsNull(row)) return std::nullopt;
      const Column& column = *argument.column;
      const bool array =
          column.type() == Type::kJson &&
          json::KindOf(column.Text(argument.RowOf(row))) == json::Kind::kArray;
      if (!array) return Listed(needle.Read(row), row);
      json::ArrayReader elements(column.Text(argument.RowOf(row)));
      std::optional<bool> result = false;
      while (const auto element = elements.Next()) {
        const auto found = Listed(ScalarOfJson(*element, scratch), row);
        if (found == true) return true;
        if (!found) result = std::nullopt;
      }
      return result;
    }

    // Kinds that do not go together are different; NULL is unknown.
    std::optional<bool> Listed(const Scalar& needle, size_t row) {
      if (needle.kind == Scalar::Kind::kNull) return std::nullopt;
      bool null = false;
      for (ScalarReader& reader : list) {
        const Scalar value = reader.Read(row);
        null |= value.kind == Scalar::Kind::kNull;
        if (CompareScalars(needle, value, reason) == 0) {
          reason.clear();
          return true;
        }
      }
      if (null) return std::nullopt;
      return false;
    }
  };
};

template <typename Predicate>
bool AllOf(std::span<const ArgumentType> types, Predicate predicate) {
  return std::all_of(types.begin(), types.end(), [&](const ArgumentType& type) {
    return !type.has_value() || predicate(*type);
  });
}

template <typename T>
Resolved ResolveTyped(const Call& call, Type type) {
  return MakeResolved(Type::kBool,
                      std::vector<Type>(call.arguments.size(), type),
                      TypedIn<T>());
}

absl::StatusOr<Resolved> ResolveMultiIn(const Call& call) {
  std::vector<Type> types(call.arguments.size(), Type::kBigint);
  types[0] = Type::kMulti64;
  for (const ArgumentType& type : call.arguments.subspan(1)) {
    const bool whole = !type.has_value() || IsIntegral(*type) ||
                       *type == Type::kText || *type == Type::kJson;
    if (!whole) {
      return absl::InvalidArgumentError(base::ToAbsl(base::Cat(
          "IN over a multi takes integers, not ", UpperName(*type))));
    }
  }
  return MakeResolved(Type::kBool, std::move(types), MultiIn());
}

}  // namespace

absl::StatusOr<Resolved> ResolveIn(const Call& call) {
  const auto& types = call.arguments;
  const Type needle = types[0].value_or(Type::kText);
  if (needle == Type::kMulti || needle == Type::kMulti64) {
    return ResolveMultiIn(call);
  }
  for (const ArgumentType& type : types) {
    if (type.has_value() && !IsScalar(*type)) {
      return WrongType(call, "scalar values", *type);
    }
  }
  if (AllOf(types, IsIntegral)) return ResolveTyped<int64_t>(call, Type::kBigint);
  if (AllOf(types, IsFloating)) return ResolveTyped<double>(call, Type::kDouble);
  if (AllOf(types, [](Type type) { return type == Type::kText; })) {
    return ResolveTyped<std::string_view>(call, Type::kText);
  }
  // Text and JSON are read as what a timestamp among them is.
  if (!AllOf(types, [](Type type) { return type != Type::kTimestamp; })) {
    return ResolveTyped<int64_t>(call, Type::kTimestamp);
  }
  std::vector<Type> as_given;
  for (const ArgumentType& type : types) as_given.push_back(type.value_or(needle));
  return MakeResolved(Type::kBool, std::move(as_given), ScalarIn());
}

}  // namespace rowfall::function
