// SPDX-License-Identifier: Apache-2.0
// One row for each operator and function: arguments, meaning and resolver.
#include "function/builtin.h"

#include <algorithm>

#include "base/text.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

using enum BuiltinKind;

constexpr Builtin kBuiltins[] = {
    // --- Operators ---
    {"+", kOperator, 2, 2, false, "a + b",
     "Sum; a timestamp and a number of seconds give a timestamp.",
     ResolveArithmetic},
    {"-", kOperator, 2, 2, false, "a - b",
     "Difference; of two timestamps in seconds.", ResolveArithmetic},
    {"*", kOperator, 2, 2, false, "a * b", "Product.", ResolveArithmetic},
    {"/", kOperator, 2, 2, false, "a / b",
     "Quotient as a double; NULL where b is 0.", ResolveArithmetic},
    {"div", kOperator, 2, 2, false, "a DIV b",
     "Quotient without its fraction; NULL where b is 0.", ResolveArithmetic},
    {"%", kOperator, 2, 2, false, "a % b, a MOD b",
     "Remainder, with the sign of a; NULL where b is 0.", ResolveArithmetic},
    {"negate", kOperator, 1, 1, false, "-a", "The number with the other sign.",
     ResolveNegate},
    {"=", kOperator, 2, 2, false, "a = b", "Whether both are equal.",
     ResolveComparison},
    {"<>", kOperator, 2, 2, false, "a <> b, a != b",
     "Whether both are different.", ResolveComparison},
    {"<", kOperator, 2, 2, false, "a < b", "Whether a is less than b.",
     ResolveComparison},
    {"<=", kOperator, 2, 2, false, "a <= b", "Whether a is at most b.",
     ResolveComparison},
    {">", kOperator, 2, 2, false, "a > b", "Whether a is greater than b.",
     ResolveComparison},
    {">=", kOperator, 2, 2, false, "a >= b", "Whether a is at least b.",
     ResolveComparison},
    {"in", kOperator, 2, kAnyNumber, false, "a IN (b, ...)",
     "Whether a is among the others; of a JSON array or a multi whether any "
     "element is.",
     ResolveIn},
    {"not", kOperator, 1, 1, false, "NOT a",
     "False where a is true or not 0, true where it is false or 0.",
     ResolveNot},
    {"condition", kOperator, 1, 1, false, "WHERE a",
     "Whether a value counts as true: true itself, a number other than 0.",
     ResolveCondition},
    {"is null", kOperator, 1, 1, false, "a IS NULL",
     "Whether a is NULL; JSON null is NULL.", ResolveIsNull},
    {"and", kOperator, 2, kAnyNumber, false, "a AND b",
     "Whether both are true; b is not evaluated where a is false."},
    {"or", kOperator, 2, kAnyNumber, false, "a OR b",
     "Whether one is true; b is not evaluated where a is true."},

    // --- Choice ---
    {"if", kLazy, 3, 3, false, "IF(condition, a, b)",
     "a where the condition is true, otherwise b."},
    {"ifnull", kLazy, 2, 2, false, "IFNULL(a, b)", "b where a is NULL."},
    {"coalesce", kLazy, 1, kAnyNumber, false, "COALESCE(a, ...)",
     "The first that is not NULL."},

    // --- Numbers ---
    {"abs", kScalar, 1, 1, false, "ABS(x)", "The number without its sign.",
     ResolveAbs},
    {"ceil", kScalar, 1, 1, false, "CEIL(x)",
     "The smallest integer that is not less than x.", ResolveRounding},
    {"ceiling", kScalar, 1, 1, false, "CEILING(x)", "The same as CEIL.",
     ResolveRounding, "ceil"},
    {"floor", kScalar, 1, 1, false, "FLOOR(x)",
     "The largest integer that is not greater than x.", ResolveRounding},
    {"round", kScalar, 1, 2, false, "ROUND(x[, digits])",
     "x rounded to so many decimal digits (0), halves away from zero.",
     ResolveRound},
    {"sqrt", kScalar, 1, 1, false, "SQRT(x)",
     "The square root; NULL for a negative number.", ResolveSqrt},
    {"pow", kScalar, 2, 2, false, "POW(x, y)", "x to the power of y.",
     ResolvePower},
    {"power", kScalar, 2, 2, false, "POWER(x, y)", "The same as POW.",
     ResolvePower, "pow"},
    {"mod", kScalar, 2, 2, false, "MOD(a, b)", "The same as a % b.",
     ResolveArithmetic, "%"},
    {"greatest", kScalar, 1, kAnyNumber, false, "GREATEST(a, ...)",
     "The greatest of the values; NULL where one is NULL.", ResolveExtreme},
    {"least", kScalar, 1, kAnyNumber, false, "LEAST(a, ...)",
     "The least of the values; NULL where one is NULL.", ResolveExtreme},

    // --- Text ---
    {"concat", kScalar, 1, kAnyNumber, false, "CONCAT(a, ...)",
     "The texts of all values, one behind the other; NULL where one is NULL.",
     ResolveConcat},
    {"upper", kScalar, 1, 1, false, "UPPER(text)",
     "The text in upper case: Latin, Greek and Cyrillic letters.",
     ResolveChangeCase},
    {"lower", kScalar, 1, 1, false, "LOWER(text)",
     "The text in lower case: Latin, Greek and Cyrillic letters.",
     ResolveChangeCase},
    {"length", kScalar, 1, 1, false, "LENGTH(x)",
     "Bytes of a text, elements of a multi, a float_vector or a JSON array, "
     "members of a JSON object; 1 for a JSON number or bool.",
     ResolveLength},
    {"char_length", kScalar, 1, 1, false, "CHAR_LENGTH(text)",
     "Characters (code points) of a text.", ResolveCharLength},

    // --- Time ---
    {"utc_timestamp", kScalar, 0, 0, false, "UTC_TIMESTAMP()",
     "The time at which the batch is evaluated, as text YYYY-MM-DD HH:MM:SS "
     "in UTC.",
     ResolveNow},
    {"now", kScalar, 0, 0, false, "NOW()",
     "The same as UTC_TIMESTAMP(): there are no time zones.", ResolveNow,
     "utc_timestamp"},
    {"current_timestamp", kScalar, 0, 0, false, "CURRENT_TIMESTAMP()",
     "The same as UTC_TIMESTAMP().", ResolveNow, "utc_timestamp"},

    // --- Places ---
    {"geodist", kScalar, 4, 4, true,
     "GEODIST(lat1, lon1, lat2, lon2[, {in=..., out=..., method=...}])",
     "The distance of two points on Earth; in: radians (default) or degrees; "
     "out: meters (default), kilometers, feet or miles; method: adaptive "
     "(default, on the ellipsoid) or haversine (on the sphere).",
     ResolveGeodist},

    // --- Conversions ---
    {"int", kScalar, 1, 1, false, "INT(x)",
     "x as int; a fraction is cut off, a value out of range rejects the row.",
     ResolveConversion},
    {"integer", kScalar, 1, 1, false, "INTEGER(x)", "The same as INT.",
     ResolveConversion, "int"},
    {"uint", kScalar, 1, 1, false, "UINT(x)", "The same as INT.",
     ResolveConversion, "int"},
    {"bigint", kScalar, 1, 1, false, "BIGINT(x)",
     "x as bigint; a fraction is cut off.", ResolveConversion},
    {"sint", kScalar, 1, 1, false, "SINT(x)",
     "An int's 32 bits read as a signed number, as bigint; other numbers must "
     "fit 32 signed bits.",
     ResolveConversion},
    {"float", kScalar, 1, 1, false, "FLOAT(x)", "x as float.",
     ResolveConversion},
    {"double", kScalar, 1, 1, false, "DOUBLE(x)", "x as double.",
     ResolveConversion},
    {"bool", kScalar, 1, 1, false, "BOOL(x)", "x as bool.", ResolveConversion},
    {"text", kScalar, 1, 1, false, "TEXT(x)",
     "x as text; of JSON a string's content, otherwise its JSON.",
     ResolveConversion},
    {"to_string", kScalar, 1, 1, false, "TO_STRING(x)", "The same as TEXT.",
     ResolveConversion, "text"},
    {"string", kScalar, 1, 1, false, "STRING(x)", "The same as TEXT.",
     ResolveConversion, "text"},
    {"json", kScalar, 1, 1, false, "JSON(x)", "x as a JSON value.",
     ResolveConversion},
    {"timestamp", kScalar, 1, 1, false, "TIMESTAMP(x)",
     "Seconds since 1970 or ISO 8601 text as timestamp.", ResolveConversion},
    {"multi", kScalar, 1, 1, false, "MULTI(x)",
     "A JSON array of integers, or text '1,2,3', as multi.", ResolveConversion},
    {"multi64", kScalar, 1, 1, false, "MULTI64(x)",
     "A JSON array of integers, or text '1,2,3', as multi64.",
     ResolveConversion},
    {"float_vector", kScalar, 1, 1, false, "FLOAT_VECTOR(x)",
     "A JSON array of numbers as float_vector.", ResolveConversion},

    // --- Aggregates ---
    {"count", kAggregate, 0, 1, false, "COUNT(*), COUNT([DISTINCT] x)",
     "Number of rows, or of values that are not NULL."},
    {"sum", kAggregate, 1, 1, false, "SUM([DISTINCT] x)",
     "Sum of the numbers that are not NULL; NULL where there are none."},
    {"min", kAggregate, 1, 1, false, "MIN(x)",
     "The least value that is not NULL; NULL where there is none."},
    {"max", kAggregate, 1, 1, false, "MAX(x)",
     "The greatest value that is not NULL; NULL where there is none."},
    {"avg", kAggregate, 1, 1, false, "AVG([DISTINCT] x)",
     "Mean of the numbers that are not NULL; NULL where there are none."},
};

}  // namespace

std::span<const Builtin> Builtins() { return kBuiltins; }

const Builtin* FindBuiltin(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kBuiltins), std::end(kBuiltins),
      [name](const Builtin& builtin) { return builtin.name == name; });
  return found == std::end(kBuiltins) ? nullptr : found;
}

std::vector<std::string> BuiltinNames() {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) {
    if (builtin.kind != kOperator) names.emplace_back(builtin.name);
  }
  return names;
}

}  // namespace rowfall::function
