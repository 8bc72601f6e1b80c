// SPDX-License-Identifier: Apache-2.0
// How much memory columns and their values take.
#ifndef ROWFALL_DATA_COLUMN_MEMORY_H_
#define ROWFALL_DATA_COLUMN_MEMORY_H_

#include <cstddef>

#include "rowfall/column.h"

namespace rowfall::data {

// What a column holds, of its offsets only those of its rows.
inline size_t HeldBytes(const Column& column) {
  return column.values().capacity() + column.validity().capacity() +
         column.offsets().size_bytes();
}

// Whether a column keeps much more memory than its last batch needed: a rare
// large message must not cost its size for ever.
inline bool IsOversized(const Column& column) {
  constexpr size_t kSmall = 1 << 20;
  const Buffer& values = column.values();
  // A bit stands for an offset of four bytes, or a value of up to eight.
  const Buffer& bits = column.validity();
  return (values.capacity() > kSmall && values.capacity() / 8 > values.size()) ||
         (bits.capacity() > kSmall / 32 && bits.capacity() / 8 > bits.size());
}

// The bytes of a value of a type of any length; of another type 0.
inline size_t ValueBytes(const Column& column, size_t row) {
  switch (column.type()) {
    case Type::kText:
    case Type::kJson:
      return column.Text(row).size();
    case Type::kMulti:
      return column.Multi(row).size_bytes();
    case Type::kMulti64:
      return column.Multi64(row).size_bytes();
    case Type::kFloatVector:
      return column.FloatVector(row).size_bytes();
    default:
      return 0;
  }
}

}  // namespace rowfall::data

#endif  // ROWFALL_DATA_COLUMN_MEMORY_H_
