// SPDX-License-Identifier: Apache-2.0
// What a SQLite table looks like to a view: its columns and its key.
#include "storage/sqlite/table_layout.h"

#include <utility>
#include <vector>

#include "storage/sqlite/positions.h"

namespace rowfall::sqlite {
namespace {

std::string LowerFirstWord(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c == ' ' || c == '(' || c == '\t' || c == '\n') break;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return word;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

// The name as it was declared. Case does not matter to SQLite.
absl::StatusOr<std::string> FindTable(Connection& connection,
                                      std::string_view table) {
  const absl::Status not_found =
      absl::NotFoundError("Table not found: '" + std::string(table) + "'");
  const std::string lower = Lower(table);
  if (lower == kPositionsTable || lower.starts_with("sqlite_")) {
    return not_found;
  }
  auto query = connection.Prepare(
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
      "AND name = ?1 COLLATE NOCASE");
  if (!query.ok()) return query.status();
  query->BindText(1, table);
  const int code = query->Step();
  if (code == SQLITE_ROW && query->Text(0).data() != nullptr) {
    return std::string(query->Text(0));
  }
  if (code == SQLITE_DONE) return not_found;
  return connection.Error(code, "Cannot look for a table");
}

absl::StatusOr<int64_t> ReadSchemaVersion(Connection& connection) {
  auto query = connection.Prepare("PRAGMA schema_version");
  if (!query.ok()) return query.status();
  const int code = query->Step();
  if (code == SQLITE_ROW) return query->Int(0);
  return connection.Error(code, "Cannot read the schema's version");
}

// Asks SQLite itself whether rows can be replaced by id: it knows about primary
// keys, unique indexes, their collations, partial indexes and virtual tables.
absl::StatusOr<bool> CanReplaceById(Connection& connection,
                                    const std::string& table) {
  const auto insert =
      connection.Prepare("INSERT INTO " + QuoteName(table) +
                         " (id) VALUES (?1) ON CONFLICT (id) DO NOTHING");
  if (absl::IsUnavailable(insert.status()) ||
      absl::IsResourceExhausted(insert.status())) {
    return insert.status();
  }
  return insert.ok();
}

std::string DefaultLiteral(Type type) {
  switch (type) {
    case Type::kText:
    case Type::kMulti:
    case Type::kMulti64:
    case Type::kFloatVector:
      return "''";
    case Type::kJson:
      return "'null'";
    default:
      return "0";
  }
}

}  // namespace

Type TypeOfDeclaration(std::string_view declaration) {
  const std::string word = LowerFirstWord(declaration);
  static constexpr std::pair<std::string_view, Type> kTypes[] = {
      {"int", Type::kInt},
      {"uint", Type::kInt},
      {"integer", Type::kBigint},
      {"bigint", Type::kBigint},
      {"tinyint", Type::kBigint},
      {"smallint", Type::kBigint},
      {"mediumint", Type::kBigint},
      {"int2", Type::kBigint},
      {"int4", Type::kBigint},
      {"int8", Type::kBigint},
      {"float", Type::kFloat},
      {"double", Type::kDouble},
      {"real", Type::kDouble},
      {"numeric", Type::kDouble},
      {"decimal", Type::kDouble},
      {"bool", Type::kBool},
      {"boolean", Type::kBool},
      {"json", Type::kJson},
      {"multi", Type::kMulti},
      {"multi64", Type::kMulti64},
      {"timestamp", Type::kTimestamp},
      {"float_vector", Type::kFloatVector},
  };
  for (const auto& [name, type] : kTypes) {
    if (name == word) return type;
  }
  return Type::kText;
}

absl::StatusOr<TableLayout> ReadTableLayout(Connection& connection,
                                            std::string_view table) {
  const auto version = ReadSchemaVersion(connection);
  if (!version.ok()) return version.status();
  auto name = FindTable(connection, table);
  if (!name.ok()) return name.status();
  TableLayout layout;
  layout.schema_version = *version;
  layout.name = *std::move(name);
  auto has_id_key = CanReplaceById(connection, layout.name);
  if (!has_id_key.ok()) return has_id_key.status();
  layout.has_id_key = *has_id_key;
  auto query = connection.Prepare(
      "SELECT name, type, \"notnull\", dflt_value IS NULL AND pk = 0 "
      "FROM pragma_table_xinfo(?1) WHERE hidden = 0");
  if (!query.ok()) return query.status();
  query->BindText(1, layout.name);
  std::vector<Field> fields;
  int code = 0;
  while ((code = query->Step()) == SQLITE_ROW) {
    if (query->Text(0).data() == nullptr || query->Text(1).data() == nullptr) {
      return connection.Error(SQLITE_NOMEM, "Cannot read the columns");
    }
    Field& field = fields.emplace_back();
    field.name = std::string(query->Text(0));
    field.type = TypeOfDeclaration(query->Text(1));
    field.nullable =
        query->Int(2) == 0 || (layout.has_id_key && Lower(field.name) == "id");
    const bool needs_value = !field.nullable && query->Int(3) != 0;
    layout.defaults.push_back(needs_value ? DefaultLiteral(field.type) : "");
  }
  if (code != SQLITE_DONE) {
    return connection.Error(code, "Cannot read the columns of a table");
  }
  layout.schema = Schema(std::move(fields));
  return layout;
}

absl::Status CheckStillFits(const TableLayout& opened, const TableLayout& now) {
  const auto changed = [](std::string_view what, const std::string& name) {
    return absl::FailedPreconditionError(
        "Table was changed, " + std::string(what) + ": '" + name + "'");
  };
  if (opened.has_id_key != now.has_id_key) {
    return changed("it has another key", now.name);
  }
  for (size_t i = 0; i < opened.schema.num_fields(); ++i) {
    const Field& field = opened.schema.field(i);
    const auto index = now.schema.IndexOf(field.name);
    if (!index.has_value()) return changed("column is gone", field.name);
    if (now.schema.field(*index) != field ||
        now.defaults[*index] != opened.defaults[i]) {
      return changed("column is another one", field.name);
    }
  }
  for (size_t i = 0; i < now.schema.num_fields(); ++i) {
    const std::string& name = now.schema.field(i).name;
    if (!opened.schema.IndexOf(name) && !now.defaults[i].empty()) {
      return changed("new column needs a value", name);
    }
  }
  return absl::OkStatus();
}

}  // namespace rowfall::sqlite
