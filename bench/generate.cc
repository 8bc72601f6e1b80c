// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-generate: messages for the benches, to a file or a topic.
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/design_shape.h"
#include "bench/flags.h"
#include "examples/kafka/client.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-generate --shape design --messages N [--seed S]
         [--brokers B --topic T [--partitions P]]

Writes N messages as NDJSON to standard output; with --brokers creates the
topic and produces them there, in turn to each partition, instead.
)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Print(DesignShape shape, int64_t messages) {
  for (int64_t id = 1; id <= messages; ++id) {
    const std::string& message = shape.Next(id);
    std::fwrite(message.data(), 1, message.size(), stdout);
    std::putc('\n', stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

int Produce(DesignShape shape, int64_t messages, const Flags& flags) {
  const std::string topic = flags.Text("--topic");
  const int partitions = static_cast<int>(flags.Number("--partitions", 4));
  auto client = examples::KafkaClient::Make(flags.Text("--brokers"));
  if (!client.ok()) return Fail(client.status());
  absl::Status status = (*client)->CreateTopic(topic, partitions, {});
  const absl::Time start = absl::Now();
  for (int64_t id = 1; status.ok() && id <= messages; ++id) {
    status = (*client)->Send(topic, static_cast<int32_t>(id % partitions),
                             std::nullopt, shape.Next(id));
  }
  if (status.ok()) status = (*client)->Flush(absl::Minutes(10));
  if (!status.ok()) return Fail(status);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("{\"messages\": %lld, \"seconds\": %.3f}\n",
              static_cast<long long>(messages), seconds);
  return 0;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage,
                    {"--shape", "--messages", "--seed", "--brokers", "--topic",
                     "--partitions"},
                    {"--messages"});
  if (flags.Text("--shape", "design") != "design") {
    flags.Fail("Unknown shape: '" + flags.Text("--shape") + "'");
  }
  if (flags.Has("--brokers") != flags.Has("--topic")) {
    flags.Fail("--brokers and --topic belong together");
  }
  const DesignShape shape(flags.Number("--seed", 1));
  const int64_t messages = flags.Number("--messages", 0);
  return flags.Has("--brokers") ? Produce(shape, messages, flags)
                                : Print(shape, messages);
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
