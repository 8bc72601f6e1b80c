// SPDX-License-Identifier: Apache-2.0
// Reads decimals that need no care: with an exact division instead of strtod.
#ifndef ROWFALL_MAP_PLAIN_NUMBER_H_
#define ROWFALL_MAP_PLAIN_NUMBER_H_

#include <algorithm>
#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "json/scanner.h"

namespace rowfall::map {

// A number as its digits: value = digits / 10^scale.
struct PlainDecimal {
  uint64_t digits = 0;
  int scale = 0;
  bool negative = false;
};

// Reads a number of at most 18 digits without an exponent. Returns its end, or
// null.
inline const char* ReadPlainDecimal(const char* p, PlainDecimal& number) {
  number.negative = *p == '-';
  p += number.negative;
  const char* const begin = p;
  uint64_t digits = 0;
  const auto read_digits = [&p, &digits] {
    const char* const first = p;
    while (json::IsDigit(*p)) {
      digits = digits * 10 + static_cast<uint64_t>(*p++ - '0');
    }
    return p - first;
  };
  const auto whole = read_digits();
  if (whole == 0 || (*begin == '0' && whole > 1)) return nullptr;
  number.scale = 0;
  if (*p == '.') {
    ++p;
    const auto fraction = read_digits();
    if (fraction == 0) return nullptr;
    number.scale = static_cast<int>(std::min<ptrdiff_t>(fraction, 19));
  }
  if (whole + number.scale > 18 || (*p | 0x20) == 'e') return nullptr;
  number.digits = digits;
  return p;
}

// Reads a number whose nearest T is one exact division away: digits and power
// of ten are values of T, and IEEE 754 rounds the quotient correctly.
template <typename T>
inline const char* ReadReal(const char* p, T& value) {
  // 10^22 and 10^10 are the last powers that are exact.
  static constexpr T kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5,
                                  1e6, 1e7, 1e8, 1e9, 1e10};
  PlainDecimal number;
  p = ReadPlainDecimal(p, number);
  if (FLT_EVAL_METHOD != 0 || p == nullptr || number.scale > 10 ||
      number.digits >> std::numeric_limits<T>::digits != 0) {
    return nullptr;
  }
  value = static_cast<T>(number.digits) / kPowers[number.scale];
  if (number.negative) value = -value;
  return p;
}

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_PLAIN_NUMBER_H_
