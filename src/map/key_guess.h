// SPDX-License-Identifier: Apache-2.0
// Messages of a topic resemble each other: the keys of an object are guessed
// to be those of the one before, in the same order and spelling.
#ifndef ROWFALL_MAP_KEY_GUESS_H_
#define ROWFALL_MAP_KEY_GUESS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "map/key_table.h"
#include "map/shape_guess.h"
#include "map/text_guess.h"

namespace rowfall::map {

// The bytes from behind one value up to the next one, e.g. `, "term": `, and
// the node that the key leads to. A line of the cache each.
class alignas(64) KeyGuess {
 public:
  KeyGuess(const TextGuess& text, uint32_t node) : text_(text), node_(node) {}

  // `p` has TextGuess::kMaxBytes readable bytes.
  bool Matches(const char* p) const { return text_.Matches(p); }
  size_t size() const { return text_.size(); }
  uint32_t node() const { return node_; }

 private:
  TextGuess text_;
  uint32_t node_;
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
    if (i > guesses_.size() || i >= kMaxKeys || size > TextGuess::kMaxBytes) {
      return;
    }
    const KeyGuess guess(TextGuess(begin, size), node);
    if (i == guesses_.size()) {
      shapes_.resize(i + 1);
      guesses_.push_back(guess);
    } else {
      guesses_[i] = guess;
    }
  }
  // Returns the shape of the value under key number `i` where nobody wants it.
  ShapeGuess* Shape(size_t i) {
    return i < shapes_.size() ? &shapes_[i] : nullptr;
  }

 private:
  static constexpr size_t kMaxKeys = 256;
  std::vector<KeyGuess> guesses_;
  std::vector<ShapeGuess> shapes_;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_KEY_GUESS_H_
