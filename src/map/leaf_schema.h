// SPDX-License-Identifier: Apache-2.0
// How leaves are called.
#ifndef ROWFALL_MAP_LEAF_SCHEMA_H_
#define ROWFALL_MAP_LEAF_SCHEMA_H_

#include <memory>
#include <span>
#include <string>

#include "data/leaf.h"
#include "rowfall/schema.h"

namespace rowfall::map {

// Returns the column and its path, e.g. "glossdef.size".
std::string LeafName(const data::Leaf& leaf);

// Returns a field a leaf. Of leaves of one name the later ones are called
// "name#2" and so on.
std::shared_ptr<const Schema> LeafSchema(std::span<const data::Leaf> leaves);

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_LEAF_SCHEMA_H_
