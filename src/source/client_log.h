// SPDX-License-Identifier: Apache-2.0
// A bounded queue between librdkafka's log callback and the host's log.
#ifndef ROWFALL_SOURCE_CLIENT_LOG_H_
#define ROWFALL_SOURCE_CLIENT_LOG_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "rowfall/options.h"
#include "source/redactor.h"

namespace rowfall::source {

// librdkafka logs from its own threads, which must never wait for a host.
// Thread-safe.
class ClientLog {
 public:
  static constexpr size_t kMaxLines = 256;

  explicit ClientLog(Redactor redactor) : redactor_(std::move(redactor)) {}

  // Keeps the line, or counts it where there is no room.
  void Add(LogLevel level, std::string_view text) noexcept;

  using Sink = std::function<void(LogLevel, std::string_view)>;
  // Hands the lines over, then how many were dropped. An exception of `sink`
  // ends here.
  void Drain(const Sink& sink) noexcept;

  const Redactor& redactor() const { return redactor_; }

 private:
  struct Line {
    LogLevel level;
    std::string text;
  };

  const Redactor redactor_;
  std::mutex mutex_;
  std::deque<Line> lines_;
  size_t num_dropped_ = 0;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_CLIENT_LOG_H_
