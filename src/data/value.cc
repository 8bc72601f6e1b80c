// SPDX-License-Identifier: Apache-2.0
// Names of types and the JSON of values.
#include "rowfall/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "data/json_text.h"

namespace rowfall {
namespace {

constexpr std::array<std::string_view, 11> kTypeNames = {
    "int",  "bigint", "float",   "double",    "bool",        "text",
    "json", "multi",  "multi64", "timestamp", "float_vector"};

constexpr std::pair<std::string_view, Type> kSynonyms[] = {
    {"integer", Type::kInt}, {"uint", Type::kInt}, {"string", Type::kText}};

template <typename T>
void AppendList(const std::vector<T>& list, std::string& out) {
  out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i != 0) out += ',';
    if constexpr (std::is_floating_point_v<T>) {
      data::AppendNumber(list[i], out);
    } else {
      base::AppendCat(out, list[i]);
    }
  }
  out += ']';
}

}  // namespace

std::string_view TypeName(Type type) {
  return kTypeNames[static_cast<size_t>(type)];
}

std::optional<Type> TypeFromName(std::string_view name) {
  for (size_t i = 0; i < kTypeNames.size(); ++i) {
    if (base::EqualsIgnoreCase(name, kTypeNames[i])) return Type(i);
  }
  for (const auto& [synonym, type] : kSynonyms) {
    if (base::EqualsIgnoreCase(name, synonym)) return type;
  }
  return std::nullopt;
}

void AppendJson(const Value& value, Type type, std::string& out) {
  switch (value.index()) {
    case 0: out += "null"; return;
    case 1: out += std::get<bool>(value) ? "true" : "false"; return;
    case 2: base::AppendCat(out, std::get<int64_t>(value)); return;
    case 3:
      if (type == Type::kFloat) {
        data::AppendNumber(static_cast<float>(std::get<double>(value)), out);
      } else {
        data::AppendNumber(std::get<double>(value), out);
      }
      return;
    case 4:
      if (type == Type::kJson) {
        out += std::get<std::string>(value);
      } else {
        data::AppendQuoted(std::get<std::string>(value), out);
      }
      return;
    case 5: AppendList(std::get<std::vector<int64_t>>(value), out); return;
    case 6: AppendList(std::get<std::vector<float>>(value), out); return;
  }
}

}  // namespace rowfall
