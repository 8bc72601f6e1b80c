// SPDX-License-Identifier: Apache-2.0
// Sets of integers and vectors of floats from arrays and strings.
#include "coerce/list.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>

#include "coerce/number.h"
#include "coerce/reason.h"
#include "json/value.h"

namespace rowfall::coerce {
namespace {

// Appends the number `text` to the unfinished row of `out`.
bool AddElement(std::string_view text, Form form, Column& out,
                std::string& reason) {
  NumberResult result;
  Buffer& values = out.mutable_values();
  if (out.type() == Type::kFloatVector) {
    float value;
    result = ParseFloat(text, value);
    if (result == NumberResult::kOk) values.Push(value);
  } else if (out.type() == Type::kMulti) {
    int64_t value;
    result = ParseInteger(text, 0, std::numeric_limits<uint32_t>::max(), value);
    if (result == NumberResult::kOk) values.Push(static_cast<uint32_t>(value));
  } else {
    int64_t value;
    result = ParseInteger(text, std::numeric_limits<int64_t>::min(),
                          std::numeric_limits<int64_t>::max(), value);
    if (result == NumberResult::kOk) values.Push(value);
  }
  switch (result) {
    case NumberResult::kOk: return true;
    case NumberResult::kNoNumber:
      return CannotRead(form, text, out.type(), reason);
    case NumberResult::kFraction:
      return HasFraction(form, text, out.type(), reason);
    case NumberResult::kOutOfRange: break;
  }
  return DoesNotFit(form, text, out.type(), reason);
}

bool RefuseElement(json::Kind kind, std::string_view element, Type type,
                   std::string& reason) {
  switch (kind) {
    case json::Kind::kString: {
      std::string text;
      json::AppendDecoded(element, text);
      return CannotRead("string in an array", text, true, type, reason);
    }
    case json::Kind::kArray:
      return CannotReadKind("array in an array", type, reason);
    case json::Kind::kObject:
      return CannotReadKind("object in an array", type, reason);
    default:
      return CannotReadKind(std::string(element) + " in an array", type,
                            reason);
  }
}

bool AddElements(std::string_view array, Column& out, std::string& reason) {
  json::ArrayReader reader(array);
  while (const auto element = reader.Next()) {
    const json::Kind kind = json::KindOf(*element);
    if (kind != json::Kind::kNumber) {
      return RefuseElement(kind, *element, out.type(), reason);
    }
    if (!AddElement(*element, Form::kElement, out, reason)) return false;
  }
  return true;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool AddParts(std::string_view text, Column& out, std::string& reason) {
  if (TrimBlanks(text).empty()) return true;
  for (;;) {
    const size_t comma = text.find(',');
    const std::string_view part = TrimBlanks(text.substr(0, comma));
    if (!AddElement(part, Form::kStringPart, out, reason)) return false;
    if (comma == text.npos) return true;
    text.remove_prefix(comma + 1);
  }
}

template <typename T>
size_t SortUnique(Buffer& values, size_t first_byte) {
  const auto all = values.MutableAs<T>();
  const auto set = all.subspan(first_byte / sizeof(T));
  const auto not_rising =
      std::adjacent_find(set.begin(), set.end(), std::greater_equal<T>());
  if (not_rising == set.end()) return values.size();
  std::sort(set.begin(), set.end());
  const auto end = std::unique(set.begin(), set.end());
  return first_byte + static_cast<size_t>(end - set.begin()) * sizeof(T);
}

}  // namespace

void FinishSet(Column& out, size_t first_byte) {
  Buffer& values = out.mutable_values();
  values.Resize(out.type() == Type::kMulti
                    ? SortUnique<uint32_t>(values, first_byte)
                    : SortUnique<int64_t>(values, first_byte));
  out.FinishList();
}

bool AppendArray(std::string_view array, Column& out, std::string& reason) {
  const size_t first_byte = out.mutable_values().size();
  if (!AddElements(array, out, reason)) {
    out.AbandonList();
    return false;
  }
  if (out.type() == Type::kFloatVector) {
    out.FinishList();
  } else {
    FinishSet(out, first_byte);
  }
  return true;
}

bool AppendCommaList(std::string_view text, Column& out, std::string& reason) {
  const size_t first_byte = out.mutable_values().size();
  if (!AddParts(text, out, reason)) {
    out.AbandonList();
    return false;
  }
  FinishSet(out, first_byte);
  return true;
}

}  // namespace rowfall::coerce
