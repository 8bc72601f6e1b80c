// SPDX-License-Identifier: Apache-2.0
// The words of conversion errors.
#ifndef ROWFALL_COERCE_REASON_H_
#define ROWFALL_COERCE_REASON_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "rowfall/value.h"

namespace rowfall::coerce {

// How a value came, for errors.
enum class Form : unsigned char {
  kNumber,
  kString,
  kElement,     // A number in an array.
  kStringPart,  // A number in a string with commas.
};

// Each sets `reason` and returns false.

// "Cannot read string as BIGINT: 'x'"
bool CannotRead(std::string_view kind, std::string_view text, bool quoted,
                Type type, std::string& reason);
bool CannotRead(Form form, std::string_view text, Type type,
                std::string& reason);
// "Cannot read object as BIGINT"
bool CannotReadKind(std::string_view kind, Type type, std::string& reason);
// "Number does not fit INTEGER: 3000000000"
bool DoesNotFit(Form form, std::string_view text, Type type,
                std::string& reason);
// "Cannot read number with a fraction as INTEGER: 1.5"
bool HasFraction(Form form, std::string_view text, Type type,
                 std::string& reason);

// "Value is larger than max_value_bytes, 67108864"
std::string TooLargeText(size_t max_value_bytes);

}  // namespace rowfall::coerce

#endif  // ROWFALL_COERCE_REASON_H_
