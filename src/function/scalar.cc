// SPDX-License-Identifier: Apache-2.0
// Reading and ordering scalars of any type.
#include "function/scalar.h"

#include "base/text.h"
#include "json/value.h"

namespace rowfall::function {
namespace {

using Kind = Scalar::Kind;

std::string_view Decoded(std::string_view quoted, std::string& scratch) {
  if (quoted.find('\\') == quoted.npos) {
    return quoted.substr(1, quoted.size() - 2);
  }
  scratch.clear();
  json::AppendDecoded(quoted, scratch);
  return scratch;
}

std::partial_ordering CompareWithText(const Number& number, const Scalar& text,
                                      bool json, std::string& reason) {
  const auto parsed = ParseNumber(text.text);
  if (parsed) return CompareNumbers(number, *parsed);
  if (!json) {
    reason = base::Cat("Cannot compare a number with text: ",
                       base::Quote(text.text));
  }
  return std::partial_ordering::unordered;
}

}  // namespace

Scalar ScalarOfJson(std::string_view value, std::string& scratch) {
  Scalar scalar;
  scalar.json = true;
  switch (json::KindOf(value)) {
    case json::Kind::kNull:
      return scalar;
    case json::Kind::kFalse:
    case json::Kind::kTrue:
      scalar.kind = Kind::kNumber;
      scalar.number = Number::Integer(value[0] == 't');
      return scalar;
    case json::Kind::kNumber: {
      const auto number = ParseNumber(value);
      scalar.kind = number ? Kind::kNumber : Kind::kOther;
      if (number) scalar.number = *number;
      return scalar;
    }
    case json::Kind::kString:
      scalar.kind = Kind::kText;
      scalar.text = Decoded(value, scratch);
      return scalar;
    default:
      scalar.kind = Kind::kOther;
      return scalar;
  }
}

Scalar ScalarReader::Read(size_t row) {
  const size_t at = argument_.RowOf(row);
  const Column& column = *argument_.column;
  if (column.IsNull(at)) return {};
  if (column.type() == Type::kJson) {
    return ScalarOfJson(column.Text(at), scratch_);
  }
  if (column.type() == Type::kText) {
    return {Kind::kText, false, {}, column.Text(at)};
  }
  std::string reason;  // Stays empty: typed numbers can always be read.
  return {Kind::kNumber, false, *numbers_.Read(row, reason), {}};
}

std::partial_ordering CompareScalars(const Scalar& a, const Scalar& b,
                                     std::string& reason) {
  if (a.kind == Kind::kNumber && b.kind == Kind::kNumber) {
    return CompareNumbers(a.number, b.number);
  }
  if (a.kind == Kind::kText && b.kind == Kind::kText) {
    return a.text <=> b.text;
  }
  const bool json = a.json || b.json;
  if (a.kind == Kind::kNumber && b.kind == Kind::kText) {
    return CompareWithText(a.number, b, json, reason);
  }
  if (a.kind == Kind::kText && b.kind == Kind::kNumber) {
    return 0 <=> CompareWithText(b.number, a, json, reason);
  }
  return std::partial_ordering::unordered;
}

}  // namespace rowfall::function
