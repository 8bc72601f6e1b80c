// SPDX-License-Identifier: Apache-2.0
// Binds the rows of a batch to the parameters of a statement.
#ifndef ROWFALL_STORAGE_SQLITE_ROW_BINDER_H_
#define ROWFALL_STORAGE_SQLITE_ROW_BINDER_H_

#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <vector>

#include "rowfall/batch.h"

namespace rowfall::sqlite {

// Column i of a batch goes to parameter i + 1. How a type is bound is looked
// up once a batch, and nothing is allocated for a row: text is bound where it
// lies, and sets and lists are written into a buffer that is used again.
class RowBinder {
 public:
  // `batch` must live until the last row was stepped.
  void SetBatch(const Batch& batch);
  // Returns SQLITE_OK or the error of the column that failed.
  int Bind(sqlite3_stmt* statement, size_t row);
  // The column that failed, after an error.
  size_t failed_column() const { return failed_column_; }

 private:
  using BindFunction = int (*)(sqlite3_stmt*, int parameter,
                               const Column& column, size_t row,
                               std::string& scratch);
  struct Binding {
    const Column* column = nullptr;
    BindFunction bind = nullptr;
    std::string scratch;
  };
  static BindFunction FunctionOf(Type type);

  std::vector<Binding> bindings_;
  size_t failed_column_ = 0;
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_ROW_BINDER_H_
