// SPDX-License-Identifier: Apache-2.0
// Calls functions on values given as JSON texts, in several shapes at once.
#ifndef ROWFALL_TESTS_FUNCTION_HARNESS_H_
#define ROWFALL_TESTS_FUNCTION_HARNESS_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "function/function.h"
#include "rowfall/column.h"

namespace rowfall::function::testing {

// A batch: rows of JSON texts, one a column.
using Rows = std::vector<std::vector<std::string>>;

// Returns a column of the JSON texts; fails the test where one does not fit.
Column MakeColumn(Type type, const std::vector<std::string>& texts);

// Returns each row of `column` as JSON.
std::vector<std::string> TextsOf(const Column& column);

// What came of a batch: each row as JSON, or "error: <reason>".
std::vector<std::string> ResultsOf(const Column& out, const RowErrors& errors);

// A call that stands for all: column types, and for each a row's value.
struct Setting {
  std::string name;
  std::vector<ArgumentType> types;
  CallOptions options;
  const FunctionRegistry* host = nullptr;
  absl::Time now = absl::FromUnixSeconds(1700000000);
};

// Resolves, casts the arguments as asked, evaluates. All as columns, unless
// `constant_argument` says which one is a constant (its first row).
// "refused: <error>" in the only row where it does not resolve, or a cast of
// an argument is refused.
std::vector<std::string> CallOnce(const Setting& setting, const Rows& rows,
                                  int constant_argument = -1);

// The same, after having compared it with the call row by row, with each
// argument as a constant, and with the rows backwards.
std::vector<std::string> Call(const Setting& setting, const Rows& rows);

// One row: Call("+", {kBigint, kBigint}, {"1", "2"}).
std::string CallRow(const std::string& name, std::vector<ArgumentType> types,
                    std::vector<std::string> row, CallOptions options = {});

// Casts the rows of one column, with the same comparisons.
std::vector<std::string> Cast(Type from, Type to,
                              const std::vector<std::string>& texts);

// Returns the generator of a randomized test: its seed is ROWFALL_SEED of the
// environment or fixed, and is printed where the test fails.
std::mt19937_64 MakeRandom();

}  // namespace rowfall::function::testing

#endif  // ROWFALL_TESTS_FUNCTION_HARNESS_H_
