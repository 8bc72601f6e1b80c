// SPDX-License-Identifier: Apache-2.0
// Runs views on JSON lines.
#include "tests/eval/view_story.h"

#include <sstream>
#include <utility>

#include "absl/time/time.h"
#include "base/text.h"
#include "coerce/coerce.h"
#include "eval/evaluator.h"
#include "gtest/gtest.h"
#include "json/value.h"
#include "plan/explain.h"
#include "rowfall/error.h"
#include "sql/parser.h"

namespace rowfall::eval {
namespace {

constexpr int64_t kNow = 1704164645;  // 2024-01-02 03:04:05 UTC

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{std::string(text)};
  for (std::string part; std::getline(in, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

std::vector<std::string> ReadRows(std::string_view lines) {
  std::vector<std::string> rows;
  for (const std::string& line : Split(lines, '\n')) {
    EXPECT_TRUE(json::Validate(line).ok()) << line;
    json::AppendCompact(line, rows.emplace_back());
  }
  return rows;
}

bool AppendLeaf(const data::Leaf& leaf, std::string_view row, Column& out,
                std::string& reason) {
  base::Path path = {leaf.key};
  path.insert(path.end(), leaf.path.begin(), leaf.path.end());
  const auto value = json::Find(row, path);
  if (value.has_value()) return coerce::AppendJson(*value, out, reason);
  out.AppendNull();
  return true;
}

// Functions that a host might add.
void AddFunctions(FunctionRegistry& functions) {
  const auto status = functions.Register(
      {.name = "fail_if_odd",
       .min_arguments = 1,
       .max_arguments = 1,
       .result_type = [](std::span<const Type>) { return Type::kBigint; },
       .evaluate =
           [](std::span<const Value> arguments) -> absl::StatusOr<Value> {
         const auto* number = std::get_if<int64_t>(&arguments[0]);
         if (number == nullptr || *number % 2 == 0) return arguments[0];
         return absl::InvalidArgumentError(
             base::ToAbsl(base::Cat("Number is odd: '", *number, "'")));
       }});
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace

Schema ParseSchema(std::string_view text) {
  std::vector<Field> fields;
  for (const std::string& part : Split(text, ',')) {
    std::istringstream words(part);
    std::string name, type, rest;
    words >> name >> type >> rest;
    EXPECT_TRUE(TypeFromName(type).has_value()) << part;
    fields.push_back({name, TypeFromName(type).value_or(Type::kText),
                      /*nullable=*/rest.empty()});
  }
  return Schema(std::move(fields));
}

Batch MakeLeaves(const std::vector<data::Leaf>& leaves,
                 const std::vector<std::string>& rows,
                 std::vector<FailedRow>& rejected) {
  std::vector<Field> fields;
  std::vector<std::shared_ptr<Column>> columns;
  for (const data::Leaf& leaf : leaves) {
    fields.push_back({base::Cat("leaf", fields.size()), leaf.type});
    columns.push_back(std::make_shared<Column>(leaf.type));
  }
  std::vector<uint32_t> origins;
  for (uint32_t row = 0; row < rows.size(); ++row) {
    std::string reason;
    size_t i = 0;
    while (i < leaves.size() &&
           AppendLeaf(leaves[i], rows[row], *columns[i], reason)) {
      ++i;
    }
    if (i == leaves.size()) {
      origins.push_back(row);
      continue;
    }
    rejected.push_back({row, leaves[i].column, reason});
    for (const auto& column : columns) column->Truncate(origins.size());
  }
  const size_t num_rows = origins.size();
  return Batch(std::make_shared<const Schema>(std::move(fields)),
               {columns.begin(), columns.end()}, num_rows, std::move(origins));
}

Batch MakeBatch(const Schema& schema, const std::vector<std::string>& rows) {
  std::vector<data::Leaf> leaves;
  for (const Field& field : schema.fields()) {
    leaves.push_back({field.name, base::ToLower(field.name), {}, field.type});
  }
  std::vector<FailedRow> rejected;
  const Batch batch = MakeLeaves(leaves, rows, rejected);
  EXPECT_TRUE(rejected.empty());
  std::vector<std::shared_ptr<const Column>> columns;
  for (size_t i = 0; i < batch.num_columns(); ++i) {
    columns.push_back(batch.column_ptr(i));
  }
  return Batch(std::make_shared<const Schema>(schema), std::move(columns),
               batch.num_rows());
}

absl::StatusOr<std::shared_ptr<const plan::ViewPlan>> PlanSelect(
    std::string_view select, const plan::ViewBinding& binding) {
  const auto parsed = sql::ParseSelect(select);
  if (!parsed.ok()) return parsed.status();
  return plan::PlanView(*parsed, binding);
}

ViewStory::ViewStory() { AddFunctions(functions_); }

std::string ViewStory::Run(const std::string& block) {
  const size_t end = block.find_first_of(" \n");
  const std::string word = base::ToLower(block.substr(0, end));
  const std::string rest =
      end == std::string::npos ? "" : block.substr(end + 1);
  if (word == "source") {
    source_has_columns_ = rest != "*";
    source_ = source_has_columns_ ? ParseSchema(rest) : Schema();
    return "ok";
  }
  if (word == "table") {
    table_.reset();
    if (rest != "-") table_ = ParseSchema(rest);
    return "ok";
  }
  if (word == "rows") {
    rows_ = ReadRows(rest);
    return base::Cat("ok: ", rows_.size());
  }
  return word == "explain" ? RunSelect(rest, true) : RunSelect(block, false);
}

std::string ViewStory::RunSelect(const std::string& text, bool explain) {
  plan::ViewBinding binding;
  binding.source = &source_;
  binding.source_has_columns = source_has_columns_;
  binding.source_name = "kafka";
  binding.destination = table_.has_value() ? &*table_ : nullptr;
  binding.functions = &functions_;
  const auto plan = PlanSelect(text, binding);
  if (!plan.ok()) {
    return base::Cat(absl::StatusCodeToString(plan.status().code()), ": ",
                     ErrorWithCaret(plan.status(), text));
  }
  std::string out;
  if (explain) {
    for (const auto& [step, detail] : plan::Explain(**plan)) {
      base::AppendCat(out, step, ": ", detail, "\n");
    }
    return out;
  }
  std::vector<FailedRow> rejected;
  std::vector<FailedRow> failed;
  const Batch leaves = MakeLeaves((*plan)->leaves, rows_, rejected);
  auto evaluator = Evaluator::Make(*plan);
  EXPECT_TRUE(evaluator.ok()) << evaluator.status();
  const auto result =
      (*evaluator)->Evaluate(leaves, absl::FromUnixSeconds(kNow), failed);
  EXPECT_TRUE(result.ok()) << result.status();
  base::AppendCat(out, result->schema().ToString(), "\n");
  for (size_t row = 0; row < result->num_rows(); ++row) {
    base::AppendCat(out, result->origins()[row], " ");
    result->AppendRowJson(row, out);
    out += "\n";
  }
  for (const FailedRow& row : rejected) {
    base::AppendCat(out, "rejected ", row.row, " [", row.column,
                    "]: ", row.reason, "\n");
  }
  for (const FailedRow& row : failed) {
    base::AppendCat(out, "failed ", leaves.origins()[row.row], " [", row.column,
                    "]: ", row.reason, "\n");
  }
  return out;
}

}  // namespace rowfall::eval
