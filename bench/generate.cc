// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-generate: messages for the benches, to a file or a topic.
#include <cstdio>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/runner/flags.h"
#include "bench/runner/record.h"
#include "bench/workload/shape.h"
#include "bench/workload/workload.h"
#include "examples/kafka/client.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-generate --workload W --messages N [--seed S]
         [--brokers B --topic T [--partitions P] [--rate R] [--retain BYTES]]
       rowfall-bench-generate --workload W --show source|view
       rowfall-bench-generate --list

Writes N messages to standard output, a line each; with --brokers creates the
topic, if it is not there, and produces them there, in turn to each partition,
instead: R a second, as fast as it goes where R is not given. The broker forgets
what exceeds BYTES of a partition. --show prints a statement of the workload.
)";

// The clock is looked at once in so many messages.
constexpr int64_t kPace = 50;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Print(Shape& shape, int64_t messages) {
  for (int64_t id = 1; id <= messages; ++id) {
    const std::string& message = shape.Next(id);
    std::fwrite(message.data(), 1, message.size(), stdout);
    std::putc('\n', stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

std::map<std::string, std::string> TopicSettings(const Flags& flags) {
  if (!flags.Has("--retain")) return {};
  return {{"retention.bytes", flags.Text("--retain")},
          {"segment.bytes", "67108864"}};
}

absl::Status Produce(Shape& shape, int64_t messages, const Flags& flags) {
  const std::string topic = flags.Text("--topic");
  const int64_t partitions = flags.Number("--partitions", 4);
  auto client = examples::KafkaClient::Make(flags.Text("--brokers"));
  if (!client.ok()) return client.status();
  absl::Status status = (*client)->CreateTopic(
      topic, static_cast<int>(partitions), TopicSettings(flags));
  if (absl::IsAlreadyExists(status)) status = absl::OkStatus();
  const absl::Duration step = flags.Has("--rate")
                                  ? absl::Seconds(1) / flags.Number("--rate", 1)
                                  : absl::ZeroDuration();
  const absl::Time start = absl::Now();
  for (int64_t id = 1; status.ok() && id <= messages; ++id) {
    if (id % kPace == 0) absl::SleepFor(start + id * step - absl::Now());
    status = (*client)->Send(topic, static_cast<int32_t>(id % partitions),
                             std::nullopt, shape.Next(id));
  }
  if (status.ok()) status = (*client)->Flush(absl::Minutes(10));
  if (!status.ok()) return status;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  Record("generate")
      .Text("workload", flags.Text("--workload"))
      .Count("messages", messages)
      .Number("seconds", seconds)
      .Print();
  return absl::OkStatus();
}

int ShowNames() {
  for (const std::string& name : WorkloadNames()) std::puts(name.c_str());
  return 0;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage,
                    {"--workload", "--messages", "--seed", "--brokers",
                     "--topic", "--partitions", "--rate", "--retain", "--show"},
                    {}, {"--list"});
  if (flags.Has("--list")) return ShowNames();
  const auto workload = FindWorkload(flags.Text("--workload", "design"));
  if (!workload.ok()) return Fail(workload.status());
  if (flags.Has("--show")) {
    const bool source = flags.Text("--show") == "source";
    std::puts(source ? workload->source.c_str() : workload->view.c_str());
    return 0;
  }
  if (!flags.Has("--messages")) flags.Fail("Option is missing: '--messages'");
  if (flags.Has("--brokers") != flags.Has("--topic")) {
    flags.Fail("--brokers and --topic belong together");
  }
  const auto shape = MakeShape(
      workload->shape, static_cast<uint64_t>(flags.Number("--seed", 1)));
  if (!shape.ok()) return Fail(shape.status());
  const int64_t messages = flags.Number("--messages", 0);
  if (!flags.Has("--brokers")) return Print(**shape, messages);
  const absl::Status status = Produce(**shape, messages, flags);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
