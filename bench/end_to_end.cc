// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-end-to-end: from a Kafka topic to rows, against others.
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/baseline/baselines.h"
#include "bench/runner/engine_run.h"
#include "bench/runner/figures.h"
#include "bench/runner/flags.h"
#include "bench/runner/median.h"
#include "bench/runner/record.h"
#include "bench/workload/workload.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-end-to-end --brokers B --topic T --messages N
         [--workload W | --source SQL --view SQL] [--run LIST] [--rounds R]

Lets contenders read a topic from its beginning, each in a process of its own,
in turn (A B A B ...), R times each, and prints a line of JSON a run, then one
a contender with the median. LIST is separated by ';', "raw;rowfall" where it
is not given. A contender is a name, then settings:

  raw        librdkafka alone in batches, messages thrown away
  raw-poll   the same, message by message
  plain      librdkafka's defaults, RapidJSON's DOM, structs of std::string,
             a commit waited for each batch             (workload 'design')
  sax        batches, RapidJSON's SAX in situ into columns, commits not waited
             for                                        (workload 'design')
  sqlite-api sax, rows inserted by the sqlite3 API      (workload 'design')
  rowfall    this library

  batch=N consumers=N views=N sink=null|memory|sqlite messages=N
  some.property=VALUE: of librdkafka

messages=N reads less of the topic than --messages.
)";

struct Contender {
  std::string text;
  std::string name;
  std::map<std::string, std::string> settings;

  int64_t Number(const std::string& setting, int64_t otherwise) const {
    const auto found = settings.find(setting);
    return found == settings.end() ? otherwise : std::stoll(found->second);
  }
};

Contender ParseContender(const std::string& text, const Flags& flags) {
  Contender contender;
  std::istringstream words(text);
  words >> contender.name;
  contender.text = contender.name;
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    if (equals == word.npos) flags.Fail("Expected name=value: '" + word + "'");
    contender.settings[word.substr(0, equals)] = word.substr(equals + 1);
    contender.text += " " + word;
  }
  return contender;
}

std::vector<Contender> ParseContenders(const Flags& flags) {
  std::vector<Contender> contenders;
  std::istringstream list(flags.Text("--run", "raw;rowfall"));
  for (std::string text; std::getline(list, text, ';');) {
    contenders.push_back(ParseContender(text, flags));
  }
  return contenders;
}

Workload ChosenWorkload(const Flags& flags) {
  if (flags.Has("--source") || flags.Has("--view")) {
    return {"own", "", flags.Text("--source"), flags.Text("--view")};
  }
  const auto workload = FindWorkload(flags.Text("--workload", "design"));
  if (!workload.ok()) flags.Fail(std::string(workload.status().message()));
  return *workload;
}

Job JobOf(const Contender& contender, const Flags& flags) {
  Job job{flags.Text("--brokers"),
          flags.Text("--topic"),
          contender.Number("messages", flags.Number("--messages", 0)),
          {}};
  for (const auto& [name, value] : contender.settings) {
    if (name.find('.') != name.npos) job.properties[name] = value;
  }
  return job;
}

EngineSetup SetupOf(const Contender& contender, Workload workload) {
  EngineSetup setup;
  setup.workload = std::move(workload);
  for (const auto& [name, value] : contender.settings) {
    if (name == "batch") SetOption("batch", value, setup.workload.source);
    if (name == "consumers") {
      SetOption("num_consumers", value, setup.workload.source);
    }
    if (name == "sink") setup.sink = value;
  }
  setup.views = static_cast<int>(contender.Number("views", 1));
  return setup;
}

absl::StatusOr<Figures> Run(const Contender& contender, const Job& job,
                            const Workload& workload) {
  const auto batch = static_cast<size_t>(contender.Number("batch", 100));
  if (contender.name == "raw") return ReadInBatches(job);
  if (contender.name == "raw-poll") return ReadOneByOne(job);
  if (contender.name == "plain") return RunPlainProgram(job, batch);
  if (contender.name == "sax") return RunSaxProgram(job, batch);
  if (contender.name == "sqlite-api") return RunSqliteProgram(job, batch);
  if (contender.name == "rowfall") {
    return RunEngine(job, SetupOf(contender, workload));
  }
  return absl::InvalidArgumentError("Unknown contender: '" + contender.name +
                                    "'");
}

double Rate(const Figures& figures) {
  return static_cast<double>(figures.messages) / figures.seconds;
}

void PrintRun(const Workload& workload, const Contender& contender, int round,
              const Figures& figures) {
  Record record("end_to_end");
  record.Text("workload", workload.name)
      .Text("contender", contender.text)
      .Count("round", round)
      .Count("messages", figures.messages)
      .Count("rows", figures.rows)
      .Number("seconds", figures.seconds)
      .Number("messages_per_s", Rate(figures))
      .Number("cpu_s", figures.cpu_seconds)
      .Number("max_rss_mb", figures.max_rss_mb);
  if (figures.map_seconds > 0) {
    record.Number("map_s", figures.map_seconds)
        .Number("evaluate_s", figures.evaluate_seconds)
        .Number("write_s", figures.write_seconds)
        .Number("commit_s", figures.commit_seconds);
  }
  record.Print();
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage,
                    {"--brokers", "--topic", "--messages", "--workload",
                     "--source", "--view", "--run", "--rounds"},
                    {"--brokers", "--topic", "--messages"});
  const Workload workload = ChosenWorkload(flags);
  const auto contenders = ParseContenders(flags);
  std::vector<std::vector<double>> rates(contenders.size());
  for (int round = 1; round <= flags.Number("--rounds", 1); ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      const Job job = JobOf(contenders[i], flags);
      const auto figures =
          RunInChild([&] { return Run(contenders[i], job, workload); });
      if (!figures.ok()) {
        std::fprintf(stderr, "%s: %s\n", contenders[i].text.c_str(),
                     std::string(figures.status().message()).c_str());
        return 1;
      }
      PrintRun(workload, contenders[i], round, *figures);
      rates[i].push_back(Rate(*figures));
    }
  }
  for (size_t i = 0; i < contenders.size(); ++i) {
    PrintMedian("end_to_end", workload.name, contenders[i].text, rates[i],
                Median(rates[0]));
  }
  return 0;
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
