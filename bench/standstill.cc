// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-standstill: memory while the sink stands still.
#include <algorithm>
#include <future>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/runner/engine_run.h"
#include "bench/runner/flags.h"
#include "bench/runner/one_sink.h"
#include "bench/runner/record.h"
#include "examples/kafka/client.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-standstill --brokers B --topic T [--seconds S]
         [--sink block|refuse] [--workload W]

Lets an engine with default options read a topic with a backlog into a sink
whose Write() does not return (block), or returns Unavailable (refuse), for S
seconds (15), and one read an empty topic, each in a process of its own. Prints
the resident memory over time and by how much the first exceeds the second.
)";

constexpr absl::Duration kSample = absl::Milliseconds(250);

enum class Still { kBlocks, kRefuses };

// Runs an engine for a while and returns the peak of its memory.
absl::StatusOr<Figures> Watch(const Job& job, const std::string& name,
                              Still still, absl::Duration time,
                              const Workload& workload) {
  const EngineSetup setup{workload};
  const auto schema = ViewSchema(setup);
  if (!schema.ok()) return schema.status();
  std::promise<void> over;
  const std::shared_future<void> is_over = over.get_future().share();
  auto engine = StartEngine(
      job, setup,
      OptionsFor(std::make_shared<OneSink>(
          *schema, [still, is_over](const Batch&, const WriteContext&) {
            if (still == Still::kBlocks) is_over.wait();
            return absl::UnavailableError("The sink stands still");
          })));
  if (!engine.ok()) return engine.status();
  const absl::Time start = absl::Now();
  for (absl::Time now = start; now < start + time; now = absl::Now()) {
    Record("standstill_sample")
        .Text("workload", workload.name)
        .Text("contender", name)
        .Number("t_s", absl::ToDoubleSeconds(now - start))
        .Number("rss_mb", RssMb())
        .Print();
    absl::SleepFor(kSample);
  }
  Figures figures;
  figures.messages = static_cast<int64_t>((*engine)->Status()[0].messages);
  over.set_value();
  const absl::Status status = (*engine)->Stop();
  if (!status.ok()) return status;
  return figures;
}

// In a child, because a client leaves threads and memory behind.
absl::StatusOr<Figures> MakeTopic(const Job& job) {
  auto client = examples::KafkaClient::Make(job.brokers);
  if (!client.ok()) return client.status();
  const absl::Status status = (*client)->CreateTopic(job.topic, 4, {});
  if (!status.ok()) return status;
  return Figures();
}

absl::Status Run(const Flags& flags) {
  const auto workload = FindWorkload(flags.Text("--workload", "design"));
  if (!workload.ok()) return workload.status();
  const std::string sink = flags.Text("--sink", "block");
  if (sink != "block" && sink != "refuse") {
    flags.Fail("Unknown sink: '" + sink + "'");
  }
  const Still still = sink == "block" ? Still::kBlocks : Still::kRefuses;
  const absl::Duration time = absl::Seconds(flags.Number("--seconds", 15));
  Job empty{flags.Text("--brokers"),
            "empty-" + std::to_string(absl::ToUnixMicros(absl::Now())),
            0,
            {}};
  const auto made = RunInChild([&] { return MakeTopic(empty); });
  if (!made.ok()) return made.status();
  Job full = empty;
  full.topic = flags.Text("--topic");
  const std::string name = "rowfall sink=" + sink;
  const auto idle = RunInChild([&] {
    return Watch(empty, "rowfall idle before sink=" + sink, still,
                 std::min(time, absl::Seconds(5)), *workload);
  });
  if (!idle.ok()) return idle.status();
  const auto busy =
      RunInChild([&] { return Watch(full, name, still, time, *workload); });
  if (!busy.ok()) return busy.status();
  Record("standstill")
      .Text("workload", workload->name)
      .Text("contender", name)
      .Count("messages_taken", busy->messages)
      .Number("idle_rss_mb", idle->max_rss_mb)
      .Number("max_rss_mb", busy->max_rss_mb)
      .Number("over_idle_mb", busy->max_rss_mb - idle->max_rss_mb)
      .Number("cpu_s", busy->cpu_seconds)
      .Print();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const Flags flags(
      argc, argv, kUsage,
      {"--brokers", "--topic", "--seconds", "--sink", "--workload"},
      {"--brokers", "--topic"});
  return ExitCode(Run(flags));
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
