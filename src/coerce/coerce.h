// SPDX-License-Identifier: Apache-2.0
// What a JSON value becomes in a column of a given type: the one place of the
// rules in src/map/coercion.md.
#ifndef ROWFALL_COERCE_COERCE_H_
#define ROWFALL_COERCE_COERCE_H_

#include <string>
#include <string_view>

#include "rowfall/column.h"

namespace rowfall::coerce {

// Each appends one value to `out`, converted to its type, and returns true; or
// appends nothing, sets `reason` and returns false. JSON null is AppendNull()
// of the column, for every type.

// A number, by its characters.
[[nodiscard]] bool AppendNumber(std::string_view number, Column& out,
                                std::string& reason);
// A string, by its decoded content.
[[nodiscard]] bool AppendString(std::string_view text, Column& out,
                                std::string& reason);
[[nodiscard]] bool AppendBool(bool value, Column& out, std::string& reason);
// Any value, by its valid JSON text without white space around it.
[[nodiscard]] bool AppendJson(std::string_view value, Column& out,
                              std::string& reason);

}  // namespace rowfall::coerce

#endif  // ROWFALL_COERCE_COERCE_H_
