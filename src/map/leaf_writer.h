// SPDX-License-Identifier: Apache-2.0
// Values of the usual forms straight from the text into a column. Each Write
// function returns the end of the value, or null without having changed the
// column: either with an error in the context, or for the general way
// (coerce::AppendJson), with which it agrees.
#ifndef ROWFALL_MAP_LEAF_WRITER_H_
#define ROWFALL_MAP_LEAF_WRITER_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "json/escape.h"
#include "json/scanner.h"
#include "rowfall/column.h"

namespace rowfall::map {

inline const char* WriteBigint(const char* p, Column& out) {
  int64_t value;
  p = json::ReadPlainInteger(p, value);
  if (p != nullptr) [[likely]]
    out.AppendBigint(value);
  return p;
}

inline const char* WriteInt(const char* p, Column& out) {
  int64_t value;
  p = json::ReadPlainInteger(p, value);
  if (p == nullptr || value < 0 ||
      value > std::numeric_limits<uint32_t>::max()) {
    return nullptr;
  }
  out.AppendInt(static_cast<uint32_t>(value));
  return p;
}

// Not inline: the loop over a row's values is faster without them in it.
const char* WriteDouble(const char* p, Column& out);
const char* WriteFloat(const char* p, Column& out);
const char* WriteBool(const char* p, Column& out);
// Writes the array at `p` as a set or a float_vector.
const char* WriteMulti(const char* p, Column& out);
const char* WriteMulti64(const char* p, Column& out);
const char* WriteVector(const char* p, Column& out);

// Ends the text value that begins at byte `before` of the column.
inline void FinishText(Column& out, size_t before, size_t size) {
  out.mutable_values().Resize(before + size);
  out.FinishList();
}

// Writes a string that is not short and plain: `p` is where copying stopped.
const char* WriteTextSlowly(const char* begin, const char* p, Column& out,
                            json::ScanContext& context);

// Writes the string whose content begins at `p`, copying while it scans.
// Every block is stored whole: what is behind the text is overwritten later,
// and the buffer's padding takes the last one.
inline const char* WriteText(const char* p, Column& out,
                             json::ScanContext& context) {
  using json::ByteBlock;
  static_assert(ByteBlock::kSize <= Buffer::kPadding);
  // Of a large message, room for all that is left would be too much.
  constexpr size_t kMaxRoom = 4096;
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  const size_t room = std::min(static_cast<size_t>(context.end - p), kMaxRoom);
  values.Reserve(before + room + 1);  // Nothing left would be no memory.
  char* to = values.data() + before;
  const char* const begin = p;
  for (const char* const stop = p + room; p <= stop;
       p += ByteBlock::kSize, to += ByteBlock::kSize) {
    const ByteBlock block = ByteBlock::Load(p);
    block.Store(to);
    const uint32_t stops = block.StringSpecials() | block.NonAscii();
    if (stops == 0) continue;
    p += std::countr_zero(stops);
    if (*p != '"') [[unlikely]]
      return WriteTextSlowly(begin, p, out, context);
    FinishText(out, before, static_cast<size_t>(p - begin));
    return p + 1;
  }
  return WriteTextSlowly(begin, p, out, context);
}

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_LEAF_WRITER_H_
