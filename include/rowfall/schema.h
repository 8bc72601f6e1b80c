// SPDX-License-Identifier: Apache-2.0
// Names and types of the columns of a source, a view's result or a table.
#ifndef ROWFALL_SCHEMA_H_
#define ROWFALL_SCHEMA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/export.h"
#include "rowfall/value.h"

namespace rowfall {

/// A column's name and type.
struct Field {
  /// The name; columns are found by it in any (ASCII) case.
  std::string name;
  Type type = Type::kJson;
  /// Whether the column can hold NULL. Where it cannot, the engine writes the
  /// type's default instead: 0, false, '', an empty set or list, JSON null.
  bool nullable = true;
  /// In a source: the top-level key of the message that fills the column,
  /// matched in any (ASCII) case. Empty: the name is the key.
  std::string json_key;

  friend bool operator==(const Field&, const Field&) = default;
};

/// An ordered list of fields with unique names. A value: copy it freely.
class ROWFALL_EXPORT Schema {
 public:
  Schema() = default;
  /// REQUIRES: no two names are equal in lower case (the later one would
  /// never be found).
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}

  size_t num_fields() const { return fields_.size(); }
  const Field& field(size_t i) const { return fields_[i]; }
  const std::vector<Field>& fields() const { return fields_; }

  /// Returns the index of the field called `name` in any case, or nothing.
  std::optional<size_t> IndexOf(std::string_view name) const;

  /// Returns e.g. "id bigint, term text not null".
  std::string ToString() const;

  friend bool operator==(const Schema&, const Schema&) = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace rowfall

#endif  // ROWFALL_SCHEMA_H_
