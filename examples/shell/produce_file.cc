// SPDX-License-Identifier: Apache-2.0
// Reads messages from a file and sends them.
#include "examples/shell/produce_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace rowfall::shell {
namespace {

absl::Status SendLine(examples::KafkaClient& client, const std::string& topic,
                      std::string_view line, Lines lines) {
  std::optional<std::string_view> key;
  if (lines == Lines::kKeyed) {
    const size_t tab = line.find('\t');
    if (tab == line.npos) {
      return absl::InvalidArgumentError("Expected a key, a tab and a value");
    }
    key = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  return client.Send(topic, examples::KafkaClient::kAnyPartition, key, line);
}

absl::Status CannotRead(const std::string& path) {
  return absl::NotFoundError("Cannot read '" + path +
                             "': " + std::strerror(errno));
}

}  // namespace

absl::StatusOr<int64_t> ProduceFile(examples::KafkaClient& client,
                                    const std::string& topic,
                                    const std::string& path, Lines lines) {
  std::ifstream file(path, std::ios::binary);
  // A folder opens, and cannot be read.
  if (!file || (file.peek(), file.bad())) return CannotRead(path);
  int64_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const absl::Status status = SendLine(client, topic, line, lines);
    if (!status.ok()) {
      const std::string_view text(status.message().data(),
                                  status.message().size());
      return absl::Status(status.code(), std::string(text).append(" [") + path +
                                             ":" + std::to_string(count + 1) +
                                             "]");
    }
  }
  if (file.bad()) return CannotRead(path);
  const absl::Status status = client.Flush(absl::Minutes(5));
  if (!status.ok()) return status;
  return count;
}

}  // namespace rowfall::shell
