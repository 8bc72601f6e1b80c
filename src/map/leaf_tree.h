// SPDX-License-Identifier: Apache-2.0
// The wanted leaves as a tree of keys and indexes.
#ifndef ROWFALL_MAP_LEAF_TREE_H_
#define ROWFALL_MAP_LEAF_TREE_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/leaf.h"
#include "map/key_guess.h"
#include "map/key_table.h"

namespace rowfall::map {

// A wanted place in the message: leaves that end here, and the way to those
// below. Guesses and the row seen are the reader's notes.
struct Node {
  explicit Node(KeyCase key_case) : keys(key_case) {}

  bool has_children() const { return !keys.empty() || !indexes.empty(); }

  bool single_leaf = false;      // One leaf and no children.
  std::vector<uint32_t> leaves;  // Indexes of leaves.
  KeyTable keys;
  std::vector<std::pair<int64_t, uint32_t>> indexes;  // In rising order.
  std::vector<uint32_t> children;
  KeyGuesses guesses;
  uint64_t row_seen = 0;
};

// Nodes; the first one is the message's object.
class LeafTree {
 public:
  explicit LeafTree(std::span<const data::Leaf> leaves);

  Node& root() { return nodes_.front(); }
  Node& node(uint32_t i) { return nodes_[i]; }

 private:
  uint32_t ChildByKey(uint32_t parent, std::string_view key);
  uint32_t ChildByIndex(uint32_t parent, int64_t index);
  uint32_t AddNode(uint32_t parent);

  std::vector<Node> nodes_;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_LEAF_TREE_H_
