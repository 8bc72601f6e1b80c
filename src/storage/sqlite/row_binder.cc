// SPDX-License-Identifier: Apache-2.0
// Binds the rows of a batch to the parameters of a statement.
#include "storage/sqlite/row_binder.h"

#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>

namespace rowfall::sqlite {
namespace {

template <typename T>
void AppendNumber(T value, std::string& out) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

int BindText(sqlite3_stmt* statement, int parameter, std::string_view text) {
  // A null pointer would be NULL; an empty text is not.
  return sqlite3_bind_text64(statement, parameter,
                             text.empty() ? "" : text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8);
}

template <typename T>
int BindList(sqlite3_stmt* statement, int parameter, std::span<const T> list,
             std::string& scratch) {
  scratch.clear();
  for (const T value : list) {
    if (!scratch.empty()) scratch += ',';
    AppendNumber(value, scratch);
  }
  return BindText(statement, parameter, scratch);
}

// SQLite has only doubles. The double nearest to the float's shortest text
// shows as that text, 0.1 and not 0.10000000149, and is the float again when
// it is narrowed.
double Widen(float value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  double wide = value;
  std::from_chars(text, end, wide);
  return wide;
}

}  // namespace

RowBinder::BindFunction RowBinder::FunctionOf(Type type) {
  switch (type) {
    case Type::kInt:
      return
          [](sqlite3_stmt* s, int p, const Column& c, size_t row,
             std::string&) { return sqlite3_bind_int64(s, p, c.ints()[row]); };
    case Type::kBigint:
    case Type::kTimestamp:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string&) {
        return sqlite3_bind_int64(s, p, c.bigints()[row]);
      };
    case Type::kFloat:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string&) {
        return sqlite3_bind_double(s, p, Widen(c.floats()[row]));
      };
    case Type::kDouble:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string&) {
        return sqlite3_bind_double(s, p, c.doubles()[row]);
      };
    case Type::kBool:
      return
          [](sqlite3_stmt* s, int p, const Column& c, size_t row,
             std::string&) { return sqlite3_bind_int64(s, p, c.bools()[row]); };
    case Type::kText:
    case Type::kJson:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string&) { return BindText(s, p, c.Text(row)); };
    case Type::kMulti:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string& scratch) {
        return BindList(s, p, c.Multi(row), scratch);
      };
    case Type::kMulti64:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string& scratch) {
        return BindList(s, p, c.Multi64(row), scratch);
      };
    case Type::kFloatVector:
      return [](sqlite3_stmt* s, int p, const Column& c, size_t row,
                std::string& scratch) {
        return BindList(s, p, c.FloatVector(row), scratch);
      };
  }
  return nullptr;
}

void RowBinder::SetBatch(const Batch& batch, size_t num_places) {
  bindings_.resize(batch.num_columns());
  for (size_t i = 0; i < batch.num_columns(); ++i) {
    bindings_[i].column = &batch.column(i);
    bindings_[i].bind = FunctionOf(batch.column(i).type());
    bindings_[i].scratch.resize(num_places);
  }
}

int RowBinder::Bind(sqlite3_stmt* statement, size_t row, size_t place) {
  const size_t first = place * bindings_.size() + 1;
  for (size_t i = 0; i < bindings_.size(); ++i) {
    Binding& binding = bindings_[i];
    const int parameter = static_cast<int>(first + i);
    const int code = binding.column->IsNull(row)
                         ? sqlite3_bind_null(statement, parameter)
                         : binding.bind(statement, parameter, *binding.column,
                                        row, binding.scratch[place]);
    if (code != SQLITE_OK) {
      failed_column_ = i;
      return code;
    }
  }
  return SQLITE_OK;
}

}  // namespace rowfall::sqlite
