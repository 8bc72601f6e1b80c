// SPDX-License-Identifier: Apache-2.0
// Steps over valid JSON text.
#include "json/walk.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "json/byte_block.h"
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

// Copies whole blocks, the last one with what is behind it.
char* CopyBlocks(const char* p, const char* end, char* out) {
  char* const out_end = out + (end - p);
  for (; p < end; p += ByteBlock::kSize, out += ByteBlock::kSize) {
    ByteBlock::Load(p).Store(out);
  }
  return out_end;
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

char* CompactPaddedTo(std::string_view value, char* out) {
  const char* p = value.data();
  const char* const end = p + value.size();
  while (p < end) {
    if (*p == '"') {
      const char* const string_end = WalkString(p, end);
      out = CopyBlocks(p, string_end, out);
      p = string_end;
      continue;
    }
    const ByteBlock block = ByteBlock::Load(p);
    const auto rest = std::min<ptrdiff_t>(end - p, ByteBlock::kSize);
    const int size = std::countr_zero(block.Quotes() | 1u << rest);
    const char* const stop = p + size;
    uint32_t spaces = block.Spaces() & ((1u << size) - 1);
    for (const char* const begin = p; spaces != 0; spaces &= spaces - 1) {
      const char* const space = begin + std::countr_zero(spaces);
      out = CopyBlocks(p, space, out);
      p = space + 1;
    }
    out = CopyBlocks(p, stop, out);
    p = stop;
  }
  return out;
}

}  // namespace rowfall::json
