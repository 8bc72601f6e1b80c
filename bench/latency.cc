// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-latency: from a message's sending to its row's Write().
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/runner/engine_run.h"
#include "bench/runner/flags.h"
#include "bench/runner/one_sink.h"
#include "bench/runner/record.h"
#include "bench/workload/shape.h"
#include "examples/kafka/client.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-latency --brokers B [--rate R] [--seconds S]
         [--batch-timeout MS] [--batch N]

Sends R messages a second (1,000) for S seconds (20) to a new topic of 4
partitions, one at a time and without lingering, and measures how long after
that each row reaches Sink::Write(). The first fifth is not counted.
)";

// Tells for each message when it was sent, and how long it took. Thread-safe.
class Journey {
 public:
  explicit Journey(int64_t messages) : sent_(messages + 1) {}

  void Sent(int64_t id) { sent_[id].store(absl::GetCurrentTimeNanos()); }
  void Arrived(const Batch& rows) {
    const int64_t now = absl::GetCurrentTimeNanos();
    const std::lock_guard lock(mutex_);
    for (const int64_t id : rows.FindColumn("id")->bigints()) {
      arrived_.push_back({id, static_cast<double>(now - sent_[id]) / 1e6});
    }
  }
  size_t num_arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_.size();
  }
  // Milliseconds, ascending, of the messages behind `first`.
  std::vector<double> Times(int64_t first) const {
    const std::lock_guard lock(mutex_);
    std::vector<double> times;
    for (const Arrival& arrival : arrived_) {
      if (arrival.id > first) times.push_back(arrival.milliseconds);
    }
    std::sort(times.begin(), times.end());
    return times;
  }

 private:
  struct Arrival {
    int64_t id;
    double milliseconds;
  };

  std::vector<std::atomic<int64_t>> sent_;
  mutable std::mutex mutex_;
  std::vector<Arrival> arrived_;  // Guarded by mutex_.
};

absl::Status WaitFor(const Journey& journey, size_t messages) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (journey.num_arrived() < messages) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError("Messages did not arrive in time");
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return absl::OkStatus();
}

absl::Status SendAll(examples::KafkaClient& client, const std::string& topic,
                     int64_t messages, int64_t rate, Journey& journey) {
  auto shape = MakeShape("design", 1);
  const auto send = [&](int64_t id) {
    const std::string& text = (*shape)->Next(id);
    journey.Sent(id);
    return client.Send(topic, static_cast<int32_t>(id % 4), std::nullopt, text);
  };
  // The consumer has its partitions when the first one has arrived.
  absl::Status status = send(1);
  if (status.ok()) status = WaitFor(journey, 1);
  const absl::Time start = absl::Now();
  for (int64_t id = 2; status.ok() && id <= messages; ++id) {
    absl::SleepFor(start + id * (absl::Seconds(1) / rate) - absl::Now());
    status = send(id);
  }
  if (status.ok()) status = client.Flush(absl::Minutes(1));
  return status;
}

absl::Status Run(const Flags& flags) {
  const int64_t rate = flags.Number("--rate", 1000);
  const int64_t messages = rate * flags.Number("--seconds", 20);
  const std::string timeout =
      std::to_string(flags.Number("--batch-timeout", 50));
  const std::string batch = std::to_string(flags.Number("--batch", 100));
  Job job{flags.Text("--brokers"),
          "latency-" + std::to_string(absl::ToUnixMicros(absl::Now())),
          messages,
          {}};
  auto client = examples::KafkaClient::Make(job.brokers, {{"linger.ms", "0"}});
  if (!client.ok()) return client.status();
  absl::Status status = (*client)->CreateTopic(job.topic, 4, {});
  if (!status.ok()) return status;

  EngineSetup setup{*FindWorkload("design")};
  SetOption("batch_timeout", timeout, setup.workload.source);
  SetOption("batch", batch, setup.workload.source);
  const auto schema = ViewSchema(setup);
  if (!schema.ok()) return schema.status();
  Journey journey(messages);
  auto engine =
      StartEngine(job, setup,
                  OptionsFor(std::make_shared<OneSink>(
                      *schema, [&](const Batch& rows, const WriteContext&) {
                        journey.Arrived(rows);
                        return absl::OkStatus();
                      })));
  if (!engine.ok()) return engine.status();
  status = SendAll(**client, job.topic, messages, rate, journey);
  if (status.ok()) status = WaitFor(journey, static_cast<size_t>(messages));
  if (status.ok()) status = (*engine)->Stop();
  if (!status.ok()) return status;

  const std::vector<double> times = journey.Times(messages / 5);
  const auto at = [&](double part) {
    return times[static_cast<size_t>(part *
                                     static_cast<double>(times.size() - 1))];
  };
  Record("latency")
      .Text("workload", "design")
      .Text("contender", "rowfall batch=" + batch + " batch_timeout=" + timeout)
      .Count("rate", rate)
      .Count("messages", static_cast<int64_t>(times.size()))
      .Number("p50_ms", at(0.5))
      .Number("p90_ms", at(0.9))
      .Number("p99_ms", at(0.99))
      .Number("p999_ms", at(0.999))
      .Number("max_ms", at(1))
      .Print();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const Flags flags(
      argc, argv, kUsage,
      {"--brokers", "--rate", "--seconds", "--batch-timeout", "--batch"},
      {"--brokers"});
  return ExitCode(Run(flags));
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
