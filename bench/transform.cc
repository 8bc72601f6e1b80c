// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-transform: how fast a view maps and evaluates on one thread.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "bench/baseline/gloss_columns.h"
#include "bench/baseline/gloss_row.h"
#include "bench/runner/flags.h"
#include "bench/runner/median.h"
#include "bench/runner/record.h"
#include "bench/workload/functions.h"
#include "bench/workload/shape.h"
#include "bench/workload/workload.h"
#include "rowfall/transform.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-transform [--workload W | --input FILE --source SQL
         --view SQL] [--run LIST] [--messages N] [--batch N] [--rounds R]

Holds messages in memory (N of the workload, or the lines of FILE), lets
contenders turn them into rows on one thread, in turn (A B A B ...), R times
each, and prints a line of JSON a run, then one a contender with the median.
LIST is separated by commas, "rowfall" where it is not given:

  rowfall     this library, as a running view does it
  sax         RapidJSON's SAX in situ into four columns, by hand
  sax-strict  the same with checks of UTF-8 and without recursion
  dom         RapidJSON's DOM into a vector of structs of std::string

All but rowfall know the workload 'design' only.
)";

struct Messages {
  std::vector<std::string> texts;  // Each with its NUL byte.
  int64_t bytes = 0;
};

struct Outcome {
  uint64_t rows = 0;
  uint64_t rejected = 0;
  double seconds = 0;
  double cpu_seconds = 0;
};

using Contender = std::function<absl::StatusOr<Outcome>()>;

// The contenders run on this one thread; its processor time is what is left of
// the figures where the machine has more to do.
class Stopwatch {
 public:
  void Stop(Outcome& outcome) const {
    outcome.seconds =
        std::max(absl::ToDoubleSeconds(absl::Now() - start_), 1e-9);
    outcome.cpu_seconds = ThreadSeconds() - cpu_start_;
  }

 private:
  static double ThreadSeconds() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_nsec) / 1e9;
  }

  const absl::Time start_ = absl::Now();
  const double cpu_start_ = ThreadSeconds();
};

absl::StatusOr<Messages> Load(const Flags& flags, const Workload& workload) {
  Messages messages;
  if (flags.Has("--input")) {
    std::ifstream file(flags.Text("--input"), std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      messages.texts.push_back(line);
    }
  } else {
    auto shape = MakeShape(workload.shape, 1);
    if (!shape.ok()) return shape.status();
    for (int64_t id = 1; id <= flags.Number("--messages", 1000000); ++id) {
      messages.texts.push_back((*shape)->Next(id));
    }
  }
  for (const std::string& text : messages.texts) messages.bytes += text.size();
  if (messages.bytes > 0) return messages;
  return absl::InvalidArgumentError("There are no messages");
}

// --- rowfall ---------------------------------------------------------------

class RowfallContender {
 public:
  RowfallContender(Transform transform, const Messages& messages, size_t batch)
      : transform_(std::make_shared<Transform>(std::move(transform))),
        batches_(std::make_shared<std::vector<MessageBatch>>()) {
    Message message;
    message.topic = "bench";
    for (const std::string& text : messages.texts) {
      if (message.offset % static_cast<int64_t>(batch) == 0) {
        batches_->emplace_back();
      }
      message.payload = text;
      batches_->back().Append(message);
      ++message.offset;
    }
  }

  absl::StatusOr<Outcome> operator()() {
    Outcome outcome;
    std::vector<RejectedMessage> rejected;
    const Stopwatch watch;
    for (const MessageBatch& batch : *batches_) {
      rejected.clear();
      const auto rows = transform_->Apply(batch, rejected, absl::Now());
      if (!rows.ok()) return rows.status();
      outcome.rows += rows->num_rows();
      outcome.rejected += rejected.size();
    }
    watch.Stop(outcome);
    return outcome;
  }

 private:
  // Shared, because std::function copies.
  std::shared_ptr<Transform> transform_;
  std::shared_ptr<std::vector<MessageBatch>> batches_;
};

absl::StatusOr<Contender> MakeRowfall(const Workload& workload,
                                      const Messages& messages,
                                      const Flags& flags) {
  static const auto functions = MakeFunctions();
  MaterializedView::Options options;
  options.functions = functions.get();
  auto transform = Transform::Compile(workload.source, workload.view, options);
  if (!transform.ok()) return transform.status();
  const auto batch = static_cast<size_t>(
      flags.Number("--batch", static_cast<int64_t>(transform->batch_size())));
  return RowfallContender(*std::move(transform), messages, batch);
}

// --- RapidJSON by hand -----------------------------------------------------

// Parsing in situ destroys the messages: copies are made before the clock
// starts. They lie one after the other, as in a fetch.
absl::StatusOr<Outcome> RunSax(const Messages& messages, size_t batch,
                               SaxRules rules) {
  std::string copy;
  copy.reserve(messages.bytes + messages.texts.size());
  for (const std::string& text : messages.texts) {
    copy.append(text.c_str(), text.size() + 1);
  }
  GlossColumns columns;
  Outcome outcome;
  const Stopwatch watch;
  char* json = copy.data();
  for (const std::string& text : messages.texts) {
    if (columns.num_rows() == batch) columns.Clear();
    if (ParseBySax(json, rules, columns)) ++outcome.rows;
    json += text.size() + 1;
  }
  watch.Stop(outcome);
  outcome.rejected = messages.texts.size() - outcome.rows;
  return outcome;
}

absl::StatusOr<Outcome> RunDom(const Messages& messages, size_t batch) {
  std::vector<GlossRow> rows;
  Outcome outcome;
  const Stopwatch watch;
  for (const std::string& text : messages.texts) {
    if (rows.size() == batch) rows.clear();
    if (ParseByDom(text, rows.emplace_back())) ++outcome.rows;
  }
  watch.Stop(outcome);
  outcome.rejected = messages.texts.size() - outcome.rows;
  return outcome;
}

absl::StatusOr<Contender> MakeContender(const std::string& name,
                                        const Workload& workload,
                                        const Messages& messages,
                                        const Flags& flags) {
  if (name == "rowfall") return MakeRowfall(workload, messages, flags);
  if (workload.shape != "design") {
    return absl::InvalidArgumentError("Contender '" + name +
                                      "' knows the workload 'design' only");
  }
  const auto batch = static_cast<size_t>(flags.Number("--batch", 100));
  if (name == "dom") return [&, batch] { return RunDom(messages, batch); };
  if (name == "sax" || name == "sax-strict") {
    const SaxRules rules = name == "sax" ? SaxRules::kFast : SaxRules::kStrict;
    return [&, batch, rules] { return RunSax(messages, batch, rules); };
  }
  return absl::InvalidArgumentError("Unknown contender: '" + name + "'");
}

// --- The program -----------------------------------------------------------

double PrintRun(const Workload& workload, const std::string& contender,
                int round, const Messages& messages, const Outcome& outcome) {
  const auto count = static_cast<double>(messages.texts.size());
  Record("transform")
      .Text("workload", workload.name)
      .Text("contender", contender)
      .Count("round", round)
      .Count("messages", static_cast<int64_t>(messages.texts.size()))
      .Count("rows", static_cast<int64_t>(outcome.rows))
      .Count("rejected", static_cast<int64_t>(outcome.rejected))
      .Number("seconds", outcome.seconds)
      .Number("cpu_s", outcome.cpu_seconds)
      .Number("messages_per_s", count / outcome.seconds)
      .Number("mb_per_s",
              static_cast<double>(messages.bytes) / outcome.seconds / 1e6)
      .Print();
  return count / outcome.seconds;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

Workload ChosenWorkload(const Flags& flags) {
  if (flags.Has("--input")) {
    return {"own", "", flags.Text("--source"), flags.Text("--view")};
  }
  const auto workload = FindWorkload(flags.Text("--workload", "design"));
  if (!workload.ok()) flags.Fail(std::string(workload.status().message()));
  return *workload;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage,
                    {"--workload", "--input", "--source", "--view", "--run",
                     "--messages", "--batch", "--rounds"},
                    {});
  const Workload workload = ChosenWorkload(flags);
  const auto messages = Load(flags, workload);
  if (!messages.ok()) return Fail(messages.status());
  std::vector<std::pair<std::string, Contender>> contenders;
  std::istringstream list(flags.Text("--run", "rowfall"));
  for (std::string name; std::getline(list, name, ',');) {
    auto contender = MakeContender(name, workload, *messages, flags);
    if (!contender.ok()) return Fail(contender.status());
    contenders.emplace_back(name, *std::move(contender));
  }
  std::vector<std::vector<double>> rates(contenders.size());
  for (int round = 1; round <= flags.Number("--rounds", 1); ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      const auto outcome = contenders[i].second();
      if (!outcome.ok()) return Fail(outcome.status());
      rates[i].push_back(
          PrintRun(workload, contenders[i].first, round, *messages, *outcome));
    }
  }
  for (size_t i = 0; i < contenders.size(); ++i) {
    PrintMedian("transform", workload.name, contenders[i].first, rates[i],
                Median(rates[0]));
  }
  return 0;
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
