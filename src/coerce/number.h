// SPDX-License-Identifier: Apache-2.0
// Numbers from their characters, exactly.
#ifndef ROWFALL_COERCE_NUMBER_H_
#define ROWFALL_COERCE_NUMBER_H_

#include <cstdint>
#include <string_view>

namespace rowfall::coerce {

enum class NumberResult : unsigned char {
  kOk,
  kNoNumber,  // Not what JSON calls a number.
  kFraction,  // Not integral.
  kOutOfRange,
};

// Each reads all of `text`, a number as JSON writes it.

// 1.0, 1e3 and 1500e-2 are integral. Limits included.
NumberResult ParseInteger(std::string_view text, int64_t min, int64_t max,
                          int64_t& value);
// Correctly rounded. What is too small becomes 0; what rounds to infinity is
// out of range.
NumberResult ParseDouble(std::string_view text, double& value);
NumberResult ParseFloat(std::string_view text, float& value);

}  // namespace rowfall::coerce

#endif  // ROWFALL_COERCE_NUMBER_H_
