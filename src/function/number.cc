// SPDX-License-Identifier: Apache-2.0
// Reading numbers from text, JSON and typed columns.
#include "function/number.h"

#include <limits>

#include "base/text.h"
#include "coerce/number.h"
#include "coerce/reason.h"
#include "json/value.h"

namespace rowfall::function {

std::optional<Number> ParseNumber(std::string_view text) {
  using coerce::NumberResult;
  Number number;
  const NumberResult whole =
      coerce::ParseInteger(text, std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max(), number.integer);
  if (whole == NumberResult::kOk) return number;
  if (whole == NumberResult::kNoNumber) return std::nullopt;
  number = Number::Real(0);
  if (coerce::ParseDouble(text, number.real) != NumberResult::kOk) {
    return std::nullopt;
  }
  return number;
}

std::optional<Number> NumberReader::Read(size_t row, std::string& reason) {
  const size_t at = argument_.RowOf(row);
  const Column& column = *argument_.column;
  if (column.IsNull(at)) return std::nullopt;
  switch (column.type()) {
    case Type::kBool:
      return Number::Integer(column.bools()[at]);
    case Type::kInt:
      return Number::Integer(column.ints()[at]);
    case Type::kBigint:
    case Type::kTimestamp:
      return Number::Integer(column.bigints()[at]);
    case Type::kFloat:
      return Number::Real(static_cast<double>(column.floats()[at]));
    case Type::kDouble:
      return Number::Real(column.doubles()[at]);
    case Type::kText:
      return FromText(column.Text(at), reason);
    case Type::kJson:
      return FromJson(column.Text(at), reason);
    default:
      reason = "Expected a number";
      return std::nullopt;
  }
}

std::optional<Number> NumberReader::FromText(std::string_view text,
                                             std::string& reason) {
  const auto number = ParseNumber(text);
  if (!number) {
    reason = base::Cat("Cannot read string as a number: ", base::Quote(text));
  }
  return number;
}

std::optional<Number> NumberReader::FromJson(std::string_view value,
                                             std::string& reason) {
  switch (json::KindOf(value)) {
    case json::Kind::kNull:
      return std::nullopt;
    case json::Kind::kFalse:
      return Number::Integer(0);
    case json::Kind::kTrue:
      return Number::Integer(1);
    case json::Kind::kNumber: {
      const auto number = ParseNumber(value);
      if (!number) {
        coerce::DoesNotFit(coerce::Form::kNumber, value, Type::kDouble, reason);
      }
      return number;
    }
    case json::Kind::kString:
      scratch_.clear();
      json::AppendDecoded(value, scratch_);
      return FromText(scratch_, reason);
    case json::Kind::kArray:
      reason = "Cannot read array as a number";
      return std::nullopt;
    case json::Kind::kObject:
      reason = "Cannot read object as a number";
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace rowfall::function
