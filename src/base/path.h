// SPDX-License-Identifier: Apache-2.0
// A path into a JSON value: keys and array indexes.
#ifndef ROWFALL_BASE_PATH_H_
#define ROWFALL_BASE_PATH_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace rowfall::base {

// One step: a key (`.size`, `['a b']`) or an index (`[0]`). Keys below the
// top level of a message are compared byte by byte.
using PathStep = std::variant<std::string, int64_t>;
using Path = std::vector<PathStep>;

// Returns e.g. ".size[0]['a b']".
std::string PathText(const Path& path);

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_PATH_H_
