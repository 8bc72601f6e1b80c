// SPDX-License-Identifier: Apache-2.0
// Finds rows with equal keys within a batch.
#ifndef ROWFALL_EVAL_GROUP_TABLE_H_
#define ROWFALL_EVAL_GROUP_TABLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/keyed_hash.h"
#include "function/kernel.h"

namespace rowfall::eval {

// A hash table from rows to groups. Keeps its memory between batches. Whoever
// sends the rows does not know the key of its hash.
class GroupTable {
 public:
  // Numbers the groups of `rows` in the order in which they are first seen.
  // Without keys all rows are one group.
  void Assign(std::span<const function::Argument> keys,
              std::span<const uint32_t> rows);

  // The group of each of `rows`.
  const std::vector<uint32_t>& groups() const { return groups_; }
  // The first row of each group.
  const std::vector<uint32_t>& first_rows() const { return first_rows_; }
  // How many entries of the table the last Assign() looked at in vain or not.
  uint64_t num_comparisons() const { return num_comparisons_; }

 private:
  // 0 in `entries_` is a free place; n is group n - 1.
  uint32_t FindOrAdd(std::span<const function::Argument> keys, uint32_t row,
                     uint64_t hash);

  const data::KeyedHash hash_;
  uint64_t num_comparisons_ = 0;
  std::vector<uint32_t> groups_;
  std::vector<uint32_t> first_rows_;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> group_hashes_;
  std::vector<uint32_t> entries_;
};

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_GROUP_TABLE_H_
