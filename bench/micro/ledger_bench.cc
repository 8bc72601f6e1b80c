// SPDX-License-Identifier: Apache-2.0
// What the offsets of a batch cost: accepted, settled, committed.
//
// The arguments are the messages of a batch and the partitions they come from,
// in turn; batch=100 is the default of a source.
#include <benchmark/benchmark.h>

#include <vector>

#include "commit/offset_ledger.h"

namespace rowfall::commit {
namespace {

constexpr char kTopic[] = "bench";

OffsetLedger MakeLedger(int64_t partitions) {
  std::vector<PartitionOffset> positions;
  for (int32_t i = 0; i < partitions; ++i) {
    positions.push_back({{kTopic, i}, 0});
  }
  OffsetLedger ledger;
  ledger.Assign(positions);
  return ledger;
}

// Accepts a batch, as a fetch brings it: a run of each partition.
void AcceptBatch(OffsetLedger& ledger, int64_t messages, int64_t partitions,
                 int64_t offset) {
  const int64_t run = messages / partitions;
  for (int64_t i = 0; i < messages; ++i) {
    const bool accepted =
        ledger.Accept(kTopic, static_cast<int32_t>(i / run), offset + i % run);
    benchmark::DoNotOptimize(accepted);
  }
}

void BM_Accept(benchmark::State& state) {
  OffsetLedger ledger = MakeLedger(state.range(1));
  int64_t offset = 0;
  for (auto _ : state) {
    AcceptBatch(ledger, state.range(0), state.range(1), offset);
    offset += state.range(0) / state.range(1);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Accept)->Args({100, 1})->Args({100, 4})->Args({10000, 100});

void BM_AcceptAndSettle(benchmark::State& state) {
  OffsetLedger ledger = MakeLedger(state.range(1));
  int64_t offset = 0;
  for (auto _ : state) {
    AcceptBatch(ledger, state.range(0), state.range(1), offset);
    offset += state.range(0) / state.range(1);
    ledger.Settle(ledger.Pending());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_AcceptAndSettle)
    ->Args({100, 1})
    ->Args({100, 4})
    ->Args({10000, 4})
    ->Args({10000, 100});

void BM_Uncommitted(benchmark::State& state) {
  const int64_t partitions = state.range(0);
  OffsetLedger ledger = MakeLedger(partitions);
  AcceptBatch(ledger, partitions, partitions, 0);
  ledger.Settle(ledger.Pending());
  for (auto _ : state) {
    auto positions = ledger.Uncommitted();
    benchmark::DoNotOptimize(positions);
  }
}
BENCHMARK(BM_Uncommitted)->Arg(4)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace rowfall::commit

BENCHMARK_MAIN();
