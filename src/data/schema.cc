// SPDX-License-Identifier: Apache-2.0
// Looking up fields.
#include "rowfall/schema.h"

#include "base/text.h"

namespace rowfall {

std::optional<size_t> Schema::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (base::EqualsIgnoreCase(fields_[i].name, name)) return i;
  }
  return std::nullopt;
}

std::string Schema::ToString() const {
  std::string out;
  for (const Field& field : fields_) {
    base::AppendCat(out, out.empty() ? "" : ", ", field.name);
    if (!field.json_key.empty()) base::AppendCat(out, " '", field.json_key, "'");
    base::AppendCat(out, " ", TypeName(field.type));
    if (!field.nullable) out += " not null";
  }
  return out;
}

}  // namespace rowfall
