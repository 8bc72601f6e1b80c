// SPDX-License-Identifier: Apache-2.0
// A few bytes that are guessed to come again.
#ifndef ROWFALL_MAP_TEXT_GUESS_H_
#define ROWFALL_MAP_TEXT_GUESS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "json/byte_block.h"

namespace rowfall::map {

// The same bytes need no second look: they were checked when they were
// learned.
class TextGuess {
 public:
  static constexpr size_t kMaxBytes = 2 * json::ByteBlock::kSize;

  TextGuess() = default;
  // REQUIRES: size <= kMaxBytes.
  TextGuess(const char* begin, size_t size)
      : mask_(static_cast<uint32_t>((uint64_t{1} << size) - 1)),
        size_(static_cast<uint32_t>(size)) {
    std::memcpy(bytes_, begin, size);
  }

  // `p` has kMaxBytes readable bytes.
  bool Matches(const char* p) const {
    using json::ByteBlock;
    const uint32_t equal =
        ByteBlock::Load(p).EqualTo(bytes_) |
        ByteBlock::Load(p + ByteBlock::kSize).EqualTo(bytes_ + ByteBlock::kSize)
            << ByteBlock::kSize;
    return (equal & mask_) == mask_;
  }
  size_t size() const { return size_; }

 private:
  char bytes_[kMaxBytes] = {};
  uint32_t mask_ = 0;
  uint32_t size_ = 0;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_TEXT_GUESS_H_
