// SPDX-License-Identifier: Apache-2.0
// The types of columns, and one value of any of them.
#ifndef ROWFALL_VALUE_H_
#define ROWFALL_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rowfall/export.h"

namespace rowfall {

/// The type of a column.
enum class Type : uint8_t {
  kInt,          ///< 32-bit unsigned integer.
  kBigint,       ///< 64-bit signed integer.
  kFloat,        ///< 32-bit IEEE 754.
  kDouble,       ///< 64-bit IEEE 754.
  kBool,         ///< true or false.
  kText,         ///< UTF-8 of any length; `string` is the same type.
  kJson,         ///< Any JSON value, kept as its text.
  kMulti,        ///< Set of 32-bit unsigned integers, sorted and unique.
  kMulti64,      ///< Set of 64-bit signed integers, sorted and unique.
  kTimestamp,    ///< Seconds since 1970-01-01 00:00:00 UTC, 64-bit signed.
  kFloatVector,  ///< List of 32-bit floats, in the order given.
};

/// Returns the name of `type` as SQL writes it, e.g. "bigint".
ROWFALL_EXPORT std::string_view TypeName(Type type);

/// Returns the type that `name` (any case) stands for, synonyms included:
/// integer and uint are int, string is text. Nothing for an unknown name.
ROWFALL_EXPORT std::optional<Type> TypeFromName(std::string_view name);

/// One value, or NULL. Which alternative holds a type's values:
///
/// | type                        | alternative           |
/// |-----------------------------|-----------------------|
/// | any, where NULL             | std::monostate        |
/// | bool                        | bool                  |
/// | int, bigint, timestamp      | int64_t               |
/// | float, double               | double                |
/// | text, json                  | std::string           |
/// | multi, multi64              | std::vector<int64_t>  |
/// | float_vector                | std::vector<float>    |
///
/// For tests, row functions and edges; the engine itself works on columns.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string,
                           std::vector<int64_t>, std::vector<float>>;

/// Returns whether `value` is NULL.
inline bool IsNull(const Value& value) { return value.index() == 0; }

/// Appends `value` of a column of `type` to `out` as JSON: null, true, 7,
/// 0.5, "text" (escaped), [1,2]; a json value as it is.
ROWFALL_EXPORT void AppendJson(const Value& value, Type type, std::string& out);

}  // namespace rowfall

#endif  // ROWFALL_VALUE_H_
