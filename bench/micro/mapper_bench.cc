// SPDX-License-Identifier: Apache-2.0
// Rows a second of the mapper alone, for messages of several shapes.
//
// Messages are made from a fixed seed, 20,000 of each shape, held in memory in
// batches of 100, and mapped on one thread; --benchmark_filter picks a shape.
// mapper_bench --dump FILE writes the first shape as NDJSON instead.
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "benchmark/benchmark.h"
#include "map/mapper.h"

namespace rowfall {
namespace {

using data::Leaf;

class Random {
 public:
  int Below(int limit) {
    return static_cast<int>(engine_() % static_cast<uint32_t>(limit));
  }
  std::string Word(int size) {
    std::string word;
    for (int i = 0; i < size; ++i) {
      word += static_cast<char>('a' + Below(26));
    }
    return word;
  }
  std::string Text(size_t size) {
    std::string text;
    while (text.size() < size) text += Word(2 + Below(8)) + " ";
    return text.substr(0, size);
  }

 private:
  std::mt19937 engine_{20240607};
};

// The message of the design: 223 bytes on average.
std::string GlossMessage(Random& random, int id) {
  const std::string term = random.Word(4 + random.Below(4));
  return "{\"id\": " + std::to_string(id) + ", \"term\": \"" + term +
         "\", \"abbrev\": \"ISO " + std::to_string(8000 + random.Below(2000)) +
         ":" + std::to_string(1980 + random.Below(40)) +
         "\", \"unnecessary_key\": " + std::to_string(random.Below(10)) +
         ", \"GlossDef\": {\"size\": [" + std::to_string(random.Below(10)) +
         "," + std::to_string(random.Below(10)) + "," +
         std::to_string(10 + random.Below(90)) + "], \"title\": \"" +
         random.Text(28) + "\", \"para\": \"" + random.Text(60) + "\"}}";
}

std::string FlatMessage(Random& random, int id) {
  std::string message = "{\"c0\":" + std::to_string(id);
  for (int i = 1; i < 20; ++i) {
    message += ",\"c" + std::to_string(i) + "\":";
    message += i % 2 == 0 ? std::to_string(random.Below(1000000))
                          : "\"" + random.Word(8) + "\"";
  }
  return message + "}";
}

std::string NestedMessage(Random& random, int id) {
  std::string message = "{\"head\": {\"id\": " + std::to_string(id) +
                        ", \"trace\": \"" + random.Word(32) + "\"}";
  for (int i = 0; i < 8; ++i) {
    message += ", \"part" + std::to_string(i) + "\": {\"name\": \"" +
               random.Word(12) + "\", \"values\": [";
    for (int j = 0; j < 12; ++j) {
      message += (j == 0 ? "" : ", ") + std::to_string(random.Below(10000));
    }
    message += "], \"on\": true, \"note\": \"" + random.Text(90) + "\"}";
  }
  return message + ", \"tail\": {\"sum\": {\"amount\": " +
         std::to_string(random.Below(100000)) + ".5}}}";
}

std::string LongTextMessage(Random& random, int id) {
  return "{\"id\": " + std::to_string(id) + ", \"title\": \"" +
         random.Text(100) + "\", \"body\": \"" + random.Text(4000) + "\"}";
}

std::string GlossLines(Random& random, int id) {
  std::string message;
  for (int i = 0; i < 100; ++i) {
    message += GlossMessage(random, id * 100 + i) + "\n";
  }
  return message;
}

using MakeMessage = std::string (*)(Random&, int);

std::vector<MessageBatch> MakeBatches(MakeMessage make, int num_messages,
                                      int batch) {
  Random random;
  std::vector<MessageBatch> batches(
      static_cast<size_t>((num_messages + batch - 1) / batch));
  for (int i = 0; i < num_messages; ++i) {
    const std::string payload = make(random, i);
    Message message;
    message.topic = "bench";
    message.offset = i;
    message.payload = payload;
    batches[static_cast<size_t>(i / batch)].Append(message);
  }
  return batches;
}

void RunMapper(benchmark::State& state, std::vector<Leaf> leaves,
               MakeMessage make, int num_messages = 20000, int batch = 100) {
  const std::vector<MessageBatch> batches =
      MakeBatches(make, num_messages, batch);
  const auto mapper = map::Mapper::Make(std::move(leaves), {});
  std::vector<map::MapError> errors;
  size_t rows = 0, bytes = 0, messages = 0;
  for (auto _ : state) {
    for (const MessageBatch& messages_of_batch : batches) {
      const Batch mapped = (*mapper)->Map(messages_of_batch, errors);
      benchmark::DoNotOptimize(mapped.num_rows());
      rows += mapped.num_rows();
      bytes += messages_of_batch.byte_size();
      messages += messages_of_batch.size();
    }
  }
  if (!errors.empty()) state.SkipWithError(errors[0].reason.c_str());
  using benchmark::Counter;
  state.counters["rows"] = Counter(double(rows), Counter::kIsRate);
  state.counters["messages"] = Counter(double(messages), Counter::kIsRate);
  state.counters["bytes"] = Counter(double(bytes), Counter::kIsRate);
}

std::vector<Leaf> GlossLeaves(Type size_type) {
  return {{"id", "id", {}, Type::kBigint},
          {"term", "term", {}, Type::kText},
          {"abbrev", "abbrev", {}, Type::kText},
          {"glossdef", "glossdef", {std::string("size")}, size_type}};
}

void BM_Gloss_Json(benchmark::State& state) {
  RunMapper(state, GlossLeaves(Type::kJson), GlossMessage);
}
BENCHMARK(BM_Gloss_Json);

void BM_Gloss_Multi(benchmark::State& state) {
  RunMapper(state, GlossLeaves(Type::kMulti), GlossMessage);
}
BENCHMARK(BM_Gloss_Multi);

void BM_Flat20(benchmark::State& state) {
  std::vector<Leaf> leaves;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "c" + std::to_string(i);
    leaves.push_back(
        {name, name, {}, i % 2 == 0 ? Type::kBigint : Type::kText});
  }
  RunMapper(state, leaves, FlatMessage);
}
BENCHMARK(BM_Flat20);

void BM_Nested2K_TwoLeaves(benchmark::State& state) {
  RunMapper(state,
            {{"head", "head", {std::string("id")}, Type::kBigint},
             {"tail",
              "tail",
              {std::string("sum"), std::string("amount")},
              Type::kDouble}},
            NestedMessage);
}
BENCHMARK(BM_Nested2K_TwoLeaves);

void BM_LongText(benchmark::State& state) {
  RunMapper(state,
            {{"id", "id", {}, Type::kBigint},
             {"title", "title", {}, Type::kText},
             {"body", "body", {}, Type::kText}},
            LongTextMessage);
}
BENCHMARK(BM_LongText);

void BM_Lines100(benchmark::State& state) {
  RunMapper(state, GlossLeaves(Type::kJson), GlossLines, 200, 10);
}
BENCHMARK(BM_Lines100);

// One column of each type, in messages of about the same size.
std::string OneColumn(Random& random, Type type) {
  const std::string number = std::to_string(random.Below(1000000));
  switch (type) {
    case Type::kFloat:
    case Type::kDouble:
      return number + "." + std::to_string(random.Below(100));
    case Type::kBool:
      return random.Below(2) == 0 ? "true" : "false";
    case Type::kText:
      return "\"" + random.Text(20) + "\"";
    case Type::kJson:
      return "{\"a\": " + number + ", \"b\": [true, null]}";
    case Type::kMulti:
    case Type::kMulti64:
      return "[" + number + ", 7, " + std::to_string(random.Below(1000)) + "]";
    case Type::kFloatVector:
      return "[0.5, -1.25, " + number + "]";
    default:
      return number;
  }
}

template <Type kType>
std::string TypeMessage(Random& random, int id) {
  return "{\"id\": " + std::to_string(id) +
         ", \"v\": " + OneColumn(random, kType) + ", \"rest\": \"" +
         random.Text(60) + "\"}";
}

template <Type kType>
void BM_Type(benchmark::State& state) {
  RunMapper(state, {{"v", "v", {}, kType}}, TypeMessage<kType>);
}
BENCHMARK_TEMPLATE(BM_Type, Type::kInt);
BENCHMARK_TEMPLATE(BM_Type, Type::kBigint);
BENCHMARK_TEMPLATE(BM_Type, Type::kFloat);
BENCHMARK_TEMPLATE(BM_Type, Type::kDouble);
BENCHMARK_TEMPLATE(BM_Type, Type::kBool);
BENCHMARK_TEMPLATE(BM_Type, Type::kText);
BENCHMARK_TEMPLATE(BM_Type, Type::kJson);
BENCHMARK_TEMPLATE(BM_Type, Type::kMulti);
BENCHMARK_TEMPLATE(BM_Type, Type::kMulti64);
BENCHMARK_TEMPLATE(BM_Type, Type::kTimestamp);
BENCHMARK_TEMPLATE(BM_Type, Type::kFloatVector);

int Dump(const char* path) {
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) return 1;
  Random random;
  for (int i = 0; i < 20000; ++i) {
    std::fprintf(file, "%s\n", GlossMessage(random, i).c_str());
  }
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rowfall

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--dump") == 0) {
    return rowfall::Dump(argv[2]);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
