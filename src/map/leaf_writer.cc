// SPDX-License-Identifier: Apache-2.0
// Reals, booleans and vectors; strings with escapes, with other characters than
// ASCII, and in long texts.
#include "map/leaf_writer.h"

#include <limits>

#include "coerce/list.h"
#include "map/plain_number.h"

namespace rowfall::map {
namespace {

template <typename T>
bool FitsElement(int64_t value) {
  return std::numeric_limits<T>::min() <= value &&
         value <= std::numeric_limits<T>::max();
}

// Appends the elements of the array at `p` by `write`, which returns the end
// of an element, or null for one that needs the general way. Returns the end
// of the array, or null: then what was appended is to be abandoned.
template <typename Write>
const char* WriteElements(const char* p, const Write& write) {
  p = json::SkipSpace(p + 1);
  if (*p == ']') return p + 1;
  for (;;) {
    p = write(p);
    if (p == nullptr) return nullptr;
    p = json::SkipSpace(p);
    if (*p == ']') return p + 1;
    if (*p != ',') return nullptr;
    p = json::SkipSpace(p + 1);
  }
}

// Writes the array at `p` if it holds plain integers.
template <typename T>
const char* WriteSet(const char* p, Column& out) {
  if (*p != '[') return nullptr;
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  p = WriteElements(p, [&values](const char* at) -> const char* {
    int64_t value;
    at = json::ReadPlainInteger(at, value);
    if (at == nullptr || !FitsElement<T>(value)) return nullptr;
    values.Push(static_cast<T>(value));
    return at;
  });
  if (p != nullptr) {
    coerce::FinishSet(out, before);
  } else {
    out.AbandonList();
  }
  return p;
}

}  // namespace

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

const char* WriteMulti(const char* p, Column& out) {
  return WriteSet<uint32_t>(p, out);
}

const char* WriteMulti64(const char* p, Column& out) {
  return WriteSet<int64_t>(p, out);
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
