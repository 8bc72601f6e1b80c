// SPDX-License-Identifier: Apache-2.0
// Rows a second of kernels over columns, by batch size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "function/function.h"

namespace rowfall::function {
namespace {

Column RandomColumn(Type type, size_t rows) {
  std::mt19937_64 random(1);
  Column column(type);
  for (size_t row = 0; row < rows; ++row) {
    const auto value = static_cast<int64_t>(random() % 1000000);
    switch (type) {
      case Type::kInt: column.AppendInt(static_cast<uint32_t>(value)); break;
      case Type::kDouble:
        column.AppendDouble(static_cast<double>(value) / 8);
        break;
      case Type::kText:
        column.AppendText("term number " + std::to_string(value));
        break;
      case Type::kJson: column.AppendText(std::to_string(value)); break;
      default: column.AppendBigint(value); break;
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

constexpr Type kBigint = Type::kBigint, kDouble = Type::kDouble;
constexpr Type kText = Type::kText, kJson = Type::kJson;
using Types = std::vector<Type>;

BENCHMARK_CAPTURE(BM_Call, add_bigint, "+", Types{kBigint, kBigint})
    ->Arg(100)->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, multiply_bigint, "*", Types{kBigint, kBigint})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, divide_double, "/", Types{kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_bigint, "<", Types{kBigint, kBigint})
    ->Arg(100)->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_double, "<", Types{kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, less_bigint_double, "<", Types{kBigint, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, equal_text, "=", Types{kText, kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, equal_json, "=", Types{kJson, kBigint})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, add_json, "+", Types{kJson, kBigint})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, concat, "concat", Types{kText, kText})
    ->Arg(100)->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, upper, "upper", Types{kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, length, "length", Types{kText})->Arg(10000);
BENCHMARK_CAPTURE(BM_Call, geodist, "geodist",
                  Types{kDouble, kDouble, kDouble, kDouble})
    ->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, bigint_to_int, kBigint, Type::kInt)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, bigint_to_text, kBigint, kText)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, json_to_bigint, kJson, kBigint)->Arg(10000);
BENCHMARK_CAPTURE(BM_Cast, timestamp_to_text, Type::kTimestamp, kText)
    ->Arg(10000);

}  // namespace
}  // namespace rowfall::function

BENCHMARK_MAIN();
