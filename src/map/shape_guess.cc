// SPDX-License-Identifier: Apache-2.0
// Learning how a value is built.
#include "map/shape_guess.h"

#include <algorithm>

#include "json/walk.h"

namespace rowfall::map {

const char* ShapeGuess::SkipSlowly(const char* p, int depth,
                                   json::ScanContext& context) {
  const char* const end = json::SkipValue(p, depth, context);
  if (end == nullptr) return nullptr;
  if (credit_ < 0) {
    ++credit_;
    return end;
  }
  // A wrong guess costs what two right ones win; the first one is free.
  credit_ = parts_.empty() ? kMaxCredit : credit_ - 2;
  if (credit_ > 0) {
    Learn(p, end);
  } else {
    credit_ = kPause;
    parts_.clear();
  }
  return end;
}

// Takes the valid value from `p` to `end` to pieces.
void ShapeGuess::Learn(const char* p, const char* end) {
  parts_.clear();
  nesting_ = 0;
  int open = 0;
  const char* text = p;
  while (p < end) {
    if (*p == '"') {
      const char* const behind = json::WalkValue(p, end);
      const bool is_key = *json::WalkSpace(behind, end) == ':';
      if (!is_key) {
        Add(text, p + 1, Then::kString);
        text = behind - 1;
      }
      p = behind;
    } else if (const char* const number_end = json::FindNumberEnd(p)) {
      Add(text, p, Then::kNumber);
      text = p = number_end;
    } else {
      open += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
      nesting_ = std::max(nesting_, open);
      ++p;
    }
  }
  Add(text, end, Then::kEnd);
  // Long ones are no shape but data; without an end they match nothing.
  if (parts_.size() > kMaxParts) parts_.resize(1);
}

void ShapeGuess::Add(const char* begin, const char* end, Then then) {
  if (parts_.size() > kMaxParts) return;
  for (; end - begin > static_cast<ptrdiff_t>(TextGuess::kMaxBytes);
       begin += TextGuess::kMaxBytes) {
    parts_.push_back({TextGuess(begin, TextGuess::kMaxBytes), Then::kText});
  }
  parts_.push_back({TextGuess(begin, static_cast<size_t>(end - begin)), then});
}

}  // namespace rowfall::map
