// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-slow-sink: a sink that takes so many messages a second.
#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/runner/engine_run.h"
#include "bench/runner/flags.h"
#include "bench/runner/one_sink.h"
#include "bench/runner/record.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-slow-sink --brokers B --topic T [--rate R]
         [--seconds S] [--batch N] [--workload W]

Lets an engine read a topic, which has to hold enough messages, into a sink
that takes R messages a second (100,000) for S seconds (60). Such a sink makes
up for what it lost within 20 ms, not for more: where the rate is kept, it
never waited longer for the library. Prints a line a second, then the rate
that was kept, the sink's waits, and the memory from the tenth second on.
)";

constexpr absl::Duration kForgiven = absl::Milliseconds(20);

// Holds the caller back to a rate. Thread-safe.
class Brake {
 public:
  struct Waits {
    int64_t messages = 0;
    int64_t over_50_ms = 0;
    int64_t over_200_ms = 0;
    absl::Duration longest;
  };

  explicit Brake(int64_t rate) : step_(absl::Seconds(1) / rate) {}

  void Take(const WriteContext& context) {
    int64_t messages = 0;
    for (const PartitionRange& range : context.ranges) {
      messages += range.to - range.from;
    }
    absl::SleepFor(Reserve(messages, absl::Now()) - absl::Now());
    const std::lock_guard lock(mutex_);
    left_ = absl::Now();
  }
  Waits waits() const {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

 private:
  absl::Time Reserve(int64_t messages, absl::Time now) {
    const std::lock_guard lock(mutex_);
    if (left_ != absl::InfinitePast()) {
      const absl::Duration wait = now - left_;
      waits_.longest = std::max(waits_.longest, wait);
      if (wait > absl::Milliseconds(50)) ++waits_.over_50_ms;
      if (wait > absl::Milliseconds(200)) ++waits_.over_200_ms;
    }
    waits_.messages += messages;
    next_ = std::max(next_, now - kForgiven) + messages * step_;
    return next_;
  }

  const absl::Duration step_;
  mutable std::mutex mutex_;
  absl::Time next_ = absl::InfinitePast();
  absl::Time left_ = absl::InfinitePast();  // When Take() returned last.
  Waits waits_;
};

struct Memory {
  double settled_mb = 0;  // After ten seconds, or a third of the time.
  double max_mb = 0;      // From then on.
};

// Prints a line a second and returns what memory did.
Memory Watch(const Brake& brake, const std::string& name, absl::Duration time) {
  Memory memory;
  const absl::Time start = absl::Now();
  const absl::Duration settled = std::min(absl::Seconds(10), time / 3);
  int64_t before = brake.waits().messages;
  for (int64_t second = 1; absl::Seconds(second) <= time; ++second) {
    absl::SleepFor(start + absl::Seconds(second) - absl::Now());
    const int64_t messages = brake.waits().messages;
    const double rss = RssMb();
    Record("slow_sink_sample")
        .Text("contender", name)
        .Count("t_s", second)
        .Count("messages_per_s", messages - before)
        .Number("rss_mb", rss)
        .Print();
    before = messages;
    if (absl::Seconds(second) < settled) continue;
    if (memory.settled_mb == 0) memory.settled_mb = rss;
    memory.max_mb = std::max(memory.max_mb, rss);
  }
  return memory;
}

absl::Status WaitForFirst(const Brake& brake) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (brake.waits().messages == 0) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError("No message came in time");
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  const auto workload = FindWorkload(flags.Text("--workload", "design"));
  if (!workload.ok()) return workload.status();
  const int64_t rate = flags.Number("--rate", 100000);
  const std::string batch = std::to_string(flags.Number("--batch", 100));
  const Job job{flags.Text("--brokers"), flags.Text("--topic"), 0, {}};
  EngineSetup setup{*workload};
  SetOption("batch", batch, setup.workload.source);
  const auto schema = ViewSchema(setup);
  if (!schema.ok()) return schema.status();
  Brake brake(rate);
  auto engine =
      StartEngine(job, setup,
                  OptionsFor(std::make_shared<OneSink>(
                      *schema, [&](const Batch&, const WriteContext& context) {
                        brake.Take(context);
                        return absl::OkStatus();
                      })));
  if (!engine.ok()) return engine.status();
  absl::Status status = WaitForFirst(brake);
  if (!status.ok()) return status;
  const std::string name = "rowfall batch=" + batch;
  const Brake::Waits first = brake.waits();
  const double cpu = CpuSeconds();
  const absl::Time start = absl::Now();
  const Memory memory =
      Watch(brake, name, absl::Seconds(flags.Number("--seconds", 60)));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const Brake::Waits waits = brake.waits();
  const double kept =
      static_cast<double>(waits.messages - first.messages) / seconds;
  int64_t lag = 0;
  for (const PartitionStatus& partition : (*engine)->Status()[0].partitions) {
    lag += std::max<int64_t>(partition.lag, 0);
  }
  status = (*engine)->Stop();
  if (!status.ok()) return status;
  if (lag == 0) return absl::OutOfRangeError("The topic ran dry");
  Record("slow_sink")
      .Text("workload", workload->name)
      .Text("contender", name)
      .Count("rate", rate)
      .Number("seconds", seconds)
      .Number("messages_per_s", kept)
      .Number("ratio", kept / static_cast<double>(rate))
      .Count("waits_over_50_ms", waits.over_50_ms)
      .Count("waits_over_200_ms", waits.over_200_ms)
      .Number("longest_wait_ms", absl::ToDoubleMilliseconds(waits.longest))
      .Number("settled_rss_mb", memory.settled_mb)
      .Number("max_rss_mb", memory.max_mb)
      .Number("cpu_s", CpuSeconds() - cpu)
      .Print();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const Flags flags(
      argc, argv, kUsage,
      {"--brokers", "--topic", "--rate", "--seconds", "--batch", "--workload"},
      {"--brokers", "--topic"});
  return ExitCode(Run(flags));
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
