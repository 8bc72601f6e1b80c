// SPDX-License-Identifier: Apache-2.0
// One function over columns: the contract of every kernel.
#ifndef ROWFALL_FUNCTION_KERNEL_H_
#define ROWFALL_FUNCTION_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rowfall/column.h"

namespace rowfall::function {

// An argument's column. A constant has one row that stands for all.
struct Argument {
  const Column* column = nullptr;
  bool constant = false;

  size_t RowOf(size_t row) const { return constant ? 0 : row; }
  bool IsNull(size_t row) const { return column->IsNull(RowOf(row)); }
};

// Rows for which a function failed. The result of such a row is NULL.
class RowErrors {
 public:
  struct Error {
    uint32_t row;
    std::string reason;
  };

  void Add(size_t row, std::string reason) {
    errors_.push_back({static_cast<uint32_t>(row), std::move(reason)});
  }
  bool empty() const { return errors_.empty(); }
  const std::vector<Error>& errors() const { return errors_; }
  void Clear() { errors_.clear(); }

 private:
  std::vector<Error> errors_;
};

// What a call may know besides its arguments.
struct CallContext {
  absl::Time now;  // Of the batch: UTC_TIMESTAMP() is one value a batch.
};

// Evaluates a function for rows 0 up to `num_rows`. Unchanging, thread-safe;
// one call a batch. Appends exactly `num_rows` rows to `out`, which is empty
// and has the resolved type; a row that fails is NULL there and in `errors`.
// Arguments have the resolved argument types. A row's result depends on that
// row alone.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void Evaluate(const CallContext& context,
                        std::span<const Argument> arguments, size_t num_rows,
                        Column& out, RowErrors& errors) const = 0;
};

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_KERNEL_H_
