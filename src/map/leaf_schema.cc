// SPDX-License-Identifier: Apache-2.0
// How leaves are called.
#include "map/leaf_schema.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.h"

namespace rowfall::map {

std::string LeafName(const data::Leaf& leaf) {
  return leaf.column + base::PathText(leaf.path);
}

std::shared_ptr<const Schema> LeafSchema(std::span<const data::Leaf> leaves) {
  std::vector<Field> fields;
  std::unordered_set<std::string> names;  // In lower case.
  for (const data::Leaf& leaf : leaves) {
    const std::string name = LeafName(leaf);
    std::string unique = name;
    for (int i = 2; !names.insert(base::ToLower(unique)).second; ++i) {
      unique = base::Cat(name, "#", i);
    }
    fields.push_back({unique, leaf.type});
  }
  return std::make_shared<Schema>(std::move(fields));
}

}  // namespace rowfall::map
