// SPDX-License-Identifier: Apache-2.0
// Loops over dense columns, with constants and NULLs taken care of once.
#ifndef ROWFALL_FUNCTION_ROW_LOOP_H_
#define ROWFALL_FUNCTION_ROW_LOOP_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "function/kernel.h"

namespace rowfall::function {

// Returns the dense values of an argument of a fixed-size type.
template <typename T>
const T* DenseValues(const Argument& argument) {
  return argument.column->values().As<T>().data();
}

// Calls `visit(row)` for the NULL rows among the first `num_rows`.
template <typename Visit>
void ForEachNull(const Argument& argument, size_t num_rows, Visit visit) {
  if (argument.column->null_count() == 0) return;
  if (argument.constant) {
    for (size_t row = 0; row < num_rows; ++row) visit(row);
    return;
  }
  const auto bits = argument.column->validity().As<uint8_t>();
  for (size_t byte = 0; byte * 8 < num_rows; ++byte) {
    unsigned nulls = static_cast<uint8_t>(~bits[byte]);
    for (; nulls != 0; nulls &= nulls - 1) {
      const size_t row = byte * 8 + static_cast<size_t>(std::countr_zero(nulls));
      if (row < num_rows) visit(row);
    }
  }
}

// Makes each row NULL that is NULL in an argument.
inline void PropagateNulls(std::span<const Argument> arguments, size_t num_rows,
                           Column& out) {
  for (const Argument& argument : arguments) {
    ForEachNull(argument, num_rows, [&out](size_t row) {
      if (!out.IsNull(row)) out.SetNull(row);
    });
  }
}

// Returns whether any of the arguments is NULL in `row`.
inline bool AnyNull(std::span<const Argument> arguments, size_t row) {
  for (const Argument& argument : arguments) {
    if (argument.IsNull(row)) return true;
  }
  return false;
}

// Appends to `out` the results R of `map(a)` for each row, NULLs as they are.
template <typename A, typename R, typename Map>
void MapRows(std::span<const Argument> arguments, size_t num_rows, Column& out,
             Map map) {
  out.ResizeFixed(num_rows);
  R* result = out.mutable_values().template MutableAs<R>().data();
  const A* a = DenseValues<A>(arguments[0]);
  if (arguments[0].constant) {
    const A value = a[0];
    for (size_t i = 0; i < num_rows; ++i) result[i] = map(value);
  } else {
    for (size_t i = 0; i < num_rows; ++i) result[i] = map(a[i]);
  }
  PropagateNulls(arguments, num_rows, out);
}

// The same for two arguments; a constant stays in a register.
template <typename A, typename B, typename R, typename Map>
void MapRows2(std::span<const Argument> arguments, size_t num_rows, Column& out,
              Map map) {
  out.ResizeFixed(num_rows);
  R* result = out.mutable_values().template MutableAs<R>().data();
  const A* a = DenseValues<A>(arguments[0]);
  const B* b = DenseValues<B>(arguments[1]);
  if (arguments[0].constant) {
    const A value = a[0];
    const size_t step = arguments[1].constant ? 0 : 1;
    for (size_t i = 0; i < num_rows; ++i) result[i] = map(value, b[i * step]);
  } else if (arguments[1].constant) {
    const B value = b[0];
    for (size_t i = 0; i < num_rows; ++i) result[i] = map(a[i], value);
  } else {
    for (size_t i = 0; i < num_rows; ++i) result[i] = map(a[i], b[i]);
  }
  PropagateNulls(arguments, num_rows, out);
}

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_ROW_LOOP_H_
