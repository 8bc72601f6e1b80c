// SPDX-License-Identifier: Apache-2.0
// Reading JSON values that are known to be valid.
#include "json/value.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "json/escape.h"
#include "json/scanner.h"
#include "json/walk.h"

namespace rowfall::json {

absl::Status Validate(std::string_view text) {
  // The scanner reads past the end of a text.
  std::string padded;
  padded.reserve(text.size() + kScanPadding);
  padded.append(text).append(kScanPadding, '\0');
  ScanContext context;
  context.end = padded.data() + text.size();
  context.max_depth = kMaxDepth;
  const char* p = SkipValue(SkipSpace(padded.data()), 0, context);
  if (p != nullptr) p = SkipSpace(p);
  if (p == context.end) return absl::OkStatus();
  if (p != nullptr) context.Fail(ScanError::kExpectedEnd, p);
  return absl::InvalidArgumentError(base::ToAbsl(
      base::Cat(ScanErrorText(context.error, context.error_at, context.end),
                " [byte ", context.error_at - padded.data(), "]")));
}

Kind KindOf(std::string_view value) {
  switch (value.empty() ? 'n' : value.front()) {
    case 'n': return Kind::kNull;
    case 'f': return Kind::kFalse;
    case 't': return Kind::kTrue;
    case '"': return Kind::kString;
    case '[': return Kind::kArray;
    case '{': return Kind::kObject;
    default: return Kind::kNumber;
  }
}

ArrayReader::ArrayReader(std::string_view array)
    : rest_(array.empty() ? array : array.substr(1)) {}

std::optional<std::string_view> ArrayReader::Next() {
  const char* const end = rest_.data() + rest_.size();
  const char* p = WalkSpace(rest_.data(), end);
  if (p < end && *p == ',') p = WalkSpace(p + 1, end);
  if (p >= end || *p == ']') return std::nullopt;
  const char* const value_end = WalkValue(p, end);
  if (value_end == p) return std::nullopt;
  rest_ = {value_end, static_cast<size_t>(end - value_end)};
  return std::string_view(p, static_cast<size_t>(value_end - p));
}

namespace {

using MaybeValue = std::optional<std::string_view>;

// `quoted` is a key with its quotes.
bool KeyEquals(std::string_view quoted, std::string_view key) {
  const std::string_view content = quoted.substr(1, quoted.size() - 2);
  if (content.find('\\') == content.npos) return content == key;
  std::string decoded;
  AppendDecoded(quoted, decoded);
  return decoded == key;
}

MaybeValue FindKey(std::string_view object, std::string_view key) {
  const char* const end = object.data() + object.size();
  const char* p = WalkSpace(object.data() + 1, end);
  MaybeValue found;
  while (p < end && *p == '"') {
    const char* const key_end = WalkValue(p, end);
    const char* value = WalkSpace(key_end, end);
    value = WalkSpace(value + (value < end), end);
    const char* const value_end = WalkValue(value, end);
    if (KeyEquals({p, static_cast<size_t>(key_end - p)}, key)) {
      found = {value, static_cast<size_t>(value_end - value)};
    }
    p = WalkSpace(value_end, end);
    if (p < end && *p == ',') p = WalkSpace(p + 1, end);
  }
  return found;
}

MaybeValue FindIndex(std::string_view array, int64_t index) {
  if (index < 0) return std::nullopt;
  ArrayReader reader(array);
  MaybeValue element = reader.Next();
  for (; element.has_value() && index > 0; --index) element = reader.Next();
  return element;
}

MaybeValue FindStep(std::string_view value, const base::PathStep& step) {
  if (const auto* index = std::get_if<int64_t>(&step)) {
    if (KindOf(value) != Kind::kArray) return std::nullopt;
    return FindIndex(value, *index);
  }
  if (KindOf(value) != Kind::kObject) return std::nullopt;
  return FindKey(value, std::get<std::string>(step));
}

}  // namespace

MaybeValue Find(std::string_view value, const base::Path& path) {
  for (const base::PathStep& step : path) {
    const MaybeValue next = FindStep(value, step);
    if (!next.has_value()) return std::nullopt;
    value = *next;
  }
  return value;
}

void AppendDecoded(std::string_view quoted, std::string& out) {
  if (quoted.size() < 2) return;
  const std::string_view content = quoted.substr(1, quoted.size() - 2);
  const size_t before = out.size();
  out.resize(before + content.size());
  char* const begin = out.data() + before;
  out.resize(before + static_cast<size_t>(DecodeTo(content, begin) - begin));
}

void AppendQuoted(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr std::string_view kShort = "\b\f\n\r\t\"\\";
  constexpr std::string_view kLetters = "bfnrt\"\\";
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') {
      out += c;
    } else if (const size_t i = kShort.find(c); i != kShort.npos) {
      out += '\\';
      out += kLetters[i];
    } else {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    }
  }
  out += '"';
}

void AppendCompact(std::string_view value, std::string& out) {
  const size_t before = out.size();
  out.resize(before + value.size());
  char* const begin = out.data() + before;
  out.resize(before + static_cast<size_t>(CompactTo(value, begin) - begin));
}

}  // namespace rowfall::json
