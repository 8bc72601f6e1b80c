// SPDX-License-Identifier: Apache-2.0
// The rarer steps over JSON text, and skipping a value without recursion.
#include "json/scanner.h"

#include "json/escape.h"
#include "json/utf8.h"
#include "json/value.h"

namespace rowfall::json {

const char* CheckStringUtf8(const char* begin, const char* quote,
                            ScanContext& context) {
  const char* const bad =
      FindInvalidUtf8({begin, static_cast<size_t>(quote - begin)});
  if (bad == nullptr) return quote;
  return context.Fail(ScanError::kInvalidUtf8, bad);
}

namespace {

// Whether the escape at `p` may be wrong only because the text ends.
bool EndsBeforeQuote(const char* p, const char* end) {
  constexpr ptrdiff_t kLongestEscape = 12;
  return end - p < kLongestEscape &&
         std::memchr(p, '"', static_cast<size_t>(end - p)) == nullptr;
}

}  // namespace

const char* ScanStringSlowly(const char* begin, const char* p,
                             ScanContext& context, bool& escaped) {
  for (;;) {
    const uint32_t specials = ByteBlock::Load(p).StringSpecials();
    if (specials == 0) {
      p += ByteBlock::kSize;
      continue;
    }
    p += std::countr_zero(specials);
    if (*p == '"') return CheckStringUtf8(begin, p, context);
    if (*p != '\\') {
      return context.Fail(p >= context.end ? ScanError::kUnfinishedString
                                           : ScanError::kControlCharacter,
                          p);
    }
    escaped = true;
    uint32_t code;
    ScanError error;
    const char* const next = ReadEscape(p, code, error);
    if (next == nullptr) {
      if (EndsBeforeQuote(p, context.end)) {
        return context.Fail(ScanError::kUnfinishedString, context.end);
      }
      return context.Fail(error, p);
    }
    p = next;
  }
}

const char* FailNumber(const char* p, ScanContext& context) {
  const char* const begin = p;
  p += *p == '-';
  if (p == begin && !IsDigit(*p)) {
    return context.Fail(ScanError::kExpectedValue, p);
  }
  while (IsDigit(*p)) ++p;
  if (*p == '.' && p != begin && IsDigit(p[-1])) {
    do {
      ++p;
    } while (IsDigit(*p));
  }
  if ((*p | 0x20) == 'e' && IsDigit(p[-1])) {
    ++p;
    p += *p == '+' || *p == '-';
  }
  return context.Fail(ScanError::kBadNumber, p);
}

namespace {

// What the containers around a position are, a bit each: 1 for an object.
class ContainerStack {
 public:
  bool empty() const { return size_ == 0; }
  int size() const { return size_; }
  bool in_object() const { return bits_ & 1; }
  void Push(bool object) {
    if ((size_ & 63) == 0) outer_[size_ >> 6] = bits_;
    bits_ = bits_ << 1 | static_cast<uint64_t>(object);
    ++size_;
  }
  void Pop() {
    --size_;
    bits_ = (size_ & 63) == 0 ? outer_[size_ >> 6] : bits_ >> 1;
  }

 private:
  uint64_t bits_ = 0;
  int size_ = 0;
  uint64_t outer_[kMaxDepth / 64 + 1];  // Written before it is read.
};

// Reads a key with its colon.
const char* ScanKey(const char* p, ScanContext& context) {
  if (*p != '"') return context.Fail(ScanError::kExpectedKey, p);
  bool escaped;
  p = ScanString(p + 1, context, escaped);
  return p == nullptr ? p : ScanColon(p + 1, context);
}

const char* ScanLiteral(const char* p, ScanContext& context) {
  if (StartsWithTrue(p) || StartsWithNull(p)) return p + 4;
  if (StartsWithFalse(p)) return p + 5;
  return context.Fail(ScanError::kExpectedValue, p);
}

const char* ScanScalar(const char* p, ScanContext& context) {
  if (*p == '"') {
    bool escaped;
    p = ScanString(p + 1, context, escaped);
    return p == nullptr ? p : p + 1;
  }
  if (*p == '-' || IsDigit(*p)) return ScanNumber(p, context);
  return ScanLiteral(p, context);
}

// Enters the object or array at `p`; returns the first value in it, or the
// end of an empty one (which is not pushed). A NUL there is an error later.
const char* Enter(const char* p, int max_size, ContainerStack& stack,
                  bool& entered, ScanContext& context) {
  const bool object = *p == '{';
  if (stack.size() >= max_size) return context.Fail(ScanError::kTooDeep, p);
  p = SkipSpace(p + 1);
  entered = *p != (object ? '}' : ']');
  if (!entered) return p + 1;
  stack.Push(object);
  return object ? ScanKey(p, context) : p;
}

// Reads from behind a value to the next one; leaves the containers that end
// in between, and returns behind the last one's end.
const char* Advance(const char* p, ContainerStack& stack,
                    ScanContext& context) {
  while (!stack.empty()) {
    p = SkipSpace(p);
    if (*p == ',') {
      p = SkipSpace(p + 1);
      return stack.in_object() ? ScanKey(p, context) : p;
    }
    if (*p != (stack.in_object() ? '}' : ']')) {
      return context.Fail(stack.in_object()
                              ? ScanError::kExpectedCommaOrBrace
                              : ScanError::kExpectedCommaOrBracket,
                          p);
    }
    ++p;
    stack.Pop();
  }
  return p;
}

}  // namespace

const char* SkipValue(const char* p, int depth, ScanContext& context) {
  const int max_size = context.max_depth - depth;
  ContainerStack stack;
  do {
    if (*p == '{' || *p == '[') {
      bool entered = false;
      p = Enter(p, max_size, stack, entered, context);
      if (p == nullptr) return nullptr;
      if (entered) continue;
    } else {
      p = ScanScalar(p, context);
      if (p == nullptr) return nullptr;
    }
    p = Advance(p, stack, context);
    if (p == nullptr) return nullptr;
  } while (!stack.empty());
  return p;
}

}  // namespace rowfall::json
