// SPDX-License-Identifier: Apache-2.0
// What a batch costs between the stages: messages copied in, rows handed over.
//
// The argument is the messages, or rows, of a batch.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rowfall/batch.h"
#include "rowfall/message.h"
#include "rowfall/sink.h"
#include "sink/batch_writer.h"

namespace rowfall {
namespace {

void BM_AppendMessages(benchmark::State& state) {
  const std::string payload(223, 'x');
  const int64_t count = state.range(0);
  Message message;
  message.topic = "bench";
  message.payload = payload;
  MessageBatch batch;
  for (auto _ : state) {
    batch.Clear();
    for (int64_t i = 0; i < count; ++i) {
      message.partition = static_cast<int32_t>(4 * i / count);
      message.offset = i;
      batch.Append(message);
    }
    benchmark::DoNotOptimize(batch.payload(0).data());
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.SetBytesProcessed(state.iterations() * count *
                          static_cast<int64_t>(payload.size()));
}
BENCHMARK(BM_AppendMessages)->Arg(1)->Arg(100)->Arg(10000);

class NullSink : public Sink {
 public:
  explicit NullSink(Schema schema) : schema_(std::move(schema)) {}
  const Schema& schema() const override { return schema_; }
  absl::Status Write(const Batch& rows, const WriteContext&,
                     std::vector<RefusedRow>&) override {
    benchmark::DoNotOptimize(rows.num_rows());
    return absl::OkStatus();
  }

 private:
  const Schema schema_;
};

Batch MakeRows(size_t count) {
  const auto schema = std::make_shared<const Schema>(
      Schema({{"id", Type::kBigint}, {"name", Type::kText}}));
  auto ids = std::make_shared<Column>(Type::kBigint);
  auto names = std::make_shared<Column>(Type::kText);
  std::vector<uint32_t> origins;
  for (size_t i = 0; i < count; ++i) {
    ids->AppendBigint(static_cast<int64_t>(i));
    names->AppendText("a name");
    origins.push_back(static_cast<uint32_t>(i));
  }
  return Batch(schema, {ids, names}, count, origins);
}

void BM_WriteRows(benchmark::State& state) {
  const Batch rows = MakeRows(static_cast<size_t>(state.range(0)));
  NullSink null(rows.schema());
  sink::BatchWriter writer(null);
  for (auto _ : state) {
    writer.Begin(rows, {{{"bench", 0}, 0, state.range(0)}}, "view", "group");
    const auto outcome = writer.Attempt();
    if (outcome.result != sink::WriteResult::kWritten) {
      return state.SkipWithError("not written");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_WriteRows)->Arg(1)->Arg(100)->Arg(10000);

}  // namespace
}  // namespace rowfall

BENCHMARK_MAIN();
