// SPDX-License-Identifier: Apache-2.0
// The programs of somebody who takes trouble.
#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "bench/baseline/baselines.h"
#include "bench/baseline/gloss_columns.h"
#include "bench/baseline/sqlite_table.h"
#include "bench/baseline/topic_reader.h"

namespace rowfall::bench {
namespace {

constexpr absl::Duration kCommitInterval = absl::Milliseconds(200);

using WriteRows = std::function<absl::Status(const GlossColumns&)>;

// The client's payloads are not to be written to: each is copied, once.
bool Append(const rd_kafka_message_t& message, std::string& json,
            GlossColumns& columns) {
  json.assign(static_cast<const char*>(message.payload), message.len);
  return ParseBySax(json.data(), SaxRules::kFast, columns);
}

absl::Status ReadBatch(TopicReader& reader, size_t batch,
                       GlossColumns& columns) {
  thread_local std::array<rd_kafka_message_t*, 10000> messages;
  thread_local std::string json;
  columns.Clear();
  bool parsed = true;
  while (columns.num_rows() < batch && !reader.done()) {
    const ssize_t got = rd_kafka_consume_batch_queue(
        reader.queue(), TopicReader::kTimeoutMs, messages.data(),
        reader.Next(std::min(batch - columns.num_rows(), messages.size())));
    if (got <= 0) return absl::UnavailableError("No more messages came");
    const size_t before = columns.num_rows();
    for (ssize_t i = 0; i < got; ++i) {
      if (messages[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        parsed = Append(*messages[i], json, columns) && parsed;
      }
      rd_kafka_message_destroy(messages[i]);
    }
    reader.Count(static_cast<int64_t>(columns.num_rows() - before));
  }
  if (parsed) return absl::OkStatus();
  return absl::InvalidArgumentError("Not a message of shape 'design'");
}

absl::StatusOr<Figures> Run(const Job& job, size_t batch,
                            const WriteRows& write) {
  auto reader = TopicReader::Open(job);
  if (!reader.ok()) return reader.status();
  GlossColumns columns;
  absl::Time committed = absl::Now();
  while (!(*reader)->done()) {
    absl::Status status = ReadBatch(**reader, batch, columns);
    if (status.ok()) status = write(columns);
    if (!status.ok()) return status;
    const absl::Time now = absl::Now();
    if (now - committed < kCommitInterval) continue;
    committed = now;
    rd_kafka_commit((*reader)->consumer(), nullptr, /*async=*/1);
  }
  return (*reader)->Finish();
}

}  // namespace

absl::StatusOr<Figures> RunSaxProgram(const Job& job, size_t batch) {
  return Run(job, batch, [](const GlossColumns&) { return absl::OkStatus(); });
}

absl::StatusOr<Figures> RunSqliteProgram(const Job& job, size_t batch) {
  auto table = SqliteTable::Make(KeepPositions::kNo);
  if (!table.ok()) return table.status();
  return Run(job, batch, [&](const GlossColumns& columns) {
    return (*table)->Insert(columns, absl::ToUnixSeconds(absl::Now()));
  });
}

}  // namespace rowfall::bench
