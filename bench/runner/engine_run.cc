// SPDX-License-Identifier: Apache-2.0
// Runs an engine on a topic and measures it.
#include "bench/runner/engine_run.h"

#include <unistd.h>

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/runner/first_message.h"
#include "bench/workload/functions.h"
#include "rowfall/transform.h"

namespace rowfall::bench {
namespace {

// A source has at most 64.
constexpr int kViewsOfSource = 50;
constexpr absl::Duration kLook = absl::Milliseconds(2);
// To ask for the status takes time from what is measured.
constexpr absl::Duration kAsk = absl::Milliseconds(100);
constexpr absl::Duration kLimit = absl::Minutes(15);

std::string NewGroup() {
  return "rowfall-bench-" + std::to_string(absl::ToUnixMicros(absl::Now())) +
         "-" + std::to_string(getpid());
}

SourceFactory NoteFirst(SourceFactory make,
                        std::shared_ptr<FirstMessage> first) {
  return [make = std::move(make),
          first = std::move(first)](const SourceConfig& config)
             -> absl::StatusOr<std::unique_ptr<Source>> {
    auto source = make(config);
    if (!source.ok()) return source.status();
    return WatchFirstMessage(*std::move(source), first);
  };
}

std::string TableOf(const EngineSetup& setup) {
  std::smatch match;
  const std::regex to("\\bTO\\s+`?(\\w+)", std::regex::icase);
  return std::regex_search(setup.workload.view, match, to) ? match[1].str()
                                                           : "destination";
}

// "" for the first one.
std::string Suffix(int number) {
  return number == 0 ? "" : "_" + std::to_string(number);
}

std::string SourceSql(const Job& job, const EngineSetup& setup, int number) {
  std::string source = setup.workload.source;
  SetOption("type", "kafka", source);
  SetOption("broker_list", job.brokers, source);
  SetOption("topic_list", job.topic, source);
  SetOption("consumer_group", NewGroup() + Suffix(number), source);
  for (const auto& [name, value] : job.properties) {
    SetOption(name, value, source);
  }
  const std::regex name("SOURCE\\s+(\\w+)", std::regex::icase);
  return std::regex_replace(source, name, "SOURCE $1" + Suffix(number));
}

std::string ViewSql(const EngineSetup& setup, int number) {
  const std::regex names("VIEW\\s+(\\w+)\\s+TO\\s+(\\w+)", std::regex::icase);
  const std::regex from("\\bFROM\\s+(\\w+)", std::regex::icase);
  const std::string suffix = Suffix(number);
  return std::regex_replace(
      std::regex_replace(setup.workload.view, names,
                         "VIEW $1" + suffix + " TO $2" + suffix),
      from, "FROM $1" + Suffix(number / kViewsOfSource));
}

// Messages that are done with, also those that gave no row.
int64_t Settled(const std::vector<ViewStatus>& views) {
  int64_t settled = 0;
  for (const ViewStatus& view : views) {
    for (const PartitionStatus& partition : view.partitions) {
      if (partition.lag >= 0) settled += partition.end - partition.lag;
    }
  }
  return settled;
}

absl::Status WaitUntilDone(const Engine& engine, const Written& written,
                           int64_t messages) {
  const absl::Time deadline = absl::Now() + kLimit;
  absl::Time ask = absl::InfinitePast();
  for (; written.messages() < messages; absl::SleepFor(kLook)) {
    if (absl::Now() < ask) continue;
    ask = absl::Now() + kAsk;
    const std::vector<ViewStatus> views = engine.Status();
    for (const ViewStatus& view : views) {
      if (view.state == ViewState::kFailed) {
        return absl::FailedPreconditionError(view.reason);
      }
    }
    if (Settled(views) >= messages) break;
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(std::to_string(written.messages()) +
                                         " of " + std::to_string(messages) +
                                         " messages were written in time");
    }
  }
  return absl::OkStatus();
}

void AddSplit(const std::vector<ViewStatus>& views, Figures& figures) {
  for (const ViewStatus& view : views) {
    figures.map_seconds += absl::ToDoubleSeconds(view.map_time);
    figures.evaluate_seconds += absl::ToDoubleSeconds(view.evaluate_time);
    figures.write_seconds += absl::ToDoubleSeconds(view.write_time);
    figures.commit_seconds += absl::ToDoubleSeconds(view.commit_time);
  }
}

}  // namespace

absl::StatusOr<Schema> ViewSchema(const EngineSetup& setup) {
  const auto functions = MakeFunctions();
  MaterializedView::Options options;
  options.functions = functions.get();
  const auto transform =
      Transform::Compile(setup.workload.source, setup.workload.view, options);
  if (!transform.ok()) return transform.status();
  return transform->schema();
}

EngineOptions OptionsFor(std::shared_ptr<TableProvider> tables) {
  EngineOptions options;
  options.tables = std::move(tables);
  options.functions = MakeFunctions();
  return options;
}

absl::StatusOr<std::unique_ptr<Engine>> StartEngine(const Job& job,
                                                    const EngineSetup& setup,
                                                    EngineOptions options) {
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) return engine.status();
  std::vector<std::string> statements;
  for (int view = 0; view < setup.views; ++view) {
    if (view % kViewsOfSource == 0) {
      statements.push_back(SourceSql(job, setup, view / kViewsOfSource));
    }
    statements.push_back(ViewSql(setup, view));
  }
  for (const std::string& sql : statements) {
    const auto result = (*engine)->Execute(sql);
    if (!result.ok()) return result.status();
  }
  return engine;
}

absl::StatusOr<Figures> RunEngine(const Job& job, const EngineSetup& setup) {
  const auto schema = ViewSchema(setup);
  if (!schema.ok()) return schema.status();
  std::vector<std::string> names = {TableOf(setup)};
  for (int view = 1; view < setup.views; ++view) {
    names.push_back(names[0] + Suffix(view));
  }
  const auto written = std::make_shared<Written>();
  const auto first = std::make_shared<FirstMessage>();
  auto tables = MakeTables(setup.sink, *schema, names, written);
  if (!tables.ok()) return tables.status();
  EngineOptions options = OptionsFor(*std::move(tables));
  options.source_factory = NoteFirst(KafkaSourceFactory(options), first);
  const auto engine = StartEngine(job, setup, std::move(options));
  if (!engine.ok()) return engine.status();

  absl::Status status =
      WaitUntilDone(**engine, *written, job.messages * setup.views);
  if (!status.ok()) return status;
  const absl::Time end =
      written->rows() > 0 ? written->last_write() : absl::Now();
  Figures figures;
  figures.messages =
      std::max(written->messages(), Settled((*engine)->Status()));
  figures.rows = written->rows();
  figures.seconds = std::max(absl::ToDoubleSeconds(end - first->time()), 1e-9);
  AddSplit((*engine)->Status(), figures);
  status = (*engine)->Stop();
  if (!status.ok()) return status;
  return figures;
}

}  // namespace rowfall::bench
