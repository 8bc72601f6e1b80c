// SPDX-License-Identifier: Apache-2.0
// The text of a path.
#include "base/path.h"

#include <algorithm>

#include "base/text.h"

namespace rowfall::base {
namespace {

bool IsPlainKey(const std::string& key) {
  return !key.empty() && !(key[0] >= '0' && key[0] <= '9') &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return c == '_' || (c >= '0' && c <= '9') ||
                  (ToLower(c) >= 'a' && ToLower(c) <= 'z');
         });
}

}  // namespace

std::string PathText(const Path& path) {
  std::string out;
  for (const PathStep& step : path) {
    if (const auto* index = std::get_if<int64_t>(&step)) {
      AppendCat(out, "[", *index, "]");
    } else if (const auto& key = std::get<std::string>(step); IsPlainKey(key)) {
      AppendCat(out, ".", key);
    } else {
      AppendCat(out, "['", key, "']");
    }
  }
  return out;
}

}  // namespace rowfall::base
