// SPDX-License-Identifier: Apache-2.0
// Calls functions on values given as JSON texts, in several shapes at once.
#include "tests/function/harness.h"

#include <algorithm>
#include <cstdlib>
#include <deque>

#include "base/text.h"
#include "coerce/coerce.h"
#include "gtest/gtest.h"

namespace rowfall::function::testing {
namespace {

// Arguments with the columns they point to.
struct Arguments {
  std::deque<Column> columns;
  std::vector<Argument> list;
};

std::string Refused(const absl::Status& status) {
  return base::Cat("refused: ", base::FromAbsl(status.message()));
}

// Casts `column` unless it has the type already. Rows that a cast refuses go
// to `errors` and are NULL, as in the evaluator.
absl::StatusOr<Column> CastTo(Type type, const Column& column,
                              const CallContext& context, RowErrors& errors) {
  if (column.type() == type) return column;
  const auto kernel = ResolveCast(column.type(), type);
  if (!kernel.ok()) return kernel.status();
  Column out(type);
  const Argument argument{&column, false};
  (*kernel)->Evaluate(context, {&argument, 1}, column.size(), out, errors);
  return out;
}

std::vector<std::string> ColumnOf(const Rows& rows, size_t i) {
  std::vector<std::string> texts;
  for (const auto& row : rows) texts.push_back(row[i]);
  return texts;
}

absl::StatusOr<Arguments> MakeArguments(const Setting& setting,
                                        const Resolved& resolved,
                                        const Rows& rows, int constant_argument,
                                        const CallContext& context,
                                        RowErrors& errors) {
  Arguments arguments;
  for (size_t i = 0; i < setting.types.size(); ++i) {
    const bool constant = constant_argument == static_cast<int>(i);
    std::vector<std::string> texts = ColumnOf(rows, i);
    if (constant) texts.resize(1);
    const Type needed = resolved.argument_types[i];
    const Column given = MakeColumn(setting.types[i].value_or(needed), texts);
    auto column = CastTo(needed, given, context, errors);
    if (!column.ok()) return column.status();
    arguments.columns.push_back(*std::move(column));
    arguments.list.push_back({&arguments.columns.back(), constant});
  }
  return arguments;
}

void ExpectValid(const Column& out, Type type, size_t rows) {
  EXPECT_EQ(out.type(), type);
  EXPECT_EQ(out.size(), rows);
}

}  // namespace

Column MakeColumn(Type type, const std::vector<std::string>& texts) {
  Column column(type);
  for (const std::string& text : texts) {
    std::string reason;
    if (!coerce::AppendJson(text, column, reason)) {
      ADD_FAILURE() << "not a value of " << TypeName(type) << ": " << text
                    << ": " << reason;
      column.AppendNull();
    }
  }
  return column;
}

std::vector<std::string> TextsOf(const Column& column) {
  std::vector<std::string> texts(column.size());
  for (size_t row = 0; row < column.size(); ++row) {
    AppendJson(column.ValueAt(row), column.type(), texts[row]);
  }
  return texts;
}

std::vector<std::string> ResultsOf(const Column& out, const RowErrors& errors) {
  std::vector<std::string> results = TextsOf(out);
  for (const RowErrors::Error& error : errors.errors()) {
    if (error.row >= results.size()) {
      ADD_FAILURE() << "error for row " << error.row << ": " << error.reason;
      continue;
    }
    EXPECT_TRUE(out.IsNull(error.row)) << "row with an error is not NULL";
    if (results[error.row].starts_with("error: ")) continue;  // The first one.
    results[error.row] = base::Cat("error: ", error.reason);
  }
  return results;
}

std::vector<std::string> CallOnce(const Setting& setting, const Rows& rows,
                                  int constant_argument) {
  const auto resolved =
      Resolve(setting.name, setting.types, setting.options, setting.host);
  if (!resolved.ok()) return {Refused(resolved.status())};
  const CallContext context{setting.now};
  RowErrors errors;
  const auto arguments = MakeArguments(setting, *resolved, rows,
                                       constant_argument, context, errors);
  if (!arguments.ok()) return {Refused(arguments.status())};
  Column out(resolved->type);
  resolved->kernel->Evaluate(context, arguments->list, rows.size(), out, errors);
  ExpectValid(out, resolved->type, rows.size());
  return ResultsOf(out, errors);
}

std::vector<std::string> Call(const Setting& setting, const Rows& rows) {
  const std::vector<std::string> results = CallOnce(setting, rows);
  if (results.size() != rows.size()) return results;  // Refused.
  Rows backwards(rows.rbegin(), rows.rend());
  std::vector<std::string> again = CallOnce(setting, backwards);
  std::reverse(again.begin(), again.end());
  EXPECT_EQ(results, again) << setting.name << " depends on the order of rows";
  for (size_t row = 0; row < rows.size(); ++row) {
    const Rows one = {rows[row]};
    for (int i = -1; i < static_cast<int>(setting.types.size()); ++i) {
      EXPECT_EQ(CallOnce(setting, one, i)[0], results[row])
          << setting.name << " alone, constant argument " << i;
    }
  }
  return results;
}

std::string CallRow(const std::string& name, std::vector<ArgumentType> types,
                    std::vector<std::string> row, CallOptions options) {
  Setting setting{name, std::move(types), std::move(options)};
  return Call(setting, {std::move(row)})[0];
}

std::vector<std::string> Cast(Type from, Type to,
                              const std::vector<std::string>& texts) {
  const auto kernel = ResolveCast(from, to);
  if (!kernel.ok()) return {Refused(kernel.status())};
  const Column given = MakeColumn(from, texts);
  const Argument argument{&given, false};
  Column out(to);
  RowErrors errors;
  (*kernel)->Evaluate({}, {&argument, 1}, texts.size(), out, errors);
  ExpectValid(out, to, texts.size());
  const std::vector<std::string> results = ResultsOf(out, errors);
  for (size_t row = 0; row < texts.size(); ++row) {
    const Column one = MakeColumn(from, {texts[row]});
    const Argument constant{&one, true};
    Column three(to);
    RowErrors three_errors;
    (*kernel)->Evaluate({}, {&constant, 1}, 3, three, three_errors);
    EXPECT_EQ(ResultsOf(three, three_errors),
              std::vector<std::string>(3, results[row]))
        << "constant " << texts[row];
  }
  return results;
}

std::mt19937_64 MakeRandom() {
  const char* given = std::getenv("ROWFALL_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : 20240117;
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  std::fprintf(stderr, "ROWFALL_SEED=%llu\n",
               static_cast<unsigned long long>(seed));
  return std::mt19937_64(seed);
}

}  // namespace rowfall::function::testing
