// SPDX-License-Identifier: Apache-2.0
// Order, equality and hash of the rows of a column.
#ifndef ROWFALL_EVAL_ROW_COMPARE_H_
#define ROWFALL_EVAL_ROW_COMPARE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/keyed_hash.h"
#include "rowfall/column.h"

namespace rowfall::eval {

// Returns less than, equal to or more than 0. NULL comes first. Text goes by
// its bytes; sets and lists element by element; json by kind (false, true,
// numbers, strings, arrays, objects), numbers by value, strings by content,
// the rest by text. NaN comes before other numbers.
int CompareRows(const Column& column, size_t a, size_t b);

// Whether two rows belong to one group: NULL equals NULL, 0.0 equals -0.0,
// NaN equals NaN; json goes by its text.
bool EqualRows(const Column& column, size_t a, size_t b);

// Mixes the hash of row rows[i] into hashes[i]; equal rows have equal hashes
// of one `hash`.
void HashRows(const data::KeyedHash& hash, const Column& column,
              std::span<const uint32_t> rows, std::span<uint64_t> hashes);

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_ROW_COMPARE_H_
