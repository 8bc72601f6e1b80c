// SPDX-License-Identifier: Apache-2.0
// Reals, booleans and vectors; strings with escapes, with other characters than
// ASCII, and in long texts.
#include "map/leaf_writer.h"

#include "map/plain_number.h"

namespace rowfall::map {

const char* WriteDouble(const char* p, Column& out) {
  double value;
  p = ReadReal(p, value);
  if (p != nullptr) [[likely]]
    out.AppendDouble(value);
  return p;
}

const char* WriteFloat(const char* p, Column& out) {
  float value;
  p = ReadReal(p, value);
  if (p != nullptr) [[likely]]
    out.AppendFloat(value);
  return p;
}

const char* WriteBool(const char* p, Column& out) {
  const bool is_true = json::StartsWithTrue(p);
  if (!is_true && !json::StartsWithFalse(p)) return nullptr;
  out.AppendBool(is_true);
  return p + (is_true ? 4 : 5);
}

const char* WriteVector(const char* p, Column& out) {
  if (*p != '[') return nullptr;
  Buffer& values = out.mutable_values();
  p = WriteElements(p, [&values](const char* at) {
    float value;
    at = ReadReal(at, value);
    if (at != nullptr) values.Push(value);
    return at;
  });
  if (p != nullptr) {
    out.FinishList();
  } else {
    out.AbandonList();
  }
  return p;
}

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
