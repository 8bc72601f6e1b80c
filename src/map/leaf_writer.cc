// SPDX-License-Identifier: Apache-2.0
// Strings with escapes, with other characters than ASCII, and in long texts.
#include "map/leaf_writer.h"

namespace rowfall::map {

const char* WriteTextSlowly(const char* begin, const char* p, Column& out,
                            json::ScanContext& context) {
  bool escaped = false;
  p = json::ScanStringSlowly(begin, p, context, escaped);
  if (p == nullptr) return nullptr;
  const size_t size = static_cast<size_t>(p - begin);
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  if (!escaped) {
    values.Append(begin, size);
    out.FinishList();
    return p + 1;
  }
  values.Reserve(before + size);
  char* const to = values.data() + before;
  FinishText(out, before,
             static_cast<size_t>(json::DecodeTo({begin, size}, to) - to));
  return p + 1;
}

}  // namespace rowfall::map
