// SPDX-License-Identifier: Apache-2.0
// A text as the scanner wants it: a NUL and readable bytes behind it.
#ifndef ROWFALL_TESTS_JSON_PADDED_H_
#define ROWFALL_TESTS_JSON_PADDED_H_

#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "json/scanner.h"

namespace rowfall::json {

// On the heap, of exactly the size that is promised, so that a sanitizer sees
// a step too far. What is behind the NUL is a trap: it would go on the text.
class Padded {
 public:
  explicit Padded(std::string_view text)
      : size_(text.size()), bytes_(new char[text.size() + 1 + kScanPadding]) {
    std::memcpy(bytes_.get(), text.data(), size_);
    bytes_[size_] = '\0';
    std::memset(bytes_.get() + size_ + 1, '1', kScanPadding);
  }
  const char* begin() const { return bytes_.get(); }
  const char* end() const { return bytes_.get() + size_; }

 private:
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// What is wrong with a text, with its place, or "" for JSON.
struct ScanResult {
  std::string reason;
  ptrdiff_t offset = -1;
  friend bool operator==(const ScanResult&, const ScanResult&) = default;
};

inline void PrintTo(const ScanResult& result, std::ostream* out) {
  *out << "'" << result.reason << "' at " << result.offset;
}

inline ScanResult ScanAll(std::string_view text, int max_depth = 512) {
  const Padded padded(text);
  ScanContext context;
  context.end = padded.end();
  context.max_depth = max_depth;
  const char* p = SkipValue(SkipSpace(padded.begin()), 0, context);
  if (p != nullptr) p = SkipSpace(p);
  if (p == padded.end()) return {};
  if (p != nullptr) context.Fail(ScanError::kExpectedEnd, p);
  return {ScanErrorText(context.error, context.error_at, context.end),
          context.error_at - padded.begin()};
}

}  // namespace rowfall::json

#endif  // ROWFALL_TESTS_JSON_PADDED_H_
