// SPDX-License-Identifier: Apache-2.0
// Statements a second of the lexer and the parser.
#include <benchmark/benchmark.h>

#include <string>

#include "sql/lexer.h"
#include "sql/parser.h"

namespace rowfall::sql {
namespace {

constexpr char kSource[] =
    "CREATE SOURCE kafka (id bigint, term text, abbrev text, GlossDef json) "
    "type='kafka' broker_list='kafka:9092' topic_list='my-data' "
    "consumer_group='manticore' num_consumers='2' batch=50";

constexpr char kView[] =
    "CREATE MATERIALIZED VIEW view_table TO destination_kafka AS SELECT id, "
    "term as name, abbrev as short_name, UTC_TIMESTAMP() as received_at, "
    "GlossDef.size as size FROM kafka";

std::string WideView(int items) {
  std::string text = "CREATE MATERIALIZED VIEW wide TO destination AS SELECT ";
  for (int i = 0; i < items; ++i) {
    const std::string n = std::to_string(i);
    text += (i == 0 ? "" : ", ") + ("COALESCE(c" + n + ", 'none') AS a" + n);
  }
  return text + " FROM kafka WHERE c0 IN (1, 2, 3) AND NOT c1 = 'x'";
}

std::string DeepView(int depth) {
  std::string expr = "id";
  for (int i = 0; i < depth; ++i) expr = "(" + expr + " + 1) * 2";
  return "CREATE MATERIALIZED VIEW deep TO destination AS SELECT " + expr +
         " AS id FROM kafka";
}

void BM_Lex(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    Lexer lexer(text);
    for (auto token = lexer.Next();
         token.ok() && token->kind != Token::Kind::kEnd; token = lexer.Next()) {
      benchmark::DoNotOptimize(token->text.data());
    }
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(text.size()));
}

void BM_Parse(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    auto statement = ParseStatement(text);
    if (!statement.ok()) return state.SkipWithError("does not parse");
    benchmark::DoNotOptimize(statement);
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(text.size()));
}

BENCHMARK_CAPTURE(BM_Lex, source, kSource);
BENCHMARK_CAPTURE(BM_Lex, wide_1000, WideView(1000));
BENCHMARK_CAPTURE(BM_Parse, source, kSource);
BENCHMARK_CAPTURE(BM_Parse, view, kView);
BENCHMARK_CAPTURE(BM_Parse, wide_100, WideView(100));
BENCHMARK_CAPTURE(BM_Parse, wide_1000, WideView(1000));
BENCHMARK_CAPTURE(BM_Parse, deep_50, DeepView(50));

}  // namespace
}  // namespace rowfall::sql

BENCHMARK_MAIN();
