// SPDX-License-Identifier: Apache-2.0
// Steps over valid JSON text.
#include "json/walk.h"

#include <cstring>

#include "json/scanner.h"

namespace rowfall::json {
namespace {

// Returns behind the closing quote of the string at `p`. A quote ends the
// string if an even number of backslashes stands before it.
const char* WalkString(const char* p, const char* end) {
  const char* const content = p + 1;
  for (const char* from = content; from < end;) {
    const auto* quote = static_cast<const char*>(
        std::memchr(from, '"', static_cast<size_t>(end - from)));
    if (quote == nullptr) return end;
    const char* plain = quote;
    while (plain > content && plain[-1] == '\\') --plain;
    if (((quote - plain) & 1) == 0) return quote + 1;
    from = quote + 1;
  }
  return end;
}

const char* WalkScalar(const char* p, const char* end) {
  while (p < end && !IsSpace(*p) && *p != ',' && *p != ']' && *p != '}' &&
         *p != ':') {
    ++p;
  }
  return p;
}

const char* WalkContainer(const char* p, const char* end) {
  size_t depth = 0;
  while (p < end) {
    const char c = *p;
    if (c == '"') {
      p = WalkString(p, end);
      continue;
    }
    ++p;
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) break;
    }
  }
  return p;
}

}  // namespace

const char* WalkSpace(const char* p, const char* end) {
  while (p < end && IsSpace(*p)) ++p;
  return p;
}

const char* WalkValue(const char* p, const char* end) {
  if (p >= end) return end;
  if (*p == '"') return WalkString(p, end);
  if (*p == '{' || *p == '[') return WalkContainer(p, end);
  return WalkScalar(p, end);
}

char* CompactTo(std::string_view value, char* out) {
  const char* p = value.data();
  const char* const end = p + value.size();
  while (p < end) {
    if (IsSpace(*p)) {
      ++p;
    } else if (*p != '"') {
      *out++ = *p++;
    } else {
      const char* const string_end = WalkString(p, end);
      const size_t size = static_cast<size_t>(string_end - p);
      std::memcpy(out, p, size);
      out += size;
      p = string_end;
    }
  }
  return out;
}

}  // namespace rowfall::json
