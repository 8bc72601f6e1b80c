// SPDX-License-Identifier: Apache-2.0
// Objects and arrays that are read for their end alone are guessed to be
// built as the one before.
#ifndef ROWFALL_MAP_SHAPE_GUESS_H_
#define ROWFALL_MAP_SHAPE_GUESS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "json/scanner.h"
#include "map/text_guess.h"

namespace rowfall::map {

// A value as the texts between its strings and numbers, e.g. `{"a": `, `, "b":
// [true, "` and `"]}`. Where all of them come again only strings and numbers
// are left to check, a fifth of the work.
class ShapeGuess {
 public:
  // As json::SkipValue() for the object or array at `p`.
  const char* Skip(const char* p, int depth, json::ScanContext& context) {
    if (credit_ > 0) [[likely]] {
      const char* const end = Match(p, depth, context);
      if (end != nullptr) [[likely]] {
        if (credit_ < kMaxCredit) ++credit_;
        return end;
      }
    }
    return SkipSlowly(p, depth, context);
  }

 private:
  enum class Then : uint8_t { kText, kString, kNumber, kEnd };
  struct Part {
    TextGuess text;
    Then then;  // What follows it.
  };

  // One that comes every time in another shape is left alone for a while.
  static constexpr int kMaxCredit = 8;
  static constexpr int kPause = -1000;
  static constexpr size_t kMaxParts = 32;

  // Returns the end of the value at `p`, or null where it has another shape.
  // What the context says then means nothing.
  const char* Match(const char* p, int depth,
                    json::ScanContext& context) const {
    if (depth + nesting_ > context.max_depth) return nullptr;
    for (const Part& part : parts_) {
      if (!part.text.Matches(p)) return nullptr;
      p += part.text.size();
      if (part.then == Then::kString) {
        bool escaped;
        p = json::ScanString(p, context, escaped);
      } else if (part.then == Then::kNumber) {
        p = json::FindNumberEnd(p);
      } else if (part.then == Then::kEnd) {
        return p;
      }
      if (p == nullptr) return nullptr;
    }
    return nullptr;
  }
  const char* SkipSlowly(const char* p, int depth, json::ScanContext& context);
  void Learn(const char* p, const char* end);
  void Add(const char* begin, const char* end, Then then);

  std::vector<Part> parts_;
  int nesting_ = 0;
  int credit_ = 0;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_SHAPE_GUESS_H_
