// SPDX-License-Identifier: Apache-2.0
// One scalar of any type, ordered by its content: for operands of mixed types
// and for JSON, where the kind changes from row to row.
#ifndef ROWFALL_FUNCTION_SCALAR_H_
#define ROWFALL_FUNCTION_SCALAR_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "function/kernel.h"
#include "function/number.h"

namespace rowfall::function {

struct Scalar {
  enum class Kind : uint8_t {
    kNull,
    kNumber,  // bool, true and false as 1 and 0.
    kText,
    kOther,  // A JSON array or object.
  };
  Kind kind = Kind::kNull;
  bool json = false;  // Whether it comes from a json column.
  Number number;
  std::string_view text;
};

// Returns the scalar that a JSON value is. A string with escapes is decoded
// into `scratch`, which the scalar then refers to.
Scalar ScalarOfJson(std::string_view value, std::string& scratch);

// Reads the rows of an argument of a scalar type. A text is valid until the
// next Read().
class ScalarReader {
 public:
  explicit ScalarReader(const Argument& argument)
      : argument_(argument), numbers_(argument) {}
  Scalar Read(size_t row);

 private:
  Argument argument_;
  NumberReader numbers_;
  std::string scratch_;
};

// Orders two scalars: numbers by value, texts by bytes, a number and a text
// by value where the text is numeric. Unordered where one is NULL or where
// the kinds do not go together; if that was a typed text which should have
// been a number, `reason` says so: there only JSON may hold anything.
std::partial_ordering CompareScalars(const Scalar& a, const Scalar& b,
                                     std::string& reason);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_SCALAR_H_
