// SPDX-License-Identifier: Apache-2.0
// Open addressing over the hashes of rows.
#include "eval/group_table.h"

#include <algorithm>
#include <bit>

#include "eval/row_compare.h"

namespace rowfall::eval {

void GroupTable::Assign(std::span<const function::Argument> keys,
                        std::span<const uint32_t> rows) {
  groups_.resize(rows.size());
  first_rows_.clear();
  group_hashes_.clear();
  num_comparisons_ = 0;
  hashes_.assign(rows.size(), 0);
  for (const function::Argument& key : keys) {
    if (!key.constant) HashRows(hash_, *key.column, rows, hashes_);
  }
  // At most half full.
  entries_.assign(std::bit_ceil(std::max<size_t>(rows.size() * 2, 16)), 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    groups_[i] = FindOrAdd(keys, rows[i], hashes_[i]);
  }
}

uint32_t GroupTable::FindOrAdd(std::span<const function::Argument> keys,
                               uint32_t row, uint64_t hash) {
  const size_t mask = entries_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    if (entries_[at] == 0) {
      first_rows_.push_back(row);
      group_hashes_.push_back(hash);
      entries_[at] = static_cast<uint32_t>(first_rows_.size());
      return entries_[at] - 1;
    }
    ++num_comparisons_;
    const uint32_t group = entries_[at] - 1;
    if (group_hashes_[group] != hash) continue;
    const uint32_t first = first_rows_[group];
    const bool same = std::all_of(
        keys.begin(), keys.end(), [&](const function::Argument& key) {
          return key.constant || EqualRows(*key.column, first, row);
        });
    if (same) return group;
  }
}

}  // namespace rowfall::eval
