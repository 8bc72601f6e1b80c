// SPDX-License-Identifier: Apache-2.0
// Building the tree of leaves.
#include "map/leaf_tree.h"

#include <algorithm>
#include <string>
#include <variant>

#include "base/text.h"
#include "json/value.h"

namespace rowfall::map {

LeafTree::LeafTree(std::span<const data::Leaf> leaves) {
  nodes_.emplace_back(KeyCase::kIgnore);
  for (uint32_t i = 0; i < leaves.size(); ++i) {
    // Deeper than any message: never found.
    if (leaves[i].path.size() > json::kMaxDepth) continue;
    uint32_t node = ChildByKey(0, base::ToLower(leaves[i].key));
    for (const base::PathStep& step : leaves[i].path) {
      if (const auto* index = std::get_if<int64_t>(&step)) {
        node = ChildByIndex(node, *index);
      } else {
        node = ChildByKey(node, std::get<std::string>(step));
      }
    }
    nodes_[node].leaves.push_back(i);
  }
  for (Node& node : nodes_) {
    node.single_leaf = node.leaves.size() == 1 && !node.has_children();
    std::sort(node.indexes.begin(), node.indexes.end());
  }
}

uint32_t LeafTree::ChildByKey(uint32_t parent, std::string_view key) {
  const uint32_t known = nodes_[parent].keys.Find(key);
  if (known != kNoNode) return known;
  const uint32_t node = AddNode(parent);
  nodes_[parent].keys.Add(key, node);
  return node;
}

uint32_t LeafTree::ChildByIndex(uint32_t parent, int64_t index) {
  for (const auto& [known, node] : nodes_[parent].indexes) {
    if (known == index) return node;
  }
  const uint32_t node = AddNode(parent);
  nodes_[parent].indexes.emplace_back(index, node);
  return node;
}

uint32_t LeafTree::AddNode(uint32_t parent) {
  const uint32_t node = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back(KeyCase::kExact);
  nodes_[parent].children.push_back(node);
  return node;
}

}  // namespace rowfall::map
