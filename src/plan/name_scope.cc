// SPDX-License-Identifier: Apache-2.0
// Look-up of columns and aliases.
#include "plan/name_scope.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"

namespace rowfall::plan {

NameScope::NameScope(const sql::Select& select, const ViewBinding& binding)
    : select_(select), binding_(binding) {}

ColumnName NameScope::Unqualify(const sql::NameRef& ref) const {
  const bool is_source = !binding_.source_name.empty() && !ref.path.empty() &&
                         base::EqualsIgnoreCase(ref.name, binding_.source_name);
  const auto* column =
      is_source ? std::get_if<std::string>(&ref.path.front()) : nullptr;
  if (column == nullptr) return {ref.name, ref.path};
  const auto own =
      HasEveryKey() ? std::nullopt : binding_.source->IndexOf(ref.name);
  if (own.has_value() && binding_.source->field(*own).type == Type::kJson) {
    return {ref.name, ref.path};
  }
  return {base::ToLower(*column),
          base::Path(ref.path.begin() + 1, ref.path.end()), true};
}

bool NameScope::HasColumn(const std::string& column) const {
  return !HasEveryKey() && binding_.source->IndexOf(column).has_value();
}

data::Leaf NameScope::LeafOf(const std::string& column) const {
  if (HasEveryKey()) return {column, column, {}, Type::kJson};
  const Field& field =
      binding_.source->field(*binding_.source->IndexOf(column));
  return {field.name,
          base::ToLower(field.json_key.empty() ? field.name : field.json_key),
          {},
          field.type};
}

std::optional<size_t> NameScope::AliasIndex(const std::string& name) const {
  for (size_t i = 0; i < select_.items.size(); ++i) {
    const sql::SelectItem& item = select_.items[i];
    if (item.has_alias && base::EqualsIgnoreCase(item.name, name)) return i;
  }
  return std::nullopt;
}

absl::Status NameScope::NotFound(const std::string& name,
                                 TextPlace place) const {
  std::vector<std::string> known;
  for (const Field& field : binding_.source->fields()) {
    known.push_back(field.name);
  }
  for (const sql::SelectItem& item : select_.items) {
    if (item.has_alias && !base::EqualsIgnoreCase(item.name, name)) {
      known.push_back(item.name);
    }
  }
  return base::InvalidAt(place, base::Cat("Column not found: '", name, "'",
                                          base::DidYouMean(name, known)));
}

}  // namespace rowfall::plan
