// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-end-to-end: from a Kafka topic to the rows of a table.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <regex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/baseline.h"
#include "bench/bench_tables.h"
#include "bench/first_message.h"
#include "bench/flags.h"
#include "rowfall/engine.h"
#include "rowfall/error.h"
#include "rowfall/transform.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-end-to-end --brokers B --topic T --messages N
         --source SQL --view SQL [--sink null|memory|sqlite] [--baseline]

Reads a topic from its beginning in a new group until N messages are written
and prints a line of JSON. --brokers and --topic stand above those of the
source's statement, which may lack them. --baseline first reads the topic with
a plain librdkafka consumer that throws the messages away.
)";

constexpr absl::Duration kLook = absl::Milliseconds(2);
constexpr absl::Duration kLimit = absl::Minutes(10);

struct Run {
  std::string brokers;
  std::string topic;
  int64_t messages;
  std::string source;
  std::string view;
  std::string sink;
};

struct Figures {
  int64_t messages = 0;
  int64_t rows = 0;
  double seconds = 0;
  double cpu_seconds = 0;
  double max_rss_mb = 0;
};

// Adds an option to CREATE SOURCE that it lacks.
void AddOption(const std::string& name, const std::string& value,
               std::string& sql) {
  const std::regex present("\\b" + name + "\\s*=", std::regex::icase);
  if (std::regex_search(sql, present)) return;
  sql.append(" ").append(name).append("='").append(value).append("'");
}

std::string TableOf(const std::string& view) {
  std::smatch match;
  const std::regex to("\\bTO\\s+`?(\\w+)", std::regex::icase);
  return std::regex_search(view, match, to) ? match[1].str() : "destination";
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double MaxRssMb() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

SourceFactory ReadFrom(const Run& run, const EngineOptions& options,
                       std::shared_ptr<FirstMessage> first) {
  const std::string group = "rowfall-bench-" +
                            std::to_string(absl::ToUnixMicros(absl::Now())) +
                            "-" + std::to_string(getpid());
  return [=, make = KafkaSourceFactory(options)](
             SourceConfig config) -> absl::StatusOr<std::unique_ptr<Source>> {
    config.brokers = {run.brokers};
    config.topics = {run.topic};
    config.consumer_group = group;
    auto source = make(config);
    if (!source.ok()) return source.status();
    return WatchFirstMessage(*std::move(source), first);
  };
}

// Messages that are done with, also those that gave no row.
int64_t Settled(const Engine& engine) {
  int64_t settled = 0;
  for (const ViewStatus& view : engine.Status()) {
    for (const PartitionStatus& partition : view.partitions) {
      if (partition.lag >= 0) settled += partition.end - partition.lag;
    }
  }
  return settled;
}

absl::Status WaitUntilDone(const Engine& engine, const Written& written,
                           int64_t messages) {
  const absl::Time deadline = absl::Now() + kLimit;
  while (written.messages() < messages && Settled(engine) < messages) {
    for (const ViewStatus& view : engine.Status()) {
      if (view.state == ViewState::kFailed) {
        return absl::FailedPreconditionError(view.reason);
      }
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(std::to_string(written.messages()) +
                                         " of " + std::to_string(messages) +
                                         " messages were written in time");
    }
    absl::SleepFor(kLook);
  }
  return absl::OkStatus();
}

absl::StatusOr<Figures> Measure(const Run& run) {
  std::string source = run.source;
  AddOption("type", "kafka", source);
  AddOption("broker_list", run.brokers, source);
  AddOption("topic_list", run.topic, source);
  auto transform = Transform::Compile(source, run.view);
  if (!transform.ok()) return transform.status();
  const auto written = std::make_shared<Written>();
  const auto first = std::make_shared<FirstMessage>();
  auto tables =
      MakeTables(run.sink, transform->schema(), TableOf(run.view), written);
  if (!tables.ok()) return tables.status();
  EngineOptions options;
  options.tables = *std::move(tables);
  options.source_factory = ReadFrom(run, options, first);
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) return engine.status();

  const double cpu = CpuSeconds();
  for (const std::string& sql : {source, run.view}) {
    const auto result = (*engine)->Execute(sql);
    if (!result.ok()) return result.status();
  }
  absl::Status status = WaitUntilDone(**engine, *written, run.messages);
  if (!status.ok()) return status;
  const absl::Time end =
      written->rows() > 0 ? written->last_write() : absl::Now();
  Figures figures{std::max(written->messages(), Settled(**engine)),
                  written->rows(), absl::ToDoubleSeconds(end - first->time()),
                  CpuSeconds() - cpu, MaxRssMb()};
  status = (*engine)->Stop();
  if (!status.ok()) return status;
  return figures;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Main(int argc, char** argv) {
  const Flags flags(
      argc, argv, kUsage,
      {"--brokers", "--topic", "--messages", "--source", "--view", "--sink"},
      {"--brokers", "--topic", "--messages", "--source", "--view"},
      {"--baseline"});
  const Run run{flags.Text("--brokers"),       flags.Text("--topic"),
                flags.Number("--messages", 0), flags.Text("--source"),
                flags.Text("--view"),          flags.Text("--sink", "null")};
  double baseline = 0;
  if (flags.Has("--baseline")) {
    const auto rate = MeasureBaseline(run.brokers, run.topic, run.messages);
    if (!rate.ok()) return Fail(rate.status());
    baseline = *rate;
  }
  const auto figures = Measure(run);
  if (!figures.ok()) return Fail(figures.status());
  const double rate = figures->messages / std::max(figures->seconds, 1e-9);
  std::printf(
      "{\"messages\": %lld, \"seconds\": %.3f, \"messages_per_s\": %.0f, "
      "\"cpu_s\": %.3f, \"max_rss_mb\": %.1f, \"rows\": %lld, "
      "\"sink\": \"%s\"",
      static_cast<long long>(figures->messages), figures->seconds, rate,
      figures->cpu_seconds, figures->max_rss_mb,
      static_cast<long long>(figures->rows), run.sink.c_str());
  if (baseline > 0) {
    std::printf(", \"baseline_messages_per_s\": %.0f, \"ratio\": %.3f",
                baseline, rate / baseline);
  }
  std::printf("}\n");
  return 0;
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
