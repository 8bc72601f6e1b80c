// SPDX-License-Identifier: Apache-2.0
// Numbers from their characters, exactly.
#include "coerce/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rowfall::coerce {
namespace {

// A number taken apart. Views point into its text.
struct Decimal {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Cuts the digits that `text` begins with off.
std::string_view TakeDigits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakeIf(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeExponent(std::string_view& text, int64_t& exponent) {
  const bool negative = TakeIf(text, '-');
  if (!negative) TakeIf(text, '+');
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return false;
  // Beyond what any count of digits could make up for.
  constexpr int64_t kMax = int64_t{1} << 40;
  for (const char c : digits) {
    exponent = std::min(kMax, exponent * 10 + (c - '0'));
  }
  if (negative) exponent = -exponent;
  return true;
}

bool Split(std::string_view text, Decimal& out) {
  out.negative = TakeIf(text, '-');
  out.whole = TakeDigits(text);
  if (out.whole.empty() || (out.whole.size() > 1 && out.whole[0] == '0')) {
    return false;
  }
  if (TakeIf(text, '.')) {
    out.fraction = TakeDigits(text);
    if (out.fraction.empty()) return false;
  }
  if (TakeIf(text, 'e') || TakeIf(text, 'E')) {
    if (!TakeExponent(text, out.exponent)) return false;
  }
  return text.empty();
}

// The digits of a number without the zeros at both ends, read in place:
// value = digits * 10^exponent.
class SignificantDigits {
 public:
  explicit SignificantDigits(const Decimal& decimal)
      : whole_(decimal.whole), fraction_(decimal.fraction) {
    const size_t all = whole_.size() + fraction_.size();
    while (first_ < all && At(first_) == '0') ++first_;
    last_ = all;
    while (last_ > first_ && At(last_ - 1) == '0') --last_;
    exponent_ = decimal.exponent - static_cast<int64_t>(fraction_.size()) +
                static_cast<int64_t>(all - last_);
  }
  size_t size() const { return last_ - first_; }
  int64_t exponent() const { return exponent_; }
  uint64_t operator[](size_t i) const {
    return static_cast<uint64_t>(At(first_ + i) - '0');
  }

 private:
  char At(size_t i) const {
    return i < whole_.size() ? whole_[i] : fraction_[i - whole_.size()];
  }
  std::string_view whole_;
  std::string_view fraction_;
  size_t first_ = 0;
  size_t last_ = 0;
  int64_t exponent_ = 0;
};

// The digits with their zeros as a number of at most 19 digits.
NumberResult Magnitude(const SignificantDigits& digits, uint64_t& magnitude) {
  magnitude = 0;
  if (digits.size() == 0) return NumberResult::kOk;
  if (digits.exponent() < 0) return NumberResult::kFraction;
  constexpr int64_t kMaxDigits = 19;  // 10^19 - 1 < 2^64.
  if (static_cast<int64_t>(digits.size()) > kMaxDigits ||
      digits.exponent() > kMaxDigits - static_cast<int64_t>(digits.size())) {
    return NumberResult::kOutOfRange;
  }
  for (size_t i = 0; i < digits.size(); ++i) {
    magnitude = magnitude * 10 + digits[i];
  }
  for (int64_t i = 0; i < digits.exponent(); ++i) magnitude *= 10;
  return NumberResult::kOk;
}

// Whether a number that from_chars() cannot represent is too small, not too
// large.
bool IsTiny(const Decimal& decimal) {
  const SignificantDigits digits(decimal);
  return digits.exponent() + static_cast<int64_t>(digits.size()) < 0;
}

template <typename T>
NumberResult ParseReal(std::string_view text, T& value) {
  Decimal decimal;
  if (!Split(text, decimal)) return NumberResult::kNoNumber;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc() && std::isfinite(value)) {
    return NumberResult::kOk;
  }
  if (!IsTiny(decimal)) return NumberResult::kOutOfRange;
  value = decimal.negative ? -T{0} : T{0};
  return NumberResult::kOk;
}

}  // namespace

NumberResult ParseInteger(std::string_view text, int64_t min, int64_t max,
                          int64_t& value) {
  Decimal decimal;
  if (!Split(text, decimal)) return NumberResult::kNoNumber;
  uint64_t magnitude;
  const NumberResult result = Magnitude(SignificantDigits(decimal), magnitude);
  if (result != NumberResult::kOk) return result;
  constexpr uint64_t kMinMagnitude = uint64_t{1} << 63;
  if (magnitude > kMinMagnitude - !decimal.negative) {
    return NumberResult::kOutOfRange;
  }
  // Wraps to the least int64 for 2^63, by the rules of C++20.
  value = static_cast<int64_t>(decimal.negative ? 0 - magnitude : magnitude);
  return value < min || value > max ? NumberResult::kOutOfRange
                                    : NumberResult::kOk;
}

NumberResult ParseDouble(std::string_view text, double& value) {
  return ParseReal(text, value);
}

NumberResult ParseFloat(std::string_view text, float& value) {
  return ParseReal(text, value);
}

}  // namespace rowfall::coerce
