// SPDX-License-Identifier: Apache-2.0
// Messages of a topic resemble each other: the keys of an object are guessed
// to be those of the one before, in the same order and spelling.
#ifndef ROWFALL_MAP_KEY_GUESS_H_
#define ROWFALL_MAP_KEY_GUESS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "json/byte_block.h"
#include "map/key_table.h"

namespace rowfall::map {

// The bytes from behind one value up to the next one, e.g. `, "term": `, and
// the node that the key leads to. The same bytes need no second look: they
// were checked when they were learned.
class KeyGuess {
 public:
  static constexpr size_t kMaxBytes = 2 * json::ByteBlock::kSize;

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
  uint32_t node() const { return node_; }

  void Learn(const char* begin, size_t size, uint32_t node) {
    std::memcpy(bytes_, begin, size);
    mask_ = static_cast<uint32_t>((uint64_t{1} << size) - 1);
    size_ = static_cast<uint32_t>(size);
    node_ = node;
  }

 private:
  char bytes_[kMaxBytes] = {};
  uint32_t mask_ = 0;
  uint32_t size_ = 0;
  uint32_t node_ = kNoNode;
};

// The guesses of one object, by position.
class KeyGuesses {
 public:
  // Returns the guess for key number `i` if the text at `p` matches it.
  const KeyGuess* Match(size_t i, const char* p) const {
    if (i >= guesses_.size()) return nullptr;
    const KeyGuess& guess = guesses_[i];
    return guess.Matches(p) ? &guess : nullptr;
  }
  void Learn(size_t i, const char* begin, const char* end, uint32_t node) {
    const size_t size = static_cast<size_t>(end - begin);
    if (i > guesses_.size() || i >= kMaxKeys || size > KeyGuess::kMaxBytes) {
      return;
    }
    if (i == guesses_.size()) guesses_.emplace_back();
    guesses_[i].Learn(begin, size, node);
  }

 private:
  static constexpr size_t kMaxKeys = 256;
  std::vector<KeyGuess> guesses_;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_KEY_GUESS_H_
