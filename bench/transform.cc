// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-transform: how fast a view maps and evaluates on one thread.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "bench/flags.h"
#include "rowfall/error.h"
#include "rowfall/transform.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-transform --input FILE --source SQL --view SQL
         [--batch N] [--repeat R]

Holds the lines of FILE in memory as messages, maps and evaluates them on one
thread, R times, and prints a line of JSON.
)";

struct Messages {
  std::vector<MessageBatch> batches;
  int64_t count = 0;
  int64_t bytes = 0;
};

Messages Load(std::ifstream& file, size_t batch_size) {
  Messages messages;
  Message message;
  message.topic = "bench";
  for (std::string line; std::getline(file, line);) {
    if (messages.count % batch_size == 0) messages.batches.emplace_back();
    message.offset = messages.count++;
    message.payload = line;
    messages.batches.back().Append(message);
    messages.bytes += line.size();
  }
  return messages;
}

struct Totals {
  uint64_t rows = 0;
  uint64_t rejected = 0;
};

absl::StatusOr<Totals> Apply(Transform& transform, const Messages& messages) {
  Totals totals;
  std::vector<RejectedMessage> rejected;
  for (const MessageBatch& batch : messages.batches) {
    rejected.clear();
    const auto rows = transform.Apply(batch, rejected, absl::Now());
    if (!rows.ok()) return rows.status();
    totals.rows += rows->num_rows();
    totals.rejected += rejected.size();
  }
  return totals;
}

int Fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage,
                    {"--input", "--source", "--view", "--batch", "--repeat"},
                    {"--input", "--source", "--view"});
  auto transform =
      Transform::Compile(flags.Text("--source"), flags.Text("--view"));
  if (!transform.ok()) return Fail(std::string(transform.status().message()));
  std::ifstream file(flags.Text("--input"), std::ios::binary);
  if (!file) return Fail("Cannot read '" + flags.Text("--input") + "'");
  const Messages messages = Load(
      file,
      flags.Number("--batch", static_cast<int64_t>(transform->batch_size())));

  const int64_t repeat = flags.Number("--repeat", 1);
  Totals totals;
  const absl::Time start = absl::Now();
  for (int64_t i = 0; i < repeat; ++i) {
    const auto run = Apply(*transform, messages);
    if (!run.ok()) return Fail(std::string(run.status().message()));
    totals = *run;
  }
  const double seconds =
      std::max(absl::ToDoubleSeconds(absl::Now() - start), 1e-9);
  std::printf(
      "{\"messages\": %lld, \"rows\": %llu, \"rejected\": %llu, "
      "\"seconds\": %.4f, \"messages_per_s\": %.0f, \"mb_per_s\": %.1f}\n",
      static_cast<long long>(messages.count * repeat),
      static_cast<unsigned long long>(totals.rows * repeat),
      static_cast<unsigned long long>(totals.rejected * repeat), seconds,
      messages.count * repeat / seconds,
      messages.bytes * repeat / seconds / 1e6);
  return 0;
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
