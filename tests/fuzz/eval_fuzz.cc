// SPDX-License-Identifier: Apache-2.0
// Fuzzes planner and evaluator: a SELECT in the first line, JSON rows below it.
// No view breaks them, batches are well formed, each row comes out or fails at
// most once, and a second batch in used memory gives the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coerce/coerce.h"
#include "eval/evaluator.h"
#include "json/value.h"
#include "plan/explain.h"
#include "rowfall/error.h"
#include "sql/parser.h"

namespace {

using namespace rowfall;

void Check(bool holds, const char* law, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "%s: %.*s\n", law, static_cast<int>(text.size()),
               text.data());
  std::abort();
}

constexpr size_t kMaxRows = 40;

// The lines of `text` that are JSON, compact.
std::vector<std::string> ReadRows(std::string_view text) {
  std::vector<std::string> rows;
  while (!text.empty() && rows.size() < kMaxRows) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (json::Validate(line).ok())
      json::AppendCompact(line, rows.emplace_back());
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return rows;
}

// Values that do not fit their leaf are NULL: rejecting is the mapper's work.
Batch MakeLeaves(const std::vector<data::Leaf>& leaves,
                 const std::vector<std::string>& rows) {
  std::vector<Field> fields;
  std::vector<std::shared_ptr<const Column>> columns;
  for (const data::Leaf& leaf : leaves) {
    auto column = std::make_shared<Column>(leaf.type);
    base::Path path = {leaf.key};
    path.insert(path.end(), leaf.path.begin(), leaf.path.end());
    for (const std::string& row : rows) {
      std::string reason;
      const auto value = json::Find(row, path);
      if (!value.has_value() || !coerce::AppendJson(*value, *column, reason)) {
        column->AppendNull();
      }
    }
    fields.push_back({"leaf" + std::to_string(fields.size()), leaf.type});
    columns.push_back(std::move(column));
  }
  std::vector<uint32_t> origins(rows.size());
  for (uint32_t row = 0; row < rows.size(); ++row) origins[row] = row;
  return Batch(std::make_shared<const Schema>(std::move(fields)),
               std::move(columns), rows.size(), std::move(origins));
}

// Reads every value, so that a sanitizer sees what is out of bounds.
void ReadAll(const Batch& batch, std::string_view text) {
  Check(batch.num_columns() == batch.schema().num_fields(), "columns", text);
  std::string out;
  for (size_t i = 0; i < batch.num_columns(); ++i) {
    Check(batch.column(i).size() == batch.num_rows(), "rows", text);
    Check(batch.column(i).type() == batch.schema().field(i).type, "type", text);
    Check(batch.schema().field(i).nullable || batch.column(i).null_count() == 0,
          "NULL where there can be none", text);
  }
  for (size_t row = 0; row < batch.num_rows(); ++row) {
    batch.AppendRowJson(row, out);
  }
}

void CheckRows(const plan::ViewPlan& plan, const Batch& result,
               const std::vector<FailedRow>& failed, size_t num_rows,
               std::string_view text) {
  std::set<uint32_t> seen;
  for (const FailedRow& row : failed) {
    Check(row.row < num_rows, "failed row", text);
    Check(seen.insert(row.row).second, "row failed twice", text);
    Check(!row.reason.empty() && !row.column.empty(), "no reason", text);
  }
  for (const uint32_t origin : result.origins()) {
    Check(origin < num_rows, "origin", text);
    Check(seen.insert(origin).second, "row came twice", text);
  }
  Check(plan.grouped || plan.where.has_value() || plan.distinct ||
            seen.size() == num_rows,
        "row lost", text);
}

void Evaluate(std::shared_ptr<const plan::ViewPlan> plan,
              const std::vector<std::string>& rows, std::string_view text) {
  plan::Explain(*plan);
  auto evaluator = eval::Evaluator::Make(plan);
  Check(evaluator.ok(), "no evaluator", text);
  const Batch leaves = MakeLeaves(plan->leaves, rows);
  std::vector<FailedRow> failed;
  const auto first = (*evaluator)->Evaluate(leaves, absl::UnixEpoch(), failed);
  Check(first.ok(), "internal error", text);
  ReadAll(*first, text);
  CheckRows(*plan, *first, failed, rows.size(), text);
  std::vector<FailedRow> failed_again;
  const auto again =
      (*evaluator)->Evaluate(leaves, absl::UnixEpoch(), failed_again);
  Check(again.ok() && *again == *first && failed_again == failed,
        "second batch differs", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const auto select = sql::ParseSelect(text.substr(0, line));
  if (!select.ok()) return 0;
  const auto rows =
      ReadRows(line == std::string_view::npos ? "" : text.substr(line + 1));
  static const Schema source({{"id", Type::kBigint},
                              {"k", Type::kText},
                              {"n", Type::kInt},
                              {"d", Type::kDouble},
                              {"b", Type::kBool},
                              {"m", Type::kMulti},
                              {"j", Type::kJson},
                              {"at", Type::kTimestamp}});
  static const Schema table({{"id", Type::kBigint, false},
                             {"name", Type::kText, false},
                             {"x", Type::kInt},
                             {"y", Type::kMulti64, false},
                             {"z", Type::kJson, false}});
  for (const bool has_columns : {true, false}) {
    for (const Schema* destination : {(const Schema*)nullptr, &table}) {
      plan::ViewBinding binding;
      binding.source = &source;
      binding.source_has_columns = has_columns;
      binding.source_name = "kafka";
      binding.destination = destination;
      const auto plan = plan::PlanView(*select, binding);
      if (plan.ok()) {
        Evaluate(*plan, rows, text);
      } else {
        Check(ErrorPlace(plan.status()).has_value(), "error without place",
              text);
      }
    }
  }
  return 0;
}
