// SPDX-License-Identifier: Apache-2.0
// rowfall-bench-sqlite: rows from memory into a table of SQLite.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/baseline/gloss_columns.h"
#include "bench/baseline/sqlite_table.h"
#include "bench/runner/flags.h"
#include "bench/runner/median.h"
#include "bench/runner/record.h"
#include "bench/runner/temporary_database.h"
#include "bench/workload/shape.h"
#include "bench/workload/workload.h"
#include "rowfall/storage/sqlite.h"
#include "rowfall/transform.h"

namespace rowfall::bench {
namespace {

constexpr char kUsage[] =
    R"(usage: rowfall-bench-sqlite [--messages N] [--batch N] [--rounds R]

Writes the rows of the workload 'design', which lie in memory ready for each
contender, into a new SQLite database, one transaction a batch, in turn, R
times each. The contenders have the same table, statement and pragmas:

  sqlite-api            the sqlite3 API with prepared statements
  sqlite-api positions  the same, and a position moved in each transaction
  rowfall::sqlite       the library's sink, which always moves positions
)";

struct Input {
  std::vector<Batch> batches;         // For the sink.
  std::vector<GlossColumns> columns;  // The same rows for the API.
  Schema schema;
  int64_t rows = 0;
};

absl::StatusOr<Input> MakeInput(int64_t rows, int64_t batch) {
  const auto workload = FindWorkload("design");
  auto transform = Transform::Compile(workload->source, workload->view);
  if (!transform.ok()) return transform.status();
  auto shape = MakeShape(workload->shape, 1);
  Input input;
  input.schema = transform->schema();
  std::vector<RejectedMessage> rejected;
  while (input.rows < rows) {
    MessageBatch messages;
    GlossColumns& columns = input.columns.emplace_back();
    for (int64_t i = 0; i < batch && input.rows < rows; ++i) {
      std::string text = (*shape)->Next(++input.rows);
      Message message;
      message.payload = text;
      messages.Append(message);
      ParseBySax(text.data(), SaxRules::kFast, columns);
    }
    auto result = transform->Apply(messages, rejected);
    if (!result.ok()) return result.status();
    input.batches.push_back(*std::move(result));
  }
  if (rejected.empty()) return input;
  return absl::InternalError(rejected[0].reason);
}

double SecondsSince(absl::Time start) {
  return std::max(absl::ToDoubleSeconds(absl::Now() - start), 1e-9);
}

absl::StatusOr<double> RunApi(const Input& input, KeepPositions keep) {
  const auto table = SqliteTable::Make(keep);
  if (!table.ok()) return table.status();
  const absl::Time start = absl::Now();
  for (const GlossColumns& columns : input.columns) {
    const absl::Status status =
        (*table)->Insert(columns, absl::ToUnixSeconds(absl::Now()));
    if (!status.ok()) return status;
  }
  const double seconds = SecondsSince(start);
  if ((*table)->CountRows() == input.rows) return seconds;
  return absl::InternalError("Rows are missing");
}

absl::StatusOr<double> RunSink(const Input& input) {
  auto file = TemporaryDatabase::Make();
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->CreateTable("destination", input.schema);
  if (!status.ok()) return status;
  const auto tables = OpenSqliteDatabase((*file)->path());
  if (!tables.ok()) return tables.status();
  const auto sink = (*tables)->OpenTable("destination");
  if (!sink.ok()) return sink.status();
  std::vector<RefusedRow> refused;
  PartitionRange range{{"bench", 0}, 0, 0};
  const absl::Time start = absl::Now();
  for (const Batch& batch : input.batches) {
    range.from = range.to;
    range.to += static_cast<int64_t>(batch.num_rows());
    const WriteContext context{"result", "bench", {&range, 1}, 1};
    status = (*sink)->Write(batch, context, refused);
    if (!status.ok()) return status;
  }
  const double seconds = SecondsSince(start);
  if (refused.empty()) return seconds;
  return absl::InternalError(refused[0].reason);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, kUsage, {"--messages", "--batch", "--rounds"},
                    {});
  const int64_t batch = flags.Number("--batch", 100);
  const auto input = MakeInput(flags.Number("--messages", 100000), batch);
  if (!input.ok()) return Fail(input.status());
  const std::string names[] = {"sqlite-api", "sqlite-api positions",
                               "rowfall::sqlite"};
  std::vector<double> rates[3];
  const std::string setting = " batch=" + std::to_string(batch);
  for (int round = 1; round <= flags.Number("--rounds", 1); ++round) {
    for (int i = 0; i < 3; ++i) {
      const auto seconds = i == 2
                               ? RunSink(*input)
                               : RunApi(*input, i == 0 ? KeepPositions::kNo
                                                       : KeepPositions::kYes);
      if (!seconds.ok()) return Fail(seconds.status());
      rates[i].push_back(static_cast<double>(input->rows) / *seconds);
      Record("sqlite")
          .Text("workload", "design")
          .Text("contender", names[i] + setting)
          .Count("round", round)
          .Count("rows", input->rows)
          .Number("seconds", *seconds)
          .Number("messages_per_s", rates[i].back())
          .Print();
    }
  }
  for (int i = 0; i < 3; ++i) {
    PrintMedian("sqlite", "design", names[i] + setting, rates[i],
                Median(rates[0]));
  }
  return 0;
}

}  // namespace
}  // namespace rowfall::bench

int main(int argc, char** argv) { return rowfall::bench::Main(argc, argv); }
