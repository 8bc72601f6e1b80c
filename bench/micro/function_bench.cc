// SPDX-License-Identifier: Apache-2.0
// Rows a second of kernels over columns, by batch size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "function/aggregate.h"
#include "function/function.h"

namespace rowfall::function {
namespace {

Column RandomColumn(Type type, size_t rows) {
  std::mt19937_64 random(1);
  Column column(type);
  for (size_t row = 0; row < rows; ++row) {
    const auto value = static_cast<int64_t>(random() % 1000000);
    switch (type) {
      case Type::kInt:
        column.AppendInt(static_cast<uint32_t>(value));
        break;
      case Type::kDouble:
        column.AppendDouble(static_cast<double>(value) / 8);
        break;
      case Type::kText:
        column.AppendText("term number " + std::to_string(value));
        break;
      case Type::kJson:
        column.AppendText(std::to_string(value));
        break;
      case Type::kBool:
        column.AppendBool(value % 2 == 0);
        break;
      default:
        column.AppendBigint(value);
        break;
    }
  }
  return column;
}

// Evaluates the function over columns, the last argument a constant.
void Run(benchmark::State& state, const Kernel& kernel, Type result,
         const std::vector<Type>& types) {
  const auto rows = static_cast<size_t>(state.range(0));
  std::vector<Column> columns;
  for (size_t i = 0; i < types.size(); ++i) {
    const bool constant = i > 0 && i + 1 == types.size();
    columns.push_back(RandomColumn(types[i], constant ? 1 : rows));
  }
  std::vector<Argument> arguments;
  for (const Column& column : columns) {
    arguments.push_back({&column, column.size() != rows});
  }
  Column out(result);
  RowErrors errors;
  for (auto _ : state) {
    out.Clear();
    kernel.Evaluate({}, arguments, rows, out, errors);
    benchmark::DoNotOptimize(out.values().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_Call(benchmark::State& state, const std::string& name,
             const std::vector<Type>& types) {
  const std::vector<ArgumentType> given(types.begin(), types.end());
  const auto resolved = Resolve(name, given, {}, nullptr);
  if (!resolved.ok()) return state.SkipWithError("does not resolve");
  Run(state, *resolved->kernel, resolved->type, resolved->argument_types);
}

void BM_Cast(benchmark::State& state, Type from, Type to) {
  const auto kernel = ResolveCast(from, to);
  if (!kernel.ok()) return state.SkipWithError("no such cast");
  Run(state, **kernel, to, {from});
}

void BM_Path(benchmark::State& state) {
  const auto rows = static_cast<size_t>(state.range(0));
  Column objects(Type::kJson);
  for (size_t row = 0; row < rows; ++row) {
    objects.AppendText("{\"also\": [\"GML\"], \"a\": {\"size\": " +
                       std::to_string(row) + "}}");
  }
  const auto kernel = MakePathKernel({std::string("a"), std::string("size")});
  const Argument argument{&objects, false};
  Column out(Type::kJson);
  RowErrors errors;
  for (auto _ : state) {
    out.Clear();
    kernel->Evaluate({}, {&argument, 1}, rows, out, errors);
    benchmark::DoNotOptimize(out.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Path)->Arg(10000);

// Over a thousand groups.
void BM_Aggregate(benchmark::State& state, const std::string& name, Type type) {
  const auto rows = static_cast<size_t>(state.range(0));
  const ArgumentType given = type;
  const auto resolved = ResolveAggregate(name, {&given, 1}, false, false);
  if (!resolved.ok()) return state.SkipWithError("does not resolve");
  const Column column = RandomColumn(type, rows);
  const Argument argument{&column, false};
  std::vector<uint32_t> groups;
  for (size_t row = 0; row < rows; ++row) groups.push_back(row * 7 % 1000);
  const auto aggregate = resolved->make(*resolved);
  Column out(resolved->type);
  RowErrors errors;
  for (auto _ : state) {
    out.Clear();
    aggregate->Clear();
    aggregate->Resize(1000);
    aggregate->Update({&argument, 1}, groups);
    aggregate->Finish(out, errors);
    benchmark::DoNotOptimize(out.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

constexpr Type kBigint = Type::kBigint, kDouble = Type::kDouble;
constexpr Type kText = Type::kText, kJson = Type::kJson;
using Types = std::vector<Type>;

BENCHMARK_CAPTURE(BM_Call, add_bigint, "+", Types{kBigint, kBigint})
    ->Arg(100)
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, multiply_bigint, "*", Types{kBigint, kBigint})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, divide_double, "/", Types{kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_bigint, "<", Types{kBigint, kBigint})
    ->Arg(100)
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_double, "<", Types{kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_bigint_double, "<", Types{kBigint, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, equal_text, "=", Types{kText, kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, equal_json, "=", Types{kJson, kBigint})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, add_json, "+", Types{kJson, kBigint})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, concat, "concat", Types{kText, kText})
    ->Arg(100)
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, upper, "upper", Types{kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, length, "length", Types{kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, geodist, "geodist",
                  Types{kDouble, kDouble, kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, negate, "negate", Types{kBigint})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, abs, "abs", Types{kDouble})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, round, "round", Types{kDouble})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, sqrt, "sqrt", Types{kDouble})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, greatest, "greatest", Types{kBigint, kBigint})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, in_bigint, "in", Types{kBigint, kBigint})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, not_bool, "not", Types{Type::kBool})->Arg(10000);
BENCHMARK_CAPTURE(BM_Aggregate, count, "count", kBigint)->Arg(10000);
BENCHMARK_CAPTURE(BM_Aggregate, sum_bigint, "sum", kBigint)->Arg(10000);
BENCHMARK_CAPTURE(BM_Aggregate, avg_double, "avg", kDouble)->Arg(10000);
BENCHMARK_CAPTURE(BM_Aggregate, min_bigint, "min", kBigint)->Arg(10000);
BENCHMARK_CAPTURE(BM_Aggregate, max_text, "max", kText)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, bigint_to_int, kBigint, Type::kInt)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, bigint_to_text, kBigint, kText)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, json_to_bigint, kJson, kBigint)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, timestamp_to_text, Type::kTimestamp, kText)
    ->Arg(10000);

}  // namespace
}  // namespace rowfall::function

BENCHMARK_MAIN();
