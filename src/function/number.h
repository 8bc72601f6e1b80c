// SPDX-License-Identifier: Apache-2.0
// Numbers that are an integer or a double: exact order and reading from text.
#ifndef ROWFALL_FUNCTION_NUMBER_H_
#define ROWFALL_FUNCTION_NUMBER_H_

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "function/kernel.h"

namespace rowfall::function {

// An integer where the text was one that fits, otherwise a double.
struct Number {
  bool is_integer = true;
  int64_t integer = 0;
  double real = 0;

  static Number Integer(int64_t value) { return {true, value, 0}; }
  static Number Real(double value) { return {false, 0, value}; }
  double AsDouble() const {
    return is_integer ? static_cast<double>(integer) : real;
  }
};

inline constexpr double kTwoTo63 = 9223372036854775808.0;

// Orders an integer and a double by their exact values; NaN is unordered.
inline std::partial_ordering CompareExact(int64_t a, double b) {
  if (b != b) return std::partial_ordering::unordered;
  if (b >= kTwoTo63) return std::partial_ordering::less;
  if (b < -kTwoTo63) return std::partial_ordering::greater;
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return a <=> whole;
  return 0.0 <=> b - static_cast<double>(whole);
}

inline std::partial_ordering CompareNumbers(const Number& a, const Number& b) {
  if (a.is_integer && b.is_integer) return a.integer <=> b.integer;
  if (a.is_integer) return CompareExact(a.integer, b.real);
  if (b.is_integer) return 0 <=> CompareExact(b.integer, a.real);
  return a.real <=> b.real;
}

// Returns the number that `text` is, written as JSON writes numbers. Nothing
// for another text and for one beyond DOUBLE.
std::optional<Number> ParseNumber(std::string_view text);

// Reads the rows of a bool, int, bigint, timestamp, float, double, text or
// json argument as numbers. Text and JSON strings must be numeric; JSON true
// and false are 1 and 0, JSON null is NULL.
class NumberReader {
 public:
  explicit NumberReader(const Argument& argument) : argument_(argument) {}

  // Returns the number; nothing for NULL, and for what is no number: then
  // `reason` is set.
  std::optional<Number> Read(size_t row, std::string& reason);

 private:
  std::optional<Number> FromText(std::string_view text, std::string& reason);
  std::optional<Number> FromJson(std::string_view value, std::string& reason);

  Argument argument_;
  std::string scratch_;
};

// Reads each row of `argument` as a number and lets `append(number, reason)`
// append what comes of it to `out`. The row is NULL where there is no number
// and where `append` returns false without having appended; where `reason` is
// set as well, the row fails.
template <typename Append>
void MapNumbers(const Argument& argument, size_t num_rows, Column& out,
                RowErrors& errors, const Append& append) {
  out.Reserve(num_rows);
  NumberReader reader(argument);
  std::string reason;
  for (size_t row = 0; row < num_rows; ++row) {
    reason.clear();
    const auto number = reader.Read(row, reason);
    if (number && append(*number, reason)) continue;
    out.AppendNull();
    if (!reason.empty()) errors.Add(row, reason);
  }
}

// The text of a number, on the stack: an integer, or the shortest text that
// reads back as the same double or float.
class NumberText {
 public:
  template <typename T>
  explicit NumberText(T value) {
    char* const end = buffer_ + sizeof(buffer_);
    if constexpr (std::is_floating_point_v<T>) {
      const T size = value < 0 ? -value : value;
      // Without an exponent where people would write none.
      const bool plain = size == 0 || (size >= T(1e-5) && size < T(1e16));
      size_ = Written(
          plain ? std::to_chars(buffer_, end, value, std::chars_format::fixed)
                : std::to_chars(buffer_, end, value));
    } else {
      size_ = Written(std::to_chars(buffer_, end, value));
    }
  }
  explicit NumberText(const Number& number)
      : NumberText(number.is_integer ? NumberText(number.integer)
                                     : NumberText(number.real)) {}

  std::string_view view() const { return {buffer_, size_}; }

 private:
  size_t Written(std::to_chars_result result) const {
    return static_cast<size_t>(result.ptr - buffer_);
  }

  char buffer_[40];
  size_t size_;
};

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_NUMBER_H_
