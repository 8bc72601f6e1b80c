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

// A statement has room for one row or for several: column i of the row in
// `place` goes to parameter place * num_columns + i + 1. How a type is bound is
// looked up once a batch, and nothing is allocated for a row: text is bound
// where it lies, and sets and lists are written into buffers that are used
// again.
class RowBinder {
 public:
  // `batch` must live until the last row was stepped. Rows go to a place below
  // `num_places`.
  void SetBatch(const Batch& batch, size_t num_places);
  // Returns SQLITE_OK or the error of the column that failed.
  int Bind(sqlite3_stmt* statement, size_t row, size_t place);
  // The column that failed, after an error.
  size_t failed_column() const { return failed_column_; }

 private:
  using BindFunction = int (*)(sqlite3_stmt*, int parameter,
                               const Column& column, size_t row,
                               std::string& scratch);
  struct Binding {
    const Column* column = nullptr;
    BindFunction bind = nullptr;
    std::vector<std::string> scratch;  // By place.
  };
  static BindFunction FunctionOf(Type type);

  std::vector<Binding> bindings_;
  size_t failed_column_ = 0;
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_ROW_BINDER_H_
