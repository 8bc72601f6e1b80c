// SPDX-License-Identifier: Apache-2.0
// Cost of evaluating a view: the part of each batch, and of each row.
//
// Leaves are made once from a fixed seed; each iteration evaluates one batch
// and drops the result, as a sink that has written it does. The argument is
// the number of rows in the batch; batch=100 is the default of a source.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "eval/evaluator.h"
#include "sql/parser.h"

namespace rowfall {
namespace {

void AppendRandom(std::mt19937& random, Column& column) {
  switch (column.type()) {
    case Type::kBigint:
      return column.AppendBigint(static_cast<int64_t>(random() % 1000));
    case Type::kDouble:
      return column.AppendDouble(static_cast<double>(random() % 1000) / 8);
    case Type::kMulti: {
      const uint32_t first = random() % 100;
      const uint32_t set[] = {first, first + 3, first + 7};
      return column.AppendMulti(set);
    }
    case Type::kJson:
      return column.AppendText(std::to_string(random() % 1000));
    default: {
      std::string text(4 + random() % 8, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % 26);
      return column.AppendText(text);
    }
  }
}

Batch MakeLeaves(const plan::ViewPlan& plan, size_t num_rows) {
  std::mt19937 random(20240607);
  std::vector<Field> fields;
  std::vector<std::shared_ptr<const Column>> columns;
  for (const data::Leaf& leaf : plan.leaves) {
    auto column = std::make_shared<Column>(leaf.type);
    for (size_t row = 0; row < num_rows; ++row) AppendRandom(random, *column);
    fields.push_back({"leaf" + std::to_string(fields.size()), leaf.type});
    columns.push_back(std::move(column));
  }
  std::vector<uint32_t> origins(num_rows);
  for (uint32_t row = 0; row < num_rows; ++row) origins[row] = row;
  return Batch(std::make_shared<const Schema>(std::move(fields)),
               std::move(columns), num_rows, std::move(origins));
}

std::shared_ptr<const plan::ViewPlan> Plan(const char* text) {
  static const Schema source({{"id", Type::kBigint},
                              {"term", Type::kText},
                              {"abbrev", Type::kText},
                              {"price", Type::kDouble},
                              {"GlossDef", Type::kJson}});
  static const Schema table({{"id", Type::kBigint, false},
                             {"name", Type::kText},
                             {"short_name", Type::kText},
                             {"received_at", Type::kTimestamp},
                             {"size", Type::kMulti},
                             {"number", Type::kDouble},
                             {"count", Type::kBigint}});
  plan::ViewBinding binding;
  binding.source = &source;
  binding.source_name = "kafka";
  binding.destination = &table;
  const auto select = sql::ParseSelect(text);
  auto plan = select.ok() ? plan::PlanView(*select, binding) : select.status();
  if (!plan.ok()) {
    std::fprintf(stderr, "%s\n", plan.status().ToString().c_str());
    std::exit(1);
  }
  return *plan;
}

void Evaluate(benchmark::State& state, const char* select) {
  const auto plan = Plan(select);
  const auto num_rows = static_cast<size_t>(state.range(0));
  const Batch leaves = MakeLeaves(*plan, num_rows);
  auto evaluator = *eval::Evaluator::Make(plan);
  std::vector<FailedRow> failed;
  for (auto _ : state) {
    auto result = evaluator->Evaluate(leaves, absl::UnixEpoch(), failed);
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(num_rows));
}

#define ROWFALL_EVAL_BENCH(name, select) \
  BENCHMARK_CAPTURE(Evaluate, name, select)->Arg(1)->Arg(100)->Arg(10000)

ROWFALL_EVAL_BENCH(columns,
                   "SELECT id, term AS name, abbrev AS short_name, "
                   "GlossDef.size AS size FROM kafka");
ROWFALL_EVAL_BENCH(design,
                   "SELECT id, term AS name, abbrev AS short_name, "
                   "UTC_TIMESTAMP() AS received_at, GlossDef.size AS "
                   "size FROM kafka");
ROWFALL_EVAL_BENCH(arithmetic,
                   "SELECT id, price * 2 + id AS number FROM kafka");
ROWFALL_EVAL_BENCH(where,
                   "SELECT id, term AS name, price AS number FROM kafka "
                   "WHERE id < 500 AND price > 10");
ROWFALL_EVAL_BENCH(choice,
                   "SELECT IF(id < 500, id, 0 - id) AS id, "
                   "COALESCE(term, abbrev) AS name FROM kafka");
ROWFALL_EVAL_BENCH(group,
                   "SELECT id % 10 AS id, COUNT(*) AS count, "
                   "AVG(price) AS number FROM kafka GROUP BY id % 10");
ROWFALL_EVAL_BENCH(group_text,
                   "SELECT term AS name, COUNT(*) AS count FROM "
                   "kafka GROUP BY term");
ROWFALL_EVAL_BENCH(order,
                   "SELECT id, price AS number FROM kafka "
                   "ORDER BY price DESC, id");
ROWFALL_EVAL_BENCH(distinct, "SELECT DISTINCT id FROM kafka");

}  // namespace
}  // namespace rowfall

BENCHMARK_MAIN();
